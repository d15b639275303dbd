#include "services/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/options.h"
#include "services/bell.h"
#include "services/state_file.h"

enum {
	EVENTS_VERSION = 7, /* of the first state.sqlite with these events */
	EVENTS_TIDY_EVERY = 64, /* events, and then so many go at most: */
	EVENTS_TIDY_MOST = 512
};

static const char *const type_names[EVENTS_TYPE__MAX] = {
#define EVENTS_TYPE_NAME(constant, name, doc) [constant] = (name),
	EVENTS_TYPE_TABLE(EVENTS_TYPE_NAME)
#undef EVENTS_TYPE_NAME
};

/* What one thread adds; it lies on that thread's stack. */
struct events_addition {
	struct events_addition *next;
	struct event *list;
	size_t count;
	bool done;
	enum lc_rc rc;
	char why[EVENTS_WHY_MAX];
};

struct events {
	struct lock queue; /* guards the additions, oldest first */
	struct events_addition *first, **last;
	struct lock writing; /* guards `write`; held while SQLite works */
	struct state_file write;
	struct lock reading; /* guards `read`; held while SQLite works */
	struct state_file read;
	struct bell bell;
	struct events_limits limits;
	const char *state_dir;
};

struct events *
events_new(const char *state_dir, const struct events_limits *limits)
{
	struct events *events = calloc(1, sizeof(*events));

	if (events == NULL)
		return NULL;
	events->state_dir = state_dir;
	events->limits = *limits;
	events->last = &events->first;
	lock_init(&events->queue);
	lock_init(&events->writing);
	lock_init(&events->reading);
	bell_init(&events->bell, state_dir, "events.seg");
	return events;
}

struct events *
events_new_of(const struct options *options)
{
	const struct events_limits limits = {
		.keep_s = options->stream_keep_s,
		.keep_bytes = options->stream_keep_mb << 20};

	return events_new(options->state, &limits);
}

void
events_free(struct events *events)
{
	if (events == NULL)
		return;
	state_file_close(&events->write);
	state_file_close(&events->read);
	bell_release(&events->bell);
	lock_release(&events->reading);
	lock_release(&events->writing);
	lock_release(&events->queue);
	free(events);
}

enum events_type
events_type_find(const char *name, size_t length)
{
	for (int i = 0; i < EVENTS_TYPE__MAX; i++)
		if (strlen(type_names[i]) == length &&
		    memcmp(type_names[i], name, length) == 0)
			return (enum events_type)i;
	return EVENTS_TYPE__MAX;
}

const char *
events_type_name(enum events_type type)
{
	return type_names[type];
}

uint32_t
events_heard(struct events *events)
{
	return bell_heard(&events->bell);
}

void
events_wait(struct events *events, uint32_t heard, int64_t ms)
{
	bell_wait(&events->bell, heard, ms);
}

void
events_ring(struct events *events)
{
	bell_ring(&events->bell);
}

/* ---- adding */

/* `total` is all bytes up to this event, so that a difference is what is kept
   between two. */
static enum lc_rc
event_insert(struct store *store, struct event *event)
{
	struct store_query *query;
	const char *name;
	bool row;
	enum lc_rc rc = store_keep(
		store,
		"INSERT INTO events (time_ms, type, ra, dec, total, data,"
		"  trace)"
		" VALUES (?1, ?2, ?3, ?4, 64 + length(CAST(?5 AS BLOB))"
		"  + coalesce(length(?6), 0)"
		"  + coalesce((SELECT total FROM events"
		"   ORDER BY seq DESC LIMIT 1), 0), ?5, ?6)"
		" RETURNING seq",
		&query);

	if (rc != LC_OK)
		return rc;
	event->time_ms = clock_unix_ms();
	store_bind_int64(query, 1, event->time_ms);
	name = events_type_name(event->type);
	store_bind_text(query, 2, name, strlen(name));
	if (event->placed) {
		store_bind_real(query, 3, event->ra_deg);
		store_bind_real(query, 4, event->dec_deg);
	} else {
		store_bind_null(query, 3);
		store_bind_null(query, 4);
	}
	store_bind_text(query, 5, event->data, event->length);
	if (event->trace != NULL)
		store_bind_text(query, 6, event->trace, strlen(event->trace));
	else
		store_bind_null(query, 6);
	rc = store_step(query, &row);
	if (rc == LC_OK)
		event->seq = store_int64(query, 0);
	store_reset(query);
	return rc;
}

/*
 * A few of those that are too old, or too much, if there are any: the first
 * ones, to the last of them that is, as none may be missing in between where
 * the clock was set back.
 */
