/*
 * Sends one webhook or mail, for tests/blackbox:
 *
 *	tests/send STOP_MS webhook URL ID SECRETS on|off BODY
 *	tests/send STOP_MS mail SERVER USER PASSWORD FROM TO SUBJECT TEXT ID
 *
 * `on` allows private networks; STOP_MS, unless it is 0, is after how long the
 * work is told to stop.  Prints the result code's label, after how many
 * seconds the other side wants another try, and why, each on a line.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/number.h"
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
	else
		return 2;
	printf("%s\n%lld\n%s\n", rc_label(rc), (long long)retry_after_s, why);
	outbound_stop();
	return 0;
}
