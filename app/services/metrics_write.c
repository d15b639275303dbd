#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/shortest.h"
#include "services/metrics_inner.h"
#include "services/metrics_page.h"

const char *const metrics_media[] = {
	[METRICS_TEXT] = "text/plain; version=0.0.4; charset=utf-8",
	[METRICS_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; "
				"charset=utf-8"};

static const char *const write_bounds[METRICS_BUCKETS] = {
#define WRITE_BOUND(ns, text) text,
	METRICS_BOUND_TABLE(WRITE_BOUND)
#undef WRITE_BOUND
		"+Inf"};

/* What a family's samples, and in text format its type, add to its name. */
static const char *const write_suffixes[] = {[METRICS_COUNTER] = "_total",
					     [METRICS_GAUGE] = "",
					     [METRICS_HISTOGRAM] = "",
					     [METRICS_INFO] = "_info"};

static const char *const write_types[][4] = {
	[METRICS_TEXT] = {"counter", "gauge", "histogram", "gauge"},
	[METRICS_OPENMETRICS] = {"counter", "gauge", "histogram", "info"}};

/* ---- numbers */

static void
write_integer(struct buf *out, int64_t n)
{
	char *room = buf_room(out, SHORTEST_MAX);

	if (room != NULL)
		out->length += shortest_format_int64(n, room);
}

static void
write_double(struct buf *out, double value)
{
	char *room;

	if (isnan(value)) {
		buf_add_text(out, "NaN");
		return;
	}
	if (isinf(value)) {
		buf_add_text(out, value > 0 ? "+Inf" : "-Inf");
		return;
	}
	room = buf_room(out, SHORTEST_MAX);
	if (room != NULL)
		out->length += shortest_format(value, room);
}

static double
write_seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

/* A count is never less than nothing, whatever the segment says. */
static int64_t
write_counted(int64_t n)
{
	return n > 0 ? n : 0;
}

static void
write_value(struct buf *out, const struct metrics_family *family,
	    const struct metrics_page_series *series)
{
	int64_t n = series->cells[0];

	if (family->type == METRICS_INFO) {
		buf_add_text(out, "1");
		return;
	}
	if (family->type == METRICS_COUNTER)
		n = write_counted(n);
	if (family->unit == METRICS_SECONDS)
		write_double(out, write_seconds(n) + series->put);
	else if (series->put == 0)
		write_integer(out, n);
	else
		write_double(out, (double)n + series->put);
}

/* ---- families */

static bool
write_ends_in(const char *name, const char *ending)
{
	const size_t length = strlen(name), width = strlen(ending);

	return length > width && strcmp(name + length - width, ending) == 0;
}

static void
write_meta(struct buf *out, const char *what, const char *name,
	   const char *suffix, const char *text)
{
	buf_add_text(out, what);
	buf_add_text(out, name);
	buf_add_text(out, suffix);
	buf_add_char(out, ' ');
	buf_add_text(out, text);
	buf_add_char(out, '\n');
}

static void
write_help(struct buf *out, const char *name, const char *suffix,
	   const char *help, bool quotes)
{
	buf_add_text(out, "# HELP ");
	buf_add_text(out, name);
	buf_add_text(out, suffix);
	buf_add_char(out, ' ');
	for (; *help != '\0'; help++) {
		if (*help == '\\' || *help == '\n' || (*help == '"' && quotes))
			buf_add_char(out, '\\');
		buf_add_char(out, *help == '\n' ? 'n' : *help);
	}
	buf_add_char(out, '\n');
}

static void
write_head(struct buf *out, const struct metrics_family *family,
	   enum metrics_format format)
{
	const bool open = format == METRICS_OPENMETRICS;
	const char *suffix = open ? "" : write_suffixes[family->type];

	if (!open)
		write_help(out, family->name, suffix, family->help, false);
	write_meta(out, "# TYPE ", family->name, suffix,
		   write_types[format][family->type]);
	if (!open)
		return;
	if (write_ends_in(family->name, "_seconds"))
		write_meta(out, "# UNIT ", family->name, "", "seconds");
	else if (write_ends_in(family->name, "_bytes"))
		write_meta(out, "# UNIT ", family->name, "", "bytes");
	write_help(out, family->name, suffix, family->help, true);
}

/* A sample's name and labels, up to its value. */
static void
write_name(struct buf *out, const struct metrics_family *family,
	   const char *suffix, const char *labels)
{
	buf_add_text(out, family->name);
	buf_add_text(out, suffix);
	if (labels[0] != '\0') {
		buf_add_char(out, '{');
		buf_add_text(out, labels);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ' ');
}

static void
write_exemplar(struct buf *out, const struct metrics *metrics, int cell)
{
	struct metrics_example_read read;

	if (!metrics_example_get(metrics, cell, &read))
		return;
	buf_printf(out, " # {trace_id=\"%016llx%016llx\",span_id=\"%016llx\"} ",
		   (unsigned long long)read.of.trace_high,
		   (unsigned long long)read.of.trace_low,
		   (unsigned long long)read.of.span);
	write_double(out, write_seconds(read.ns));
	buf_printf(out, " %lld.%03d", (long long)(read.unix_ms / 1000),
		   (int)(read.unix_ms % 1000));
}

static void
write_histogram(struct buf *out, const struct metrics_page *page,
		const struct metrics_family *family,
		const struct metrics_page_series *series,
		enum metrics_format format)
{
	char *start = arena_printf(page->arena, "%s_bucket{%s%sle=\"",
				   family->name, series->labels,
				   series->labels[0] != '\0' ? "," : "");
	const size_t length = start != NULL ? strlen(start) : 0;
	int64_t total = 0;

	if (start == NULL)
		out->failed = true;
	for (int i = 0; i < METRICS_BUCKETS; i++) {
		const int64_t n = write_counted(series->cells[i]);

		total = n <= INT64_MAX - total ? total + n : INT64_MAX;
		buf_add(out, start, length);
		buf_add_text(out, write_bounds[i]);
		buf_add_text(out, "\"} ");
		write_integer(out, total);
		if (format == METRICS_OPENMETRICS && series->first != 0)
			write_exemplar(out, page->metrics, series->first + i);
		buf_add_char(out, '\n');
	}
	write_name(out, family, "_sum", series->labels);
	write_double(out, write_seconds(write_counted(
				  series->cells[METRICS_BUCKETS])));
	buf_add_char(out, '\n');
	write_name(out, family, "_count", series->labels);
	write_integer(out, total);
	buf_add_char(out, '\n');
}

static int
write_compare(const void *a, const void *b)
{
	const struct metrics_page_series *const *one = a, *const *other = b;

	return strcmp((*one)->labels, (*other)->labels);
}

/* The family's series in the order of their labels; NULL without memory. */
static const struct metrics_page_series **
write_sorted(const struct metrics_page *page, enum metric family, size_t *count)
{
	const struct metrics_page_series **sorted, *series;
	size_t n = 0;

	for (series = page->families[family]; series != NULL;
	     series = series->next)
		n++;
	sorted = arena_alloc(page->arena, n * sizeof(*sorted));
	if (sorted == NULL)
		return NULL;
	*count = n;
	for (series = page->families[family]; series != NULL;
	     series = series->next)
		sorted[--n] = series;
	qsort(sorted, *count, sizeof(*sorted), write_compare);
	return sorted;
}

static void
write_family(struct buf *out, const struct metrics_page *page, enum metric at,
	     enum metrics_format format)
{
	const struct metrics_family *family = &metrics_families[at];
	const struct metrics_page_series **sorted;
	size_t count = 0;

	if (page->families[at] == NULL)
		return;
	sorted = write_sorted(page, at, &count);
	if (sorted == NULL) {
		out->failed = true;
		return;
	}
	write_head(out, family, format);
	for (size_t i = 0; i < count; i++) {
		if (family->type == METRICS_HISTOGRAM) {
			write_histogram(out, page, family, sorted[i], format);
			continue;
		}
		write_name(out, family, write_suffixes[family->type],
			   sorted[i]->labels);
		write_value(out, family, sorted[i]);
		buf_add_char(out, '\n');
	}
}

enum lc_rc
metrics_page_write(struct metrics_page *page, enum metrics_format format,
		   struct buf *out)
{
	metrics_page_gather(page);
	for (int i = 0; i < METRIC__MAX && !page->failed; i++)
		write_family(out, page, (enum metric)i, format);
	if (format == METRICS_OPENMETRICS)
		buf_add_text(out, "# EOF\n");
	return page->failed || out->failed ? LC_NO_MEMORY : LC_OK;
}
