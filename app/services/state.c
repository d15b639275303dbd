#include "services/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { STATE_APPLICATION = 0x4c435354 }; /* "LCST" */

/*
 * The schema's history: the first entry makes version 1 of nothing, the next
 * one version 2 of that.  Entries are added and never changed.
 */
static const char *const state_migrations[] = {
	"PRAGMA application_id = 1279480660;"
	"CREATE TABLE keys ("
	" number INTEGER PRIMARY KEY,"
	" id TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL,"
	" scopes TEXT NOT NULL," /* words with spaces between them */
	" hash BLOB NOT NULL,"
	" created TEXT NOT NULL,"
	" revoked TEXT"
	");"
	"CREATE UNIQUE INDEX keys_name ON keys (name) WHERE revoked IS NULL;",

	/* Changes of objects have one sequence of numbers, over all catalogues;
	   they are at least the milliseconds since 1970, so that none comes
	   again when the file is replaced by an older or a new one. */
	"CREATE TABLE generations ("
	" catalogue TEXT PRIMARY KEY,"
	" generation INTEGER NOT NULL," /* the number of its last change */
	" dropped INTEGER NOT NULL"     /* that of its last drop, or 0 */
	") WITHOUT ROWID;"
	"CREATE TABLE edits ("
	" seq INTEGER PRIMARY KEY," /* the number of the change */
	" catalogue TEXT NOT NULL,"
	" key TEXT NOT NULL," /* the folded name */
	" name TEXT NOT NULL,"
	" deleted INTEGER NOT NULL,"
	" time TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" UNIQUE (catalogue, key)"
	");"
	"CREATE TABLE edit_values ("
	" seq INTEGER NOT NULL REFERENCES edits ON DELETE CASCADE,"
	" place INTEGER NOT NULL," /* in the row, when it was written */
	" field TEXT NOT NULL,"
	" value,"
	" PRIMARY KEY (seq, place)"
	") WITHOUT ROWID;"
	"CREATE TABLE history ("
	" seq INTEGER PRIMARY KEY," /* the number of the change */
	" catalogue TEXT NOT NULL,"
	" key TEXT NOT NULL," /* '' for all of the catalogue */
	" name TEXT NOT NULL,"
	" action TEXT NOT NULL," /* put, delete, drop */
	" time TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" before TEXT," /* the object, in JSON */
	" after TEXT"
	");"
	"CREATE INDEX history_key ON history (catalogue, key);",

	/* Jobs.  A queued one either waits for the calendar (run_at_ms), for the
	   machine's clock (due_ms, of the boot due_boot) or both, or is ready,
	   since ready_ms.  All times are in milliseconds, and null where they
	   say nothing; those that end in _boot go with the one before.  The
	   payload comes last, so that nothing else lies behind a long one. */
	"CREATE TABLE jobs ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE,"
	" kind TEXT NOT NULL,"
	" state TEXT NOT NULL,"
	" priority INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" attempts_most INTEGER NOT NULL,"
	" ready_ms INTEGER,"
	" run_at_ms INTEGER,"
	" due_ms INTEGER,"
	" due_boot INTEGER,"
	" lease INTEGER NOT NULL," /* 0: nobody has begun it */
	" lease_ms INTEGER,"       /* until when it holds */
	" lease_boot INTEGER,"
	" cancel INTEGER NOT NULL,"
	" progress REAL NOT NULL,"
	" created_ms INTEGER NOT NULL,"
	" started_ms INTEGER,"
	" ended_ms INTEGER," /* of all of it, not of an attempt */
	" result_status INTEGER NOT NULL,"
	" result_bytes INTEGER NOT NULL,"
	" result_media TEXT,"
	" unique_key TEXT,"
	" error TEXT,"
	" payload TEXT NOT NULL"
	");"
	"CREATE INDEX jobs_ready ON jobs (kind, priority DESC, seq, ready_ms)"
	" WHERE ready_ms IS NOT NULL;"
	"CREATE INDEX jobs_run_at ON jobs (run_at_ms)"
	" WHERE run_at_ms IS NOT NULL;"
	"CREATE INDEX jobs_due ON jobs (due_boot, due_ms)"
	" WHERE due_ms IS NOT NULL;"
	"CREATE UNIQUE INDEX jobs_unique ON jobs (kind, unique_key)"
	" WHERE unique_key IS NOT NULL AND ended_ms IS NULL;"
	"CREATE INDEX jobs_running ON jobs (kind) WHERE state = 'running';"
	"CREATE INDEX jobs_unlucky ON jobs (state, seq, kind)"
	" WHERE state IN ('failed', 'cancelled');"
	"CREATE INDEX jobs_kind ON jobs (kind, seq);"
	"CREATE INDEX jobs_ended ON jobs (kind, ended_ms)"
	" WHERE ended_ms IS NOT NULL;"
	"CREATE INDEX jobs_result ON jobs (ended_ms, result_bytes)"
	" WHERE result_bytes > 0;"
	/* How many have ended, and the bytes of their results, at a glance. */
	"CREATE TABLE job_counts ("
	" state TEXT PRIMARY KEY,"
	" number INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL"
	") WITHOUT ROWID;"
	"INSERT INTO job_counts"
	" VALUES ('succeeded', 0, 0), ('failed', 0, 0), ('cancelled', 0, 0);"
	"CREATE TRIGGER job_added AFTER INSERT ON jobs"
	" WHEN new.ended_ms IS NOT NULL BEGIN"
	" UPDATE job_counts SET number = number + 1,"
	"  bytes = bytes + new.result_bytes WHERE state = new.state;"
	" END;"
	"CREATE TRIGGER job_removed AFTER DELETE ON jobs"
	" WHEN old.ended_ms IS NOT NULL BEGIN"
	" UPDATE job_counts SET number = number - 1,"
	"  bytes = bytes - old.result_bytes WHERE state = old.state;"
	" END;"
	"CREATE TRIGGER job_reopened AFTER UPDATE OF state, result_bytes"
	" ON jobs WHEN old.ended_ms IS NOT NULL BEGIN"
	" UPDATE job_counts SET number = number - 1,"
	"  bytes = bytes - old.result_bytes WHERE state = old.state;"
	" END;"
	"CREATE TRIGGER job_ended AFTER UPDATE OF state, result_bytes"
	" ON jobs WHEN new.ended_ms IS NOT NULL BEGIN"
	" UPDATE job_counts SET number = number + 1,"
	"  bytes = bytes + new.result_bytes WHERE state = new.state;"
	" END;"
	/* Idempotency-Key: what a client has already asked for. */
	"CREATE TABLE job_keys ("
	" client TEXT NOT NULL,"
	" key TEXT NOT NULL,"
	" digest INTEGER NOT NULL," /* of the kind and the payload */
	" id TEXT NOT NULL,"
	" created_ms INTEGER NOT NULL,"
	" PRIMARY KEY (client, key)"
	") WITHOUT ROWID;"
	"CREATE INDEX job_keys_id ON job_keys (id);"
	"CREATE INDEX job_keys_created ON job_keys (created_ms);"
	/* Up to which multiple of its period a kind has been added. */
	"CREATE TABLE periodic ("
	" kind TEXT PRIMARY KEY,"
	" tick INTEGER NOT NULL"
	") WITHOUT ROWID;",

	/* Webhooks whose other side wants no more. */
	"CREATE TABLE webhooks_gone ("
	" url TEXT PRIMARY KEY,"
	" since TEXT NOT NULL"
	") WITHOUT ROWID;",

	/* Since when nothing that was kept counts any more, as numbers of one
	   sequence over all names. */
	"CREATE TABLE cache_epochs ("
	" name TEXT PRIMARY KEY," /* a catalogue's; '': of everything */
	" epoch INTEGER NOT NULL"
	") WITHOUT ROWID;",

	/* What has happened, in one order.  The end of a job is among it,
	   however it comes; its id is nobody's but its owner's, its number
	   is not. */
	"CREATE TABLE events ("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" time_ms INTEGER NOT NULL," /* since 1970 */
	" type TEXT NOT NULL,"
	" ra REAL," /* degrees; null: it is nowhere */
	" dec REAL,"
	" total INTEGER NOT NULL," /* bytes of all events up to this one */
	" data TEXT NOT NULL"      /* JSON */
	");"
	"CREATE TABLE stream (epoch TEXT NOT NULL);"
	"INSERT INTO stream VALUES (lower(hex(randomblob(8))));"
	"CREATE TRIGGER job_ended_event AFTER UPDATE OF ended_ms ON jobs"
	" WHEN old.ended_ms IS NULL AND new.ended_ms IS NOT NULL BEGIN"
	" INSERT INTO events (time_ms, type, total, data)"
	" VALUES (new.ended_ms, 'job', 256 + coalesce("
	"  (SELECT total FROM events ORDER BY seq DESC LIMIT 1), 0),"
	"  json_object('number', new.seq, 'kind', new.kind,"
	"   'state', new.state, 'attempts', new.attempts,"
	"   'elapsed_ms', new.ended_ms - new.created_ms));"
	" END;",

	/* Whose doing something is: the context of the span that has caused
	   it, as a traceparent (W3C Trace Context); or null.  Of a job's end
	   observers are told it where it is recorded. */
	"ALTER TABLE jobs ADD COLUMN trace TEXT;"
	"ALTER TABLE events ADD COLUMN trace TEXT;"
	"DROP TRIGGER job_ended_event;"
	"CREATE TRIGGER job_ended_event AFTER UPDATE OF ended_ms ON jobs"
	" WHEN old.ended_ms IS NULL AND new.ended_ms IS NOT NULL BEGIN"
	" INSERT INTO events (time_ms, type, total, data, trace)"
	" VALUES (new.ended_ms, 'job', 256 + coalesce("
	"  (SELECT total FROM events ORDER BY seq DESC LIMIT 1), 0),"
	"  json_object('number', new.seq, 'kind', new.kind,"
	"   'state', new.state, 'attempts', new.attempts,"
	"   'elapsed_ms', new.ended_ms - new.created_ms),"
	"  CASE WHEN new.trace LIKE '%-01' THEN new.trace END);"
	" END;",
};

