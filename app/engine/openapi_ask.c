#include "engine/openapi.h"

#include "base/log.h"
#include "engine/dispatch.h"

enum lc_rc
openapi_ask(struct openapi *doc, const struct lc_endpoint *endpoint,
	    const struct lc_example *example, struct openapi_answer *answer)
{
	const struct own_request request = {
		.method = method_name(endpoint->method),
		.mount = doc->mount,
		.target = example->target,
		.body = example->body,
	};
	struct own_call *own;
	enum lc_rc rc;

	*answer = (struct openapi_answer){.example = example};
	buf_init(&answer->text);
	own = own_call_new(doc->engine, &answer->text);
	if (own == NULL)
		return LC_NO_MEMORY;
	own->call.in_place = true;
	rc = own_call_read(&own->call, &request);
	dispatch(&own->call, rc);
	own_answer_read(&answer->text, &answer->said);
	while (answer->said.body_length > 0 &&
	       answer->said.body[answer->said.body_length - 1] == '\n')
		answer->said.body_length--;
	if (answer->said.status != example->status) {
		log_warning("the example %s answers %d, not %d",
			    example->target, answer->said.status,
			    example->status);
		answer->said.status = 0;
	}
	return answer->text.failed ? LC_NO_MEMORY : LC_OK;
}
