#include "sky/build_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sky/layout.h"
#include "sky/names.h"
#include "sky/zones.h"

enum {
	SORT_BYTES = 40 << 20,
	ALIAS_BYTES = 4 << 20,
	/* After the folded name: a NUL, the level, the number. */
	TAIL_BYTES = 2 + sizeof(uint64_t),
	ASK_EVERY = 1024
};

/* What stands with a key; the name as it is shown follows. */
struct names_value {
	int64_t number, line;
	double ra_deg, dec_deg;
};

enum lc_rc
build_names_init(struct build_names *names, int directory)
{
	*names = (struct build_names){
		.names = sorter_new(SORT_BYTES, directory),
		.aliases = sorter_new(ALIAS_BYTES, directory),
		.found = sorter_new(ALIAS_BYTES, directory),
	};
	return names->names == NULL || names->aliases == NULL ||
			       names->found == NULL ?
		       LC_NO_MEMORY :
		       LC_OK;
}

void
build_names_release(struct build_names *names)
{
	sorter_free(names->names);
	sorter_free(names->aliases);
	sorter_free(names->found);
	free(names->dropped);
	*names = (struct build_names){.names = NULL};
}

void
build_names_clear(struct build_names *names)
{
	sorter_clear(names->names);
	sorter_clear(names->aliases);
	sorter_clear(names->found);
	free(names->dropped);
	names->dropped = NULL;
	names->dropped_bytes = 0;
}

const char *
build_names_why(const struct build_names *names)
{
	const struct sorter *sorters[] = {names->names, names->aliases,
					  names->found};
	const char *why = "";

	for (size_t i = 0; i < 3 && why[0] == '\0'; i++)
		why = sorter_why(sorters[i]);
	return why;
}

/* The key by which a name is sorted; 0 when it can be no name. */
static size_t
names_key(const char *name, size_t length, unsigned level, int64_t number,
	  char key[NAMES_MAX_BYTES + 1 + TAIL_BYTES])
{
	size_t at = names_fold(name, length, key);

	if (at == 0)
		return 0;
	key[at++] = '\0';
	key[at++] = (char)level;
	for (int shift = 56; shift >= 0; shift -= 8)
		key[at++] = (char)(number >> shift);
	return at;
}

static enum lc_rc
names_put(struct build_names *names, enum build_level level,
	  const struct names_value *value, const char *name, size_t length)
{
	char key[NAMES_MAX_BYTES + 1 + TAIL_BYTES];
	char bytes[sizeof(*value) + NAMES_MAX_BYTES];
	size_t key_length = names_key(name, length, level, value->number, key);
	size_t shown = level == LEVEL_NAME ? 0 : length;

	if (key_length == 0)
		return LC_OK;
	memcpy(bytes, value, sizeof(*value));
	memcpy(bytes + sizeof(*value), name, shown);
	return sorter_add(names->names, key, key_length, bytes,
			  sizeof(*value) + shown);
}

enum lc_rc
build_names_add(struct build_names *names, enum build_level level,
		const struct build_owner *owner, const char *name,
		size_t length)
{
	const struct names_value value = {owner->number, owner->line,
					  owner->ra_deg, owner->dec_deg};

	return names_put(names, level, &value, name, length);
}

enum lc_rc
build_names_alias(struct build_names *names, const char *alias,
		  size_t alias_length, const char *name, size_t name_length,
		  int64_t line)
{
	char key[NAMES_MAX_BYTES + 1 + TAIL_BYTES];
	char bytes[sizeof(line) + NAMES_MAX_BYTES];
	size_t key_length;

	if (names_fold(alias, alias_length, key) == 0)
		return LC_INVALID;
	key_length = names_key(name, name_length, 0, line, key);
	if (key_length == 0)
		return LC_INVALID;
	memcpy(bytes, &line, sizeof(line));
	memcpy(bytes + sizeof(line), alias, alias_length);
	return sorter_add(names->aliases, key, key_length, bytes,
			  sizeof(line) + alias_length);
}

/* ---- settling */

/* Where reading the sorted names, or the aliases' objects, stands. */
struct names_cursor {
	struct sorter *sorter;
	struct spool_record record;
	bool there;
};

static enum lc_rc
cursor_next(struct names_cursor *cursor)
{
	return sorter_next(cursor->sorter, &cursor->record, &cursor->there);
}

/* The folded names' order; what is at its end comes last. */
static int
cursor_compare(const struct names_cursor *a, const struct names_cursor *b)
{
	if (!a->there || !b->there)
		return (int)b->there - (int)a->there;
	return strcmp(a->record.key, b->record.key);
}

static unsigned
cursor_level(const struct names_cursor *cursor)
{
	const char *key = cursor->record.key;

	return (unsigned char)key[cursor->record.key_length - TAIL_BYTES + 1];
}

