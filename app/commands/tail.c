/*
 * lightcone tail: follows the cosmic stream on a terminal.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "services/events.h"

enum { TAIL_WAIT_MS = 1000, TAIL_READ_MOST = 256, TAIL_BEFORE = 10 };

struct tail {
	struct events *events;
	struct events_position position;
	unsigned types; /* bits; 0: all */
	bool json;
	int64_t seq;  /* the last one that was seen */
	int64_t left; /* to be shown; below 0: any number */
	bool failed;  /* the state cannot be read, which was said */
};

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	(void)number;
	stopped = 1;
}

/* ---- one line for each */

/* A terminal is not given what somebody else may have meant as orders. */
static enum lc_rc
print_data(const struct event *event)
{
	char *text;

	if (!isatty(STDOUT_FILENO)) {
		fwrite(event->data, 1, event->length, stdout);
		return LC_OK;
	}
	text = strndup(event->data, event->length);
	if (text == NULL)
		return LC_NO_MEMORY;
	command_print(stdout, text);
	free(text);
	return LC_OK;
}

static enum lc_rc
print_event(const struct tail *tail, const struct event *event)
{
	char time[CLOCK_RFC3339_MAX];
	enum lc_rc rc;

	clock_rfc3339_of(event->time_ms, time);
	if (tail->json)
		printf("{\"seq\":%lld,\"epoch\":\"%s\",\"time\":\"%s\","
		       "\"type\":\"%s\",\"data\":",
		       (long long)event->seq, tail->position.epoch, time,
		       event->name);
	else
		printf("%lld  %s  %-9s  ", (long long)event->seq, time,
		       event->name);
	rc = print_data(event);
	printf("%s\n", tail->json ? "}" : "");
	return rc;
}

static enum lc_rc
tail_take(void *arg, const struct event *event)
{
	struct tail *tail = arg;
	enum lc_rc rc;

	if (tail->left == 0)
		return LC_CANCELLED;
	tail->seq = event->seq;
	if (tail->types != 0 && (tail->types >> event->type & 1) == 0)
		return LC_OK;
	rc = print_event(tail, event);
	if (rc == LC_OK && tail->left > 0)
		tail->left--;
	return rc;
}

/* ---- all of them */

/* Whether it is another log than before, or one that was put back. */
static bool
tail_is_elsewhere(const struct tail *tail, const struct events_position *now)
{
	return strcmp(tail->position.epoch, now->epoch) != 0 ||
	       tail->seq > now->last;
}

static void
tail_place(struct tail *tail, const struct events_position *now, bool first)
{
	if (!first && tail_is_elsewhere(tail, now)) {
		command_say(&command_tail, 0, "here begins another log");
		tail->seq = 0;
	}
	tail->position = *now;
	if (tail->seq >= now->first - 1)
		return;
	if (tail->seq > 0 || !first)
		command_say(&command_tail, 0,
			    "events %lld to %lld are kept no longer",
			    (long long)tail->seq + 1,
			    (long long)now->first - 1);
	tail->seq = now->first - 1;
}

/* What there is and was not shown; false: it cannot be read. */
static bool
tail_show(struct tail *tail, bool first)
{
	char why[EVENTS_WHY_MAX] = "out of memory";
	struct events_position now;
	enum lc_rc rc =
		events_position(tail->events, &now, why, sizeof(why));
	int64_t before = -1;

	if (rc == LC_OK)
		tail_place(tail, &now, first);
	while (rc == LC_OK && before != tail->seq && tail->left != 0 &&
	       stopped == 0) {
		before = tail->seq;
		rc = events_read(tail->events, before, TAIL_READ_MOST,
				 tail_take, tail, why, sizeof(why));
	}
	fflush(stdout);
	if (rc != LC_OK && rc != LC_CANCELLED && !tail->failed)
		command_say(&command_tail, 0, "%s", why);
	tail->failed = rc != LC_OK && rc != LC_CANCELLED;
	return !tail->failed;
}

