/*
 * What the tests of the sky share: a state directory of their own, and the
 * real catalogue in it.
 */
#ifndef TESTS_SKY_FIXTURE_H
#define TESTS_SKY_FIXTURE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/build.h"
#include "sky/catalogue.h"
#include "sky/edits.h"
#include "sky/load.h"

struct sky_fixture {
	char state[PATH_MAX];
};

/* Makes an empty state directory; removes it with all in it. */
void sky_fixture_init(struct sky_fixture *fixture);
void sky_fixture_release(struct sky_fixture *fixture);

/* The path of a file of the source tree, in a buffer of PATH_MAX bytes. */
const char *sky_fixture_source(const char *name, char path[PATH_MAX]);

/* The path of a file in STATE/catalogues. */
const char *sky_fixture_path(const struct sky_fixture *fixture,
			     const char *file, char path[PATH_MAX]);

/* Imports the default catalogue with its aliases, as NAME. */
void sky_fixture_import(const struct sky_fixture *fixture, const char *name,
			struct build_counts *counts);

/* The same with so many zones to a degree; 0: by the density. */
void sky_fixture_import_zones(const struct sky_fixture *fixture,
			      const char *name, int per_deg,
			      struct build_counts *counts);

/* Imports a text as the table of the catalogue NAME. */
void sky_fixture_import_text(const struct sky_fixture *fixture,
			     const char *name, const char *text,
			     struct load_counts *counts, char *first_reason,
			     size_t reason_bytes);

/* The header of a small table. */
#define SKY_FIXTURE_SMALL "name\tra_deg\tdec_deg\taliases\n"

/* Imports a text of which no row may be bad. */
void sky_fixture_import_small(const struct sky_fixture *fixture,
			      const char *name, const char *text);

/* The values of an object that has only a name and a position. */
void sky_fixture_object(struct columns_value values[COLUMNS__MAX],
			const char *name, double ra_deg, double dec_deg);
void sky_fixture_text(struct columns_value values[COLUMNS__MAX], int column,
		      const char *text);

/*
 * Edits an object of a catalogue: puts these values, with nothing in the
 * catalogue's own columns; or deletes it, for NULL.
 */
void sky_fixture_edit(struct edits *edits, struct catalogue_set *set,
		      const char *catalogue, const char *name,
		      const struct columns_value *values);

/* A reader of the catalogue, which must be there. */
struct catalogue *sky_fixture_acquire(struct catalogue_set *set,
				      const char *name);

/*
 * Demands that the catalogue cannot be had, for a reason with these words and
 * without the directory's path.
 */
void sky_fixture_unavailable(const struct sky_fixture *fixture,
			     struct catalogue_set *set, const char *name,
			     const char *words);

/* How many objects a cone search finds; -1 when it fails. */
int64_t sky_fixture_count_around(struct catalogue *catalogue, double ra_deg,
				 double dec_deg, double radius_deg);

/* Writes a file in STATE/catalogues. */
void sky_fixture_write(const struct sky_fixture *fixture, const char *file,
		       const void *bytes, size_t length);

/* How many files are in STATE/catalogues. */
size_t sky_fixture_count(const struct sky_fixture *fixture);

#endif
