/*
 * Word to observers of what the operator does to catalogues: an event, in
 * the transaction of what it tells of where that has one.
 *
 * A catalogue's file is no part of state.sqlite, so whoever is killed between
 * putting it into its place and saying so has said nothing: an observer who
 * looks finds it, and the next import tells of it.  The other way round one
 * would be told of what is not there.
 *
 * Where there is no state.sqlite nobody has observed anything yet; then
 * nothing is said, and none is made.
 *
 * Failure as in services/events.h.
 */
#ifndef COMMANDS_ANNOUNCE_H
#define COMMANDS_ANNOUNCE_H

#include "base/options.h"
#include "cosmic_types.h"

struct announce {
	const struct options *options;
	struct cosmic_catalogue what;
};

/* Says it, in a transaction of its own. */
enum lc_rc announce_alone(const struct announce *announce, char *why,
			  size_t why_bytes) LC_CHECKED;

/*
 * Drops all edits of the catalogue, as sky/edits.h does, and says what
 * becomes of it at once, how many they were too; for none it says nothing.
 */
enum lc_rc announce_edits_drop(struct announce *announce, const char *who,
			       int64_t *dropped, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
