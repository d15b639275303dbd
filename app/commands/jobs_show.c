/*
 * lightcone jobs list, and show.
 */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "commands/jobs.h"

enum { SHOW_LIMIT = 100, SHOW_TITLE = 10 };

/* ---- as JSON */

static void
json_job(struct json *json, const struct jobs_view *job)
{
	json_object_begin(json, NULL);
	jobs_view_write(json, job);
	json_int(json, "priority", job->priority);
	if (job->result_status != 0) {
		json_text(json, "result_media",
			  job->result_media != NULL ? job->result_media : "");
		json_int(json, "result_bytes", job->result_bytes);
	}
	json_raw(json, "payload", job->payload, strlen(job->payload));
	json_object_end(json);
}

/* Prints and empties it. */
static int
json_flush(struct buf *out)
{
	if (out->failed)
		return jobs_failed(LC_NO_MEMORY, "", COMMAND_FAILED);
	fwrite(out->bytes, 1, out->length, stdout);
	buf_reset(out);
	return COMMAND_OK;
}

/* ---- as a table */

static void
table_job(const struct jobs_view *job)
{
	char created[CLOCK_RFC3339_MAX];

	clock_rfc3339_of(job->created_ms, created);
	printf("%-22s  ", job->id);
	command_print(stdout, job->kind);
	printf("%*s  %-9s  %3d %%  %3lld/%-3lld  %-24s",
	       (int)strlen(job->kind) < 12 ? 12 - (int)strlen(job->kind) : 0,
	       "", jobs_state_name(job->state), (int)(job->progress * 100),
	       (long long)job->attempts, (long long)job->attempts_most,
	       created);
	if (job->error != NULL) {
		printf("  ");
		command_print(stdout, job->error);
	}
	printf("\n");
}

/* ---- list */

/* How the jobs are printed. */
struct list_out {
	bool json;
	int64_t printed;
	struct buf buf;
	struct json writer;
};

static int
list_page(void *arg, const struct jobs_view *jobs, size_t count)
{
	struct list_out *out = arg;

	if (!out->json && out->printed == 0 && count > 0)
		printf("%-22s  %-12s  %-9s  %5s  %-7s  %-24s  %s\n", "ID",
		       "KIND", "STATE", "DONE", "ATTEMPT", "CREATED", "ERROR");
	for (size_t i = 0; i < count; i++)
		if (out->json)
			json_job(&out->writer, &jobs[i]);
		else
			table_job(&jobs[i]);
	out->printed += (int64_t)count;
	return out->json ? json_flush(&out->buf) : COMMAND_OK;
}

int
jobs_act_list(struct jobs_asked *asked)
{
	struct list_out out = {.json = asked->json};
	int code;

	buf_init(&out.buf);
	json_init(&out.writer, &out.buf);
	if (out.json)
		json_array_begin(&out.writer, NULL);
	code = jobs_pages(asked->jobs, &asked->filter,
			  asked->filter.limit > 0 ? asked->filter.limit :
						    SHOW_LIMIT,
			  list_page, &out);
	if (out.json && code == COMMAND_OK) {
		json_array_end(&out.writer);
		buf_add_char(&out.buf, '\n');
		code = json_flush(&out.buf);
	}
	buf_release(&out.buf);
	if (code != COMMAND_OK)
		return code;
	if (out.printed == 0)
		command_say(&command_jobs, 0, "there are no jobs%s",
			    asked->filter.has_state ||
					    asked->filter.kind != NULL ?
				    " of this sort" :
				    "");
	return command_end_output(&command_jobs);
}

/* ---- show */

static void
show_text(const char *title, const char *text)
{
	printf("%-*s", SHOW_TITLE, title);
	command_print(stdout, text);
	printf("\n");
}

static void
show_time(const char *title, int64_t unix_ms)
{
	char text[CLOCK_RFC3339_MAX], age[JOBS_AGE_BYTES];
	int64_t ago_ms = clock_unix_ms() - unix_ms;

	if (unix_ms == 0)
		return;
	clock_rfc3339_of(unix_ms, text);
	jobs_age(age, ago_ms < 0 ? -ago_ms : ago_ms);
	printf("%-*s%s  (%s%s%s)\n", SHOW_TITLE, title, text,
	       ago_ms < 0 ? "in " : "", age, ago_ms < 0 ? "" : " ago");
}

static void
show_job(const struct jobs_asked *asked, const struct jobs_view *job)
{
	show_text("id", job->id);
	printf("%-*s%lld\n", SHOW_TITLE, "number", (long long)job->number);
	show_text("kind", job->kind);
	printf("%-*s%s%s\n", SHOW_TITLE, "state", jobs_state_name(job->state),
	       job->cancelling ? ", told to stop" : "");
	printf("%-*s%d %%\n", SHOW_TITLE, "done", (int)(job->progress * 100));
	printf("%-*s%lld of %lld\n", SHOW_TITLE, "attempts",
	       (long long)job->attempts, (long long)job->attempts_most);
	printf("%-*s%lld\n", SHOW_TITLE, "priority", (long long)job->priority);
	show_time("created", job->created_ms);
	show_time("due", job->due_ms);
	show_time("started", job->started_ms);
	show_time("ended", job->ended_ms);
	if (job->error != NULL)
		show_text("error", job->error);
	if (job->result_status != 0) {
		printf("%-*s", SHOW_TITLE, "result");
		command_print(stdout, job->result_media != NULL ?
					      job->result_media :
					      "");
		printf(", %lld bytes, %s/results/%s\n",
		       (long long)job->result_bytes, asked->state_dir, job->id);
	}
	show_text("payload", job->payload);
}

int
jobs_act_show(struct jobs_asked *asked)
{
	char id[JOBS_ID_BYTES], why[JOBS_WHY_MAX] = "";
	struct jobs_view job;
	struct json json;
	struct buf out;
	enum lc_rc rc;
	int code = jobs_whole_id(asked, asked->ids[0], id);

	if (code != COMMAND_OK)
		return code;
	rc = jobs_find(asked->jobs, id, &asked->arena, &job, why, sizeof(why));
	if (rc != LC_OK)
		return jobs_failed(rc, why, COMMAND_NO_INPUT);
	buf_init(&out);
	if (asked->json) {
		json_init(&json, &out);
		json_job(&json, &job);
		buf_add_char(&out, '\n');
		code = json_flush(&out);
	} else {
		show_job(asked, &job);
	}
	buf_release(&out);
	return code == COMMAND_OK ? command_end_output(&command_jobs) : code;
}
