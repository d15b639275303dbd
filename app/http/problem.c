#include "http/problem.h"

#include <stdio.h>

#include "base/json.h"
#include "base/text.h"

/* Ways are short: a body's depth is bounded. */
static void
step_write(struct json *json, const struct problem_step *step)
{
	if (step->before != NULL)
		step_write(json, step->before);
	if (step->name != NULL)
		json_text(json, NULL, step->name);
	else
		json_int(json, NULL, step->index);
}

static void
error_write(struct json *json, const struct problem_error *error)
{
	json_object_begin(json, NULL);
	json_array_begin(json, "loc");
	step_write(json, error->at);
	json_array_end(json);
	json_text(json, "msg", error->message);
	json_text(json, "type", error->type);
	if (error->input == NULL)
		json_null(json, "input");
	else
		json_bytes(json, "input", error->input,
			   text_utf8_cut(error->input, error->input_length,
					 PROBLEM_INPUT_MAX));
	json_object_end(json);
}

void
problem_warnings(struct json *json, const struct problem_warning *warnings)
{
	if (warnings == NULL)
		return;
	json_array_begin(json, "warnings");
	for (const struct problem_warning *w = warnings; w != NULL; w = w->next)
		json_text(json, NULL, w->text);
	json_array_end(json);
}

void
problem_type(enum lc_rc rc, char type[PROBLEM_TYPE_BYTES])
{
	/* One has a type that is registered (RFC 9457, section 4.2). */
	const char *space = rc == LC_RATE ? "https://iana.org/assignments/"
					    "http-problem-types#" :
					    "urn:lightcone:problem:";

	snprintf(type, PROBLEM_TYPE_BYTES, "%s%s", space, rc_label(rc));
}

void
problem_write(struct response *response, const struct problem *problem)
{
	int status = rc_status(problem->rc);
	const char *detail = problem->detail;
	char type[PROBLEM_TYPE_BYTES];
	struct json json;

	problem_type(problem->rc, type);
	response_reset(response);
	response->status = status;
	response->media_type = "application/problem+json";
	response_field_text(response, "Cache-Control", "no-store");
	if (status == 503)
		response_field(response, "Retry-After", "%d",
			       PROBLEM_RETRY_AFTER_S);
	json_init(&json, &response->body);
	json_object_begin(&json, NULL);
	json_text(&json, "type", type);
	json_text(&json, "title", rc_title(problem->rc));
	json_int(&json, "status", status);
	json_text(&json, "detail",
		  detail != NULL ? detail : rc_title(problem->rc));
	if (problem->elapsed_ms > 0) {
		json_number(&json, "elapsed_ms", problem->elapsed_ms);
		json_number(&json, "progress", problem->progress);
	}
	if (problem->violated != NULL) {
		json_array_begin(&json, "violated-policies");
		for (const char *const *v = problem->violated; *v != NULL; v++)
			json_text(&json, NULL, *v);
		json_array_end(&json);
	}
	if (problem->errors != NULL) {
		json_array_begin(&json, "errors");
		for (const struct problem_error *e = problem->errors; e != NULL;
		     e = e->next)
			error_write(&json, e);
		json_array_end(&json);
	}
	problem_warnings(&json, problem->warnings);
	json_object_end(&json);
	buf_add_char(&response->body, '\n');
}
