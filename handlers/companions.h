/*
 * The companions: processes beside ours that we can do without, and how they
 * stand.  /health and /metrics say the same of them.
 */
#ifndef HANDLERS_COMPANIONS_H
#define HANDLERS_COMPANIONS_H

#include "lightcone.h"
#include "services/standing.h"

/* What those who run the service ask for. */
extern const struct lc_tag operation_tag;

enum { COMPANION_WHY_MAX = 200 };

/* X(constant, name) */
#define COMPANION_STATE_TABLE(X)  \
	X(COMPANION_OK, "ok")     \
	X(COMPANION_AWAY, "away") \
	X(COMPANION_OFF, "off")

enum companion_state {
#define COMPANION_STATE_ENUM(constant, name) constant,
	COMPANION_STATE_TABLE(COMPANION_STATE_ENUM)
#undef COMPANION_STATE_ENUM
		COMPANION_STATE__MAX
};

/* What a probe finds; all 0 and "" before. */
struct companion_seen {
	struct standing_seen standing;
	char why[COMPANION_WHY_MAX]; /* where it does not answer */
};

/* A list of them ends in a NULL name. */
struct companion {
	const char *name;
	void *self; /* NULL: not configured */
	/* Takes 50 ms at most. */
	void (*probe)(void *self, struct companion_seen *seen);
	struct standing *standing; /* where all processes keep what they see */
};

struct companion_view {
	enum companion_state state;
	int64_t since_ms;            /* since 1970; 0: it is off */
	char why[COMPANION_WHY_MAX]; /* where it is away */
};

void companion_look(const struct companion *companion,
		    struct companion_view *view);

extern const char *const companion_states[]; /* names; ends in NULL */

#endif
