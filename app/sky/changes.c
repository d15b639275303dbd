#include "sky/changes.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { CHANGES_TRIES = 4 };

static const char changes_name[] = "changes.seg";
static const char changes_layout[] = "changes 1: a sequence lock of 64 bits";

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");

void
changes_init(struct changes *changes)
{
	memset(changes, 0, sizeof(*changes));
}

void
changes_release(struct changes *changes)
{
	segment_close(changes->segment);
	changes_init(changes);
}

/* Which file has the name now; false for none. */
static bool
changes_find(const char *state_dir, struct state_mark *out)
{
	char path[PATH_MAX];
	struct stat status;
	int length =
		snprintf(path, sizeof(path), "%s/%s", state_dir, changes_name);

	if (length < 0 || length >= (int)sizeof(path) ||
	    lstat(path, &status) != 0)
		return false;
	out->device = (uint64_t)status.st_dev;
	out->inode = (uint64_t)status.st_ino;
	return true;
}

static bool
changes_same(const struct state_mark *a, const struct state_mark *b)
{
	return a->device == b->device && a->inode == b->inode;
}

enum lc_rc
changes_follow(struct changes *changes, const char *state_dir, bool *anew,
	       char *why, size_t why_bytes)
{
	struct state_mark before, after;
	bool there = changes_find(state_dir, &before);
	enum lc_rc rc = LC_OK;

	*anew = !there || changes->segment == NULL ||
		!changes_same(&before, &changes->mark);
	if (!*anew)
		return LC_OK;
	changes_release(changes);
	/* What was mapped is known only if the name did not move meanwhile. */
	for (int i = 0; i < CHANGES_TRIES && rc == LC_OK; i++) {
		rc = segment_open(state_dir, changes_name, changes_layout,
				  sizeof(uint64_t), &changes->segment, why,
				  why_bytes);
		if (rc == LC_OK && changes_find(state_dir, &after)) {
			if (there && changes_same(&before, &after)) {
				changes->mark = after;
				return LC_OK;
			}
			before = after;
			there = true;
		}
		changes_release(changes);
	}
	if (rc == LC_OK)
		snprintf(why, why_bytes, "%s does not stay in its place",
			 changes_name);
	return rc == LC_NO_MEMORY ? rc : LC_UNAVAILABLE;
}

uint64_t
changes_start(struct changes *changes)
{
	_Atomic uint64_t *word = changes_address(changes);
	uint64_t now = atomic_load(word), odd;

	do
		odd = changes_is_still(now) ? now + 1 : now + 2;
	while (!atomic_compare_exchange_weak(word, &now, odd));
	return odd;
}

void
changes_finish(struct changes *changes, uint64_t started)
{
	atomic_compare_exchange_strong(changes_address(changes), &started,
				       started + 1);
}
