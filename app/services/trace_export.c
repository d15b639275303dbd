#include "services/trace_export.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "services/digest.h"
#include "services/trace_export_body.h"
#include "services/trace_export_pause.h"
#include "services/trace_export_send.h"
#include "services/trace_export_settings.h"
#include "services/trace_ring.h"

enum {
	EXPORT_LOOK_MS = 100, /* at the slowest */
	EXPORT_LOOK_LEAST_MS = 5,
	EXPORT_AGAIN_MS = 2000 /* whether another exporter has gone */
};

struct trace_export {
	struct trace_export_settings settings;
	struct trace_export_body body;
	struct trace_ring *ring;
	struct trace_sender *sender;
	struct trace_span *spans;
	char *state;
	size_t most;     /* that are sent at once */
	int64_t seen_ns; /* since when some wait; 0: none do */
	bool troubled;   /* the last attempt has failed, which was said */
	bool unreadable; /* so was that of answers */
	struct trace_pause pause;
	_Atomic int64_t end_ns; /* INT64_MAX: it is not told to stop */
};

/* ---- making one */

static void
settings_warn(const struct trace_export_settings *settings)
{
	if (settings->fields_wrong > 0)
		log_warning("option otlp_headers: %u of its entries are left "
			    "out, as they are no NAME=VALUE that can be sent",
			    settings->fields_wrong);
	if (settings->attributes_wrong > 0)
		log_warning("option service_attributes: %u of its entries are "
			    "left out, as they are no NAME=VALUE in UTF-8",
			    settings->attributes_wrong);
}

static bool
export_init(struct trace_export *exporter, const struct options *options)
{
	if (trace_export_settings_init(&exporter->settings, options) != LC_OK)
		return false;
	/* More than the ring holds would never be there. */
	exporter->most = exporter->settings.batch;
	if (exporter->most > (size_t)options->trace_queue)
		exporter->most = (size_t)options->trace_queue;
	exporter->spans = calloc(exporter->most, sizeof(*exporter->spans));
	exporter->state = strdup(options->state);
	exporter->sender =
		trace_sender_new(&exporter->settings, &exporter->end_ns);
	return exporter->spans != NULL && exporter->state != NULL &&
	       exporter->sender != NULL;
}

struct trace_export *
trace_export_new(const struct options *options, char *why, size_t why_bytes)
{
	struct trace_export *exporter = calloc(1, sizeof(*exporter));

	snprintf(why, why_bytes, "out of memory");
	if (exporter == NULL)
		return NULL;
	atomic_init(&exporter->end_ns, INT64_MAX);
	trace_export_body_init(&exporter->body);
	if (export_init(exporter, options))
		exporter->ring = trace_ring_open(
			options->state, options->trace_queue, why, why_bytes);
	if (exporter->ring == NULL) {
		trace_export_free(exporter);
		return NULL;
	}
	settings_warn(&exporter->settings);
	return exporter;
}

void
trace_export_free(struct trace_export *exporter)
{
	if (exporter == NULL)
		return;
	trace_ring_close(exporter->ring);
	trace_sender_free(exporter->sender);
	trace_export_body_release(&exporter->body);
	trace_export_settings_release(&exporter->settings);
	free(exporter->spans);
	free(exporter->state);
	free(exporter);
}

/* ---- waiting */

static bool
is_told(struct trace_export *exporter)
{
	return atomic_load(&exporter->end_ns) != INT64_MAX;
}

static bool
is_over(struct trace_export *exporter)
{
	return clock_mono_ns() >= atomic_load(&exporter->end_ns);
}

static void
nap(int64_t ns)
{
	const int64_t most_ns = EXPORT_LOOK_MS * CLOCK_NS_PER_MS;
	struct timespec time = {.tv_nsec = ns < most_ns ? ns : most_ns};

	nanosleep(&time, NULL);
}

/* False: there will be no time left after it. */
static bool
pause_wait(struct trace_export *exporter, int64_t ms)
{
	const int64_t until_ns = clock_mono_ns() + ms * CLOCK_NS_PER_MS;
	int64_t left_ns;

	do {
		if (until_ns >= atomic_load(&exporter->end_ns))
			return false;
		left_ns = until_ns - clock_mono_ns();
		if (left_ns > 0)
			nap(left_ns);
	} while (left_ns > 0);
	return true;
}

/* False: it is told to stop, and what is there is another one's. */
static bool
become_the_one(struct trace_export *exporter)
{
	bool said = false;

	while (!trace_ring_lock(exporter->ring, exporter->state)) {
		int64_t again_ns =
			clock_mono_ns() + EXPORT_AGAIN_MS * CLOCK_NS_PER_MS;

		while (clock_mono_ns() < again_ns) {
			if (is_told(exporter))
				return false;
			nap(INT64_MAX);
		}
		/* Not of one that is just ending. */
		if (!said)
			log_notice("spans are left to whoever has spans.lock");
		said = true;
	}
	return true;
}

/*
 * Waits until a batch is full, or what was seen first has waited enough.  Where
 * there was much a moment ago it looks again soon, as a ring fills quickly.
 */
static bool
batch_wait(struct trace_export *exporter)
{
	const int64_t delay_ns = exporter->settings.delay_ms * CLOCK_NS_PER_MS;
	int64_t look_ns = EXPORT_LOOK_LEAST_MS * CLOCK_NS_PER_MS;

	while (!is_told(exporter)) {
		const int64_t waiting = trace_ring_waiting(exporter->ring);
		const int64_t now_ns = clock_mono_ns();

		if (waiting == 0)
			exporter->seen_ns = 0;
		else if (exporter->seen_ns == 0)
			exporter->seen_ns = now_ns;
		if (waiting >= (int64_t)exporter->most ||
		    (waiting > 0 && now_ns - exporter->seen_ns >= delay_ns))
			return true;
		nap(look_ns);
		if (look_ns < delay_ns &&
		    look_ns < EXPORT_LOOK_MS * CLOCK_NS_PER_MS)
			look_ns *= 2;
	}
	return trace_ring_waiting(exporter->ring) > 0 && !is_over(exporter);
}

