/*
 * How long it takes to write a row in each format, beside what printing its
 * numbers with printf would take alone.
 *
 *	bench_rows [directory]	(keeps what was written there, as rows.EXT)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sky/rows.h"

enum { ROWS = 60000, TURNS = 15, CHUNK = 32768, NAME_MAX_BYTES = 32 };

struct star {
	char name[NAME_MAX_BYTES];
	struct columns_value values[COLUMNS__MAX];
	double separation_deg;
};

struct format {
	const char *name, *file;
	enum rows_format format;
};

static const struct format formats[] = {
	{"VOTable", "rows.vot", ROWS_VOTABLE},
	{"CSV", "rows.csv", ROWS_CSV},
	{"TSV", "rows.tsv", ROWS_TSV},
	{"JSON", "rows.json", ROWS_JSON},
};

static const struct columns_set columns = {
	.present = 1 << COLUMNS_NAME | 1 << COLUMNS_OBJECT_TYPE |
		   1 << COLUMNS_RA | 1 << COLUMNS_DEC |
		   1 << COLUMNS_MAGNITUDE_V,
};

static const struct rows_table table = {
	.catalogue = "bench",
	.title = "Stars that nobody sees",
	.description = "",
	.licence = "",
	.citation = "",
	.protocol = "",
	.request = "",
	.columns = &columns,
	.verbosity = 2,
	.separation = true,
};

static double
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* A number below `end` with so many decimals. */
static double
any(uint64_t *seed, double end, double scale)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (double)(int64_t)((double)(*seed >> 11) * 0x1p-53 * end *
				 scale) /
	       scale;
}

static struct columns_value
text(const char *word)
{
	return (struct columns_value){.present = true,
				      .length = (uint32_t)strlen(word),
				      .text = word};
}

static struct columns_value
real(double value)
{
	return (struct columns_value){.present = true, .real = value};
}

static void
stars_make(struct star *stars)
{
	uint64_t seed = 1;

	for (int i = 0; i < ROWS; i++) {
		struct star *star = &stars[i];

		snprintf(star->name, sizeof(star->name), "STAR %07d", i);
		star->values[COLUMNS_NAME] = text(star->name);
		star->values[COLUMNS_OBJECT_TYPE] = text("star");
		star->values[COLUMNS_RA] = real(any(&seed, 360, 1e9));
		star->values[COLUMNS_DEC] =
			real((any(&seed, 180e9, 1) - 90e9) / 1e9);
		star->values[COLUMNS_MAGNITUDE_V] = real(any(&seed, 20, 100));
		star->separation_deg = any(&seed, 20, 1e10);
	}
}

/* Sends what is full to the file, if there is one. */
static void
chunk_send(struct buf *out, size_t full, FILE *file)
{
	if (out->length < full)
		return;
	if (file != NULL &&
	    fwrite(out->bytes, 1, out->length, file) != out->length)
		perror("bench_rows");
	buf_reset(out);
}

static double
stars_write(const struct star *stars, enum rows_format format, FILE *file)
{
	double begin = now_ns();
	struct arena arena;
	struct rows rows;
	struct buf out;

	arena_init(&arena, NULL, 0);
	buf_init(&out);
	if (rows_init(&rows, format, &table, &arena, &out) != LC_OK)
		abort();
	rows_begin(&rows);
	for (int i = 0; i < ROWS; i++) {
		rows_row(&rows, stars[i].values, stars[i].separation_deg);
		chunk_send(&out, CHUNK, file);
	}
	rows_end(&rows, false, NULL);
	chunk_send(&out, 0, file);
	buf_release(&out);
	arena_release(&arena);
	return (now_ns() - begin) / ROWS;
}

static double
stars_printf(const struct star *stars)
{
	double begin = now_ns();
	char line[256];
	int bytes = 0;

	for (int i = 0; i < ROWS; i++)
		bytes += snprintf(line, sizeof(line), "%.17g %.17g %.17g %.17g",
				  stars[i].values[COLUMNS_RA].real,
				  stars[i].values[COLUMNS_DEC].real,
				  stars[i].values[COLUMNS_MAGNITUDE_V].real,
				  stars[i].separation_deg);
	if (bytes == 0)
		abort();
	return (now_ns() - begin) / ROWS;
}

static void
format_measure(const struct star *stars, const struct format *format,
	       const char *directory)
{
	double best = 1e300, yardstick = 1e300;
	char path[4096];
	FILE *file;

	for (int i = 0; i < TURNS; i++) {
		double turn = stars_write(stars, format->format, NULL);
		double other = stars_printf(stars);

		best = turn < best ? turn : best;
		yardstick = other < yardstick ? other : yardstick;
	}
	printf("%-8s %6.0f ns a row, %5.2f of printf's %.0f ns for its "
	       "numbers\n",
	       format->name, best, best / yardstick, yardstick);
	if (directory == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%s", directory, format->file);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		return;
	}
	stars_write(stars, format->format, file);
	fclose(file);
}

int
main(int count, char **words)
{
	struct star *stars = calloc(ROWS, sizeof(*stars));

	if (stars == NULL)
		return 1;
	stars_make(stars);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		format_measure(stars, &formats[i], count > 1 ? words[1] : NULL);
	free(stars);
	return 0;
}
