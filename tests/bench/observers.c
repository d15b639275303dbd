/*
 * Many observers of a stream of events, as a load and as a judge.
 *
 *	observers [OPTIONS] PLACE
 *
 * PLACE is the path of a unix socket, or an address and a port.
 *
 *	-c COUNT    observers (1)
 *	-d COUNT    more of them that read nothing until the end
 *	-t TARGET   what they ask for (/cosmic_stream)
 *	-a SEQ      the number of the last event that they have had
 *	-x          they offer permessage-deflate
 *	-X          and each message that comes packed stands alone
 *	-k          they come again when the connection ends
 *	-p COUNT    so many of them publish, too,
 *	-b BYTES    messages of about this size (150),
 *	-w COUNT    with so many of each under way (1),
 *	-r RATE     not more of each in a second,
 *	-n COUNT    and not more of each at all
 *	-s SECONDS  publishing, or waiting, ends then
 *	-l SECONDS  all ends then (300)
 *
 * Says "ready" when all are connected.  It ends when publishing has ended,
 * standard input has, and all have had the event whose number was read there
 * last, and all that was published here.  Then it prints what was seen, as
 * JSON: how many events, how soon after the time that stands in them after
 * "sent" (CLOCK_MONOTONIC, in ns), and faults.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "observer.h"

enum {
	OPEN_AT_ONCE = 64,
	AGAIN_MS = 20, /* between tries to be connected */
	DRAIN_S = 5,   /* for those who read at the end only */
	TURN_EVENTS = 256,
};

struct wanted {
	int64_t count, deaf, publishers, bytes, window, rate, most;
	int64_t seconds, limit, after;
	bool again;
};

struct crowd {
	struct wanted wanted;
	struct observed observed;
	struct observer *observers; /* the deaf ones last */
	int poll;
	int64_t began_ns, again_ns;
	int64_t until; /* the number that all are to have */
	bool input_open, publishing;
	int64_t here, resumed;
};

static void
fail(const char *what)
{
	fprintf(stderr, "observers: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* ---- connections */

static void
watch(struct crowd *crowd, struct observer *observer)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = observer};

	if (observer->number < crowd->wanted.count &&
	    epoll_ctl(crowd->poll, EPOLL_CTL_ADD, observer->fd, &event) != 0)
		fail("epoll_ctl");
	crowd->here++;
}

/* Some at once, as each has to wait; false: it did not work. */
static bool
open_some(struct crowd *crowd, int64_t first, int64_t end)
{
	for (int64_t i = first; i < end; i++)
		if (!observer_open_begin(&crowd->observers[i],
					 &crowd->observed))
			return false;
	for (int64_t i = first; i < end; i++) {
		if (!observer_open_end(&crowd->observers[i], &crowd->observed))
			return false;
		watch(crowd, &crowd->observers[i]);
	}
	return true;
}

static void
open_all(struct crowd *crowd)
{
	int64_t count = crowd->wanted.count + crowd->wanted.deaf;

	crowd->observers = calloc((size_t)count, sizeof(struct observer));
	if (crowd->observers == NULL)
		fail("memory");
	for (int64_t i = 0; i < count; i++) {
		observer_init(&crowd->observers[i], (int)i);
		crowd->observers[i].last = crowd->wanted.after;
	}
	for (int64_t i = 0; i < count; i += OPEN_AT_ONCE)
		if (!open_some(crowd, i,
			       i + OPEN_AT_ONCE < count ? i + OPEN_AT_ONCE :
							  count))
			fail("no connection");
	puts("ready");
	fflush(stdout);
}

/* Those whose connection has ended, until one finds nobody there. */
static void
open_again(struct crowd *crowd, int64_t now_ns)
{
	if (!crowd->wanted.again || crowd->here >= crowd->wanted.count ||
	    now_ns < crowd->again_ns)
		return;
	for (int64_t i = 0; i < crowd->wanted.count; i++) {
		struct observer *observer = &crowd->observers[i];

		if (observer->fd >= 0)
			continue;
		if (!observer_open_begin(observer, &crowd->observed) ||
		    !observer_open_end(observer, &crowd->observed)) {
			observer_close(observer);
			crowd->again_ns = now_ns + AGAIN_MS * CLOCK_NS_PER_MS;
			return;
		}
		watch(crowd, observer);
		crowd->resumed++;
	}
}

/* Now they read, to the end of what there is; only its end counts. */
static void
drain(struct crowd *crowd)
{
	const struct seen before = crowd->observed.seen;
	int64_t end = crowd->wanted.count + crowd->wanted.deaf;
	int64_t until_ns = clock_mono_ns() + DRAIN_S * CLOCK_NS_PER_S;

	for (int64_t i = crowd->wanted.count; i < end; i++)
		while (observer_read(&crowd->observers[i], &crowd->observed) &&
		       clock_mono_ns() < until_ns)
			usleep(1000);
	crowd->observed.seen = before;
}

