#include "sky/sorter.h"

#include <stdlib.h>
#include <string.h>

enum {
	SORTER_FIRST_ENTRIES = 1024,
	SORTER_READ_BYTES = 1 << 18,
	SORTER_PIECE_BYTES = 8 /* of a key, compared at once */
};

/* A record in memory, and the piece of its key that is being compared. */
struct sorter_entry {
	uint64_t piece;
	uint32_t at;
};

struct sorter_frame {
	uint32_t key_length, value_length;
};

/* One sorted run on disk while it is merged with the others. */
struct sorter_run {
	int64_t from, to;
	struct spool_reader reader;
	struct spool_record record;
	uint64_t piece; /* the first one of the record's key */
};

struct sorter {
	size_t memory_bytes;
	struct spool spool;
	char *bytes; /* the records in memory */
	size_t used, capacity;
	struct sorter_entry *entries;
	size_t count, room;
	size_t next; /* to be read */
	struct sorter_run *runs;
	size_t run_count, run_room;
	size_t *heap; /* of runs that have a record, the least on top */
	size_t heap_count;
	bool merging, moved;
};

struct sorter *
sorter_new(size_t memory_bytes, int directory)
{
	struct sorter *sorter = calloc(1, sizeof(*sorter));

	if (sorter == NULL)
		return NULL;
	sorter->memory_bytes = memory_bytes;
	spool_init(&sorter->spool, directory);
	return sorter;
}

static void
sorter_stop_merging(struct sorter *sorter)
{
	for (size_t i = 0; sorter->merging && i < sorter->run_count; i++)
		spool_reader_release(&sorter->runs[i].reader);
	free(sorter->heap);
	sorter->heap = NULL;
	sorter->heap_count = 0;
	sorter->merging = false;
	sorter->moved = false;
}

static void
sorter_forget_memory(struct sorter *sorter)
{
	free(sorter->bytes);
	free(sorter->entries);
	sorter->bytes = NULL;
	sorter->entries = NULL;
	sorter->used = sorter->capacity = 0;
	sorter->count = sorter->room = sorter->next = 0;
}

void
sorter_clear(struct sorter *sorter)
{
	sorter_stop_merging(sorter);
	sorter_forget_memory(sorter);
	sorter->run_count = 0;
	spool_clear(&sorter->spool);
}

void
sorter_free(struct sorter *sorter)
{
	if (sorter == NULL)
		return;
	sorter_clear(sorter);
	free(sorter->runs);
	free(sorter);
}

const char *
sorter_why(const struct sorter *sorter)
{
	return spool_why(&sorter->spool);
}

/* ---- in memory */

/* Eight bytes of a key as a number that compares as they do. */
static uint64_t
sorter_piece(const char *key, size_t length, size_t from)
{
	uint64_t piece = 0;

	if (from >= length)
		return 0;
	length -= from;
	memcpy(&piece, key + from,
	       length < SORTER_PIECE_BYTES ? length : SORTER_PIECE_BYTES);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	piece = __builtin_bswap64(piece);
#endif
	return piece;
}

static int
sorter_compare(const void *a, const void *b)
{
	uint64_t first = ((const struct sorter_entry *)a)->piece;
	uint64_t second = ((const struct sorter_entry *)b)->piece;

	return first < second ? -1 : first > second;
}

static struct sorter_frame
sorter_frame(const struct sorter *sorter, const struct sorter_entry *entry)
{
	struct sorter_frame frame;

	memcpy(&frame, sorter->bytes + entry->at, sizeof(frame));
	return frame;
}

static const char *
sorter_key(const struct sorter *sorter, const struct sorter_entry *entry)
{
	return sorter->bytes + entry->at + sizeof(struct sorter_frame);
}

/*
 * Sorts entries whose keys are the same before `from`: by the next piece,
 * and those that have that in common by what follows.
 */
