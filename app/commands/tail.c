/*
 * lightcone tail: follows the cosmic stream on a terminal.
 */
#include <poll.h>
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
#include "services/events_resume.h"
#include "services/events_tail.h"
#include "services/state.h"

enum { TAIL_WAIT_MS = 1000, TAIL_READ_MOST = 256, TAIL_BEFORE = 10 };

struct tail {
	struct events *events;
	struct events_position position;
	struct events_had had; /* the last one that was seen */
	unsigned types;        /* bits; 0: all */
	int64_t left;          /* to be shown; below 0: any number */
	bool json;
	bool terminal;
	bool failed; /* the state cannot be read, which was said */
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
print_text(const struct tail *tail, const char *text, size_t length)
{
	char *copy;

	if (!tail->terminal) {
		fwrite(text, 1, length, stdout);
		return LC_OK;
	}
	copy = strndup(text, length);
	if (copy == NULL)
		return LC_NO_MEMORY;
	command_print(stdout, copy);
	free(copy);
	return LC_OK;
}

static enum lc_rc
print_json(const struct tail *tail, const struct event *event)
{
	struct tail_event *made = tail_event_new(tail->position.epoch, event);
	enum lc_rc rc = LC_NO_MEMORY;

	if (made != NULL) {
		rc = print_text(tail, made->text, made->length);
		tail_event_free(made);
	}
	return rc;
}

static enum lc_rc
print_event(const struct tail *tail, const struct event *event)
{
	char time[CLOCK_RFC3339_MAX];
	enum lc_rc rc;

	if (tail->json) {
		rc = print_json(tail, event);
	} else {
		clock_rfc3339_of(event->time_ms, time);
		printf("%lld  %s  %-9s  ", (long long)event->seq, time,
		       event->name);
		rc = print_text(tail, event->data, event->length);
	}
	putchar('\n');
	return rc;
}

/* ---- what there is not */

static void
gap_say(const struct events_had *had, const struct events_resume *resume)
{
	if (resume->gap == EVENTS_GAP_GONE)
		command_say(&command_tail, 0,
			    "events %lld to %lld are kept no longer",
			    (long long)had->after + 1,
			    (long long)resume->after);
	else
		command_say(&command_tail, 0,
			    "this is another log; it goes on with event %lld",
			    (long long)resume->after + 1);
}

static enum lc_rc
gap_print(const struct tail *tail, const struct events_resume *resume)
{
	struct buf text;
	enum lc_rc rc = LC_NO_MEMORY;

	buf_init(&text);
	events_gap_write(&tail->position, &tail->had, resume, &text);
	if (!text.failed) {
		printf("%.*s\n", (int)text.length, text.bytes);
		rc = LC_OK;
	}
	buf_release(&text);
	return rc;
}

/* It goes on there. */
static enum lc_rc
tail_resume(struct tail *tail, const struct events_resume *resume)
{
	enum lc_rc rc = LC_OK;

	if (resume->gap != EVENTS_NO_GAP && tail->json)
		rc = gap_print(tail, resume);
	else if (resume->gap != EVENTS_NO_GAP)
		gap_say(&tail->had, resume);
	tail->had.after = resume->after;
	return rc;
}

/* Where it goes on, now that the log is such. */
static enum lc_rc
tail_place(struct tail *tail, const struct events_position *now)
{
	struct events_resume resume = events_resume(now, &tail->had, INT64_MAX);

	tail->position = *now;
	memcpy(tail->had.epoch, now->epoch, sizeof(now->epoch));
	return tail_resume(tail, &resume);
}

/* ---- all of them */

/* All numbers are given: those that are missing went while we came to them. */
static enum lc_rc
tail_take(void *arg, const struct event *event)
{
	const struct events_resume gone = {event->seq - 1, EVENTS_GAP_GONE};
	struct tail *tail = arg;
	enum lc_rc rc = LC_OK;

	if (tail->left == 0 || stopped != 0)
		return LC_CANCELLED;
	if (tail->had.after < gone.after)
		rc = tail_resume(tail, &gone);
	tail->had.after = event->seq;
	if (rc != LC_OK ||
	    (tail->types != 0 && (tail->types >> event->type & 1) == 0))
		return rc;
	rc = print_event(tail, event);
	if (rc == LC_OK && tail->left > 0)
		tail->left--;
	return rc;
}

static enum lc_rc
tail_read(struct tail *tail, char *why, size_t why_bytes)
{
	struct events_position now;
	int64_t before = -1;
	enum lc_rc rc = events_position(tail->events, &now, why, why_bytes);

	if (rc == LC_OK)
		rc = tail_place(tail, &now);
	while (rc == LC_OK && before != tail->had.after) {
		before = tail->had.after;
		rc = events_read(tail->events, before, TAIL_READ_MOST,
				 tail_take, tail, why, why_bytes);
	}
	return rc == LC_CANCELLED ? LC_OK : rc;
}

/* What there is and was not shown; false: it cannot be read. */
static bool
tail_show(struct tail *tail)
{
	char why[EVENTS_WHY_MAX] = "out of memory";
	bool failed = tail_read(tail, why, sizeof(why)) != LC_OK;

	fflush(stdout);
	if (failed && !tail->failed)
		command_say(&command_tail, 0, "%s", why);
	tail->failed = failed;
	return !failed;
}

/* Where it begins that was told no number: with the last ones. */
static void
tail_begin(struct tail *tail)
{
	struct events_position now;
	char why[EVENTS_WHY_MAX];

	if (events_position(tail->events, &now, why, sizeof(why)) != LC_OK)
		return;
	tail->had.after = now.last > TAIL_BEFORE ? now.last - TAIL_BEFORE : 0;
	if (tail->had.after < now.first - 1)
		tail->had.after = now.first - 1;
}

/* Whoever reads what we write has gone: with nothing to write we would not
   find out. */
static bool
output_is_closed(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO};

