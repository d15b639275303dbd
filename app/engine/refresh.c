#include "engine/refresh.h"

#include <stdlib.h>
#include <string.h>

static bool
refresh_write(struct lc_call *call, const void *bytes, size_t length)
{
	(void)call;
	(void)bytes;
	(void)length;
	return true;
}

static void
refresh_finish(struct lc_call *call)
{
	(void)call;
}

static int
refresh_descriptor(struct lc_call *call)
{
	(void)call;
	return -1;
}

static void
refresh_free(struct lc_call *call)
{
	free(call);
}

static const struct transport refresh_transport = {
	.write = refresh_write,
	.finish = refresh_finish,
	.descriptor = refresh_descriptor,
	.free = refresh_free,
};

/* Of the client's fields only those count that tell what is asked. */
static bool
is_asked(const char *variable)
{
	static const char *const fields[] = {"HTTP_ACCEPT=", "HTTP_HOST="};

	if (strncmp(variable, "REQUEST_METHOD=", 15) == 0)
		return false;
	if (strncmp(variable, "HTTP_", 5) != 0)
		return true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strncmp(variable, fields[i], strlen(fields[i])) == 0)
			return true;
	return false;
}

static enum lc_rc
variables_take(struct lc_call *call, char *const *from)
{
	static char method[] = "REQUEST_METHOD=GET";
	size_t count = 0, taken = 0;
	enum lc_rc rc = LC_NO_MEMORY;
	char **variables;

	while (from[count] != NULL)
		count++;
	variables = malloc((count + 2) * sizeof(*variables));
	if (variables == NULL)
		return rc;
	variables[taken++] = method;
	for (size_t i = 0; i < count; i++)
		if (is_asked(from[i]))
			variables[taken++] = from[i];
	variables[taken] = NULL;
	rc = call_take_variables(call, variables);
	free(variables);
	return rc;
}

struct lc_call *
refresh_new(const struct lc_call *like)
{
	struct lc_call *call = malloc(sizeof(*call));

	if (call == NULL)
		return NULL;
	call_init(call, like->engine, &refresh_transport);
	call->recall.refreshes = true;
	call->recall.key = like->recall.key;
	call->endpoint = like->endpoint;
	if (variables_take(call, like->request.variables) == LC_OK)
		return call;
	call_release(call);
	return NULL;
}
