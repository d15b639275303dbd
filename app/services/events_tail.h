/*
 * The last events, in memory and ready to be sent: for who has many readers
 * that all want the same.
 *
 * A reader has no queue.  It keeps the number of the last event that it has
 * had, and asks for the next one.  What it has missed is gone from here when
 * more than `bytes` of events have come since; then it may be in the file
 * still.
 *
 * A tail belongs to one thread at a time.
 */
#ifndef SERVICES_EVENTS_TAIL_H
#define SERVICES_EVENTS_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/events.h"

struct events_tail;

/* One event as it is sent; nothing of it changes but what is made of it. */
struct tail_event {
	int64_t seq;
	int64_t total; /* bytes of all events of the tail up to this one */
	enum events_type type;
	bool placed;
	double place[3]; /* on the unit sphere */
	size_t length;   /* of the text: {"seq":1,…,"data":…,…} */
	size_t data_at, data_length;
	void *packed[2]; /* what its owner has made of it, by malloc(), once;
	                    they go with it */
	char text[];
};

/* The place on the unit sphere that a position in degrees is. */
void events_place(double ra_deg, double dec_deg, double place[3]);

/* NULL without memory. */
struct events_tail *events_tail_new(size_t bytes);
void events_tail_free(struct events_tail *tail);

/* Makes one ready, which events_tail_put() takes; NULL without memory. */
struct tail_event *tail_event_new(const char *epoch, const struct event *event);
void tail_event_free(struct tail_event *event);

/* Puts one in that is later than all there are; the oldest ones may go. */
enum lc_rc events_tail_put(struct events_tail *tail, struct tail_event *event)
	LC_CHECKED;

/* All go. */
void events_tail_clear(struct events_tail *tail);

/* The first one after this number; NULL: there is none yet. */
struct tail_event *events_tail_after(const struct events_tail *tail,
				     int64_t seq);

/* The numbers of the first and the last; 0 where there are none. */
int64_t events_tail_first(const struct events_tail *tail);
int64_t events_tail_last(const struct events_tail *tail);

/* The last one's `total`. */
int64_t events_tail_total(const struct events_tail *tail);

#endif
