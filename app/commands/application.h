/*
 * The application as commands have it: handlers' context and an engine over
 * the state directory, which serve nobody else.
 */
#ifndef COMMANDS_APPLICATION_H
#define COMMANDS_APPLICATION_H

#include <stdbool.h>

#include "context.h"
#include "engine/engine.h"

struct application {
	struct context context;
	struct engine engine;
};

/*
 * Makes it from options, which must live as long; `stays`: for a process that
 * runs on while catalogues change.  On failure `why` has words, and there is
 * nothing to release.
 */
enum lc_rc application_init(struct application *application,
			    const struct options *options, bool stays,
			    struct buf *why) LC_CHECKED;

/* Work that does not end within a second keeps its memory. */
void application_release(struct application *application);

#endif