/* ---- publishing */

static int64_t
may_send(const struct crowd *crowd, const struct observer *observer,
	 int64_t now_ns)
{
	const struct wanted *wanted = &crowd->wanted;
	int64_t may = wanted->window - observer_under_way(observer);

	if (wanted->rate > 0) {
		double passed_s = (double)(now_ns - crowd->began_ns) / 1e9;
		int64_t due = (int64_t)(passed_s * (double)wanted->rate) -
			      observer->sent;

		may = due < may ? due : may;
	}
	if (wanted->most > 0 && wanted->most - observer->sent < may)
		may = wanted->most - observer->sent;
	return may;
}

static void
publish(struct crowd *crowd, int64_t now_ns)
{
	const struct wanted *wanted = &crowd->wanted;
	bool more = false;

	if (wanted->seconds > 0 &&
	    now_ns - crowd->began_ns > wanted->seconds * CLOCK_NS_PER_S)
		crowd->publishing = false;
	for (int64_t i = 0; i < wanted->publishers && crowd->publishing; i++) {
		struct observer *observer = &crowd->observers[i];
		int64_t may = may_send(crowd, observer, now_ns);

		while (may-- > 0 && observer->fd >= 0 &&
		       observer_flush(observer))
			observer_publish(observer, (size_t)wanted->bytes);
		more |= wanted->most == 0 || observer->sent < wanted->most;
	}
	if (!more && (wanted->publishers > 0 || wanted->seconds == 0))
		crowd->publishing = false;
}

static bool
all_came_back(struct crowd *crowd)
{
	for (int64_t i = 0; i < crowd->wanted.publishers; i++) {
		struct observer *observer = &crowd->observers[i];

		if (!observer_flush(observer) ||
		    observer_under_way(observer) > 0)
			return false;
		if (observer->last > crowd->until)
			crowd->until = observer->last;
	}
	return true;
}

/* ---- turns */

