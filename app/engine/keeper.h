/*
 * The keeper: a thread that does what nobody waits for, in its order, and
 * looks after something now and then.  It starts with the first that there
 * is to do.
 */
#ifndef ENGINE_KEEPER_H
#define ENGINE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keeper;

/* What is left waits here; no more is taken. */
enum { KEEPER_ITEMS_MOST = 1024, KEEPER_BYTES_MOST = 128 << 20 };

struct keeper_item {
	struct keeper_item *next;
	/* Does it, and frees it. */
	void (*act)(struct keeper_item *item);
	size_t bytes; /* that it holds meanwhile */
};

/*
 * `look` is called by the thread when it is time, and returns in how many ms
 * it wants to be called again; 0: not until keeper_look().  NULL without
 * memory.
 */
struct keeper *keeper_new(int (*look)(void *arg), void *arg);

/* Ends the thread; what is left is not done, and must be nothing. */
void keeper_free(struct keeper *keeper);

/* False: there is too much to do, or no thread; the item is the caller's. */
bool keeper_add(struct keeper *keeper, struct keeper_item *item);

/* Lets it look at once. */
void keeper_look(struct keeper *keeper);

/* Waits until all is done; false: some is left at `until_ns` (monotonic). */
bool keeper_stop(struct keeper *keeper, int64_t until_ns);

#endif