static struct names_value
cursor_value(const struct names_cursor *cursor)
{
	struct names_value value;

	memcpy(&value, cursor->record.value, sizeof(value));
	return value;
}

static enum lc_rc
names_drop(struct build_names *names, int64_t number)
{
	size_t byte = (size_t)number / 8;

	if (byte >= names->dropped_bytes) {
		size_t bytes = 2 * byte + 1024;
		unsigned char *dropped = realloc(names->dropped, bytes);

		if (dropped == NULL)
			return LC_NO_MEMORY;
		memset(dropped + names->dropped_bytes, 0,
		       bytes - names->dropped_bytes);
		names->dropped = dropped;
		names->dropped_bytes = bytes;
	}
	names->dropped[byte] |= (unsigned char)(1 << number % 8);
	return LC_OK;
}

bool
build_names_dropped(const struct build_names *names, int64_t number)
{
	size_t byte = (size_t)number / 8;

	return byte < names->dropped_bytes &&
	       (names->dropped[byte] >> number % 8 & 1) != 0;
}

static void
settle_report(void (*tell)(void *context, int64_t line, const char *why),
	      void *context, int64_t line, const char *why)
{
	if (tell != NULL)
		tell(context, line, why);
}

static enum lc_rc
settle_duplicate(struct build_names *names, const struct build_report *report,
		 struct build_counts *counts, const struct names_value *first,
		 const struct names_value *later)
{
	char why[96];

	counts->duplicates++;
	snprintf(why, sizeof(why),
		 "its name is that of the object in line %lld",
		 (long long)first->line);
	settle_report(report->duplicate, report->context, later->line, why);
	return names_drop(names, later->number);
}

/* The aliases before `until`, if there is one, are of no object. */
static enum lc_rc
settle_strays(struct names_cursor *aliases, const struct names_cursor *until,
	      const struct build_report *report, struct build_counts *counts)
{
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && aliases->there &&
	       cursor_compare(aliases, until) < 0) {
		const char *alias = aliases->record.value;
		char why[64 + NAMES_MAX_BYTES];
		int64_t line;

		memcpy(&line, alias, sizeof(line));
		snprintf(why, sizeof(why),
			 "\"%.*s\" is another name of no "
			 "object that is here",
			 (int)(aliases->record.value_length - sizeof(line)),
			 alias + sizeof(line));
		counts->strays++;
		settle_report(report->stray, report->context, line, why);
		rc = cursor_next(aliases);
	}
	return rc;
}

/* Copies each alias of this object to those that become names. */
static enum lc_rc
settle_aliases(struct build_names *names, struct names_cursor *aliases,
	       const struct names_cursor *name)
{
	struct names_value value = cursor_value(name);
	char bytes[sizeof(value) + NAMES_MAX_BYTES];
	enum lc_rc rc = LC_OK;

	memcpy(bytes, &value, sizeof(value));
	while (rc == LC_OK && aliases->there &&
	       cursor_compare(aliases, name) == 0) {
		const char *alias = aliases->record.value;
		size_t length = aliases->record.value_length - sizeof(int64_t);
		char key[NAMES_MAX_BYTES + 1 + TAIL_BYTES];
		size_t key_length;

		memcpy(bytes + sizeof(value), alias + sizeof(int64_t), length);
		key_length = names_key(bytes + sizeof(value), length,
				       LEVEL_ADDED, value.number, key);
		if (key_length > 0)
			rc = sorter_add(names->found, key, key_length, bytes,
					sizeof(value) + length);
		if (rc == LC_OK)
			rc = cursor_next(aliases);
	}
	return rc;
}

/* Puts the aliases that were found among the names. */
static enum lc_rc
settle_merge(struct build_names *names)
{
	struct names_cursor cursor = {.sorter = names->found};
	enum lc_rc rc = sorter_sort(names->found);

	while (rc == LC_OK && (rc = cursor_next(&cursor)) == LC_OK &&
	       cursor.there)
		rc = sorter_add(names->names, cursor.record.key,
				cursor.record.key_length, cursor.record.value,
				cursor.record.value_length);
	if (rc == LC_OK)
		sorter_clear(names->found);
	return rc;
}

static enum lc_rc
settle_names(struct build_names *names, struct lc_progress *progress,
	     const struct build_report *report, struct build_counts *counts)
{
	struct names_cursor name = {.sorter = names->names};
	struct names_cursor alias = {.sorter = names->aliases};
	struct names_value first = {.number = 0};
	char taken[NAMES_MAX_BYTES + 1] = "";
	enum lc_rc rc = cursor_next(&alias);
	int64_t read = 0;

	while (rc == LC_OK && (rc = cursor_next(&name)) == LC_OK &&
	       name.there) {
		struct names_value value;

		if (++read % ASK_EVERY == 0)
			rc = progress_stopped(progress);
		if (rc != LC_OK || cursor_level(&name) != LEVEL_NAME)
			continue;
		value = cursor_value(&name);
		if (strcmp(taken, name.record.key) == 0) {
			rc = settle_duplicate(names, report, counts, &first,
					      &value);
			continue;
		}
		first = value;
		memcpy(taken, name.record.key,
		       name.record.key_length - TAIL_BYTES + 1);
		rc = settle_strays(&alias, &name, report, counts);
		if (rc == LC_OK)
			rc = settle_aliases(names, &alias, &name);
	}
	/* `name` is at its end, which is after all. */
	return rc == LC_OK ? settle_strays(&alias, &name, report, counts) : rc;
}

