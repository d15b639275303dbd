#include "services/holds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/log.h"
#include "services/digest.h"

enum {
	HOLDS_PLACE_BITS = 8,
	HOLDS_CLIENT_BITS = 48,
	HOLDS_WORDS = HOLDS_PLACES_MAX / 64,
	HOLDS_FIRST = 64
};

_Static_assert(HOLDS_PLACES_MAX == 1 << HOLDS_PLACE_BITS, "a place's bits");
_Static_assert(sizeof(off_t) == 8, "56 bits are a place in the file");

/* What this process holds of a client's places. */
struct holds_client {
	uint64_t id; /* HOLDS_CLIENT_BITS, never 0 */
	uint64_t held[HOLDS_WORDS];
};

struct holds {
	struct lock lock; /* of all below */
	int descriptor;   /* -1: there is no file */
	int places;
	struct holds_client *clients;
	size_t count, room;
};

struct holds *
holds_new(const char *state_dir, int64_t places)
{
	struct holds *holds = calloc(1, sizeof(*holds));
	char path[PATH_MAX];

	if (holds == NULL)
		return NULL;
	holds->places = (int)places;
	holds->room = HOLDS_FIRST;
	holds->clients = calloc(holds->room, sizeof(*holds->clients));
	if (holds->clients == NULL) {
		free(holds);
		return NULL;
	}
	lock_init(&holds->lock);
	snprintf(path, sizeof(path), "%s/heavy.lock", state_dir);
	holds->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (holds->descriptor < 0)
		log_warning("%s: %s; what is at work of a client counts in "
			    "each process for itself",
			    path, strerror(errno));
	return holds;
}

void
holds_free(struct holds *holds)
{
	if (holds == NULL)
		return;
	if (holds->descriptor >= 0)
		close(holds->descriptor);
	lock_release(&holds->lock);
	free(holds->clients);
	free(holds);
}

/* Locks or unlocks a place among processes; false: another one has it. */
static bool
place_lock(struct holds *holds, uint64_t at, short type)
{
	struct flock lock = {.l_type = type,
			     .l_whence = SEEK_SET,
			     .l_start = (off_t)at,
			     .l_len = 1};

	if (holds->descriptor < 0 ||
	    fcntl(holds->descriptor, F_OFD_SETLK, &lock) == 0)
		return true;
	if (errno == EAGAIN || errno == EACCES)
		return false;
	/* The file system has no locks. */
	log_warning("heavy.lock: %s; what is at work of a client counts in "
		    "each process for itself",
		    strerror(errno));
	close(holds->descriptor);
	holds->descriptor = -1;
	return true;
}

/* The client's entry, which is made if need be; NULL without memory. */
static struct holds_client *
client_have(struct holds *holds, uint64_t id)
{
	struct holds_client *client = holds->clients;

	for (size_t i = 0; i < holds->count; i++, client++)
		if (client->id == id)
			return client;
	if (holds->count == holds->room) {
		client = realloc(holds->clients,
				 2 * holds->room * sizeof(*client));
		if (client == NULL)
			return NULL;
		holds->clients = client;
		holds->room *= 2;
	}
	client = &holds->clients[holds->count++];
	*client = (struct holds_client){.id = id};
	return client;
}

static void
client_drop_if_idle(struct holds *holds, struct holds_client *client)
{
	for (int i = 0; i < HOLDS_WORDS; i++)
		if (client->held[i] != 0)
			return;
	*client = holds->clients[--holds->count];
}

static bool
client_take(struct holds *holds, struct holds_client *client, uint64_t *at)
{
	for (int place = 0; place < holds->places; place++) {
		uint64_t *word = &client->held[place / 64];
		const uint64_t bit = UINT64_C(1) << place % 64;

		*at = client->id << HOLDS_PLACE_BITS | (uint64_t)place;
		if ((*word & bit) == 0 && place_lock(holds, *at, F_WRLCK)) {
			*word |= bit;
			return true;
		}
	}
	return false;
}

enum lc_rc
holds_take(struct holds *holds, const void *client, size_t bytes,
	   struct hold *hold)
{
	const uint64_t id =
		digest_quick(client, bytes) >> (64 - HOLDS_CLIENT_BITS) | 1;
	struct holds_client *its;
	enum lc_rc rc = LC_NO_MEMORY;
	uint64_t at;

	lock_take(&holds->lock);
	its = client_have(holds, id);
	if (its != NULL) {
		rc = client_take(holds, its, &at) ? LC_OK : LC_RATE;
		if (rc == LC_OK)
			hold->at = at;
		client_drop_if_idle(holds, its);
	}
	lock_give(&holds->lock);
	return rc;
}

void
holds_give(struct holds *holds, struct hold *hold)
{
	const uint64_t place = hold->at % HOLDS_PLACES_MAX;
	struct holds_client *client;

	if (hold->at == 0)
		return;
	lock_take(&holds->lock);
	client = client_have(holds, hold->at >> HOLDS_PLACE_BITS);
	if (client != NULL) {
		client->held[place / 64] &= ~(UINT64_C(1) << place % 64);
		client_drop_if_idle(holds, client);
	}
	place_lock(holds, hold->at, F_UNLCK);
	lock_give(&holds->lock);
	hold->at = 0;
}
