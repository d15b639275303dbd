#include "sky/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "sky/layout.h"

static const char *const fixed_sql[READER__MAX] = {
	[READER_SCAN] = "SELECT x, y, z, type, magnitude, rank, k,"
			" packed FROM spot"
			" WHERE k BETWEEN ?1 AND ?2",
	[READER_SPOT] = "SELECT packed FROM spot WHERE k = ?1",
	[READER_NAME] = "SELECT k, ra_deg, dec_deg FROM name"
			" JOIN object USING (k) WHERE key = ?1",
	[READER_NEAR] = "SELECT keys FROM near WHERE length = ?1",
	[READER_SHOWN] = "SELECT shown FROM name WHERE key = ?1",
	[READER_FACT] = "SELECT value FROM fact WHERE word = ?1",
};

static enum lc_rc
reader_prepare_object(struct catalogue *reader, struct store_query **out)
{
	struct buf sql;
	enum lc_rc rc = LC_NO_MEMORY;

	buf_init(&sql);
	for (int i = 0; i < COLUMNS_LISTED; i++)
		buf_printf(&sql, "%s%s", i == 0 ? "SELECT " : ", ",
			   columns_table[i].name);
	buf_add_text(&sql, " FROM object WHERE k = ?1");
	buf_add_char(&sql, '\0');
	if (!sql.failed)
		rc = store_prepare(reader->store, sql.bytes, out);
	buf_release(&sql);
	return rc;
}

enum lc_rc
reader_query(struct catalogue *reader, enum reader_query which,
	     struct store_query **out)
{
	enum lc_rc rc = LC_OK;

	if (reader->queries[which] == NULL) {
		if (which == READER_OBJECT)
			rc = reader_prepare_object(reader,
						   &reader->queries[which]);
		else
			rc = store_prepare(reader->store, fixed_sql[which],
					   &reader->queries[which]);
	}
	*out = reader->queries[which];
	return rc == LC_OK ? LC_OK : reader_failed(reader, rc);
}

enum lc_rc
reader_failed(struct catalogue *reader, enum lc_rc rc)
{
	if (rc == LC_INTERNAL)
		rc = LC_UNAVAILABLE; /* our queries fail on wrong tables only */
	if (rc == LC_UNAVAILABLE)
		reader->broken = true;
	snprintf(reader->why, sizeof(reader->why), "%s cannot be read: %s",
		 reader->pointer.file, store_why(reader->store));
	return rc;
}

enum lc_rc
reader_damaged(struct catalogue *reader)
{
	reader->broken = true;
	snprintf(reader->why, sizeof(reader->why),
		 "%s cannot be read: a row is damaged", reader->pointer.file);
	return LC_UNAVAILABLE;
}

static enum lc_rc
reader_check_layout(struct store *store, char *why, size_t why_bytes)
{
	int64_t application = 0, version = 0;
	enum lc_rc rc =
		store_pragma(store, "PRAGMA application_id", &application);

	if (rc == LC_OK)
		rc = store_pragma(store, "PRAGMA user_version", &version);
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "%s", store_why(store));
		return rc;
	}
	if (application == LAYOUT_APPLICATION_HERE && version == LAYOUT_VERSION)
		return LC_OK;
	if (application != LAYOUT_APPLICATION_HERE)
		snprintf(why, why_bytes, "it is not a catalogue");
	else
		snprintf(why, why_bytes,
			 "its layout is version %lld and this "
			 "program reads %d; run 'lightcone import' again",
			 (long long)version, LAYOUT_VERSION);
	return LC_UNAVAILABLE;
}

enum lc_rc
reader_open(const char *path, const struct pointer_stamp *stamp,
	    struct catalogue **out, char *why, size_t why_bytes)
{
	struct catalogue *reader = calloc(1, sizeof(*reader));
	struct pointer_stamp there;
	enum lc_rc rc;

	*out = NULL;
	if (reader == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	reader->file = open(path, O_RDONLY | O_CLOEXEC);
	reader->file_stamp = *stamp;
	rc = store_open(path, STORE_IMMUTABLE, &reader->store, why, why_bytes);
	if (rc == LC_OK)
		rc = reader_check_layout(reader->store, why, why_bytes);
	/* The store, our file and the stamp must be of the same one. */
	if (rc == LC_OK &&
	    (!reader_is_fresh(reader) || !pointer_stamp(path, &there) ||
	     !pointer_stamp_equal(&there, stamp))) {
		snprintf(why, why_bytes, "it was changed while it was opened");
		rc = LC_UNAVAILABLE;
	}
	if (rc != LC_OK) {
		reader_close(reader);
		return rc;
	}
	*out = reader;
	return LC_OK;
}

bool
reader_is_fresh(const struct catalogue *reader)
{
	struct pointer_stamp now;

	return pointer_stamp_open(reader->file, &now) &&
	       pointer_stamp_equal(&reader->file_stamp, &now);
}

void
reader_close(struct catalogue *reader)
{
	if (reader == NULL)
		return;
	for (int i = 0; i < READER__MAX; i++)
		store_finish(reader->queries[i]);
	store_close(reader->store);
	if (reader->file >= 0)
		close(reader->file);
	free(reader);
}
