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
const char *sky_fixture_path(
	const struct sky_fixture *fixture, const char *file,
	char path[PATH_MAX]);

/* Imports the default catalogue with its aliases, as NAME. */
void sky_fixture_import(
	const struct sky_fixture *fixture, const char *name,
	struct build_counts *counts);

/* Imports a text as the table of the catalogue NAME. */
void sky_fixture_import_text(
	const struct sky_fixture *fixture, const char *name, const char *text,
	struct load_counts *counts, char *first_reason, size_t reason_bytes);

/* Writes a file in STATE/catalogues. */
void sky_fixture_write(
	const struct sky_fixture *fixture, const char *file, const void *bytes,
	size_t length);

/* How many files are in STATE/catalogues. */
size_t sky_fixture_count(const struct sky_fixture *fixture);

#endif
