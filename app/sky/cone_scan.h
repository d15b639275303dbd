/*
 * Walking through all objects near a circle on the sky, those of the file
 * and those that were edited, and telling which are inside: what the two
 * ways of searching share.  Of interest to sky/cone.h's sources only.
 */
#ifndef SKY_CONE_SCAN_H
#define SKY_CONE_SCAN_H

#include "sky/angles.h"
#include "sky/cone.h"
#include "sky/overlay.h"

/* How far beyond the edge is still inside, and the grain of separations. */
#define CONE_EDGE_DEG 1e-10
#define CONE_GRAINS_PER_DEG 1e10

/* More than rounding, or half a grain, can change a squared chord. */
#define CONE_CHORD2_SLACK 1e-11

struct cone_scan {
	const struct cone_query *query;
	struct angles_vector centre;
	double inside_chord2;  /* below it surely inside */
	double outside_chord2; /* above it surely outside */
	bool filtered;         /* the query has other conditions */
};

/* An object within the circle's reach. */
struct cone_candidate {
	int64_t id;
	struct angles_vector place;
	double chord2;
	/* One of the two. */
	const struct overlay_object *edited;
	const char *packed;
	size_t packed_length;
};

void cone_scan_init(struct cone_scan *scan, const struct cone_query *query);

/* The squared length of the chord that a separation spans. */
double cone_chord2(double separation_deg);

/*
 * Gives each object that is not surely outside, and that the query's other
 * conditions let through, to `each`; a result other than LC_OK ends it.
 */
enum lc_rc cone_scan(const struct cone_scan *scan, struct catalogue *catalogue,
		     struct lc_progress *progress,
		     enum lc_rc (*each)(void *context,
					const struct cone_candidate *candidate),
		     void *context) LC_CHECKED;

/*
 * The candidate's separation, in whole grains; false when that is outside.
 */
bool cone_scan_measure(const struct cone_scan *scan,
		       const struct cone_candidate *candidate,
		       double *separation_deg);

#endif
