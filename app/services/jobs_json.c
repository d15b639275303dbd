/* A job as JSON: see services/jobs.h. */
#include "services/jobs.h"

#include "base/clock.h"
#include "base/json.h"

static void
jobs_view_write_time(struct json *json, const char *name, int64_t unix_ms)
{
	char text[CLOCK_RFC3339_MAX];

	if (unix_ms == 0)
		return;
	clock_rfc3339_of(unix_ms, text);
	json_text(json, name, text);
}

void
jobs_view_write(struct json *json, const struct jobs_view *view)
{
	json_text(json, "id", view->id);
	json_int(json, "number", view->number);
	json_text(json, "kind", view->kind);
	json_text(json, "state", jobs_state_name(view->state));
	json_number(json, "progress", view->progress);
	json_int(json, "attempts", view->attempts);
	json_int(json, "attempts_most", view->attempts_most);
	jobs_view_write_time(json, "created", view->created_ms);
	jobs_view_write_time(json, "due", view->due_ms);
	jobs_view_write_time(json, "started", view->started_ms);
	jobs_view_write_time(json, "ended", view->ended_ms);
	if (view->error != NULL)
		json_text(json, "error", view->error);
	if (view->cancelling)
		json_bool(json, "cancelling", true);
}
