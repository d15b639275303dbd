#include "services/store.h"

#include <assert.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "base/clock.h"

enum { STORE_PROGRESS_STEPS = 10000, STORE_BUSY_MS = 2000, STORE_KEPT = 64 };

struct store_kept {
	const char *sql;
	struct store_query *query;
};

struct store {
	sqlite3 *db;
	size_t kept_count;
	struct store_kept kept[STORE_KEPT];
	struct lc_progress *progress;
	enum lc_rc stopped;     /* why the work was told to stop, or LC_OK */
	int64_t waits_until_ns; /* for other writers */
};

struct store_query {
	struct store *store;
	sqlite3_stmt *statement;
	int bound; /* SQLITE_OK, or the first bind's failure */
};

struct store_opening {
	int flags;
	const char *parameters; /* of the URI */
	const char *settings;
};

/*
 * Files are read, not mapped: one that somebody cuts would kill the process.
 */
static const struct store_opening store_openings[STORE_MODE__MAX] = {
	/* One read transaction for good saves each query its own. */
	[STORE_IMMUTABLE] = {SQLITE_OPEN_READONLY, "immutable=1",
			     "PRAGMA mmap_size = 0;"
			     "PRAGMA cache_size = -16384;"
			     "BEGIN;"},
	[STORE_BUILD] = {SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
			 "vfs=unix-none",
			 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
			 "PRAGMA cache_size = -16384;"
			 "PRAGMA temp.cache_size = -16384;"},
	/* The limit is where the log's own checkpoints keep it. */
	[STORE_STATE] = {SQLITE_OPEN_READWRITE, "",
			 "PRAGMA mmap_size = 0;"
			 "PRAGMA journal_mode = WAL;"
			 "PRAGMA journal_size_limit = 4194304;"
			 "PRAGMA synchronous = FULL;"
			 "PRAGMA foreign_keys = ON;"},
	[STORE_STATE_READ] = {SQLITE_OPEN_READONLY, "",
			      "PRAGMA busy_timeout = 200;"
			      "PRAGMA mmap_size = 0;"
			      "PRAGMA cache_size = -256;"},
};

static pthread_once_t store_once = PTHREAD_ONCE_INIT;

/* Counting memory costs a mutex that all threads would meet at. */
static void
store_configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum lc_rc
store_rc(struct store *store, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return LC_OK;
	case SQLITE_NOMEM:
		return LC_NO_MEMORY;
	case SQLITE_INTERRUPT:
		return store->stopped != LC_OK ? store->stopped : LC_CANCELLED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_FULL:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_BUSY:
	case SQLITE_PROTOCOL:
	case SQLITE_FORMAT:
	case SQLITE_SCHEMA:
		return LC_UNAVAILABLE;
	default:
		return LC_INTERNAL;
	}
}

/* "file:PATH?parameters", with whatever has a meaning in a URI escaped. */
static char *
store_uri(const char *path, const char *parameters)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789/._-~";
	size_t room = strlen(path) * 3 + strlen(parameters) + 8;
	char *uri = malloc(room);
	size_t length;

	if (uri == NULL)
		return NULL;
	length = (size_t)snprintf(uri, room, "file:");
	for (; *path != '\0'; path++)
		if (strchr(plain, *path) != NULL)
			uri[length++] = *path;
		else
			length += (size_t)snprintf(uri + length, room - length,
						   "%%%02X",
						   (unsigned char)*path);
	snprintf(uri + length, room - length, "?%s", parameters);
	return uri;
}

/*
 * Waits for another writer.  SQLite's own pauses grow to 100 ms, and a
 * transaction takes two.
 */
static int
store_wait(void *argument, int pauses)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};
	struct store *store = argument;
	int64_t now_ns = clock_mono_ns();

	if (pauses == 0)
		store->waits_until_ns =
			now_ns + STORE_BUSY_MS * CLOCK_NS_PER_MS;
	if (now_ns >= store->waits_until_ns)
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

/* SQLite itself does not wait for who else turns a new file to a log. */
static enum lc_rc
store_settle(struct store *store, const char *settings)
{
	const struct timespec pause = {.tv_nsec = 2 * CLOCK_NS_PER_MS};
	const int64_t until_ns =
		clock_mono_ns() + STORE_BUSY_MS * CLOCK_NS_PER_MS;
	int code;

	while ((code = sqlite3_exec(store->db, settings, NULL, NULL, NULL)) ==
		       SQLITE_BUSY &&
	       clock_mono_ns() < until_ns)
		nanosleep(&pause, NULL);
	return store_rc(store, code);
}

static enum lc_rc
store_open_uri(struct store *store, const char *path, enum store_mode mode)
{
	const struct store_opening *opening = &store_openings[mode];
	char *uri = store_uri(path, opening->parameters);
	int keep_wal = mode == STORE_STATE || mode == STORE_STATE_READ;
	int code;

	if (uri == NULL)
		return LC_NO_MEMORY;
	code = sqlite3_open_v2(
		uri, &store->db,
		opening->flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	free(uri);
	if (code == SQLITE_OK)
		code = sqlite3_file_control(
			store->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_wal);
	if (code == SQLITE_OK && mode == STORE_STATE)
		code = sqlite3_busy_handler(store->db, store_wait, store);
	if (code != SQLITE_OK)
		return store_rc(store, code);
	return store_settle(store, opening->settings);
}

enum lc_rc
store_open(const char *path, enum store_mode mode, struct store **out,
	   char *why, size_t why_bytes)
{
	struct store *store;
	enum lc_rc rc;

	*out = NULL;
	pthread_once(&store_once, store_configure);
	store = calloc(1, sizeof(*store));
	if (store == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	rc = store_open_uri(store, path, mode);
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "%s", store_why(store));
		store_close(store);
		return rc;
	}
	*out = store;
	return LC_OK;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->kept_count; i++)
		store_finish(store->kept[i].query);
	sqlite3_close(store->db);
	free(store);
}

