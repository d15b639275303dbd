#include "services/metrics_page.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "services/metrics_inner.h"

/* Of each label a name, and a value of which each byte is escaped. */
enum { PAGE_LABELS_MAX = METRICS_LABELS_MOST * (2 * METRICS_VALUE_MAX + 48) };

struct metrics_page *
metrics_page_new(struct metrics *metrics, struct arena *arena)
{
	struct metrics_page *page = arena_alloc(arena, sizeof(*page));

	if (page != NULL)
		*page = (struct metrics_page){.metrics = metrics,
					      .arena = arena};
	return page;
}

/* ---- series */

static size_t
page_escape(char *out, const char *value)
{
	const size_t length = metrics_value_length(value);
	size_t at = 0;

	for (size_t i = 0; i < length; i++) {
		const char c = value[i];

		if (c == '\\' || c == '"' || c == '\n')
			out[at++] = '\\';
		out[at++] = c == '\n' ? 'n' : c;
	}
	return at;
}

/* Labels as both formats have them; their length. */
static size_t
page_labels(char out[PAGE_LABELS_MAX], const char *names,
	    const char *const *values)
{
	size_t at = 0;

	while (*names != '\0') {
		const size_t width = strcspn(names, ",");

		assert(at + width + 2 * METRICS_VALUE_MAX + 4 <
		       PAGE_LABELS_MAX);
		if (at > 0)
			out[at++] = ',';
		memcpy(out + at, names, width);
		at += width;
		out[at++] = '=';
		out[at++] = '"';
		at += page_escape(out + at, *values != NULL ? *values : "");
		out[at++] = '"';
		names += width + (names[width] == ',');
		values++;
	}
	return at;
}

static uint64_t
page_hash(const char *text, size_t length)
{
	uint64_t hash = metrics_mix(1, length);

	for (size_t i = 0; i < length; i++)
		hash = metrics_mix(hash, (unsigned char)text[i]);
	return hash;
}

/* The family's series of these labels; NULL without memory. */
static struct metrics_page_series *
page_series(struct metrics_page *page, enum metric family,
	    const char *const *values)
{
	const struct metrics_family *of = &metrics_families[family];
	const size_t cells =
		of->type == METRICS_HISTOGRAM ? METRICS_HISTOGRAM_CELLS : 1;
	char labels[PAGE_LABELS_MAX];
	const size_t length = page_labels(labels, of->labels, values);
	const uint64_t hash = page_hash(labels, length);
	struct metrics_page_series *series = page->families[family];

	while (series != NULL &&
	       !(series->hash == hash && strlen(series->labels) == length &&
		 memcmp(series->labels, labels, length) == 0))
		series = series->next;
	if (series != NULL)
		return series;
	series = arena_alloc(page->arena,
			     sizeof(*series) + cells * sizeof(*series->cells));
	if (series != NULL) {
		series->hash = hash;
		series->labels = arena_dup(page->arena, labels, length);
	}
	if (series == NULL || series->labels == NULL) {
		page->failed = true;
		return NULL;
	}
	series->next = page->families[family];
	page->families[family] = series;
	return series;
}

void
metrics_page_put(struct metrics_page *page, enum metric family, double value,
		 const char *const *values)
{
	const enum metrics_type type = metrics_families[family].type;
	struct metrics_page_series *series;

	/* A distribution is no one number, and counters have no others. */
	if (type == METRICS_HISTOGRAM ||
	    (type == METRICS_COUNTER && !(value >= 0 && isfinite(value))))
		return;
	series = page_series(page, family, values);
	if (series != NULL)
		series->put += value;
}

void
metrics_page_put_one(struct metrics_page *page, enum metric family,
		     double value, const char *label_value)
{
	metrics_page_put(page, family, value, &label_value);
}

/* ---- what the processes have counted */

