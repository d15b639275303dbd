#include "commands/announce.h"

#include <stdio.h>

#include "services/state.h"
#include "sky/edits.h"

static enum lc_rc
announce_no_memory(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "out of memory");
	return LC_NO_MEMORY;
}

/* ---- alone */

static enum lc_rc
announce_write(struct events *events, const struct announce *announce,
	       char *why, size_t why_bytes)
{
	struct store *store;
	enum lc_rc rc =
		state_open(announce->options->state, &store, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = state_begin(store, why, why_bytes);
	if (rc == LC_OK) {
		rc = cosmic_catalogue_add(events, store, &announce->what, why,
					  why_bytes);
		rc = state_end(store, rc, why, why_bytes);
	}
	store_close(store);
	if (rc == LC_OK)
		events_ring(events);
	return rc;
}

enum lc_rc
announce_alone(const struct announce *announce, char *why, size_t why_bytes)
{
	struct events *events;
	struct state_mark mark;
	enum lc_rc rc =
		state_find(announce->options->state, &mark, why, why_bytes);

	if (rc != LC_OK)
		return rc == LC_NOT_FOUND ? LC_OK : rc;
	events = events_new_of(announce->options);
	if (events == NULL)
		return announce_no_memory(why, why_bytes);
	rc = announce_write(events, announce, why, why_bytes);
	events_free(events);
	return rc;
}

/* ---- with the edits */

struct announce_also {
	struct announce *announce;
	struct events *events;
};

static enum lc_rc
announce_with(void *arg, struct store *store, int64_t dropped, char *why,
	      size_t why_bytes)
{
	const struct announce_also *also = arg;

	also->announce->what.edits = dropped;
	return cosmic_catalogue_add(also->events, store, &also->announce->what,
				    why, why_bytes);
}

enum lc_rc
announce_edits_drop(struct announce *announce, const char *who,
		    int64_t *dropped, char *why, size_t why_bytes)
{
	const struct options *options = announce->options;
	struct announce_also arg = {announce, events_new_of(options)};
	const struct edits_also also = {announce_with, &arg};
	struct edits *edits = edits_new(options->state);
	enum lc_rc rc;

	*dropped = 0;
	rc = edits == NULL || arg.events == NULL ?
		     announce_no_memory(why, why_bytes) :
		     edits_drop(edits, announce->what.name, who, &also, dropped,
				why, why_bytes);
	if (rc == LC_OK && *dropped > 0)
		events_ring(arg.events);
	edits_free(edits);
	events_free(arg.events);
	return rc;
}
