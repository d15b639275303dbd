/*
 * Our own cones, by sky/cone.h and nothing else.
 *
 *	bench_cone STATE CATALOGUE < centres	searches (cones.h)
 *	bench_cone STATE CATALOGUE write < centres
 *
 * With "write" each centre is searched once for the rows alone, which are
 * read, and once for each format, into a buffer that is thrown away
 * when it has 64 KB; the lines are "what median_us ratio bytes", and last
 * "memory", the most of anonymous memory that the program had meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cones.h"
#include "sky/catalogue.h"
#include "sky/cone.h"
#include "sky/rows.h"

enum { CHUNK = 65536, OWN_SPECTRAL_TYPE = COLUMNS__MAX, TURNS = 3 };

struct bench {
	struct catalogue *catalogue;
	struct cones_sum *sum;
	struct rows rows;
	struct buf out;
	size_t sent;
	long *memory_kb; /* NULL: not asked for */
};

static enum lc_rc
row_read(void *context, const struct columns_value *values,
	 double separation_deg)
{
	const struct columns_value *name = &values[COLUMNS_NAME];
	const struct columns_value *spectral_type = &values[OWN_SPECTRAL_TYPE];
	const struct cones_row row = {
		.name = name->text,
		.name_length = name->length,
		.spectral_type = spectral_type->text,
		.spectral_type_length = spectral_type->length,
		.ra_deg = values[COLUMNS_RA].real,
		.dec_deg = values[COLUMNS_DEC].real,
		.magnitude_v = values[COLUMNS_MAGNITUDE_V].real,
		.separation_deg = separation_deg,
	};
	struct bench *bench = context;

	cones_add(bench->sum, &row);
	return LC_OK;
}

static int
bench_search(struct bench *bench, const struct cones_centre *centre,
	     enum lc_rc (*row)(void *context,
			       const struct columns_value *values,
			       double separation_deg))
{
	const struct cone_query query = {
		.ra_deg = centre->ra_deg,
		.dec_deg = centre->dec_deg,
		.radius_deg = centre->radius_deg,
	};
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = cone_each(bench->catalogue, &query, NULL, &arena, row, bench);
	arena_release(&arena);
	return rc == LC_OK ? 0 : 1;
}

static int
search(void *context, const struct cones_centre *centre, struct cones_sum *sum)
{
	struct bench *bench = context;

	bench->sum = sum;
	return bench_search(bench, centre, row_read);
}

/* ---- writing */

static const char *const format_words[ROWS_FORMAT__MAX] = {
	[ROWS_VOTABLE] = "VOTable",
	[ROWS_CSV] = "CSV",
	[ROWS_TSV] = "TSV",
	[ROWS_JSON] = "JSON",
};

static long
anonymous_kb(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	long kb = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "Anonymous:", 10) == 0)
			(void)sscanf(line + 10, "%ld", &kb);
	if (file != NULL)
		fclose(file);
	return kb;
}

static void
out_send(struct bench *bench)
{
	long kb = bench->memory_kb == NULL ? 0 : anonymous_kb();

	if (bench->memory_kb != NULL && kb > *bench->memory_kb)
		*bench->memory_kb = kb;
	bench->sent += bench->out.length;
	buf_reset(&bench->out);
}

static enum lc_rc
row_write(void *context, const struct columns_value *values,
	  double separation_deg)
{
	struct bench *bench = context;

	rows_row(&bench->rows, values, separation_deg);
	if (bench->out.length >= CHUNK)
		out_send(bench);
	return LC_OK;
}

static int
write_table(struct bench *bench, const struct cones_centre *centre,
	    enum rows_format format)
{
	struct rows_table table = {
		.catalogue = "stars",
		.title = "Stars that nobody sees",
		.description = "",
		.licence = "",
		.citation = "",
		.protocol = "",
		.request = "",
		.verbosity = 2,
		.separation = true,
		.old_ucds = true,
	};
	struct arena arena;
	int bad = 1;

	bench->sent = 0;
	buf_init(&bench->out);
	arena_init(&arena, NULL, 0);
	if (catalogue_columns(bench->catalogue, &table.columns) == LC_OK &&
	    rows_init(&bench->rows, format, &table, &arena, &bench->out) ==
		    LC_OK) {
		rows_begin(&bench->rows);
		bad = bench_search(bench, centre, row_write);
		rows_end(&bench->rows, false, NULL);
		out_send(bench);
	}
	buf_release(&bench->out);
	arena_release(&arena);
	return bad;
}

/* One centre by turns: to warm up, alone, and in each format. */
static int
write_centre(struct bench *bench, const struct cones_centre *centre,
	     double times_us[ROWS_FORMAT__MAX + 1],
	     size_t sent[ROWS_FORMAT__MAX])
{
	struct cones_sum sum = {0};
	double begin_us;

	if (search(bench, centre, &sum) != 0)
		return 1;
	begin_us = cones_now_us();
	if (search(bench, centre, &sum) != 0)
		return 1;
	times_us[ROWS_FORMAT__MAX] = cones_now_us() - begin_us;
	for (int i = 0; i < ROWS_FORMAT__MAX; i++) {
		begin_us = cones_now_us();
		if (write_table(bench, centre, (enum rows_format)i) != 0)
			return 1;
		times_us[i] = cones_now_us() - begin_us;
		sent[i] += bench->sent;
	}
	return 0;
}

static int
write_all(struct bench *bench, const struct cones_centre *centres, size_t count)
{
	size_t rounds = count * TURNS, sent[ROWS_FORMAT__MAX] = {0};
	double times[ROWS_FORMAT__MAX + 1], *columns, alone;
	long memory_kb = 0;

	columns = calloc(rounds * (ROWS_FORMAT__MAX + 1), sizeof(*columns));
	if (columns == NULL)
		return 1;
	bench->memory_kb = &memory_kb;
	if (write_centre(bench, &centres[0], times, sent) != 0)
		return 1;
	bench->memory_kb = NULL;
	memset(sent, 0, sizeof(sent));
	for (size_t i = 0; i < rounds; i++) {
		if (write_centre(bench, &centres[i % count], times, sent) != 0)
			return 1;
		for (size_t f = 0; f <= ROWS_FORMAT__MAX; f++)
			columns[f * rounds + i] = times[f];
	}
	alone = cones_median(columns + ROWS_FORMAT__MAX * rounds, rounds);
	printf("alone %.1f 1 0\n", alone);
	for (size_t f = 0; f < ROWS_FORMAT__MAX; f++) {
		double median = cones_median(columns + f * rounds, rounds);

		printf("%s %.1f %.4f %zu\n", format_words[f], median,
		       median / alone, sent[f] / rounds);
	}
	printf("memory %ld\n", memory_kb);
	free(columns);
	return 0;
}

static int
bench_write(struct bench *bench)
{
	size_t count;
	struct cones_centre *centres = cones_read(&count);
	int bad = centres == NULL || write_all(bench, centres, count) != 0;

	free(centres);
	return bad;
}

int
main(int count, char **words)
{
	char why[CATALOGUE_WHY_MAX] = "out of memory";
	struct bench bench = {.catalogue = NULL};
	struct catalogue_set *set;
	int bad = 1;

	if (count < 3)
		return 2;
	set = catalogue_set_new(words[1], false);
	if (set != NULL && catalogue_acquire(set, words[2], &bench.catalogue,
					     why, sizeof(why)) == LC_OK)
		bad = count > 3 ? bench_write(&bench) :
				  cones_run(search, &bench);
	else
		fprintf(stderr, "bench_cone: %s\n", why);
	catalogue_release(bench.catalogue);
	catalogue_set_free(set);
	return bad;
}