/* Unsigned, as somebody may have written nonsense into the segment. */
static void
page_sum(const struct metrics *metrics, const struct metrics_entry *entry,
	 uint64_t live, int64_t *out)
{
	struct metrics_area *area = metrics->area;
	const uint32_t slots = atomic_load(&area->slots);

	for (uint32_t i = 0; i <= METRICS_SLOTS; i++) {
		_Atomic int64_t *cells = &area->slot[i].cells[entry->first];

		if (i >= slots && i != METRICS_SHARED_SLOT)
			continue;
		if (entry->key.type == METRICS_GAUGE &&
		    (i == METRICS_SHARED_SLOT || !(live >> i & 1)))
			continue;
		for (uint32_t j = 0; j < entry->cells; j++)
			out[j] = (int64_t)((uint64_t)out[j] +
					   (uint64_t)metrics_load(&cells[j]));
	}
}

/* The family of an entry; METRIC__MAX: it is of another version. */
static enum metric
page_family(const struct metrics *metrics, const struct metrics_entry *entry)
{
	int family = 0;

	while (family < METRIC__MAX &&
	       metrics->kinds[family] != entry->key.kind)
		family++;
	return (enum metric)family;
}

static void
page_gather_entry(struct metrics_page *page, const struct metrics_entry *entry,
		  uint64_t live)
{
	const enum metric family = page_family(page->metrics, entry);
	const char *values[METRICS_LABELS_MOST] = {NULL};
	const char *at = entry->key.text, *end = at + entry->key.length;
	struct metrics_page_series *series;

	if (family == METRIC__MAX)
		return;
	/* The name is followed by the values. */
	for (int i = 0; i < METRICS_LABELS_MOST; i++) {
		at += strnlen(at, (size_t)(end - at)) + 1;
		if (at >= end)
			break;
		values[i] = at;
	}
	series = page_series(page, family, values);
	if (series == NULL)
		return;
	page_sum(page->metrics, entry, live, series->cells);
	if (entry->cells == METRICS_HISTOGRAM_CELLS)
		series->first = (int)entry->first;
}

static void
page_gather_lost(struct metrics_page *page)
{
	const struct metrics_entry lost = {.key = {.type = METRICS_COUNTER},
					   .cells = 1};
	struct metrics_page_series *series =
		page_series(page, METRIC_LOST_SERIES, NULL);

	if (series != NULL)
		page_sum(page->metrics, &lost, 0, series->cells);
}

static void
page_gather_role(struct metrics_page *page, const char *role,
		 const struct metrics_processes *of)
{
	metrics_page_put_one(page, METRIC_PROCESSES, (double)of->processes,
			     role);
	if (of->known == 0)
		return;
	metrics_page_put_one(page, METRIC_RESIDENT, (double)of->resident_bytes,
			     role);
	metrics_page_put_one(page, METRIC_VIRTUAL, (double)of->virtual_bytes,
			     role);
	metrics_page_put_one(page, METRIC_FDS, (double)of->fds, role);
	if (of->fds_most > 0)
		metrics_page_put_one(page, METRIC_FDS_MAX, (double)of->fds_most,
				     role);
	metrics_page_put_one(page, METRIC_THREADS, (double)of->threads, role);
	metrics_page_put_one(page, METRIC_START, (double)of->start_ms / 1000,
			     role);
}

void
metrics_page_gather(struct metrics_page *page)
{
	struct metrics_seen seen;
	uint32_t count;

	if (page->metrics == NULL || page->gathered)
		return;
	page->gathered = true;
	metrics_process_look(page->metrics, &seen);
	for (int i = 0; i < METRICS_ROLE__MAX; i++)
		page_gather_role(page, metrics_role_names[i], &seen.roles[i]);
	page_gather_lost(page);
	count = metrics_series_count(page->metrics);
	for (uint32_t i = 0; i < count; i++) {
		const struct metrics_entry *entry =
			metrics_entry_at(page->metrics, i);

		if (entry != NULL)
			page_gather_entry(page, entry, seen.live);
	}
}
