#include "engine/reply.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "engine/async.h"
#include "engine/bind.h"
#include "engine/conditional.h"
#include "engine/conform.h"
#include "engine/engine.h"
#include "engine/headers.h"
#include "engine/negotiate.h"
#include "engine/problem_form.h"
#include "engine/recall.h"
#include "engine/schema.h"
#include "engine/slots.h"

static double
elapsed_ms(int64_t from_ns, int64_t to_ns)
{
	return round((double)(to_ns - from_ns) / 1e3) / 1e3;
}

/* The last of a JSON answer: the warnings, and the outermost brace. */
static void
json_finish(struct lc_call *call)
{
	if (!call->json_open)
		return;
	call->json_open = false;
	problem_warnings(&call->json, call->warnings);
	if (call->warnings == NULL && call->endpoint->warns) {
		json_array_begin(&call->json, schema_warnings.name);
		json_array_end(&call->json);
	}
	json_object_end(&call->json);
	buf_add_char(&call->response.body, '\n');
}

/* Sends bytes, and counts them. */
static bool
put(struct lc_call *call, const void *bytes, size_t length)
{
	call->watch.sent_bytes += (int64_t)length;
	return call->transport->write(call, bytes, length);
}

/* The shortest answer there is, for when there is no memory for another. */
static void
transmit_no_memory(struct lc_call *call)
{
	static const char text[] =
		"Status: 503 Service Unavailable\r\n"
		"Content-Type: application/problem+json\r\n"
		"Retry-After: 2\r\n\r\n"
		"{\"type\":\"urn:lightcone:problem:out-of-memory\","
		"\"title\":\"Out of memory\",\"status\":503}";

	call->watch.status = 503;
	put(call, text, sizeof(text) - 1);
}

static void
transmit(struct lc_call *call, struct response *response)
{
	bool bodiless = call->request.method == LC_HEAD;
	struct buf head;
	const char *body;
	size_t length;

	call->watch.status = response->status;
	buf_init(&head);
	response_head(response, call->length_unknown, &head);
	if (head.failed) {
		transmit_no_memory(call);
	} else {
		put(call, head.bytes, head.length);
		body = response_body(response, &length);
		if (!bodiless)
			put(call, body, length);
	}
	buf_release(&head);
}

static void
problem_of(struct lc_call *call, struct problem *problem)
{
	*problem = (struct problem){
		.rc = call->verdict,
	};
	if (call->verdict == LC_DEADLINE) {
		problem->detail = "Beyond the event horizon!";
		problem->elapsed_ms =
			elapsed_ms(call->arrived_ns, clock_mono_ns());
		problem->progress = progress_done(&call->progress);
	} else if (call->verdict == LC_STOPPING) {
		problem->detail = "This process is stopping; ask again.";
	} else if (call->verdict == LC_QUEUE_FULL) {
		problem->detail = "Too much heavy work is waiting already; "
				  "ask again.";
	}
}

/* In the form that the endpoint's clients read, if there is memory for it. */
static void
problem_put(const struct lc_call *call, const struct problem *problem,
	    struct response *response)
{
	const struct problem no_memory = {.rc = LC_NO_MEMORY};

	if (!problem_form_fits(call->endpoint, problem->rc))
		problem_write(response, problem);
	else if (!problem_form_write(call->endpoint, problem, response))
		problem_write(response, &no_memory);
}

static void
problem_send(struct lc_call *call)
{
	struct problem problem;

	problem_of(call, &problem);
	if (problem.detail == NULL)
		problem.detail = call->detail;
	problem.errors = call->errors;
	problem.warnings = call->warnings;
	if (call->verdict == LC_RATE)
		problem.violated = call->violated;
	if (call->error_count > BIND_ERRORS_MOST)
		problem.detail = "Much of the input is wrong; the first errors "
				 "are listed.";
	else if (call->errors != NULL && problem.detail == NULL)
		problem.detail = "Some of the input is wrong; see errors.";
	problem_put(call, &problem, &call->response);
	recall_made(call);
	headers_problem(call, &call->response, call->verdict);
}

/* Whether the answer has a body, and not its head alone. */
static bool
has_body(const struct lc_call *call)
{
	return call->request.method != LC_HEAD && call->response.status != 304;
}

/*
 * An answer in pieces has gone out already, but for the end of its JSON.
 * That of one that failed is kept back, so that what there is cannot be read
 * as a whole.
 */
static void
pieces_end(struct lc_call *call)
{
	struct buf *body = &call->response.body;

	if (call->verdict != LC_OK)
		return;
	json_finish(call);
	if (body->failed)
		call->verdict = LC_NO_MEMORY;
	else if (has_body(call) && body->length > 0) {
		recall_pieces_add(call, body->bytes, body->length);
		put(call, body->bytes, body->length);
	}
	if (call->verdict == LC_OK)
		recall_pieces_end(call);
}

/* A job is the answer, and what may have been written is not. */
static void
job_send(struct lc_call *call)
{
	struct response response;

	response_init(&response);
	async_reply(call, &response);
	headers_common(call, &response);
	transmit(call, &response);
	response_release(&response);
}

/* What was kept, or made for another, in place of the function's answer. */
static void
given_send(struct lc_call *call)
{
	struct response *response = &call->response;

	recall_fill(call, response);
	call->run_ns = clock_mono_ns();
	if (call->tag[0] == '\0' && response->status == 200)
		snprintf(call->tag, sizeof(call->tag), "%s",
			 call->recall.given->entry.tag);
	call->verdict = LC_OK;
	if (response->status == 200)
		call->verdict = conditional_apply(call);
	if (call->verdict != LC_OK)
		problem_send(call);
	else if (response->status == 200 || response->status == 304)
		headers_answer(call);
	headers_common(call, response);
	transmit(call, response);
}

