/*
 * Heavy slots: how much heavy work runs at once on this machine, counted
 * over all processes that share a state directory.
 *
 * A slot is a byte of STATE/slots.lock, and holding it is an open file
 * description lock (fcntl(2), F_OFD_SETLK) on that byte: the kernel gives a
 * killed process's slots back, whatever it was doing.  Where the file cannot
 * be opened (a read-only state directory) work is bounded by each process's
 * own pool alone.
 *
 * Calls go before help for another call: who waits for a slot holds a shared
 * lock on one more byte, and by that all processes see it.
 */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include <stdbool.h>

#include "base/progress.h"

/* One thread's access to the slots; -1 in `descriptor`: unbounded. */
struct slots {
	int descriptor;
	int count;
	int held; /* the slot that is held, or -1 */
};

/* Opens the slots for the calling thread. */
void slots_open(struct slots *slots, const char *state_dir, int count);
void slots_close(struct slots *slots);

/*
 * Waits for a slot, and takes it; returns LC_OK, or the reason why the work
 * was stopped meanwhile.
 */
enum lc_rc slots_take(struct slots *slots, struct lc_progress *progress)
	LC_CHECKED;

/* Takes a slot if one is free that no call waits for. */
bool slots_try(struct slots *slots);

/* Whether a call of any process waits for a slot. */
bool slots_awaited(const struct slots *slots);

void slots_give(struct slots *slots);

#endif