static void
input_read(struct crowd *crowd)
{
	char line[64];
	ssize_t got = read(STDIN_FILENO, line, sizeof(line));
	int64_t number = got > 0 ? seen_number(line, (size_t)got, "") : -1;

	if (number > crowd->until)
		crowd->until = number;
	if (got > 0)
		return;
	crowd->input_open = false;
	epoll_ctl(crowd->poll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}

static void
turn(struct crowd *crowd)
{
	struct epoll_event events[TURN_EVENTS];
	int count = epoll_wait(crowd->poll, events, TURN_EVENTS,
			       crowd->wanted.rate > 0 ? 1 : AGAIN_MS);

	for (int i = 0; i < count; i++) {
		struct observer *observer = events[i].data.ptr;

		if (observer == NULL)
			input_read(crowd);
		else if (!observer_read(observer, &crowd->observed))
			crowd->here--;
	}
}

/* Of those who read, how many have not had the last event. */
static int64_t
late(const struct crowd *crowd)
{
	int64_t count = 0;

	for (int64_t i = 0; i < crowd->wanted.count; i++)
		count += crowd->observers[i].last < crowd->until;
	return count;
}

static bool
ended(struct crowd *crowd, int64_t now_ns)
{
	const struct wanted *wanted = &crowd->wanted;

	if (now_ns - crowd->began_ns > wanted->limit * CLOCK_NS_PER_S ||
	    (crowd->here == wanted->deaf && !wanted->again))
		return true;
	return !crowd->publishing && !crowd->input_open &&
	       all_came_back(crowd) && late(crowd) == 0;
}

static void
watch_input(struct crowd *crowd)
{
	struct epoll_event event = {.events = EPOLLIN};

	/* What is no pipe, such as /dev/null, is at its end. */
	crowd->input_open = epoll_ctl(crowd->poll, EPOLL_CTL_ADD, STDIN_FILENO,
				      &event) == 0;
}

static void
run(struct crowd *crowd)
{
	int64_t now_ns;

	crowd->poll = epoll_create1(EPOLL_CLOEXEC);
	if (crowd->poll < 0)
		fail("epoll_create1");
	open_all(crowd);
	watch_input(crowd);
	crowd->publishing = true;
	crowd->began_ns = now_ns = clock_mono_ns();
	while (!ended(crowd, now_ns)) {
		publish(crowd, now_ns);
		turn(crowd);
		now_ns = clock_mono_ns();
		open_again(crowd, now_ns);
	}
	drain(crowd);
}

/* ---- what was seen */

static void
report_closes(const struct observed *observed)
{
	const char *comma = "";

	printf("\"closes\":{");
	for (int i = 0; i < OBSERVER_CODES; i++) {
		if (observed->closes[i] == 0)
			continue;
		printf("%s\"%d\":%llu", comma, OBSERVER_NORMAL + i,
		       (unsigned long long)observed->closes[i]);
		comma = ",";
	}
	printf("}");
}

static void
report(const struct crowd *crowd, int64_t not_all)
{
	const struct observed *observed = &crowd->observed;
	const struct seen *seen = &observed->seen;
	int64_t sent = 0;

	for (int64_t i = 0; i < crowd->wanted.publishers; i++)
		sent += crowd->observers[i].sent;
	printf("{\"events\":%llu,\"bytes\":%llu,\"packed\":%llu,\"seconds\":%."
	       "6f,"
	       "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,",
	       (unsigned long long)seen->events,
	       (unsigned long long)seen->bytes,
	       (unsigned long long)observed->packed,
	       (double)(seen->last_ns - seen->first_ns) / 1e9,
	       latencies_part_ms(&seen->latencies, 0.5),
	       latencies_part_ms(&seen->latencies, 0.99),
	       latencies_part_ms(&seen->latencies, 1));
	printf("\"lost\":%llu,\"twice\":%llu,\"altered\":%llu,\"strange\":%llu,"
	       "\"gaps\":%llu,\"refusals\":%llu,\"late\":%lld,",
	       (unsigned long long)seen->lost, (unsigned long long)seen->twice,
	       (unsigned long long)seen->altered,
	       (unsigned long long)seen->strange,
	       (unsigned long long)observed->gaps,
	       (unsigned long long)observed->refusals, (long long)not_all);
	printf("\"published\":%lld,\"resumed\":%lld,\"last\":%lld,",
	       (long long)sent, (long long)crowd->resumed,
	       (long long)crowd->until);
	report_closes(observed);
	puts("}");
}

/* ---- the command line */

static int64_t
number_of(const char *text)
{
	int64_t number;

	if (number_parse_int64(text, strlen(text), &number) != NUMBER_OK) {
		fprintf(stderr, "observers: %s is no number\n", text);
		exit(EXIT_FAILURE);
	}
	return number;
}

/* Where the number of an option goes; NULL: it has none. */
static int64_t *
place_of(struct wanted *wanted, int option)
{
	const struct {
		int option;
		int64_t *place;
	} places[] = {
		{'c', &wanted->count},   {'d', &wanted->deaf},
		{'a', &wanted->after},   {'p', &wanted->publishers},
		{'b', &wanted->bytes},   {'w', &wanted->window},
		{'r', &wanted->rate},    {'n', &wanted->most},
		{'s', &wanted->seconds}, {'l', &wanted->limit},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].option == option)
			return places[i].place;
	return NULL;
}

static void
arguments_read(struct crowd *crowd, int argc, char **argv)
{
	struct wanted *wanted = &crowd->wanted;
	int option;

	while ((option = getopt(argc, argv, "a:b:c:d:kl:n:p:r:s:t:w:xX")) !=
	       -1) {
		int64_t *place = place_of(wanted, option);

		if (place != NULL)
			*place = number_of(optarg);
		else if (option == 't')
			crowd->observed.target = optarg;
		else if (option == 'k')
			wanted->again = true;
		else if (option == 'x' || option == 'X')
			crowd->observed.packs = true;
		else
			exit(EXIT_FAILURE);
		if (option == 'X' && crowd->observed.unpacked == NULL)
			crowd->observed.unpacked = unpacked_new();
	}
	if (optind + 1 != argc || wanted->publishers > wanted->count) {
		fputs("observers [OPTIONS] PLACE\n", stderr);
		exit(EXIT_FAILURE);
	}
	crowd->observed.place = argv[optind];
}

int
main(int argc, char **argv)
{
	struct crowd crowd = {
		.wanted = {.count = 1,
			   .bytes = 150,
			   .window = 1,
			   .limit = 300,
			   .after = -1},
		.observed.target = "/cosmic_stream",
		.until = -1,
	};

	signal(SIGPIPE, SIG_IGN);
	arguments_read(&crowd, argc, argv);
	seen_init(&crowd.observed.seen);
	run(&crowd);
	report(&crowd, late(&crowd));
	for (int64_t i = 0; i < crowd.wanted.count + crowd.wanted.deaf; i++)
		observer_release(&crowd.observers[i]);
	free(crowd.observers);
	seen_release(&crowd.observed.seen);
	if (crowd.observed.unpacked != NULL)
		unpacked_free(crowd.observed.unpacked);
	close(crowd.poll);
	return EXIT_SUCCESS;
}
