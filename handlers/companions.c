#include "companions.h"

#include <stdio.h>

const char *const companion_states[] = {
#define COMPANION_STATE_NAME(constant, name) name,
	COMPANION_STATE_TABLE(COMPANION_STATE_NAME)
#undef COMPANION_STATE_NAME
		NULL};

void
companion_look(const struct companion *companion, struct companion_view *view)
{
	struct companion_seen seen = {.why = ""};
	struct standing_view standing;

	*view = (struct companion_view){.state = COMPANION_OFF};
	if (companion->self == NULL)
		return;
	companion->probe(companion->self, &seen);
	standing_tell(companion->standing, companion->name, &seen.standing,
		      &standing);
	view->state = standing.answers ? COMPANION_OK : COMPANION_AWAY;
	view->since_ms = standing.since_ms;
	if (!standing.answers)
		snprintf(view->why, sizeof(view->why), "%s",
			 seen.standing.answers ?
				 "it did not answer another process of ours" :
				 seen.why);
}
