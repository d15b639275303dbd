/*
 * Who has changed state.sqlite last: one number that all processes share, by
 * which a reader knows in a few nanoseconds that the edits it has read are
 * still all there are.
 *
 * STATE/changes.seg (services/segment.h) holds one 64-bit word, a sequence
 * lock.  A writer, within its transaction, makes it odd before it commits,
 * and even and higher after; only then does it answer.  A reader loads the
 * word, then reads state.sqlite, and notes the word if it was even.  As long
 * as the word is the same, nothing that was answered since is missing:
 *
 * - A commit's answer comes after its word is even, and that word is higher
 *   than each one that was loaded before the commit.
 * - An odd word means: look into state.sqlite each time.  It is odd while a
 *   writer commits, and stays so when that is killed; the next writer puts
 *   it right.  Only one process writes at a time, but one that has
 *   committed lets the next one begin before it has made its word even.  The
 *   next one then makes a higher odd word, the first one finds that its own
 *   is gone, and leaves it: it is the other's to make even.
 * - Who cannot map the file (a read-only directory) takes the word for odd.
 *   A writer that cannot map it may not write.
 *
 * Files may be taken away while programs run: changes.seg by hand,
 * state.sqlite by a rename.  Readers look at both names once in each tick of
 * the coarse clock, and a file that is mapped or open keeps its inode's
 * number from being used again.  A writer looks each time, before and after
 * its commit, and when a file is new to it answers no sooner than
 * CLOCK_TICK_MAX_NS later, when all readers have found it too.  That holds
 * also for the first state.sqlite of all.
 *
 * A struct belongs to one thread at a time.
 */
#ifndef SKY_CHANGES_H
#define SKY_CHANGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/segment.h"
#include "services/state.h"

/* What changes_word() is without a file; odd, and no file's word. */
#define CHANGES_UNKNOWN UINT64_MAX

struct changes {
	struct segment *segment; /* NULL: none is mapped */
	struct state_mark mark;  /* of its file */
};

void changes_init(struct changes *changes);
void changes_release(struct changes *changes);

/*
 * Sees to it that the file which is there now is mapped, and makes it if it
 * is missing; *anew says whether it is another one than before.  After
 * failure none is mapped.
 */
enum lc_rc changes_follow(struct changes *changes, const char *state_dir,
			  bool *anew, char *why, size_t why_bytes) LC_CHECKED;

static inline _Atomic uint64_t *
changes_address(const struct changes *changes)
{
	return segment_bytes(changes->segment);
}

/* The word now. */
static inline uint64_t
changes_word(const struct changes *changes)
{
	return changes->segment == NULL ? CHANGES_UNKNOWN :
					  atomic_load(changes_address(changes));
}

/* Whether nobody was about to commit when the word was this. */
static inline bool
changes_is_still(uint64_t word)
{
	return word % 2 == 0;
}

/*
 * Before a commit: makes the word odd, and returns it for changes_finish()
 * after the commit, whether that succeeded or not.  A file is mapped.
 */
uint64_t changes_start(struct changes *changes) LC_CHECKED;
void changes_finish(struct changes *changes, uint64_t started);

#endif
