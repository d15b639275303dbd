#include "engine/own_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

static struct own_call *
own_of(struct lc_call *call)
{
	return (struct own_call *)(void *)call;
}

static bool
own_write(struct lc_call *call, const void *bytes, size_t length)
{
	buf_add(own_of(call)->answer, bytes, length);
	return true;
}

/* What was written is there already; of a half answer nothing is kept. */
static void
own_finish(struct lc_call *call)
{
	struct own_call *own = own_of(call);

	if (call->streaming && call->verdict != LC_OK)
		buf_reset(own->answer);
	if (own->finished != NULL)
		own->finished(call, own->arg);
}

static int
own_descriptor(struct lc_call *call)
{
	(void)call;
	return -1;
}

static void
own_free(struct lc_call *call)
{
	bool *freed = own_of(call)->freed;

	free(call);
	if (freed != NULL)
		*freed = true;
}

static const struct transport own_transport = {
	.write = own_write,
	.finish = own_finish,
	.descriptor = own_descriptor,
	.free = own_free,
};

struct own_call *
own_call_new(struct engine *engine, struct buf *answer)
{
	struct own_call *own = malloc(sizeof(*own));

	if (own == NULL)
		return NULL;
	own->answer = answer;
	own->finished = NULL;
	own->freed = NULL;
	own->arg = NULL;
	call_init(&own->call, engine, &own_transport);
	return own;
}

/* NAME=value in the call's arena; *failed without memory. */
static char *
variable(struct lc_call *call, const char *name, const char *value,
	 bool *failed)
{
	char *text = arena_printf(&call->arena, "%s=%s", name, value);

	*failed = *failed || text == NULL;
	return text;
}

enum lc_rc
own_call_read(struct lc_call *call, const struct own_request *request)
{
	const char *query = strchr(request->target, '?');
	char *variables[9], **next = variables;
	bool failed = false;
	enum lc_rc rc;

	*next++ = variable(call, "REQUEST_METHOD", request->method, &failed);
	*next++ = variable(call, "CONTENT_TYPE", "application/json", &failed);
	*next++ = arena_printf(&call->arena, "REQUEST_URI=%s%s", request->mount,
			       request->target);
	failed = failed || next[-1] == NULL;
	*next++ = variable(call, "SCRIPT_NAME", request->mount, &failed);
	*next++ = variable(call, "QUERY_STRING", query != NULL ? query + 1 : "",
			   &failed);
	if (request->accept != NULL)
		*next++ =
			variable(call, "HTTP_ACCEPT", request->accept, &failed);
	if (request->origin != NULL) {
		const char *host = strstr(request->origin, "://");

		*next++ = variable(call, "HTTP_HOST",
				   host != NULL ? host + 3 : "", &failed);
		*next++ = variable(call, "HTTPS",
				   strncmp(request->origin, "https:", 6) == 0 ?
					   "on" :
					   "off",
				   &failed);
	}
	*next = NULL;
	if (failed)
		return LC_NO_MEMORY;
	rc = call_take_variables(call, variables);
	if (request->body != NULL) {
		call->request.body = request->body;
		call->request.body_length = strlen(request->body);
	}
	return rc;
}

void
own_answer_read(const struct buf *text, struct own_answer *answer)
{
	static const char status[] = "Status: ", type[] = "\r\nContent-Type: ";
	const size_t before = sizeof(status) - 1, digits = 3;
	const char *end, *found;
	int64_t number;

	*answer = (struct own_answer){.status = 0};
	if (text->failed || text->length < before + digits ||
	    memcmp(text->bytes, status, before) != 0)
		return;
	end = memmem(text->bytes, text->length, "\r\n\r\n", 4);
	if (end == NULL || number_parse_int64(text->bytes + before, digits,
					      &number) != NUMBER_OK)
		return;
	answer->body = end + 4;
	answer->body_length =
		text->length - (size_t)(answer->body - text->bytes);
	found = memmem(text->bytes, (size_t)(end - text->bytes) + 2, type,
		       sizeof(type) - 1);
	if (found != NULL) {
		answer->type = found + sizeof(type) - 1;
		answer->type_length = strcspn(answer->type, ";\r");
	}
	answer->status = (int)number;
}