const char *
store_why(const struct store *store)
{
	return store->db == NULL ? "out of memory" : sqlite3_errmsg(store->db);
}

static int
store_is_stopped(void *argument)
{
	struct store *store = argument;

	store->stopped = progress_stopped(store->progress);
	return store->stopped != LC_OK;
}

void
store_watch(struct store *store, struct lc_progress *progress)
{
	store->progress = progress;
	store->stopped = LC_OK;
	sqlite3_progress_handler(store->db, STORE_PROGRESS_STEPS,
				 progress == NULL ? NULL : store_is_stopped,
				 store);
}

enum lc_rc
store_exec(struct store *store, const char *sql)
{
	return store_rc(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL));
}

void
store_undo(struct store *store)
{
	if (sqlite3_get_autocommit(store->db) == 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

enum lc_rc
store_prepare(struct store *store, const char *sql, struct store_query **out)
{
	struct store_query *query = calloc(1, sizeof(*query));
	int code;

	*out = NULL;
	if (query == NULL)
		return LC_NO_MEMORY;
	query->store = store;
	code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
				  &query->statement, NULL);
	if (code != SQLITE_OK) {
		free(query);
		return store_rc(store, code);
	}
	*out = query;
	return LC_OK;
}

enum lc_rc
store_keep(struct store *store, const char *sql, struct store_query **out)
{
	enum lc_rc rc;

	for (size_t i = 0; i < store->kept_count; i++)
		if (store->kept[i].sql == sql) {
			*out = store->kept[i].query;
			return LC_OK;
		}
	assert(store->kept_count < STORE_KEPT);
	rc = store_prepare(store, sql, out);
	if (rc == LC_OK)
		store->kept[store->kept_count++] =
			(struct store_kept){sql, *out};
	return rc;
}

void
store_finish(struct store_query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->statement);
	free(query);
}

static void
store_bound(struct store_query *query, int code)
{
	if (query->bound == SQLITE_OK)
		query->bound = code;
}

void
store_bind_int64(struct store_query *query, int at, int64_t value)
{
	store_bound(query, sqlite3_bind_int64(query->statement, at, value));
}

void
store_bind_real(struct store_query *query, int at, double value)
{
	store_bound(query, sqlite3_bind_double(query->statement, at, value));
}

void
store_bind_text(struct store_query *query, int at, const char *text,
		size_t length)
{
	store_bound(query,
		    sqlite3_bind_text64(query->statement, at, text, length,
					SQLITE_STATIC, SQLITE_UTF8));
}

void
store_bind_blob(struct store_query *query, int at, const void *bytes,
		size_t length)
{
	store_bound(query, sqlite3_bind_blob64(query->statement, at, bytes,
					       length, SQLITE_STATIC));
}

void
store_bind_null(struct store_query *query, int at)
{
	store_bound(query, sqlite3_bind_null(query->statement, at));
}

enum lc_rc
store_step(struct store_query *query, bool *row)
{
	int code = query->bound;

	if (code == SQLITE_OK)
		code = sqlite3_step(query->statement);
	*row = code == SQLITE_ROW;
	return store_rc(query->store, code);
}

void
store_reset(struct store_query *query)
{
	sqlite3_reset(query->statement);
	query->bound = SQLITE_OK;
}

enum lc_rc
store_run(struct store_query *query)
{
	bool row;
	enum lc_rc rc = store_step(query, &row);

	store_reset(query);
	return rc;
}

bool
store_is_null(struct store_query *query, int column)
{
	return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

int64_t
store_int64(struct store_query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

double
store_real(struct store_query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}

const char *
store_text(struct store_query *query, int column, size_t *length)
{
	/* As a blob: SQLite would allocate a copy to end it in NUL. */
	return store_blob(query, column, length);
}

const void *
store_blob(struct store_query *query, int column, size_t *length)
{
	const void *bytes = sqlite3_column_blob(query->statement, column);

	*length = (size_t)sqlite3_column_bytes(query->statement, column);
	return bytes;
}

int64_t
store_changes(const struct store *store)
{
	return sqlite3_changes(store->db);
}

enum lc_rc
store_check(struct store *store)
{
	struct store_query *query;
	enum lc_rc rc = store_prepare(store, "PRAGMA quick_check(1)", &query);
	const char *verdict;
	size_t length;
	bool row;

	if (rc != LC_OK)
		return rc;
	rc = store_step(query, &row);
	if (rc == LC_OK) {
		verdict = row ? store_text(query, 0, &length) : NULL;
		if (verdict == NULL || length != 2 ||
		    memcmp(verdict, "ok", 2) != 0)
			rc = LC_UNAVAILABLE;
	}
	store_finish(query);
	return rc;
}

enum lc_rc
store_pragma(struct store *store, const char *sql, int64_t *out)
{
	struct store_query *query;
	enum lc_rc rc = store_prepare(store, sql, &query);
	bool row;

	if (rc != LC_OK)
		return rc;
	rc = store_step(query, &row);
	*out = row ? store_int64(query, 0) : 0;
	store_finish(query);
	return rc;
}