static void
sorter_order(struct sorter *sorter, struct sorter_entry *entries, size_t count,
	     size_t from)
{
	bool longer = false;

	if (count == 0)
		return; /* and there may be no entries to point to */
	for (size_t i = 0; i < count; i++) {
		size_t length = sorter_frame(sorter, &entries[i]).key_length;

		entries[i].piece = sorter_piece(sorter_key(sorter, &entries[i]),
						length, from);
		longer |= length > from + SORTER_PIECE_BYTES;
	}
	if (count > 0) /* of nothing there may be no address */
		qsort(entries, count, sizeof(*entries), sorter_compare);
	for (size_t i = 0, end; longer && i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (entries[end].piece != entries[i].piece)
				break;
		if (end > i + 1)
			sorter_order(sorter, entries + i, end - i,
				     from + SORTER_PIECE_BYTES);
	}
}

static struct spool_record
sorter_record(const struct sorter *sorter, size_t i)
{
	struct sorter_frame frame = sorter_frame(sorter, &sorter->entries[i]);
	const char *key = sorter_key(sorter, &sorter->entries[i]);

	return (struct spool_record){key, key + frame.key_length,
				     frame.key_length, frame.value_length};
}

/* ---- on disk */

/* Writes what is in memory as one more run. */
static enum lc_rc
sorter_spool(struct sorter *sorter)
{
	struct sorter_run run = {.from = spool_end(&sorter->spool)};
	enum lc_rc rc = LC_OK;

	if (sorter->run_count == sorter->run_room) {
		size_t room = sorter->run_room == 0 ? 16 : 2 * sorter->run_room;
		struct sorter_run *runs =
			realloc(sorter->runs, room * sizeof(*runs));

		if (runs == NULL)
			return LC_NO_MEMORY;
		sorter->runs = runs;
		sorter->run_room = room;
	}
	sorter_order(sorter, sorter->entries, sorter->count, 0);
	for (size_t i = 0; i < sorter->count && rc == LC_OK; i++) {
		struct spool_record record = sorter_record(sorter, i);

		rc = spool_add(&sorter->spool, record.key, record.key_length,
			       record.value, record.value_length);
	}
	if (rc != LC_OK)
		return rc;
	run.to = spool_end(&sorter->spool);
	sorter->runs[sorter->run_count++] = run;
	sorter->count = 0;
	sorter->used = 0;
	return LC_OK;
}

/* Room for one more record, which may mean a run on disk. */
static enum lc_rc
sorter_make_room(struct sorter *sorter, size_t length)
{
	size_t half = sorter->memory_bytes / 2;
	enum lc_rc rc = LC_OK;

	if (sorter->count > 0 &&
	    sorter->used + sorter->count * sizeof(*sorter->entries) + length >
		    sorter->memory_bytes)
		rc = sorter_spool(sorter);
	if (rc == LC_OK && sorter->count == sorter->room) {
		size_t room = sorter->room == 0 ? SORTER_FIRST_ENTRIES :
						  2 * sorter->room;
		struct sorter_entry *entries =
			realloc(sorter->entries, room * sizeof(*entries));

		if (entries == NULL)
			return LC_NO_MEMORY;
		sorter->entries = entries;
		sorter->room = room;
	}
	if (rc == LC_OK && sorter->used + length > sorter->capacity) {
		size_t capacity = 2 * sorter->capacity + length;
		char *bytes;

		/* From half of all on, the rest at once: no copy beside it. */
		if (capacity > half)
			capacity = sorter->memory_bytes + length;
		bytes = realloc(sorter->bytes, capacity);
		if (bytes == NULL)
			return LC_NO_MEMORY;
		sorter->bytes = bytes;
		sorter->capacity = capacity;
	}
	return rc;
}

enum lc_rc
sorter_add(struct sorter *sorter, const void *key, size_t key_length,
	   const void *value, size_t value_length)
{
	const struct sorter_frame frame = {(uint32_t)key_length,
					   (uint32_t)value_length};
	size_t length = sizeof(frame) + key_length + value_length;
	enum lc_rc rc;
	char *at;

	sorter_stop_merging(sorter);
	rc = sorter_make_room(sorter, length);
	if (rc != LC_OK)
		return rc;
	at = sorter->bytes + sorter->used;
	memcpy(at, &frame, sizeof(frame));
	memcpy(at + sizeof(frame), key, key_length);
	if (value_length > 0)
		memcpy(at + sizeof(frame) + key_length, value, value_length);
	sorter->entries[sorter->count++].at = (uint32_t)sorter->used;
	sorter->used += length;
	return LC_OK;
}