enum lc_rc
build_names_settle(struct build_names *names, struct lc_progress *progress,
		   const struct build_report *report,
		   struct build_counts *counts)
{
	enum lc_rc rc = sorter_sort(names->names);

	if (rc == LC_OK)
		rc = sorter_sort(names->aliases);
	if (rc == LC_OK)
		rc = settle_names(names, progress, report, counts);
	return rc == LC_OK ? settle_merge(names) : rc;
}

/* ---- writing */

struct names_writer {
	struct store_query *name, *near;
	struct buf keys[LAYOUT_NEAR_BYTES + 1]; /* by their length */
	int64_t names;
	int per_deg;
};

static void
writer_note(struct names_writer *writer, const char *key, size_t length)
{
	if (length > LAYOUT_NEAR_BYTES || writer->names > LAYOUT_NEAR_MOST)
		return;
	buf_add(&writer->keys[length], key, length);
	buf_add_char(&writer->keys[length], '\n');
}

static enum lc_rc
writer_name(struct names_writer *writer, const struct names_cursor *cursor)
{
	struct names_value value = cursor_value(cursor);
	const char *shown = (const char *)cursor->record.value + sizeof(value);
	size_t shown_length = cursor->record.value_length - sizeof(value);
	size_t length = cursor->record.key_length - TAIL_BYTES;

	writer->names++;
	writer_note(writer, cursor->record.key, length);
	store_bind_text(writer->name, 1, cursor->record.key, length);
	store_bind_int64(
		writer->name, 2,
		zones_key(writer->per_deg, value.ra_deg, value.dec_deg));
	store_bind_int64(writer->name, 3, value.number);
	if (shown_length > 0)
		store_bind_text(writer->name, 4, shown, shown_length);
	else
		store_bind_null(writer->name, 4);
	return store_run(writer->name);
}

static enum lc_rc
writer_names(struct names_writer *writer, struct build_names *names,
	     struct lc_progress *progress)
{
	struct names_cursor cursor = {.sorter = names->names};
	char last[NAMES_MAX_BYTES + 1] = "";
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && (rc = cursor_next(&cursor)) == LC_OK &&
	       cursor.there) {
		if (build_names_dropped(names, cursor_value(&cursor).number) ||
		    strcmp(last, cursor.record.key) == 0)
			continue;
		memcpy(last, cursor.record.key,
		       cursor.record.key_length - TAIL_BYTES + 1);
		rc = writer_name(writer, &cursor);
		if (rc == LC_OK && writer->names % ASK_EVERY == 0)
			rc = progress_stopped(progress);
	}
	return rc;
}

static enum lc_rc
writer_near(struct names_writer *writer)
{
	enum lc_rc rc = LC_OK;

	if (writer->names > LAYOUT_NEAR_MOST)
		return LC_OK;
	for (int i = 1; i <= LAYOUT_NEAR_BYTES && rc == LC_OK; i++) {
		const struct buf *keys = &writer->keys[i];

		if (keys->failed)
			return LC_NO_MEMORY;
		if (keys->length == 0)
			continue;
		store_bind_int64(writer->near, 1, i);
		store_bind_blob(writer->near, 2, keys->bytes, keys->length);
		rc = store_run(writer->near);
	}
	return rc;
}

enum lc_rc
build_names_write(struct build_names *names, struct store *store, int per_deg,
		  struct lc_progress *progress, struct build_counts *counts)
{
	struct names_writer writer = {.per_deg = per_deg};
	enum lc_rc rc = sorter_sort(names->names);

	if (rc == LC_OK)
		rc = store_prepare(store,
				   "INSERT INTO name VALUES (?1, ?2, ?3, ?4)",
				   &writer.name);
	if (rc == LC_OK)
		rc = store_prepare(store, "INSERT INTO near VALUES (?1, ?2)",
				   &writer.near);
	for (int i = 0; i <= LAYOUT_NEAR_BYTES; i++)
		buf_init(&writer.keys[i]);
	if (rc == LC_OK)
		rc = writer_names(&writer, names, progress);
	if (rc == LC_OK)
		rc = writer_near(&writer);
	for (int i = 0; i <= LAYOUT_NEAR_BYTES; i++)
		buf_release(&writer.keys[i]);
	store_finish(writer.name);
	store_finish(writer.near);
	counts->names = writer.names;
	return rc;
}
