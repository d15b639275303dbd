#include "sky/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sky/layout.h"
#include "sky/zones.h"

static const char *const reader_sql[READER__MAX] = {
	[READER_SCAN] = "SELECT packed FROM spot WHERE k >= ?1 ORDER BY k",
	[READER_SPOT] = "SELECT packed FROM spot WHERE k >= ?1 ORDER BY k",
	[READER_NAME] = "SELECT k, number, shown FROM name WHERE key = ?1",
	[READER_NEAR] = "SELECT keys FROM near WHERE length = ?1",
	[READER_ON] = "SELECT key FROM name WHERE key > ?1 LIMIT 8",
	[READER_FACT] = "SELECT value FROM fact WHERE word = ?1",
};

enum lc_rc
reader_query(struct catalogue *reader, enum reader_query which,
	     struct store_query **out)
{
	enum lc_rc rc = LC_OK;

	if (reader->queries[which] == NULL)
		rc = store_prepare(reader->store, reader_sql[which],
				   &reader->queries[which]);
	*out = reader->queries[which];
	return rc == LC_OK ? LC_OK : reader_failed(reader, rc);
}

enum lc_rc
reader_number(struct catalogue *reader, const char *word, int64_t *out)
{
	struct store_query *query;
	enum lc_rc rc = reader_query(reader, READER_FACT, &query);
	bool row;

	*out = 0;
	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, word, strlen(word));
	rc = store_step(query, &row);
	if (rc != LC_OK)
		rc = reader_failed(reader, rc);
	else if (row)
		*out = store_int64(query, 0);
	store_reset(query);
	return rc;
}

enum lc_rc
reader_failed(struct catalogue *reader, enum lc_rc rc)
{
	if (rc == LC_INTERNAL)
		rc = LC_UNAVAILABLE; /* our queries fail on wrong tables only */
	if (rc == LC_UNAVAILABLE)
		reader->broken = true;
	snprintf(reader->why, sizeof(reader->why), "%s cannot be read: %s",
		 reader->pointer.file,
		 rc == LC_NO_MEMORY ? "out of memory" :
				      store_why(reader->store));
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

static enum lc_rc
reader_open_zones(struct catalogue *reader, char *why, size_t why_bytes)
{
	int64_t per_deg;
	enum lc_rc rc = reader_number(reader, LAYOUT_FACT_PER_DEG, &per_deg);

	if (rc == LC_OK &&
	    (per_deg < ZONES_PER_DEG_MIN || per_deg > ZONES_PER_DEG_MAX)) {
		snprintf(why, why_bytes, "it is damaged");
		return LC_UNAVAILABLE;
	}
	if (rc != LC_OK)
		snprintf(why, why_bytes, "%s", store_why(reader->store));
	reader->per_deg = (int)per_deg;
	return rc;
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
	if (rc == LC_OK)
		rc = reader_open_zones(reader, why, why_bytes);
	if (rc == LC_OK) {
		rc = reader_number(reader, LAYOUT_FACT_MADE, &reader->made_ns);
		if (rc == LC_OK)
			rc = reader_number(reader, LAYOUT_FACT_DENSITY,
					   &reader->per_deg2);
		if (rc == LC_OK)
			rc = reader_number(reader, LAYOUT_FACT_OBJECTS,
					   &reader->objects);
		if (rc != LC_OK)
			snprintf(why, why_bytes, "%s",
				 store_why(reader->store));
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
	reader_columns_free(reader->columns);
	overlay_free(reader->overlay);
	if (reader->file >= 0)
		close(reader->file);
	free(reader);
}