/* Where it begins that was told no number: with the last ones. */
static void
tail_begin(struct tail *tail)
{
	struct events_position now;
	char why[EVENTS_WHY_MAX];

	if (events_position(tail->events, &now, why, sizeof(why)) != LC_OK)
		return;
	tail->seq = now.last > TAIL_BEFORE ? now.last - TAIL_BEFORE : 0;
	if (tail->seq < now.first - 1)
		tail->seq = now.first - 1;
}

static int
tail_follow(struct tail *tail)
{
	bool first = true;

	while (stopped == 0 && tail->left != 0 && ferror(stdout) == 0) {
		uint32_t heard = events_heard(tail->events);

		if (!tail_show(tail, first) && first)
			return COMMAND_NO_INPUT;
		first = false;
		if (tail->left != 0)
			events_wait(tail->events, heard, TAIL_WAIT_MS);
	}
	return command_end_output(&command_tail);
}

/* ---- what is asked */

static bool
number_given(const char *text, int64_t least, int64_t *out)
{
	return text == NULL ||
	       (number_parse_int64(text, strlen(text), out) == NUMBER_OK &&
		*out >= least);
}

static bool
types_given(const struct arguments_list *names, unsigned *types)
{
	for (size_t i = 0; i < names->count; i++) {
		enum events_type type = events_type_find(
			names->items[i], strlen(names->items[i]));

		if (type == EVENTS_TYPE__MAX) {
			command_say(&command_tail, 0,
				    "no event is of the type %s",
				    names->items[i]);
			return false;
		}
		*types |= 1U << type;
	}
	return true;
}

static int
tail_serve(struct tail *tail, const struct options *options, bool begins)
{
	const struct events_limits limits = {
		.keep_s = options->stream_keep_s,
		.keep_bytes = options->stream_keep_mb << 20};
	const struct sigaction action = {.sa_handler = stop};
	int code;

	tail->events = events_new(options->state, &limits);
	if (tail->events == NULL)
		return command_say(&command_tail, COMMAND_FAILED,
				   "out of memory");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (begins)
		tail_begin(tail);
	code = tail_follow(tail);
	events_free(tail->events);
	return code;
}

static int
tail_run(int argc, char **argv)
{
	struct tail tail = {.left = -1};
	const char *after = NULL, *count = NULL;
	struct arguments_list names = {
		.items = calloc((size_t)argc, sizeof(char *))};
	const struct arguments_option words[] = {
		{"--after", .value = &after},
		{"--count", .value = &count},
		{"--json", .flag = &tail.json},
		{"--type", .list = &names},
		{.name = NULL},
	};
	struct options options;
	bool read;
	int code;

	if (names.items == NULL)
		return command_say(&command_tail, COMMAND_FAILED,
				   "out of memory");
	read = arguments_read(&command_tail, argc, argv, words, NULL, 0) &&
	       types_given(&names, &tail.types);
	free(names.items);
	if (!read)
		return COMMAND_USAGE;
	if (!number_given(after, 0, &tail.seq) ||
	    !number_given(count, 1, &tail.left))
		return command_say(&command_tail, COMMAND_USAGE,
				   "--after is a number from 0 on, --count one "
				   "from 1 on");
	code = command_load_options(&command_tail, &options);
	if (code != COMMAND_OK)
		return code;
	code = COMMAND_NO_INPUT;
	if (privilege_become_owner(options.state) == LC_OK)
		code = tail_serve(&tail, &options, after == NULL);
	options_release(&options);
	return code;
}

const struct command command_tail = {
	.name = "tail",
	.arguments = "[--after SEQ] [--count N] [--type TYPE ...] [--json]",
	.summary = "Shows the events of the cosmic stream as they come.",
	.help = "A line for each: its number, its time, its type and its data; "
		"the last ten first.\nIt reads them in the state directory, "
		"and needs no server.\n\n"
		"--after SEQ  first all that came after this number; 0: all "
		"that are kept\n"
		"--count N    ends after so many\n"
		"--type TYPE  only this one: message, object, catalogue or "
		"job; may be repeated\n"
		"--json       lines of JSON, as observers are sent them\n\n"
		"Exit codes: 0 done, or told to end; 1 failed; 2 wrong usage; "
		"66 the state cannot\nbe read; 78 a wrong option.",
	.run = tail_run,
};
