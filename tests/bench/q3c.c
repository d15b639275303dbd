/*
 * Cones by PostgreSQL and Q3C, over the server's socket: one prepared
 * statement, binary results, read as they are.
 *
 *	q3c SOCKET_DIRECTORY < centres		(cones.h)
 */
#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cones.h"

enum { TYPE_DOUBLE = 701, PARAMETERS = 3 };

static const char search_sql[] =
	"SELECT name, ra_deg, dec_deg, magnitude_v, spectral_type FROM star"
	" WHERE q3c_radial_query(ra_deg, dec_deg, $1, $2, $3)";

static double
from_network(const char *bytes)
{
	uint64_t word;
	double number;

	memcpy(&word, bytes, sizeof(word));
	word = be64toh(word);
	memcpy(&number, &word, sizeof(number));
	return number;
}

static void
read_row(const PGresult *rows, int i, const struct cones_centre *centre,
	 struct cones_sum *sum)
{
	struct cones_row row = {
		.name = PQgetvalue(rows, i, 0),
		.name_length = (size_t)PQgetlength(rows, i, 0),
		.ra_deg = from_network(PQgetvalue(rows, i, 1)),
		.dec_deg = from_network(PQgetvalue(rows, i, 2)),
		.magnitude_v = from_network(PQgetvalue(rows, i, 3)),
		.spectral_type = PQgetvalue(rows, i, 4),
		.spectral_type_length = (size_t)PQgetlength(rows, i, 4),
	};

	row.separation_deg =
		cones_separation_deg(centre, row.ra_deg, row.dec_deg);
	cones_add(sum, &row);
}

static int
search(void *context, const struct cones_centre *centre, struct cones_sum *sum)
{
	const double numbers[PARAMETERS] = {centre->ra_deg, centre->dec_deg,
					    centre->radius_deg};
	static const int lengths[PARAMETERS] = {8, 8, 8};
	static const int binary[PARAMETERS] = {1, 1, 1};
	uint64_t words[PARAMETERS];
	const char *values[PARAMETERS];
	PGconn *connection = context;
	PGresult *rows;
	int bad;

	for (int i = 0; i < PARAMETERS; i++) {
		memcpy(&words[i], &numbers[i], sizeof(words[i]));
		words[i] = htobe64(words[i]);
		values[i] = (const char *)&words[i];
	}
	rows = PQexecPrepared(connection, "cone", PARAMETERS, values, lengths,
			      binary, 1);
	bad = PQresultStatus(rows) != PGRES_TUPLES_OK;
	if (bad)
		fprintf(stderr, "q3c: %s", PQerrorMessage(connection));
	for (int i = 0; !bad && i < PQntuples(rows); i++)
		read_row(rows, i, centre, sum);
	PQclear(rows);
	return bad;
}

int
main(int count, char **words)
{
	static const Oid types[PARAMETERS] = {TYPE_DOUBLE, TYPE_DOUBLE,
					      TYPE_DOUBLE};
	const char *const names[] = {"host", "dbname", "user", NULL};
	const char *const values[] = {count > 1 ? words[1] : "", "postgres",
				      "postgres", NULL};
	PGconn *connection = PQconnectdbParams(names, values, 0);
	PGresult *prepared;
	int bad = PQstatus(connection) != CONNECTION_OK;

	if (bad) {
		fprintf(stderr, "q3c: %s", PQerrorMessage(connection));
	} else {
		prepared = PQprepare(connection, "cone", search_sql, PARAMETERS,
				     types);
		bad = PQresultStatus(prepared) != PGRES_COMMAND_OK;
		PQclear(prepared);
		if (bad)
			fprintf(stderr, "q3c: %s", PQerrorMessage(connection));
		else
			bad = cones_run(search, connection);
	}
	PQfinish(connection);
	return bad;
}