/* ---- answers: each span is counted once, before it leaves the ring */

static void
count(struct trace_export *exporter, enum trace_count what, int64_t n)
{
	trace_ring_add(exporter->ring, what, n);
}

static void
say_well(struct trace_export *exporter)
{
	trace_pause_end(&exporter->pause);
	trace_ring_say(exporter->ring, true, "");
	if (exporter->troubled)
		log_notice("spans are exported again");
	exporter->troubled = false;
}

static void
taken(struct trace_export *exporter, size_t spans,
      const struct trace_answer *answer)
{
	const int64_t all = (int64_t)spans;
	int64_t rejected = answer->rejected;

	if (rejected < 0)
		rejected = 0;
	if (rejected > all)
		rejected = all;
	count(exporter, TRACE_EXPORTED, all - rejected);
	count(exporter, TRACE_REFUSED, rejected);
	count(exporter, rejected > 0 ? TRACE_SENT_PARTLY : TRACE_SENT_WELL, 1);
	if (rejected > 0)
		log_warning("the collector has not taken %lld of %lld spans: "
			    "%s",
			    (long long)rejected, (long long)all, answer->why);
	else if (answer->why[0] != '\0')
		log_warning("the collector has taken all spans, but says: %s",
			    answer->why);
	if (answer->unreadable && !exporter->unreadable)
		log_warning("the collector has taken spans with an answer that "
			    "is not OTLP's; is it one?");
	exporter->unreadable = exporter->unreadable || answer->unreadable;
	say_well(exporter);
}

static void
refused(struct trace_export *exporter, size_t spans,
	const struct trace_answer *answer)
{
	count(exporter, TRACE_REFUSED, (int64_t)spans);
	count(exporter, TRACE_SENT_IN_VAIN, 1);
	trace_pause_end(&exporter->pause);
	trace_ring_say(exporter->ring, false, answer->why);
	log_warning("the collector has turned %zu spans away: %s", spans,
		    answer->why);
}

/* False: there is no time left. */
static bool
later(struct trace_export *exporter, const struct trace_answer *answer)
{
	uint32_t chance;

	count(exporter, TRACE_SENT_AGAIN, 1);
	trace_ring_say(exporter->ring, false, answer->why);
	if (!exporter->troubled)
		log_warning("spans wait, as they cannot be exported: %s",
			    answer->why);
	exporter->troubled = true;
	digest_random(&chance, sizeof(chance));
	return pause_wait(exporter,
			  trace_pause_next_ms(&exporter->pause,
					      answer->retry_after_s, chance));
}

/* ---- one attempt */

/* False: it is time to end.  `passed` is what may leave the ring. */
static bool
answered(struct trace_export *exporter, size_t spans, size_t passed,
	 const struct trace_answer *answer)
{
	switch (answer->kind) {
	case TRACE_ANSWER_NONE:
		return false;
	case TRACE_ANSWER_LATER:
		return later(exporter, answer);
	case TRACE_ANSWER_TOO_LARGE:
		if (spans > 1) {
			count(exporter, TRACE_SENT_AGAIN, 1);
			exporter->most = (spans + 1) / 2;
			return true;
		}
		refused(exporter, spans, answer);
		break;
	case TRACE_ANSWER_REFUSED:
		refused(exporter, spans, answer);
		break;
	case TRACE_ANSWER_TAKEN:
		taken(exporter, spans, answer);
		break;
	}
	trace_ring_let_go(exporter->ring, passed);
	exporter->seen_ns = 0;
	return true;
}

static bool
batch_send(struct trace_export *exporter, size_t spans, size_t passed)
{
	const struct buf *body = trace_export_body_make(
		&exporter->body, &exporter->settings, exporter->spans, spans);
	struct trace_answer answer = {.kind = TRACE_ANSWER_LATER,
				      .why = "out of memory"};

	if (body != NULL)
		trace_sender_send(exporter->sender, body, &answer);
	return answered(exporter, spans, passed, &answer);
}

/* False: it is time to end. */
static bool
batch_take(struct trace_export *exporter)
{
	size_t passed = 0;
	size_t spans = trace_ring_take(exporter->ring, exporter->spans,
				       exporter->most, &passed);

	if (spans > 0)
		return batch_send(exporter, spans, passed);
	trace_ring_let_go(exporter->ring, passed);
	/* The next one is being written at this moment, or never will be. */
	if (passed == 0)
		nap(EXPORT_LOOK_LEAST_MS * CLOCK_NS_PER_MS);
	return true;
}

void
trace_export_run(struct trace_export *exporter)
{
	const char *url = exporter->settings.url;

	if (!become_the_one(exporter))
		return;
	/* A query may be a key. */
	log_notice("exporting spans to %.*s", (int)strcspn(url, "?#"), url);
	while (batch_wait(exporter) && batch_take(exporter))
		;
}

void
trace_export_stop(struct trace_export *exporter, int64_t last_ms)
{
	const int64_t wanted_ns = clock_mono_ns() + last_ms * CLOCK_NS_PER_MS;
	int64_t end_ns = atomic_load(&exporter->end_ns);

	while (wanted_ns < end_ns &&
	       !atomic_compare_exchange_weak(&exporter->end_ns, &end_ns,
					     wanted_ns))
		;
}