_Static_assert(STATE_APPLICATION == 1279480660, "the same in SQL");

enum { STATE_VERSION = sizeof(state_migrations) / sizeof(*state_migrations) };

static enum lc_rc
state_path(const char *state_dir, char path[PATH_MAX], char *why,
	   size_t why_bytes)
{
	int length = snprintf(path, PATH_MAX, "%s/state.sqlite", state_dir);

	if (length > 0 && length < PATH_MAX)
		return LC_OK;
	snprintf(why, why_bytes, "state.sqlite has too long a path");
	return LC_UNAVAILABLE;
}

static enum lc_rc
state_find_at(const char *path, struct state_mark *out, char *why,
	      size_t why_bytes)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		if (errno == ENOENT)
			return LC_NOT_FOUND;
		snprintf(why, why_bytes, "state.sqlite: %s", strerror(errno));
		return LC_UNAVAILABLE;
	}
	/* The opening of some other things waits for somebody. */
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, why_bytes, "state.sqlite is not a file");
		return LC_UNAVAILABLE;
	}
	out->device = (uint64_t)status.st_dev;
	out->inode = (uint64_t)status.st_ino;
	return LC_OK;
}

enum lc_rc
state_find(const char *state_dir, struct state_mark *out, char *why,
	   size_t why_bytes)
{
	char path[PATH_MAX];
	enum lc_rc rc = state_path(state_dir, path, why, why_bytes);

	return rc != LC_OK ? rc : state_find_at(path, out, why, why_bytes);
}

