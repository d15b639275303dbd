/*
 * What the parts of `lightcone stream` share.
 */
#ifndef COMMANDS_STREAM_H
#define COMMANDS_STREAM_H

#include <limits.h>

#include "base/options.h"
#include "context.h"
#include "engine/engine.h"
#include "hub/hub.h"

/* Where it listens: commands/stream_place.c. */
struct stream_place {
	char path[PATH_MAX]; /* "": by TCP */
	char address[64];    /* in numbers */
	bool by_ip6;
	int64_t port;
	int lock; /* that no other hub has; -1: none */
};

/* As option stream_listen says it; false: that is no place. */
bool stream_place_read(const struct options *options,
		       struct stream_place *place);

/* Takes it, unless another hub serves there; an exit code, and why. */
int stream_place_take(struct stream_place *place, struct buf *why);

/* Nobody finds us there any more. */
void stream_place_leave(const struct stream_place *place);
void stream_place_release(struct stream_place *place);

/* What reads requests: an engine whose one endpoint is the stream's. */
struct stream_door {
	const struct options *options;
	struct context context;
	struct engine engine;
};

enum lc_rc stream_door_init(struct stream_door *door,
			    const struct options *options, struct buf *why)
	LC_CHECKED;
void stream_door_release(struct stream_door *door);

/* For struct hub_settings; `arg` is the door. */
bool stream_door_read(void *arg, const struct hub_request *request,
		      struct hub_wanted *wanted, struct buf *answer);

#endif
