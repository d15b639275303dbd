#include "engine/problem_form.h"

#include "base/arena.h"

bool
problem_form_fits(const struct lc_endpoint *endpoint, enum lc_rc rc)
{
	/* HTTP's own affairs, which any client of HTTP understands. */
	static const enum lc_rc plain[] = {LC_UNAUTHORIZED,   LC_FORBIDDEN,
					   LC_NOT_ACCEPTABLE, LC_PRECONDITION,
					   LC_MEDIA_TYPE,     LC_RATE};

	if (endpoint == NULL || endpoint->problem == NULL)
		return false;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i] == rc)
			return false;
	return true;
}

/* "query.RA", "body.points.3.ra_deg"; NULL without memory. */
static const char *
step_text(const struct problem_step *step, struct arena *arena)
{
	const char *before;

	if (step->before == NULL)
		return step->name;
	before = step_text(step->before, arena);
	if (before == NULL)
		return NULL;
	return step->name != NULL ?
		       arena_printf(arena, "%s.%s", before, step->name) :
		       arena_printf(arena, "%s.%lld", before,
				    (long long)step->index);
}

static bool
errors_view(const struct problem_error *errors, struct lc_problem_view *view,
	    struct arena *arena)
{
	struct lc_problem_error *list;
	size_t count = 0;

	for (const struct problem_error *e = errors; e != NULL; e = e->next)
		count++;
	list = arena_alloc(arena, (count + 1) * sizeof(*list));
	if (list == NULL)
		return false;
	view->errors = list;
	view->error_count = count;
	for (const struct problem_error *e = errors; e != NULL;
	     e = e->next, list++) {
		*list = (struct lc_problem_error){
			.loc = step_text(e->at, arena),
			.type = e->type,
			.msg = e->message};
		if (list->loc == NULL)
			return false;
	}
	return true;
}

bool
problem_form_write(const struct lc_endpoint *endpoint,
		   const struct problem *problem, struct response *response)
{
	struct lc_problem_view view = {.rc = problem->rc,
				       .status = rc_status(problem->rc),
				       .title = rc_title(problem->rc)};
	struct arena arena;
	bool made;

	view.detail = problem->detail != NULL ? problem->detail : view.title;
	arena_init(&arena, NULL, 0);
	response_reset(response);
	response->status = endpoint->problem_status;
	response->media_type = endpoint->problem_media;
	response_field_text(response, "Cache-Control", "no-store");
	made = errors_view(problem->errors, &view, &arena);
	if (made)
		endpoint->problem(&view, &response->body);
	arena_release(&arena);
	return made && !response->body.failed && !response->fields.failed;
}
