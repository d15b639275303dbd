/*
 * Pages of metrics with something of every family, for those who read them.
 *
 *	pages DIRECTORY TEXT OPENMETRICS
 *
 * Counts in DIRECTORY, and writes the same page in both formats to the files
 * that are named.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "services/metrics.h"

/* What labels' values may be at worst, besides what they are. */
static const char *const values[] = {
	"200",
	"/galaxy/{name}",
	"a \"quoted\" \\ and a\nline",
	"",
	"NGC 224 \xe2\x98\x85 \xc3\xa9",
	"{a=\"b\",c=\"d\"} 5 # {e=\"f\"} 1",
	"0123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789 and what is cut"};

enum { VALUES = sizeof(values) / sizeof(values[0]), OBSERVED = 40 };

static void
observe(struct metrics *metrics, int series, int64_t step)
{
	int64_t ns = 1000;

	/* A trace that is told for every third. */
	for (int i = 0; i < OBSERVED; i++) {
		const struct metrics_exemplar exemplar = {
			0, i % 3 == 0 ? (uint64_t)i + 1 : 0, (uint64_t)i + 1};

		metrics_observe(metrics, series, ns, &exemplar);
		ns += ns / step + 1;
	}
}

static void
count(struct metrics *metrics, enum metric family, int i)
{
	const char *const labels[METRICS_LABELS_MOST] = {
		values[i], values[(i + 1) % VALUES], values[(i + 3) % VALUES]};
	const int series = metrics_series(metrics, family, labels);

	switch (metrics_families[family].type) {
	case METRICS_COUNTER:
		metrics_add(metrics, series, INT64_C(1000000007) * (i + 1));
		break;
	case METRICS_GAUGE:
		metrics_add(metrics, series, i - 2);
		break;
	case METRICS_HISTOGRAM:
		observe(metrics, series, i + 1);
		break;
	case METRICS_INFO:
		break;
	}
}

static void
put(struct metrics_page *page)
{
	metrics_page_put_one(page, METRIC_BUILD, 1, "1.2.3");
	metrics_page_put_one(page, METRIC_UP, NAN, "nobody knows");
	metrics_page_put_one(page, METRIC_UP, -INFINITY, "never");
	metrics_page_put_one(page, METRIC_SINCE, 1767225600.125, "memcached");
	metrics_page_put_one(page, METRIC_JOBS_OLDEST, 1e-7, NULL);
	metrics_page_put_one(page, METRIC_CATALOGUE, 1e21, "large");
	metrics_page_put_one(page, METRIC_FAILURES, 0.5, values[0]);
}

static void
write_page(struct metrics_page *page, enum metrics_format format,
	   const char *path)
{
	FILE *file = fopen(path, "w");
	struct buf out;

	buf_init(&out);
	if (file == NULL || metrics_page_write(page, format, &out) != LC_OK ||
	    fwrite(out.bytes, 1, out.length, file) != out.length ||
	    fclose(file) != 0)
		exit(EXIT_FAILURE);
	buf_release(&out);
}

int
main(int count_of, char **arguments)
{
	char why[METRICS_WHY_MAX];
	struct metrics *metrics;
	struct metrics_page *page;
	struct arena arena;

	if (count_of != 4)
		return EXIT_FAILURE;
	metrics = metrics_new(arguments[1], METRICS_WEB, why, sizeof(why));
	arena_init(&arena, NULL, 0);
	page = metrics_page_new(metrics, &arena);
	if (metrics == NULL || page == NULL || why[0] != '\0')
		return EXIT_FAILURE;
	for (int family = 0; family < METRIC__MAX; family++)
		for (int i = 0; i < VALUES; i++)
			count(metrics, (enum metric)family, i);
	put(page);
	write_page(page, METRICS_TEXT, arguments[2]);
	write_page(page, METRICS_OPENMETRICS, arguments[3]);
	arena_release(&arena);
	metrics_free(metrics);
	return EXIT_SUCCESS;
}