void
reply_send(struct lc_call *call)
{
	if (call->streaming) {
		pieces_end(call);
		return;
	}
	if (call->recall.given != NULL) {
		given_send(call);
		return;
	}
	if (async_takes_over(call, call->verdict)) {
		job_send(call);
		return;
	}
	if (call->verdict == LC_OK) {
		json_finish(call);
		if (call->response.body.failed || call->response.fields.failed)
			call->verdict = LC_NO_MEMORY;
	}
	if (call->verdict == LC_OK && call->engine->check_replies)
		call->verdict = conform_check(call);
	if (call->verdict == LC_OK)
		recall_made(call);
	else if (recall_rescue(call)) {
		given_send(call);
		return;
	}
	if (call->verdict == LC_OK)
		call->verdict = conditional_apply(call);
	if (call->verdict != LC_OK && call->engine->check_replies)
		call->verdict = conform_problem(call);
	if (call->verdict == LC_OK)
		headers_answer(call);
	else
		problem_send(call);
	headers_common(call, &call->response);
	transmit(call, &call->response);
}

void
reply_send_late(struct lc_call *call)
{
	struct response response;
	struct problem problem;

	if (call->verdict == LC_CANCELLED)
		return; /* nobody listens any more */
	if (async_takes_over(call, call->verdict)) {
		job_send(call);
		return;
	}
	response_init(&response);
	if (recall_rescue(call)) {
		recall_fill(call, &response);
		response_field_text(&response, "Cache-Control", "no-cache");
	} else {
		problem_of(call, &problem);
		problem_put(call, &problem, &response);
	}
	headers_common(call, &response);
	transmit(call, &response);
	response_release(&response);
}

/* ---- what handlers call */

struct json *
lc_json(struct lc_call *call)
{
	if (!call->json_open) {
		call->response.media_type = "application/json";
		json_init(&call->json, &call->response.body);
		json_object_begin(&call->json, NULL);
		call->json_open = true;
	}
	return &call->json;
}

struct buf *
lc_body(struct lc_call *call, const char *media_type)
{
	call->response.media_type =
		media_type != NULL ? media_type :
				     negotiate_row(call->format)->type_all;
	return &call->response.body;
}

void
lc_set_field(struct lc_call *call, const char *name, const char *format, ...)
{
	char *value;
	va_list list;

	va_start(list, format);
	value = arena_vprintf(&call->arena, format, list);
	va_end(list);
	if (value == NULL)
		call->response.fields.failed = true;
	else
		response_field(&call->response, name, "%s", value);
}

void
lc_set_makeshift(struct lc_call *call)
{
	call->recall.makeshift = true;
	call->recall.unshared = true;
	call->tag[0] = '\0';
}

void
lc_set_status(struct lc_call *call, int status)
{
	call->response.status = status;
}

/* What has no version is kept by nobody: it is not known yet what it is. */
static void
stream_fields(struct lc_call *call)
{
	if (call->tag[0] == '\0') {
		response_field_text(&call->response, "Cache-Control",
				    "no-store");
		return;
	}
	/* If-Match was seen to before the work: it cannot fail any more. */
	if (conditional_apply(call) == LC_OK)
		headers_answer(call);
}

enum lc_rc
lc_stream_begin(struct lc_call *call, const char *media_type)
{
	struct buf head;
	bool sent;

	/* From here on the answer is this function's: no 504 in the middle. */
	if (call->reply == NULL && !call_claim(call, CALL_BY_RUN, LC_OK))
		return LC_CANCELLED;
	call->response.media_type =
		media_type != NULL ? media_type :
				     negotiate_row(call->format)->type_all;
	recall_pieces_begin(call);
	stream_fields(call);
	headers_common(call, &call->response);
	call->streaming = true;
	call->watch.status = call->response.status;
	buf_init(&head);
	response_head(&call->response, true, &head);
	if (head.failed) {
		buf_release(&head);
		transmit_no_memory(call);
		return LC_NO_MEMORY;
	}
	sent = put(call, head.bytes, head.length);
	buf_release(&head);
	return sent ? LC_OK : LC_CANCELLED;
}

/* Who reads slowly holds no heavy slot meanwhile: others can compute. */
static enum lc_rc
piece_write(struct lc_call *call, const void *bytes, size_t length)
{
	const struct transport *transport = call->transport;
	bool waits = call->slots != NULL && transport->is_ready != NULL &&
		     !transport->is_ready(call);

	recall_pieces_add(call, bytes, length);
	if (waits)
		slots_give(call->slots);
	if (!put(call, bytes, length))
		return LC_CANCELLED;
	return waits ? slots_take(call->slots, &call->progress) : LC_OK;
}

enum lc_rc
lc_stream_write(struct lc_call *call, const void *bytes, size_t length)
{
	enum lc_rc rc = progress_stopped(&call->progress);

	if (rc != LC_OK || !has_body(call))
		return rc;
	return piece_write(call, bytes, length);
}

void
lc_stream_last(struct lc_call *call, const void *bytes, size_t length)
{
	if (call->streaming && !call->closed && has_body(call))
		put(call, bytes, length);
}

enum lc_rc
lc_body_send(struct lc_call *call)
{
	struct buf *body = &call->response.body;
	enum lc_rc rc = LC_OK;

	if (body->failed)
		return LC_NO_MEMORY;
	if (!call->streaming)
		rc = lc_stream_begin(call, call->response.media_type);
	if (rc == LC_OK)
		rc = lc_stream_write(call, body->bytes, body->length);
	buf_reset(body);
	return rc;
}
