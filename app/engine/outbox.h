/*
 * What the gate still has to do for calls that others have decided: send
 * an answer, or let go of a call.
 *
 * The clock decides, the pool computes, the gate talks: whoever decides puts
 * an item here, from any thread, without a lock (a pool thread under
 * SCHED_IDLE must never hold one that a quick thread takes).  A porter
 * sees the descriptor become readable and takes one item for each read.
 */
#ifndef ENGINE_OUTBOX_H
#define ENGINE_OUTBOX_H

#include <stdbool.h>

struct outbox;

struct outbox_item {
	struct outbox_item *next;
	void (*act)(struct outbox_item *item);
};

/* NULL when there is no memory or no descriptor. */
struct outbox *outbox_new(void);
void outbox_free(struct outbox *outbox);

/* Adds an item; its `act` will be called once. */
void outbox_put(struct outbox *outbox, struct outbox_item *item);

/* A descriptor to wait on: readable while there are items. */
int outbox_descriptor(const struct outbox *outbox);

/* Takes one item and acts on it; false when there was none. */
bool outbox_act(struct outbox *outbox);

#endif
