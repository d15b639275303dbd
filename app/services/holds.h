/*
 * How much of one client is at work at the same time, counted over all
 * processes that share a state directory.
 *
 * Each client has so many places.  A place is a byte of STATE/heavy.lock, far
 * behind its end as a rule, and holding it is an open file description lock
 * (fcntl(2), F_OFD_SETLK) on that byte: the kernel gives a killed process's
 * places back, whatever it was doing.  Such locks of one descriptor do not
 * exclude each other, so each process keeps a list of its own holds as well.
 * Where the file cannot be opened or locked (a read-only state directory) each
 * process counts for itself.
 *
 * Clients are told apart by 47 bits of a hash of what they are known by.
 */
#ifndef SERVICES_HOLDS_H
#define SERVICES_HOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct holds;

enum { HOLDS_PLACES_MAX = 256 };

/* A place that is held; 0: none is. */
struct hold {
	uint64_t at;
};

/* 1 to HOLDS_PLACES_MAX places for each client.  NULL without memory. */
struct holds *holds_new(const char *state_dir, int64_t places);

/* Nothing may be held.  NULL is harmless. */
void holds_free(struct holds *holds);

/*
 * Takes a place of the client's; LC_RATE: all are held.  LC_NO_MEMORY.  Any
 * thread may call, also of the following; they wait for each other, but for
 * no client and no disk.
 */
enum lc_rc holds_take(struct holds *holds, const void *client, size_t bytes,
		      struct hold *hold) LC_CHECKED;

/* Gives it back; none is harmless. */
void holds_give(struct holds *holds, struct hold *hold);

#endif
