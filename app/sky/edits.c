#include "sky/edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "services/state.h"
#include "sky/changes.h"
#include "sky/edits_write.h"
#include "sky/names.h"

enum { EDITS_TRIES = 4 };

struct edits {
	struct lock lock;         /* guards all that follows but the path */
	struct edits_write write; /* its store is NULL: none is open */
	struct state_mark mark;   /* of the file that is open */
	struct changes changes;
	int64_t opened_ns; /* when the file and the segment were had */
	char state_dir[];
};

struct edits *
edits_new(const char *state_dir)
{
	const size_t bytes = strlen(state_dir) + 1;
	struct edits *edits = calloc(1, sizeof(*edits) + bytes);

	if (edits == NULL)
		return NULL;
	memcpy(edits->state_dir, state_dir, bytes);
	lock_init(&edits->lock);
	changes_init(&edits->changes);
	return edits;
}

void
edits_free(struct edits *edits)
{
	if (edits == NULL)
		return;
	edits_write_release(&edits->write);
	changes_release(&edits->changes);
	lock_release(&edits->lock);
	free(edits);
}

/* ---- beginning */

static bool
edits_same_file(const struct state_mark *a, const struct state_mark *b)
{
	return a->device == b->device && a->inode == b->inode;
}

/* Sees to it that the file which is there now is open. */
static enum lc_rc
edits_open(struct edits *edits, char *why, size_t why_bytes)
{
	for (int i = 0; i < EDITS_TRIES; i++) {
		struct state_mark mark;
		enum lc_rc rc =
			state_find(edits->state_dir, &mark, why, why_bytes);
		const bool there = rc == LC_OK;

		if (there && edits->write.store != NULL &&
		    edits_same_file(&mark, &edits->mark))
			return LC_OK;
		edits_write_release(&edits->write);
		if (there || rc == LC_NOT_FOUND)
			rc = state_open(edits->state_dir, &edits->write.store,
					why, why_bytes);
		if (rc != LC_OK)
			return rc;
		edits->opened_ns = clock_mono_ns();
		if (there)
			edits->mark = mark; /* the next round compares */
		else
			edits_write_release(&edits->write);
	}
	snprintf(why, why_bytes, "state.sqlite does not stay in its place");
	return LC_UNAVAILABLE;
}

static enum lc_rc
edits_follow(struct edits *edits, bool *anew, char *why, size_t why_bytes)
{
	char words[SEGMENT_WHY_MAX] = "";
	enum lc_rc rc = changes_follow(&edits->changes, edits->state_dir, anew,
				       words, sizeof(words));

	if (*anew)
		edits->opened_ns = clock_mono_ns();
	if (rc != LC_OK)
		snprintf(why, why_bytes, "state.sqlite cannot be changed: %s",
			 words);
	return rc;
}

enum lc_rc
edits_begin(struct edits *edits, char *why, size_t why_bytes)
{
	enum lc_rc rc;
	bool anew;

	lock_take(&edits->lock);
	rc = edits_open(edits, why, why_bytes);
	if (rc == LC_OK)
		rc = edits_follow(edits, &anew, why, why_bytes);
	if (rc == LC_OK)
		rc = state_begin(edits->write.store, why, why_bytes);
	if (rc != LC_OK) {
		edits_write_release(&edits->write);
		lock_give(&edits->lock);
	}
	return rc;
}

struct store *
edits_store(const struct edits *edits)
{
	return edits->write.store;
}

/* ---- ending */

/*
 * Readers who have not found the file or the segment yet do so in their
 * clock's next tick.
 */
static void
edits_settle(const struct edits *edits)
{
	const int64_t until_ns =
		edits->opened_ns + CLOCK_TICK_MAX_NS + CLOCK_NS_PER_MS;
	int64_t left_ns;

	while ((left_ns = until_ns - clock_mono_ns()) > 0) {
		const struct timespec pause = {.tv_nsec = (long)left_ns};

		nanosleep(&pause, NULL);
	}
}

/* Tells those who found another segment while we told those of ours. */
static void
edits_tell_others(struct edits *edits)
{
	char why[EDITS_WHY_MAX];
	bool anew;

	for (int i = 0; i < EDITS_TRIES; i++) {
		if (edits_follow(edits, &anew, why, sizeof(why)) != LC_OK) {
			log_warning("after a change %s", why);
			return;
		}
		if (!anew)
			return;
		changes_finish(&edits->changes, changes_start(&edits->changes));
	}
}

static enum lc_rc
edits_commit(struct edits *edits, char *why, size_t why_bytes)
{
	uint64_t started;
	enum lc_rc rc;

	/* Whoever reads what else the transaction holds reads the edits too. */
	edits_settle(edits);
	started = changes_start(&edits->changes);
	rc = state_end(edits->write.store, LC_OK, why, why_bytes);
	changes_finish(&edits->changes, started);
	edits_tell_others(edits);
	if (rc == LC_OK)
		edits_settle(edits);
	return rc;
}

enum lc_rc
edits_end(struct edits *edits, enum lc_rc rc, char *why, size_t why_bytes)
{
	if (rc == LC_OK)
		rc = edits_commit(edits, why, why_bytes);
	else
		rc = state_end(edits->write.store, rc, why, why_bytes);
	/* What has failed is tried anew the next time. */
	if (rc == LC_UNAVAILABLE || rc == LC_NO_MEMORY)
		edits_write_release(&edits->write);
	lock_give(&edits->lock);
	return rc;
}

/* ---- what is between */

static enum lc_rc
edits_refuse(const char *words, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "%s", words);
	return LC_INVALID;
}

static enum lc_rc
edits_change(struct edits *edits, const struct edit *edit, bool deleted,
	     int64_t *seq, char *why, size_t why_bytes)
{
	const size_t key = strlen(edit->key), name = strlen(edit->name);
	enum lc_rc rc;

	*seq = 0;
	if (key == 0 || key > NAMES_MAX_BYTES || name == 0 ||
	    name > NAMES_MAX_BYTES)
		return edits_refuse("an object has a name of 1 to 128 bytes",
				    why, why_bytes);
	rc = edits_write_change(&edits->write, edit, deleted, seq);
	return rc == LC_OK ?
		       rc :
		       state_failed(edits->write.store, rc, why, why_bytes);
}

enum lc_rc
edits_put(struct edits *edits, const struct edit *edit, int64_t *seq, char *why,
	  size_t why_bytes)
{
	*seq = 0;
	if (!edit->values[COLUMNS_RA].present ||
	    !edit->values[COLUMNS_DEC].present)
		return edits_refuse("an object has a position", why, why_bytes);
	return edits_change(edits, edit, false, seq, why, why_bytes);
}

enum lc_rc
edits_delete(struct edits *edits, const struct edit *edit, int64_t *seq,
	     char *why, size_t why_bytes)
{
	return edits_change(edits, edit, true, seq, why, why_bytes);
}

enum lc_rc
edits_drop(struct edits *edits, const char *catalogue, const char *who,
	   const struct edits_also *also, int64_t *dropped, char *why,
	   size_t why_bytes)
{
	enum lc_rc rc = edits_count(edits->state_dir, catalogue, dropped, why,
				    why_bytes);

	if (rc != LC_OK || *dropped == 0)
		return rc;
	rc = edits_begin(edits, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = edits_write_drop(&edits->write, catalogue, who, dropped);
	if (rc != LC_OK)
		rc = state_failed(edits->write.store, rc, why, why_bytes);
	else if (also != NULL && *dropped > 0)
		rc = also->write(also->arg, edits->write.store, *dropped, why,
				 why_bytes);
	return edits_end(edits, rc, why, why_bytes);
}
