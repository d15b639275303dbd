/*
 * The positions that POST /galaxy/match is asked about, from JSON or CSV.
 */
#ifndef HANDLERS_MATCH_READ_H
#define HANDLERS_MATCH_READ_H

#include "lightcone.h"
#include "sky/catalogue.h"

enum { MATCH_MOST = 10000 };

/* One of the body's positions, as JSON. */
struct match_item {
	const char *id;
	bool has_id;
	const char *coordinates;
	bool has_coordinates;
	double ra_deg;
	bool has_ra_deg;
	double dec_deg;
	bool has_dec_deg;
};

struct match_position {
	const char *id; /* NULL: none was given */
	double ra_deg, dec_deg;
};

/* The members of an item, and the list of them. */
extern const struct lc_field match_item_field;

/*
 * Reads them all, in their order, into the call's arena; the call's problem
 * lists every wrong one.
 */
enum lc_rc match_read_json(struct lc_call *call, struct catalogue *catalogue,
			   const struct lc_list *items,
			   struct match_position **out) LC_CHECKED;
enum lc_rc match_read_csv(struct lc_call *call, struct match_position **out,
			  size_t *count) LC_CHECKED;

#endif
