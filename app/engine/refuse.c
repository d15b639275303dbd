/* What handlers say of inputs that fit the table: see lightcone.h. */
#include "engine/bind.h"

#include <string.h>

#include "http/field.h"

enum { REFUSE_STEPS_MOST = 16 };

static const struct lc_field *
param_find(const struct lc_endpoint *endpoint, const char *name)
{
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* The next step of "points.3.ra_deg", and what follows it; NULL: no memory. */
static const char *
step_read(struct lc_call *call, struct problem_step *step, const char *param)
{
	size_t length = strcspn(param, ".");

	if (!field_whole(param, length, &step->index)) {
		step->name = arena_dup(&call->arena, param, length);
		if (step->name == NULL)
			return NULL;
	}
	return param + length + (param[length] == '.');
}

enum lc_rc
lc_refuse(struct lc_call *call, const char *param, const char *type,
	  const char *input, const char *format, ...)
{
	struct problem_step steps[REFUSE_STEPS_MOST] = {{.before = NULL}};
	const struct problem_step *before = bind_place(LC_IN_QUERY);
	const struct problem_step *whole = bind_place(LC_IN_BODY);
	struct field_fault fault = {.type = type};
	const struct lc_field *field;
	const char *given = NULL;
	enum lc_rc rc = LC_OK;
	va_list list;

	va_start(list, format);
	fault.message = arena_vprintf(&call->arena, format, list);
	va_end(list);
	if (fault.message == NULL)
		return LC_NO_MEMORY;
	for (int i = 0; i < REFUSE_STEPS_MOST && *param != '\0'; i++) {
		param = step_read(call, &steps[i], param);
		if (param == NULL)
			return LC_NO_MEMORY;
		field = i == 0 && steps[i].name != NULL ?
				param_find(call->endpoint, steps[i].name) :
				NULL;
		if (field != NULL)
			rc = bind_origin(call, field, &before, &given);
		if (rc != LC_OK)
			return rc;
		if (field != NULL) {
			steps[i].name = field_wire_name(field, &call->arena);
			if (steps[i].name == NULL)
				return LC_NO_MEMORY;
		}
		/* Of a member, or an item, only the function knows it. */
		if (i == 0 && *param == '\0' && input == NULL)
			input = given;
		steps[i].before = before;
		/* The body as a whole, or a line of it. */
		if (i == 0 && field == NULL && steps[i].name != NULL &&
		    strcmp(steps[i].name, whole->name) == 0)
			steps[i] = *whole;
		before = &steps[i];
	}
	return bind_error(call, before, &fault, input,
			  input != NULL ? strlen(input) : 0);
}

void
lc_warn(struct lc_call *call, const char *format, ...)
{
	struct problem_warning *warning =
		arena_alloc(&call->arena, sizeof(*warning));
	va_list list;

	if (warning == NULL)
		return; /* a warning is not worth a failure */
	va_start(list, format);
	warning->text = arena_vprintf(&call->arena, format, list);
	va_end(list);
	if (warning->text == NULL)
		return;
	*call->warnings_end = warning;
	call->warnings_end = &warning->next;
}