static enum lc_rc
events_remove_old(const struct events *events, struct store *store)
{
	struct store_query *query;
	enum lc_rc rc = store_keep(
		store,
		"DELETE FROM events WHERE seq <= (SELECT max(seq) FROM events"
		"  WHERE seq < (SELECT min(seq) FROM events) + ?3"
		"  AND (time_ms < ?1 OR total <= ?2"
		"   + (SELECT total FROM events ORDER BY seq DESC LIMIT 1)))",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1,
			 clock_unix_ms() - events->limits.keep_s * 1000);
	store_bind_int64(query, 2, -events->limits.keep_bytes);
	store_bind_int64(query, 3, EVENTS_TIDY_MOST);
	return store_run(query);
}

static enum lc_rc
events_insert(const struct events *events, struct store *store,
	      const struct events_addition *addition)
{
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < addition->count && rc == LC_OK; i++) {
		struct event *event = &addition->list[i];

		rc = event_insert(store, event);
		if (rc == LC_OK && event->seq % EVENTS_TIDY_EVERY == 0)
			rc = events_remove_old(events, store);
	}
	return rc;
}

/* Begins to write; after LC_OK events_write_end() must follow. */
static enum lc_rc
events_write_begin(struct events *events, char *why, size_t why_bytes)
{
	enum lc_rc rc = state_file_write(&events->write, events->state_dir,
					 false, why, why_bytes);

	if (rc == LC_OK)
		rc = state_begin(events->write.store, why, why_bytes);
	if (rc != LC_OK)
		state_file_close(&events->write);
	return rc;
}

static enum lc_rc
events_write_end(struct events *events, enum lc_rc rc, char *why,
		 size_t why_bytes)
{
	if (rc != LC_OK)
		rc = state_failed(events->write.store, rc, why, why_bytes);
	rc = state_end(events->write.store, rc, why, why_bytes);
	/* What has failed is tried anew the next time. */
	if (rc != LC_OK)
		state_file_close(&events->write);
	return rc;
}

/* All in one transaction: they succeed or fail together. */
static void
additions_commit(struct events *events, struct events_addition *first)
{
	char why[EVENTS_WHY_MAX];
	enum lc_rc rc = events_write_begin(events, why, sizeof(why));

	if (rc == LC_OK) {
		for (const struct events_addition *a = first;
		     a != NULL && rc == LC_OK; a = a->next)
			rc = events_insert(events, events->write.store, a);
		rc = events_write_end(events, rc, why, sizeof(why));
	}
	for (struct events_addition *a = first; a != NULL; a = a->next) {
		a->rc = rc;
		if (rc != LC_OK)
			memcpy(a->why, why, sizeof(why));
		a->done = true;
	}
	if (rc == LC_OK)
		events_ring(events);
}

static struct events_addition *
additions_take(struct events *events)
{
	struct events_addition *first;

	lock_take(&events->queue);
	first = events->first;
	events->first = NULL;
	events->last = &events->first;
	lock_give(&events->queue);
	return first;
}

enum lc_rc
events_add(struct events *events, struct event *list, size_t count, char *why,
	   size_t why_bytes)
{
	struct events_addition addition = {.list = list, .count = count};

	lock_take(&events->queue);
	*events->last = &addition;
	events->last = &addition.next;
	lock_give(&events->queue);
	/* Whoever had the lock before may have done it for us. */
	lock_take(&events->writing);
	if (!addition.done)
		additions_commit(events, additions_take(events));
	lock_give(&events->writing);
	if (addition.rc != LC_OK)
		snprintf(why, why_bytes, "%s", addition.why);
	return addition.rc;
}

enum lc_rc
events_add_in(struct events *events, struct store *store, struct event *event,
	      char *why, size_t why_bytes)
{
	const struct events_addition one = {.list = event, .count = 1};
	enum lc_rc rc = events_insert(events, store, &one);

	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	return rc;
}

enum lc_rc
events_tidy(struct events *events, char *why, size_t why_bytes)
{
	int64_t gone = EVENTS_TIDY_MOST;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && gone == EVENTS_TIDY_MOST) {
		lock_take(&events->writing);
		rc = events_write_begin(events, why, why_bytes);
		if (rc == LC_OK) {
			rc = events_remove_old(events, events->write.store);
			gone = store_changes(events->write.store);
			rc = events_write_end(events, rc, why, why_bytes);
		}
		lock_give(&events->writing);
	}
	return rc;
}

/* ---- reading */

/* Begins to read; after LC_OK events_read_end() must follow. */
static enum lc_rc
events_read_begin(struct events *events, char *why, size_t why_bytes)
{
	enum lc_rc rc;

	lock_take(&events->reading);
	rc = state_file_read(&events->read, events->state_dir, EVENTS_VERSION,
			     why, why_bytes);
	if (rc != LC_OK) {
		state_file_close(&events->read);
		lock_give(&events->reading);
	}
	return rc;
}

