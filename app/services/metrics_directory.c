#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "services/metrics_inner.h"

_Static_assert(sizeof(struct metrics_key) % 8 == 0 &&
		       offsetof(struct metrics_key, text) % 8 == 0 &&
		       METRICS_TEXT_MAX % 8 == 0,
	       "texts are digested by the word");

static uint64_t
digest_text(uint64_t digest, const char *text)
{
	for (; *text != '\0'; text++)
		digest = metrics_mix(digest, (unsigned char)*text);
	return metrics_mix(digest, 256);
}

uint64_t
metrics_kind(const struct metrics_family *family)
{
	uint64_t digest = digest_text(1, family->name);

	digest = metrics_mix(digest, (uint64_t)family->type);
	digest = metrics_mix(digest, (uint64_t)family->unit);
	digest = digest_text(digest, family->labels);
	if (family->type == METRICS_HISTOGRAM) {
#define METRICS_BOUND_DIGEST(ns, text) \
	digest = metrics_mix(digest, (uint64_t)(ns));
		METRICS_BOUND_TABLE(METRICS_BOUND_DIGEST)
#undef METRICS_BOUND_DIGEST
	}
	return digest;
}

/* ---- keys */

/* Of all but the hash.  What follows the text is zero up to a whole word. */
static uint64_t
key_digest(const struct metrics_key *key)
{
	uint64_t digest = metrics_mix(key->kind, key->length), word;

	digest = metrics_mix(digest, key->type);
	for (size_t at = 0; at < key->length; at += sizeof(word)) {
		memcpy(&word, key->text + at, sizeof(word));
		digest = metrics_mix(digest, word);
	}
	return digest;
}

/* False: there is no room for it. */
static bool
key_add(struct metrics_key *key, const char *text, size_t length)
{
	/* The last word is filled up with zeros. */
	if (length >= METRICS_TEXT_MAX - key->length)
		return false;
	memcpy(key->text + key->length, text, length);
	key->length += (uint32_t)length + 1;
	return true;
}

size_t
metrics_value_length(const char *value)
{
	return text_utf8_valid(
		value, text_utf8_cut(value, strlen(value), METRICS_VALUE_MAX));
}

bool
metrics_key_make(const struct metrics *metrics, enum metric family,
		 const char *const *values, struct metrics_key *out)
{
	const struct metrics_family *of = &metrics_families[family];
	const char *labels = of->labels;

	*out = (struct metrics_key){.kind = metrics->kinds[family],
				    .type = (uint32_t)of->type};
	if (!key_add(out, of->name, strlen(of->name)))
		return false;
	while (*labels != '\0') {
		const char *value = *values != NULL ? *values : "";

		if (!key_add(out, value, metrics_value_length(value)))
			return false;
		values++;
		labels += strcspn(labels, ",");
		labels += *labels == ',';
	}
	out->hash = key_digest(out);
	return true;
}

static bool
key_is(const struct metrics_key *a, const struct metrics_key *b)
{
	return a->kind == b->kind && a->type == b->type &&
	       a->length == b->length && a->length <= METRICS_TEXT_MAX &&
	       memcmp(a->text, b->text, a->length) == 0;
}

/* ---- entries */

static uint64_t
entry_check(const struct metrics_entry *entry)
{
	return metrics_mix(metrics_mix(entry->key.hash, entry->first),
			   entry->cells);
}

static bool
entry_is_good(const struct metrics_entry *entry)
{
	return entry->key.length <= METRICS_TEXT_MAX &&
	       entry->key.hash == key_digest(&entry->key) &&
	       entry->check == entry_check(entry) && entry->first > 0 &&
	       entry->first < METRICS_CELLS &&
	       entry->cells <= METRICS_CELLS - entry->first;
}

uint32_t
metrics_series_count(const struct metrics *metrics)
{
	const uint32_t count = atomic_load_explicit(&metrics->area->series,
						    memory_order_acquire);

	return count < METRICS_SERIES ? count : METRICS_SERIES;
}

const struct metrics_entry *
metrics_entry_at(const struct metrics *metrics, uint32_t at)
{
	const struct metrics_entry *entry = &metrics->area->entries[at];

	return entry_is_good(entry) ? entry : NULL;
}

int
metrics_find(const struct metrics *metrics, const struct metrics_key *key)
{
	const uint32_t count = metrics_series_count(metrics);
	struct metrics_area *area = metrics->area;

	for (uint32_t i = 0; i < count; i++) {
		const struct metrics_entry *entry = &area->entries[i];

		if (atomic_load_explicit(&area->hashes[i],
					 memory_order_relaxed) == key->hash &&
		    key_is(&entry->key, key) && entry_is_good(entry))
			return (int)entry->first;
	}
	return 0;
}

/* ---- adding */

/* The first cell that no series has; 0: nobody can tell. */
static uint32_t
directory_next_cell(const struct metrics *metrics, uint32_t count)
{
	const struct metrics_entry *last;

	if (count == 0)
		return 1; /* 0 is that of lost updates */
	last = metrics_entry_at(metrics, count - 1);
	return last != NULL ? last->first + last->cells : 0;
}

/*
 * Whether its family has not got its share yet: one whose labels can be made
 * to take many values by strangers leaves room for the others.
 */
static bool
directory_has_share(const struct metrics *metrics, uint64_t kind,
		    uint32_t count, uint32_t cells)
{
	uint32_t series = 1;

	for (uint32_t i = 0; i < count; i++) {
		const struct metrics_entry *entry = &metrics->area->entries[i];

		if (entry->key.kind == kind) {
			series++;
			cells += entry->cells;
		}
	}
	return series <= METRICS_SERIES_MOST && cells <= METRICS_CELLS_MOST;
}

/* Adds it; nobody else does meanwhile.  Its first cell, or 0. */
static int
directory_add(struct metrics *metrics, const struct metrics_key *key)
{
	struct metrics_area *area = metrics->area;
	const uint32_t count = metrics_series_count(metrics);
	const uint32_t first = directory_next_cell(metrics, count);
	const uint32_t cells =
		key->type == METRICS_HISTOGRAM ? METRICS_HISTOGRAM_CELLS : 1;
	struct metrics_entry *entry;

	if (count == METRICS_SERIES || first == 0 ||
	    cells > METRICS_CELLS - first ||
	    !directory_has_share(metrics, key->kind, count, cells))
		return 0;
	entry = &area->entries[count];
	*entry = (struct metrics_entry){
		.key = *key, .first = first, .cells = cells};
	entry->check = entry_check(entry);
	atomic_store_explicit(&area->hashes[count], key->hash,
			      memory_order_relaxed);
	atomic_store_explicit(&area->series, count + 1, memory_order_release);
	return (int)first;
}

int
metrics_find_or_add(struct metrics *metrics, const struct metrics_key *key)
{
	int first = metrics_find(metrics, key);

	if (first != 0 || !metrics_adding_begin(metrics))
		return first;
	/* Another may have added it meanwhile. */
	first = metrics_find(metrics, key);
	if (first == 0)
		first = directory_add(metrics, key);
	metrics_adding_end(metrics);
	return first;
}
