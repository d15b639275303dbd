#include "services/metrics.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "services/metrics_inner.h"

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2 && ATOMIC_INT_LOCK_FREE == 2 &&
		       sizeof(long long) == 8,
	       "a lock could be left locked by a killed process");

/* Not what the families are: versions of the program share it by their names. */
static const char metrics_layout[] =
	"metrics 1: 64 slots and 1, of 12288 cells; 1024 series by names of "
	"296 bytes; examples of 6 words";

_Static_assert(METRICS_SLOTS == 64 && METRICS_CELLS == 12288 &&
		       METRICS_SERIES == 1024 && METRICS_TEXT_MAX == 296 &&
		       METRICS_EXEMPLAR_WORDS == 6,
	       "the layout above says so");

const struct metrics_family metrics_families[METRIC__MAX] = {
#define METRICS_ROW(constant, name, type, unit, labels, help) \
	[constant] = {name, type, unit, labels, help},
	METRICS_TABLE(METRICS_ROW)
#undef METRICS_ROW
};

const char *const metrics_role_names[METRICS_ROLE__MAX] = {
#define METRICS_ROLE_NAME(constant, name) [constant] = name,
	METRICS_ROLE_TABLE(METRICS_ROLE_NAME)
#undef METRICS_ROLE_NAME
};

static const int64_t metrics_bounds[METRICS_BUCKETS] = {
#define METRICS_BOUND_NS(ns, text) ns,
	METRICS_BOUND_TABLE(METRICS_BOUND_NS)
#undef METRICS_BOUND_NS
		INT64_MAX};

/* ---- joining in */

static bool
metrics_join(struct metrics *metrics, const char *state_dir, char *why,
	     size_t why_bytes)
{
	if (segment_open(state_dir, "metrics.seg", metrics_layout,
			 sizeof(struct metrics_area), &metrics->segment, why,
			 why_bytes) != LC_OK)
		return false;
	metrics->area = segment_bytes(metrics->segment);
	if (metrics_slots_open(metrics, state_dir))
		return true;
	snprintf(why, why_bytes, "metrics.lock: %s", strerror(errno));
	segment_close(metrics->segment);
	metrics->segment = NULL;
	return false;
}

/* Memory that is only taken where it is touched. */
static bool
metrics_alone(struct metrics *metrics)
{
	void *own =
		mmap(NULL, sizeof(struct metrics_area), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (own == MAP_FAILED)
		return false;
	metrics->area = own;
	metrics->mine = &metrics->area->slot[0];
	atomic_store(&metrics->area->slots, 1);
	return true;
}

struct metrics *
metrics_new(const char *state_dir, enum metrics_role role, char *why,
	    size_t why_bytes)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	snprintf(why, why_bytes, "%s", "");
	if (metrics == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return NULL;
	}
	metrics->locks = -1;
	metrics->role = role;
	lock_init(&metrics->adding);
	for (int i = 0; i < METRIC__MAX; i++)
		metrics->kinds[i] = metrics_kind(&metrics_families[i]);
	if (!metrics_join(metrics, state_dir, why, why_bytes) &&
	    !metrics_alone(metrics)) {
		snprintf(why, why_bytes, "out of memory");
		lock_release(&metrics->adding);
		free(metrics);
		return NULL;
	}
	metrics_process_begin(metrics);
	return metrics;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	metrics_process_end(metrics);
	metrics_slots_close(metrics);
	if (metrics->segment == NULL)
		munmap(metrics->area, sizeof(*metrics->area));
	segment_close(metrics->segment);
	lock_release(&metrics->adding);
	free(metrics);
}

int
metrics_series(struct metrics *metrics, enum metric family,
	       const char *const *values)
{
	struct metrics_key key;

	if (metrics == NULL || !metrics_key_make(metrics, family, values, &key))
		return 0;
	return metrics_find_or_add(metrics, &key);
}

/* ---- updates */

static void
metrics_plus(struct metrics *metrics, int cell, int64_t n)
{
	assert(cell >= 0 && cell < METRICS_CELLS);
	atomic_fetch_add_explicit(&metrics->mine->cells[cell], n,
				  memory_order_relaxed);
}

void
metrics_add(struct metrics *metrics, int series, int64_t n)
{
	if (metrics != NULL)
		metrics_plus(metrics, series, series == 0 ? 1 : n);
}

void
metrics_set(struct metrics *metrics, int series, int64_t n)
{
	if (metrics == NULL)
		return;
	if (series == 0) {
		metrics_plus(metrics, 0, 1);
		return;
	}
	assert(series > 0 && series < METRICS_CELLS);
	metrics_store(&metrics->mine->cells[series], n);
}

/* The first bucket that is not below: a search in halves. */
static int
metrics_bucket(int64_t ns)
{
	int low = 0, high = METRICS_BUCKETS - 1;

	while (low < high) {
		const int middle = (low + high) / 2;

		if (ns > metrics_bounds[middle])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
metrics_observe(struct metrics *metrics, int series, int64_t ns,
		const struct metrics_exemplar *exemplar)
{
	int cell;

	if (metrics == NULL)
		return;
	if (series == 0) {
		metrics_plus(metrics, 0, 1);
		return;
	}
	if (ns < 0)
		ns = 0;
	cell = series + metrics_bucket(ns);
	metrics_plus(metrics, cell, 1);
	metrics_plus(metrics, series + METRICS_BUCKETS, ns);
	if (exemplar != NULL &&
	    (exemplar->trace_high != 0 || exemplar->trace_low != 0))
		metrics_example_put(metrics, cell, ns, exemplar);
}

void
metrics_count(struct metrics *metrics, enum metric family, const char *value,
	      int64_t n)
{
	if (metrics != NULL)
		metrics_add(metrics, metrics_series(metrics, family, &value),
			    n);
}
