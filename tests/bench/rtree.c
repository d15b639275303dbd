/*
 * Cones by SQLite's R*Tree: boxes in RA and Dec, and the exact distance of
 * what is in them.
 *
 *	rtree FILE < stars.csv	makes the file when it is not there
 *	rtree FILE < centres	searches otherwise (cones.h)
 *
 * What is best for it of all that was tried: the stars in their own table,
 * in the order of the sky, beside a tree of two dimensions (columns within
 * the tree, and a tree of unit vectors, were slower), inserted in that order,
 * the whole file in SQLite's cache.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "cones.h"

#define PI 3.14159265358979323846

/* Of a 32-bit float of up to 360, which the tree's coordinates are. */
#define ROUNDED_DEG 4e-5

static const char make_sql[] =
	"CREATE TABLE star (id INTEGER PRIMARY KEY, name TEXT, ra_deg REAL,"
	" dec_deg REAL, magnitude_v REAL, spectral_type TEXT);"
	"INSERT INTO star (name, ra_deg, dec_deg, magnitude_v, spectral_type)"
	" SELECT name, ra_deg, dec_deg, magnitude_v, spectral_type FROM raw"
	" ORDER BY CAST((dec_deg + 90) * 4 AS INTEGER), ra_deg;"
	"CREATE VIRTUAL TABLE place USING rtree"
	" (id, ra_from, ra_to, dec_from, dec_to);"
	"INSERT INTO place SELECT id, ra_deg, ra_deg, dec_deg, dec_deg"
	" FROM star;"
	"DROP TABLE raw; ANALYZE; COMMIT; VACUUM;";

static const char search_sql[] =
	"SELECT s.name, s.ra_deg, s.dec_deg, s.magnitude_v, s.spectral_type"
	" FROM place p CROSS JOIN star s ON s.id = p.id"
	" WHERE p.ra_to >= ?1 AND p.ra_from <= ?2"
	" AND p.dec_to >= ?3 AND p.dec_from <= ?4";

static int
failed(sqlite3 *db)
{
	fprintf(stderr, "rtree: %s\n", sqlite3_errmsg(db));
	return 1;
}

/* ---- making it */

static int
insert_stars(sqlite3 *db, sqlite3_stmt *insert)
{
	char line[256];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *at = line;

		for (int column = 1; column <= 5; column++) {
			size_t length = strcspn(at, ",\n");

			sqlite3_bind_text(insert, column, at, (int)length,
					  SQLITE_STATIC);
			at += length + (at[length] != '\0');
		}
		if (sqlite3_step(insert) != SQLITE_DONE)
			return failed(db);
		sqlite3_reset(insert);
	}
	return 0;
}

static int
make(sqlite3 *db)
{
	sqlite3_stmt *insert;
	int bad;

	if (sqlite3_exec(db,
			 "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
			 "PRAGMA cache_size = -1000000; BEGIN;"
			 "CREATE TABLE raw (name TEXT, ra_deg REAL,"
			 " dec_deg REAL, magnitude_v REAL,"
			 " spectral_type TEXT);",
			 NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO raw VALUES (?, ?, ?, ?, ?)", -1,
			       &insert, NULL) != SQLITE_OK)
		return failed(db);
	bad = insert_stars(db, insert);
	sqlite3_finalize(insert);
	if (bad == 0 &&
	    sqlite3_exec(db, make_sql, NULL, NULL, NULL) != SQLITE_OK)
		bad = failed(db);
	return bad;
}

/* ---- searching it */

static int
search_box(sqlite3_stmt *box, const struct cones_centre *centre,
	   struct cones_sum *sum, double west_deg, double east_deg)
{
	int code;

	sqlite3_bind_double(box, 1, west_deg - ROUNDED_DEG);
	sqlite3_bind_double(box, 2, east_deg + ROUNDED_DEG);
	sqlite3_bind_double(box, 3,
			    centre->dec_deg - centre->radius_deg - ROUNDED_DEG);
	sqlite3_bind_double(box, 4,
			    centre->dec_deg + centre->radius_deg + ROUNDED_DEG);
	while ((code = sqlite3_step(box)) == SQLITE_ROW) {
		struct cones_row row = {
			.ra_deg = sqlite3_column_double(box, 1),
			.dec_deg = sqlite3_column_double(box, 2),
		};

		row.separation_deg =
			cones_separation_deg(centre, row.ra_deg, row.dec_deg);
		if (row.separation_deg > centre->radius_deg)
			continue;
		row.name = (const char *)sqlite3_column_blob(box, 0);
		row.name_length = (size_t)sqlite3_column_bytes(box, 0);
		row.magnitude_v = sqlite3_column_double(box, 3);
		row.spectral_type = (const char *)sqlite3_column_blob(box, 4);
		row.spectral_type_length = (size_t)sqlite3_column_bytes(box, 4);
		cones_add(sum, &row);
	}
	sqlite3_reset(box);
	return code == SQLITE_DONE ? 0 : 1;
}

static int
search(void *context, const struct cones_centre *centre, struct cones_sum *sum)
{
	const double one = PI / 180;
	double half_deg, west_deg, east_deg;
	sqlite3_stmt *box = context;

	if (fabs(centre->dec_deg) + centre->radius_deg >= 90)
		return search_box(box, centre, sum, 0, 360);
	half_deg = asin(sin(centre->radius_deg * one) /
			cos(centre->dec_deg * one)) /
		   one;
	west_deg = centre->ra_deg - half_deg;
	east_deg = centre->ra_deg + half_deg;
	if (west_deg < 0)
		return search_box(box, centre, sum, west_deg + 360, 360) != 0 ||
		       search_box(box, centre, sum, 0, east_deg) != 0;
	if (east_deg >= 360)
		return search_box(box, centre, sum, west_deg, 360) != 0 ||
		       search_box(box, centre, sum, 0, east_deg - 360) != 0;
	return search_box(box, centre, sum, west_deg, east_deg);
}

static int
measure(sqlite3 *db)
{
	sqlite3_stmt *box;
	int bad;

	/* Of all that is read each time nothing is asked of the system. */
	if (sqlite3_exec(db,
			 "PRAGMA locking_mode = EXCLUSIVE;"
			 "PRAGMA cache_size = -1000000; BEGIN;",
			 NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v3(db, search_sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &box, NULL) != SQLITE_OK)
		return failed(db);
	bad = cones_run(search, box);
	sqlite3_finalize(box);
	return bad;
}

int
main(int count, char **words)
{
	int there = count == 2 && access(words[1], F_OK) == 0, bad;
	sqlite3 *db;

	if (count != 2)
		return 2;
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_open_v2(words[1], &db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				    SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return failed(db);
	bad = there ? measure(db) : make(db);
	sqlite3_close(db);
	return bad;
}
