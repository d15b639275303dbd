/*
 * How companions stand, and since when: what all processes of a state
 * directory have noticed of them together, in STATE/health.seg.
 *
 * Each companion has a word: whether it answers, and since when that is so.
 * Who looks and finds it otherwise changes the word, so all say the same, and
 * it outlives them.  A look that is older than the word does not change it:
 * a process that was answered a while ago learns from those that were not.
 *
 * Where the segment cannot be had the words are the process's own.  Times are
 * the calendar's, in ms since 1970; a word from the future, as after a clock
 * was set back, counts as none.
 *
 * Any thread may call.
 */
#ifndef SERVICES_STANDING_H
#define SERVICES_STANDING_H

#include <stdbool.h>
#include <stdint.h>

struct standing;

/* What somebody has seen of a companion. */
struct standing_seen {
	bool answers;
	int64_t at_ms; /* when that was so for certain; 0: now */
	/* When it became so, as far as the one who looks knows; 0: unknown. */
	int64_t began_ms;
	bool began_is_known; /* from the companion itself, to everybody */
};

struct standing_view {
	bool answers;
	int64_t since_ms;
};

/* NULL without memory.  `state_dir` must live as long. */
struct standing *standing_new(const char *state_dir);
void standing_free(struct standing *standing); /* NULL is harmless */

/* Tells what was seen of the companion; *out is what all say of it then. */
void standing_tell(struct standing *standing, const char *name,
		   const struct standing_seen *seen, struct standing_view *out);

#endif
