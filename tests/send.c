/*
 * Sends one webhook or mail, or does one job, for tests/blackbox:
 *
 *	tests/send STOP_MS webhook URL ID SECRETS on|off BODY
 *	tests/send STOP_MS mail SERVER USER PASSWORD FROM TO SUBJECT TEXT ID
 *	tests/send STOP_MS job KIND PAYLOAD
 *
 * `on` allows private networks; STOP_MS, unless it is 0, is after how long the
 * work is told to stop; a job goes by the options.  Prints the result code's label, after how many
 * seconds the other side wants another try, and why, each on a line.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/number.h"
#include "context.h"
#include "engine/job_run.h"
#include "kinds.h"
#include "services/outbound.h"

static struct lc_progress progress;

static void
alarm_ring(int number)
{
	(void)number;
	progress_stop(&progress, LC_CANCELLED);
}

static void
alarm_set(int64_t ms)
{
	const struct itimerval timer = {
		.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};
	struct sigaction action = {.sa_handler = alarm_ring,
				   .sa_flags = SA_RESTART};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static enum lc_rc
webhook_send(char **words, int64_t *retry_after_s, char *why, size_t why_bytes)
{
	const struct outbound_webhook webhook = {
		.url = words[0],
		.id = words[1],
		.secret = words[2],
		.allow_private = strcmp(words[3], "on") == 0,
		.body = words[4],
		.body_length = strlen(words[4]),
	};

	return outbound_webhook(&webhook, &progress, retry_after_s, why,
				why_bytes);
}

static enum lc_rc
mail_send(char **words, char *why, size_t why_bytes)
{
	const struct outbound_mail mail = {
		.server = words[0],
		.user = words[1],
		.password = words[2],
		.from = words[3],
		.to = words[4],
		.subject = words[5],
		.text = words[6],
		.id = words[7],
	};

	return outbound_mail(&mail, &progress, why, why_bytes);
}

/* ---- a job, as a worker does it */

static const struct lc_job_kind *
kind_find(const char *name)
{
	const struct lc_job_kind *const *kind = job_kinds;

	while (*kind != NULL && strcmp((*kind)->policy.kind, name) != 0)
		kind++;
	return *kind;
}

static void
nothing_tick(void *arg, double done)
{
	(void)arg;
	(void)done;
}

static enum lc_rc
job_do(struct engine *engine, char **words, int64_t *retry_after_s, char *why,
       size_t why_bytes)
{
	const struct job_given given = {.kind = kind_find(words[0]),
					.payload = words[1]};
	struct job_outcome outcome;
	enum lc_rc rc;

	if (given.kind == NULL)
		return LC_INTERNAL;
	job_outcome_init(&outcome);
	job_run(engine, &given, &progress, nothing_tick, NULL, &outcome);
	rc = outcome.rc;
	*retry_after_s = outcome.retry_after_s;
	snprintf(why, why_bytes, "%s",
		 outcome.words != NULL ? outcome.words : "");
	job_outcome_release(&outcome);
	return rc;
}

static enum lc_rc
job_send(char **words, int64_t *retry_after_s, char *why, size_t why_bytes)
{
	static const struct lc_endpoint *const no_table[] = {NULL};
	struct context context = {.catalogue = ""};
	enum lc_rc rc = LC_INTERNAL;
	struct options options;
	struct engine engine;
	struct buf fault;

	buf_init(&fault);
	if (options_load(&options, &fault) == LC_OK) {
		context.outbound = (struct context_outbound){
			.state = options.state,
			.webhook_secret = options.webhook_secret,
			.webhook_private =
				strcmp(options.webhook_private, "on") == 0,
			.smtp_url = options.smtp_url,
			.smtp_user = options.smtp_user,
			.smtp_password = options.smtp_password,
			.mail_from = options.mail_from,
		};
		if (engine_init(&engine, &options, no_table, &context,
				&fault) == LC_OK) {
			rc = job_do(&engine, words, retry_after_s, why,
				    why_bytes);
			if (engine_stop(&engine, INT64_MAX))
				engine_release(&engine);
		}
		options_release(&options);
	}
	if (fault.length > 0)
		snprintf(why, why_bytes, "%.*s", (int)fault.length,
			 fault.bytes);
	buf_release(&fault);
	return rc;
}

int
main(int argc, char **argv)
{
	char why[OUTBOUND_WHY_MAX] = "";
	int64_t stop_ms, retry_after_s = 0;
	enum lc_rc rc;

	if (argc < 2 ||
	    number_parse_int64(argv[1], strlen(argv[1]), &stop_ms) != NUMBER_OK)
		return 2;
	progress_init(&progress, 0);
	if (outbound_start() != LC_OK)
		return 1;
	if (stop_ms > 0)
		alarm_set(stop_ms);
	if (argc == 8 && strcmp(argv[2], "webhook") == 0)
		rc = webhook_send(argv + 3, &retry_after_s, why, sizeof(why));
	else if (argc == 11 && strcmp(argv[2], "mail") == 0)
		rc = mail_send(argv + 3, why, sizeof(why));
	else if (argc == 5 && strcmp(argv[2], "job") == 0)
		rc = job_send(argv + 3, &retry_after_s, why, sizeof(why));
	else
		return 2;
	printf("%s\n%lld\n%s\n", rc_label(rc), (long long)retry_after_s, why);
	outbound_stop();
	return 0;
}
