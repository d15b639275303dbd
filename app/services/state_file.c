#include "services/state_file.h"

#include <stdio.h>

enum { STATE_FILE_TRIES = 4 };

void
state_file_close(struct state_file *file)
{
	store_close(file->store);
	file->store = NULL;
}

static bool
state_file_is(const struct state_file *file, const struct state_mark *mark)
{
	return file->store != NULL && file->mark.device == mark->device &&
	       file->mark.inode == mark->inode;
}

enum lc_rc
state_file_read(struct state_file *file, const char *state_dir, int64_t least,
		char *why, size_t why_bytes)
{
	struct state_mark mark;
	int64_t version;
	enum lc_rc rc = state_find(state_dir, &mark, why, why_bytes);

	if (rc == LC_OK && state_file_is(file, &mark))
		return LC_OK;
	state_file_close(file);
	if (rc != LC_OK)
		return rc;
	/* A file that comes between the two is seen the next time. */
	file->mark = mark;
	rc = state_open_read(state_dir, &file->store, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = store_pragma(file->store, "PRAGMA user_version", &version);
	if (rc != LC_OK)
		rc = state_failed(file->store, rc, why, why_bytes);
	else if (version < least)
		rc = LC_NOT_FOUND;
	if (rc != LC_OK)
		state_file_close(file);
	return rc;
}

/* Putting the log into the file waits for the disk: quick ones do it less. */
static const char state_file_quick[] =
	"PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000";
static const char state_file_durable[] =
	"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000";

static enum lc_rc
state_file_set(struct state_file *file, bool quick, char *why, size_t why_bytes)
{
	enum lc_rc rc = store_exec(file->store, quick ? state_file_quick :
							state_file_durable);

	if (rc != LC_OK)
		return state_failed(file->store, rc, why, why_bytes);
	file->quick = quick;
	return LC_OK;
}

static enum lc_rc
state_file_open(struct state_file *file, const char *state_dir, char *why,
		size_t why_bytes)
{
	for (int i = 0; i < STATE_FILE_TRIES; i++) {
		struct state_mark mark;
		enum lc_rc rc = state_find(state_dir, &mark, why, why_bytes);
		const bool there = rc == LC_OK;

		if (there && state_file_is(file, &mark))
			return LC_OK;
		state_file_close(file);
		if (there || rc == LC_NOT_FOUND)
			rc = state_open(state_dir, &file->store, why,
					why_bytes);
		if (rc != LC_OK)
			return rc;
		file->quick = false;
		if (there)
			file->mark = mark; /* the next round compares */
		else
			state_file_close(file);
	}
	snprintf(why, why_bytes, "state.sqlite does not stay in its place");
	return LC_UNAVAILABLE;
}

enum lc_rc
state_file_write(struct state_file *file, const char *state_dir, bool quick,
		 char *why, size_t why_bytes)
{
	enum lc_rc rc = state_file_open(file, state_dir, why, why_bytes);

	if (rc == LC_OK && file->quick != quick)
		rc = state_file_set(file, quick, why, why_bytes);
	return rc;
}
