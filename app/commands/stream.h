/*
 * What the parts of `lightcone stream` share.
 */
#ifndef COMMANDS_STREAM_H
#define COMMANDS_STREAM_H

#include "base/options.h"
#include "context.h"
#include "engine/engine.h"
#include "hub/hub.h"

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
