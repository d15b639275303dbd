/*
 * What the application itself says on the cosmic stream: of each type of
 * events the documented members of its data, and the writing of those that
 * are not a trigger's (services/state.c writes of jobs).
 *
 * An event is added in the transaction of what it tells of, so there is
 * neither without the other; events_ring() is due after its end.
 */
#ifndef HANDLERS_COSMIC_TYPES_H
#define HANDLERS_COSMIC_TYPES_H

#include "lightcone.h"
#include "lightcone_events.h"

/* One for each type, with its name; ends in LC_FIELD_END. */
extern const struct lc_field cosmic_types[];

struct cosmic_object {
	bool deleted;
	const char *catalogue, *name;
	const char *asked;      /* the name to ask for it by */
	int64_t change;         /* its number */
	double ra_deg, dec_deg; /* where it is, or was */
	const char *trace;      /* lc_events_trace() */
	int64_t seq;            /* the event's number, when it is added */
};

enum lc_rc cosmic_object_add(struct events *events, struct store *store,
			     struct cosmic_object *object, char *why,
			     size_t why_bytes) LC_CHECKED;

/* X(constant, name) */
#define COSMIC_ACTION_TABLE(X)         \
	X(COSMIC_IMPORTED, "imported") \
	X(COSMIC_DROPPED, "dropped")   \
	X(COSMIC_EDITS_DROPPED, "edits_dropped")

enum cosmic_action {
#define COSMIC_ACTION_ENUM(constant, name) constant,
	COSMIC_ACTION_TABLE(COSMIC_ACTION_ENUM)
#undef COSMIC_ACTION_ENUM
		COSMIC_ACTION__MAX
};

struct cosmic_catalogue {
	enum cosmic_action action;
	const char *name;
	int64_t generation, objects; /* of one that was imported */
	int64_t edits; /* that were dropped, of one that was not */
};

enum lc_rc cosmic_catalogue_add(struct events *events, struct store *store,
				const struct cosmic_catalogue *catalogue,
				char *why, size_t why_bytes) LC_CHECKED;

#endif