	return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

static int
tail_follow(struct tail *tail)
{
	bool first = true;

	while (stopped == 0 && tail->left != 0 && ferror(stdout) == 0 &&
	       !output_is_closed()) {
		uint32_t heard = events_heard(tail->events);

		if (!tail_show(tail) && first)
			return COMMAND_NO_INPUT;
		first = false;
		if (tail->left != 0 && stopped == 0)
			events_wait(tail->events, heard, TAIL_WAIT_MS);
	}
	/* What a signal has broken off is no failure. */
	return stopped != 0 ? COMMAND_OK : command_end_output(&command_tail);
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

/* Who only looks makes nothing. */
static bool
state_is_there(const char *state_dir)
{
	char why[STATE_WHY_MAX] = "there is no state.sqlite: nothing has "
				  "happened in this state directory";
	struct state_mark mark;

	if (state_find(state_dir, &mark, why, sizeof(why)) == LC_OK)
		return true;
	command_say(&command_tail, 0, "%s", why);
	return false;
}

static int
tail_serve(struct tail *tail, const struct options *options, bool begins)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	const struct sigaction action = {.sa_handler = stop};
	int code;

	tail->events = events_new_of(options);
	if (tail->events == NULL)
		return command_say(&command_tail, COMMAND_FAILED,
				   "out of memory");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	tail->terminal = isatty(STDOUT_FILENO) == 1;
	if (begins)
		tail_begin(tail);
	code = tail_follow(tail);
	events_free(tail->events);
	return code;
}

static int
tail_run(int argc, char **argv)
{
	struct tail tail = {.left = -1, .had = {.says = true}};
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
	if (!number_given(after, 0, &tail.had.after) ||
	    !number_given(count, 1, &tail.left))
		return command_say(&command_tail, COMMAND_USAGE,
				   "--after is a number from 0 on, --count one "
				   "from 1 on");
	code = command_load_options(&command_tail, &options);
	if (code != COMMAND_OK)
		return code;
	code = COMMAND_NO_INPUT;
	if (privilege_become_owner(options.state) == LC_OK &&
	    state_is_there(options.state))
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
		"--json       lines of JSON, as observers are sent them, gaps "
		"too\n\n"
		"Exit codes: 0 done, told to end, or nobody reads it any "
		"more; 1 failed; 2 wrong\nusage; 66 the state cannot be "
		"read; 78 a wrong option.",
	.run = tail_run,
};
