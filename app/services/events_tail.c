#include "services/events_tail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

enum { TAIL_FIRST = 64 };

/* The events in their order, from `begin` on, round a ring of 2^n places. */
struct events_tail {
	struct tail_event **ring;
	size_t mask, begin, count;
	int64_t most, total;
};

struct events_tail *
events_tail_new(size_t bytes)
{
	struct events_tail *tail = calloc(1, sizeof(*tail));

	if (tail == NULL)
		return NULL;
	tail->most = (int64_t)bytes;
	tail->mask = TAIL_FIRST - 1;
	tail->ring = calloc(TAIL_FIRST, sizeof(struct tail_event *));
	if (tail->ring == NULL) {
		free(tail);
		return NULL;
	}
	return tail;
}

void
events_tail_free(struct events_tail *tail)
{
	if (tail == NULL)
		return;
	events_tail_clear(tail);
	free(tail->ring);
	free(tail);
}

static struct tail_event **
tail_at(const struct events_tail *tail, size_t i)
{
	return &tail->ring[(tail->begin + i) & tail->mask];
}

void
tail_event_free(struct tail_event *event)
{
	free(event->packed[0]);
	free(event->packed[1]);
	free(event);
}

static void
tail_drop_first(struct events_tail *tail)
{
	tail_event_free(*tail_at(tail, 0));
	tail->begin++;
	tail->count--;
}

void
events_tail_clear(struct events_tail *tail)
{
	while (tail->count > 0)
		tail_drop_first(tail);
}

/* ---- making one ready */

void
events_place(double ra_deg, double dec_deg, double place[3])
{
	double ra = ra_deg * (M_PI / 180), dec = dec_deg * (M_PI / 180);

	place[0] = cos(dec) * cos(ra);
	place[1] = cos(dec) * sin(ra);
	place[2] = sin(dec);
}

/* *data_at is where its data begins. */
static void
envelope_write(struct buf *out, const char *epoch, const struct event *event,
	       size_t *data_at)
{
	char time[CLOCK_RFC3339_MAX];
	struct json json;

	clock_rfc3339_of(event->time_ms, time);
	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_int(&json, "seq", event->seq);
	json_text(&json, "epoch", epoch);
	json_text(&json, "time", time);
	json_text(&json, "type", event->name);
	json_raw(&json, "data", event->data, event->length);
	*data_at = out->length - event->length;
	if (event->trace != NULL)
		json_text(&json, "traceparent", event->trace);
	json_object_end(&json);
}

struct tail_event *
tail_event_new(const char *epoch, const struct event *event)
{
	struct tail_event *made = NULL;
	struct buf text;
	size_t data_at;

	buf_init(&text);
	envelope_write(&text, epoch, event, &data_at);
	if (!text.failed)
		made = malloc(sizeof(*made) + text.length + 1);
	if (made != NULL) {
		*made = (struct tail_event){
			.seq = event->seq,
			.type = event->type,
			.placed = event->placed,
			.data_at = data_at,
			.data_length = event->length,
			.length = text.length,
		};
		if (event->placed)
			events_place(event->ra_deg, event->dec_deg,
				     made->place);
		memcpy(made->text, text.bytes, text.length);
		made->text[text.length] = '\0';
	}
	buf_release(&text);
	return made;
}

/* ---- all of them */

static bool
tail_grow(struct events_tail *tail)
{
	size_t size = tail->mask + 1;
	struct tail_event **ring;

	if (tail->count < size)
		return true;
	ring = calloc(2 * size, sizeof(struct tail_event *));
	if (ring == NULL)
		return false;
	for (size_t i = 0; i < tail->count; i++)
		ring[i] = *tail_at(tail, i);
	free(tail->ring);
	tail->ring = ring;
	tail->mask = 2 * size - 1;
	tail->begin = 0;
	return true;
}

enum lc_rc
events_tail_put(struct events_tail *tail, struct tail_event *event)
{
	if (!tail_grow(tail)) {
		tail_event_free(event);
		return LC_NO_MEMORY;
	}
	tail->total += (int64_t)(sizeof(*event) + event->length);
	event->total = tail->total;
	*tail_at(tail, tail->count++) = event;
	while (tail->count > 1 &&
	       tail->total - (*tail_at(tail, 0))->total > tail->most)
		tail_drop_first(tail);
	return LC_OK;
}

/* Most often there are no numbers missing between the first and the last. */
struct tail_event *
events_tail_after(const struct events_tail *tail, int64_t seq)
{
	size_t low = 0, high = tail->count;

	if (tail->count == 0 || seq >= events_tail_last(tail))
		return NULL;
	if (seq >= events_tail_first(tail)) {
		size_t guess = (size_t)(seq - events_tail_first(tail)) + 1;

		if (guess < high && (*tail_at(tail, guess))->seq == seq + 1)
			return *tail_at(tail, guess);
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if ((*tail_at(tail, middle))->seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return *tail_at(tail, low);
}

int64_t
events_tail_first(const struct events_tail *tail)
{
	return tail->count == 0 ? 0 : (*tail_at(tail, 0))->seq;
}

int64_t
events_tail_total(const struct events_tail *tail)
{
	return tail->total;
}

int64_t
events_tail_last(const struct events_tail *tail)
{
	return tail->count == 0 ? 0 : (*tail_at(tail, tail->count - 1))->seq;
}