enum lc_rc
state_failed(const struct store *store, enum lc_rc rc, char *why,
	     size_t why_bytes)
{
	snprintf(why, why_bytes, "state.sqlite cannot be used: %s",
		 rc == LC_NO_MEMORY ? "out of memory" : store_why(store));
	return rc == LC_INTERNAL ? LC_UNAVAILABLE : rc;
}

enum lc_rc
state_begin(struct store *store, char *why, size_t why_bytes)
{
	enum lc_rc rc = store_exec(store, "BEGIN IMMEDIATE");

	return rc == LC_OK ? rc : state_failed(store, rc, why, why_bytes);
}

enum lc_rc
state_end(struct store *store, enum lc_rc rc, char *why, size_t why_bytes)
{
	if (rc == LC_OK) {
		rc = store_exec(store, "COMMIT");
		if (rc != LC_OK)
			rc = state_failed(store, rc, why, why_bytes);
	}
	if (rc != LC_OK)
		store_undo(store);
	return rc;
}

/* The schema's number; 0 for a file in which nothing is yet. */
static enum lc_rc
state_version(struct store *store, int64_t *out, char *why, size_t why_bytes)
{
	int64_t application = 0;
	enum lc_rc rc;

	*out = 0;
	rc = store_pragma(store, "PRAGMA user_version", out);
	if (rc == LC_OK)
		rc = store_pragma(store, "PRAGMA application_id", &application);
	if (rc != LC_OK)
		return state_failed(store, rc, why, why_bytes);
	/* Both are set at once, but they are not read at once. */
	if (application != STATE_APPLICATION && (application != 0 || *out != 0))
		snprintf(why, why_bytes,
			 "state.sqlite is a database of another program");
	else if (*out < 0 || *out > STATE_VERSION)
		snprintf(why, why_bytes,
			 "state.sqlite is of a newer Lightcone: its schema has "
			 "version %lld, and this one knows %d",
			 (long long)*out, (int)STATE_VERSION);
	else
		return LC_OK;
	return LC_UNAVAILABLE;
}