/* ---- merging */

/* Whether run a's record comes before run b's. */
static bool
sorter_before(const struct sorter *sorter, size_t a, size_t b)
{
	const struct sorter_run *first = &sorter->runs[a];
	const struct sorter_run *second = &sorter->runs[b];
	size_t length = first->record.key_length;
	int order;

	if (first->piece != second->piece)
		return first->piece < second->piece;
	if (second->record.key_length < length)
		length = second->record.key_length;
	order = memcmp(first->record.key, second->record.key, length);
	return order != 0 ?
		       order < 0 :
		       first->record.key_length < second->record.key_length;
}

static void
sorter_sink(struct sorter *sorter, size_t at)
{
	size_t *heap = sorter->heap, run = heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < sorter->heap_count &&
		    sorter_before(sorter, heap[child + 1], heap[child]))
			child++;
		if (child >= sorter->heap_count ||
		    !sorter_before(sorter, heap[child], run))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = run;
}

static enum lc_rc
sorter_advance(struct sorter_run *run, bool *there)
{
	enum lc_rc rc = spool_read(&run->reader, &run->record, there);

	if (rc == LC_OK && *there)
		run->piece = sorter_piece(run->record.key,
					  run->record.key_length, 0);
	return rc;
}

static enum lc_rc
sorter_start_merging(struct sorter *sorter)
{
	enum lc_rc rc = spool_flush(&sorter->spool);

	if (rc != LC_OK)
		return rc;
	sorter->heap = calloc(sorter->run_count, sizeof(*sorter->heap));
	if (sorter->heap == NULL)
		return LC_NO_MEMORY;
	sorter->merging = true;
	for (size_t i = 0; i < sorter->run_count; i++)
		sorter->runs[i].reader.buffer = NULL;
	for (size_t i = 0; i < sorter->run_count; i++) {
		struct sorter_run *run = &sorter->runs[i];
		int64_t bytes = run->to - run->from;
		bool there = false;

		if (bytes > SORTER_READ_BYTES)
			bytes = SORTER_READ_BYTES;
		rc = spool_reader_init(&run->reader, &sorter->spool, run->from,
				       run->to, (size_t)bytes);
		if (rc == LC_OK)
			rc = sorter_advance(run, &there);
		if (rc != LC_OK)
			return rc;
		if (there)
			sorter->heap[sorter->heap_count++] = i;
	}
	for (size_t i = sorter->heap_count / 2; i-- > 0;)
		sorter_sink(sorter, i);
	return LC_OK;
}

enum lc_rc
sorter_sort(struct sorter *sorter)
{
	enum lc_rc rc = LC_OK;

	sorter_stop_merging(sorter);
	sorter->next = 0;
	if (sorter->run_count == 0) {
		sorter_order(sorter, sorter->entries, sorter->count, 0);
		return LC_OK;
	}
	if (sorter->count > 0)
		rc = sorter_spool(sorter);
	sorter_forget_memory(sorter);
	return rc == LC_OK ? sorter_start_merging(sorter) : rc;
}

/* The run on top has given its record: its next one finds its place. */
static enum lc_rc
sorter_move(struct sorter *sorter)
{
	bool there = false;
	enum lc_rc rc = sorter_advance(&sorter->runs[sorter->heap[0]], &there);

	if (rc != LC_OK)
		return rc;
	if (!there)
		sorter->heap[0] = sorter->heap[--sorter->heap_count];
	if (sorter->heap_count > 0)
		sorter_sink(sorter, 0);
	return LC_OK;
}

enum lc_rc
sorter_next(struct sorter *sorter, struct spool_record *record, bool *there)
{
	enum lc_rc rc = LC_OK;

	if (!sorter->merging) {
		*there = sorter->next < sorter->count;
		if (*there)
			*record = sorter_record(sorter, sorter->next++);
		return LC_OK;
	}
	/* Only now: the last record given was still in its run's memory. */
	if (sorter->moved)
		rc = sorter_move(sorter);
	*there = rc == LC_OK && sorter->heap_count > 0;
	sorter->moved = *there;
	if (*there)
		*record = sorter->runs[sorter->heap[0]].record;
	return rc;
}