/* Puts words to what the store has said. */
static enum lc_rc
events_read_end(struct events *events, enum lc_rc said, enum lc_rc rc,
		char *why, size_t why_bytes)
{
	if (said != LC_OK) {
		rc = state_failed(events->read.store, said, why, why_bytes);
		state_file_close(&events->read);
	}
	lock_give(&events->reading);
	return rc;
}

/* Opening it for writing makes it, and brings an older one up to date. */
static enum lc_rc
events_make(struct events *events, char *why, size_t why_bytes)
{
	enum lc_rc rc;

	lock_take(&events->writing);
	rc = state_file_write(&events->write, events->state_dir, false, why,
			      why_bytes);
	if (rc != LC_OK)
		state_file_close(&events->write);
	lock_give(&events->writing);
	return rc;
}

static enum lc_rc
position_ask(struct store *store, struct events_position *out)
{
	struct store_query *query;
	size_t length = 0;
	const char *epoch;
	bool row;
	enum lc_rc rc = store_keep(store,
				   "SELECT epoch,"
				   " coalesce((SELECT seq FROM sqlite_sequence"
				   "  WHERE name = 'events'), 0),"
				   " (SELECT min(seq) FROM events) FROM stream",
				   &query);

	if (rc == LC_OK)
		rc = store_step(query, &row);
	if (rc != LC_OK)
		return rc;
	epoch = store_text(query, 0, &length);
	snprintf(out->epoch, sizeof(out->epoch), "%.*s", (int)length,
		 epoch != NULL ? epoch : "");
	out->last = store_int64(query, 1);
	out->first =
		store_is_null(query, 2) ? out->last + 1 : store_int64(query, 2);
	store_reset(query);
	return LC_OK;
}

enum lc_rc
events_peek(struct events *events, struct events_position *out, char *why,
	    size_t why_bytes)
{
	enum lc_rc rc = events_read_begin(events, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	return events_read_end(events, position_ask(events->read.store, out),
			       LC_OK, why, why_bytes);
}

enum lc_rc
events_position(struct events *events, struct events_position *out, char *why,
		size_t why_bytes)
{
	enum lc_rc rc = events_peek(events, out, why, why_bytes);

	if (rc == LC_NOT_FOUND) {
		rc = events_make(events, why, why_bytes);
		if (rc == LC_OK)
			rc = events_peek(events, out, why, why_bytes);
	}
	return rc == LC_NOT_FOUND ? LC_UNAVAILABLE : rc;
}

/* A text of the present row that ends in NUL; what is too long is cut. */
static void
text_take(struct store_query *query, int column, char *out, size_t bytes)
{
	size_t length = 0;
	const char *text = store_text(query, column, &length);

	snprintf(out, bytes, "%.*s", (int)length, text == NULL ? "" : text);
}

/* One event's texts that SQLite does not keep in our form. */
struct event_texts {
	char name[EVENTS_TYPE_MAX];
	char trace[EVENTS_TRACE_BYTES];
};

static void
event_take(struct store_query *query, struct event *event,
	   struct event_texts *texts)
{
	text_take(query, 2, texts->name, sizeof(texts->name));
	text_take(query, 6, texts->trace, sizeof(texts->trace));
	*event = (struct event){
		.seq = store_int64(query, 0),
		.time_ms = store_int64(query, 1),
		.type = events_type_find(texts->name, strlen(texts->name)),
		.name = texts->name,
		.trace = texts->trace[0] != '\0' ? texts->trace : NULL,
		.placed = !store_is_null(query, 3),
		.ra_deg = store_real(query, 3),
		.dec_deg = store_real(query, 4),
	};
	event->data = store_text(query, 5, &event->length);
}

enum lc_rc
events_read(struct events *events, int64_t after, size_t most,
	    enum lc_rc (*each)(void *arg, const struct event *event), void *arg,
	    char *why, size_t why_bytes)
{
	enum lc_rc rc = events_read_begin(events, why, why_bytes);
	enum lc_rc said, told = LC_OK;
	struct store_query *query;
	struct event_texts texts;
	bool row = true;

	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	said = store_keep(events->read.store,
			  "SELECT seq, time_ms, type, ra, dec, data, trace"
			  " FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
			  &query);
	if (said != LC_OK)
		return events_read_end(events, said, told, why, why_bytes);
	store_bind_int64(query, 1, after);
	store_bind_int64(query, 2, (int64_t)most);
	while (said == LC_OK && told == LC_OK) {
		struct event event;

		said = store_step(query, &row);
		if (said != LC_OK || !row)
			break;
		event_take(query, &event, &texts);
		told = each(arg, &event);
	}
	store_reset(query);
	return events_read_end(events, said, told, why, why_bytes);
}