static enum lc_rc
state_migrate_from(struct store *store, int64_t version)
{
	char sql[64];
	enum lc_rc rc = LC_OK;

	for (; version < STATE_VERSION && rc == LC_OK; version++)
		rc = store_exec(store, state_migrations[version]);
	if (rc != LC_OK)
		return rc;
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d",
		 (int)STATE_VERSION);
	return store_exec(store, sql);
}

static enum lc_rc
state_migrate(struct store *store, char *why, size_t why_bytes)
{
	int64_t version;
	enum lc_rc rc = state_version(store, &version, why, why_bytes);

	if (rc != LC_OK || version == STATE_VERSION)
		return rc;
	rc = state_begin(store, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	/* Somebody else may have been quicker. */
	rc = state_version(store, &version, why, why_bytes);
	if (rc == LC_OK) {
		rc = state_migrate_from(store, version);
		if (rc != LC_OK)
			rc = state_failed(store, rc, why, why_bytes);
	}
	return state_end(store, rc, why, why_bytes);
}

/*
 * Makes what is missing.  Never by open(): closing that would take away the
 * locks that SQLite holds on the file elsewhere in this process.
 */
static enum lc_rc
state_make(const char *state_dir, const char *path, char *why, size_t why_bytes)
{
	if (mkdir(state_dir, 0700) != 0 && errno != EEXIST && errno != EROFS)
		goto failed;
	if (mknod(path, S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST)
		return LC_OK;
failed:
	snprintf(why, why_bytes, "state.sqlite cannot be made: %s",
		 strerror(errno));
	return LC_UNAVAILABLE;
}

static enum lc_rc
state_open_as(const char *path, enum store_mode mode, struct store **out,
	      char *why, size_t why_bytes)
{
	char words[STATE_WHY_MAX];
	enum lc_rc rc = store_open(path, mode, out, words, sizeof(words));

	if (rc == LC_OK)
		return rc;
	snprintf(why, why_bytes, "state.sqlite cannot be opened: %s", words);
	return rc == LC_INTERNAL ? LC_UNAVAILABLE : rc;
}

enum lc_rc
state_open(const char *state_dir, struct store **out, char *why,
	   size_t why_bytes)
{
	struct state_mark mark;
	char path[PATH_MAX];
	enum lc_rc rc;

	*out = NULL;
	rc = state_path(state_dir, path, why, why_bytes);
	if (rc == LC_OK)
		rc = state_find_at(path, &mark, why, why_bytes);
	if (rc == LC_NOT_FOUND)
		rc = state_make(state_dir, path, why, why_bytes);
	if (rc == LC_OK)
		rc = state_open_as(path, STORE_STATE, out, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = state_migrate(*out, why, why_bytes);
	if (rc != LC_OK) {
		store_close(*out);
		*out = NULL;
	}
	return rc;
}

enum lc_rc
state_open_read(const char *state_dir, struct store **out, char *why,
		size_t why_bytes)
{
	struct state_mark mark;
	char path[PATH_MAX];
	int64_t version;
	enum lc_rc rc;

	*out = NULL;
	rc = state_path(state_dir, path, why, why_bytes);
	if (rc == LC_OK)
		rc = state_find_at(path, &mark, why, why_bytes);
	if (rc == LC_OK)
		rc = state_open_as(path, STORE_STATE_READ, out, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = state_version(*out, &version, why, why_bytes);
	if (rc == LC_OK && version == 0)
		rc = LC_NOT_FOUND;
	if (rc != LC_OK) {
		store_close(*out);
		*out = NULL;
	}
	return rc;
}
