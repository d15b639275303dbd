#include "engine/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/number.h"
#include "engine/dispatch.h"

/* A call of the engine's own: the answer goes into a buffer. */
struct own_call {
	struct lc_call call;
	struct buf *text;
};

static bool
own_write(struct lc_call *call, const void *bytes, size_t length)
{
	buf_add(((struct own_call *)(void *)call)->text, bytes, length);
	return true;
}

/* What was written is there already; of a half answer nothing is kept. */
static void
own_finish(struct lc_call *call)
{
	if (call->streaming && call->verdict != LC_OK)
		buf_reset(((struct own_call *)(void *)call)->text);
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
	free(call);
}

static const struct transport own_transport = {
	.write = own_write,
	.finish = own_finish,
	.descriptor = own_descriptor,
	.free = own_free,
};

static enum lc_rc
own_request(struct openapi *doc, struct lc_call *call,
	    const struct lc_endpoint *endpoint,
	    const struct lc_example *example)
{
	const char *query = strchr(example->target, '?');
	char method[] = "REQUEST_METHOD=OPTIONS";
	char type[] = "CONTENT_TYPE=application/json";
	char *variables[6] = {method, type};
	enum lc_rc rc;

	memcpy(method + sizeof("REQUEST_METHOD"), method_name(endpoint->method),
	       strlen(method_name(endpoint->method)) + 1);
	variables[2] = arena_printf(&doc->arena, "REQUEST_URI=%s%s", doc->mount,
				    example->target);
	variables[3] = arena_printf(&doc->arena, "QUERY_STRING=%s",
				    query != NULL ? query + 1 : "");
	variables[4] = arena_printf(&doc->arena, "SCRIPT_NAME=%s", doc->mount);
	if (variables[2] == NULL || variables[3] == NULL ||
	    variables[4] == NULL)
		return LC_NO_MEMORY;
	rc = call_take_variables(call, variables);
	if (example->body != NULL) {
		call->request.body = example->body;
		call->request.body_length = strlen(example->body);
	}
	return rc;
}

/* Finds the status, the media type and the body in what was sent. */
static void
answer_read(struct openapi_answer *answer)
{
	static const char status[] = "Status: ", type[] = "\r\nContent-Type: ";
	const char *end;
	int64_t number = 0;

	buf_add_char(&answer->text, '\0');
	if (answer->text.failed ||
	    strncmp(answer->text.bytes, status, sizeof(status) - 1) != 0)
		return;
	end = strstr(answer->text.bytes, "\r\n\r\n");
	if (end == NULL ||
	    number_parse_int64(answer->text.bytes + sizeof(status) - 1, 3,
			       &number) != NUMBER_OK)
		return;
	answer->body = end + 4;
	answer->body_length = strlen(answer->body);
	while (answer->body_length > 0 &&
	       answer->body[answer->body_length - 1] == '\n')
		answer->body_length--;
	answer->type = strstr(answer->text.bytes, type);
	if (answer->type != NULL && answer->type < end) {
		answer->type += sizeof(type) - 1;
		answer->type_length = strcspn(answer->type, ";\r");
	}
	answer->status = (int)number;
}

enum lc_rc
openapi_ask(struct openapi *doc, const struct lc_endpoint *endpoint,
	    const struct lc_example *example, struct openapi_answer *answer)
{
	struct own_call *own = malloc(sizeof(*own));
	enum lc_rc rc;

	*answer = (struct openapi_answer){.example = example};
	buf_init(&answer->text);
	if (own == NULL)
		return LC_NO_MEMORY;
	own->text = &answer->text;
	call_init(&own->call, doc->engine, &own_transport);
	own->call.in_place = true;
	rc = own_request(doc, &own->call, endpoint, example);
	dispatch(&own->call, rc);
	answer_read(answer);
	if (answer->status != example->status) {
		log_warning("the example %s answers %d, not %d",
			    example->target, answer->status, example->status);
		answer->status = 0;
	}
	return answer->text.failed ? LC_NO_MEMORY : LC_OK;
}
