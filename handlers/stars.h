/*
 * The stars of pictures' skies.
 */
#ifndef HANDLERS_STARS_H
#define HANDLERS_STARS_H

#include "lightcone.h"
#include "relativity/picture.h"

/* The picture's x, y and z as unit vectors of ICRS. */
struct stars_axes {
	double x[3], y[3], z[3];
};

struct stars {
	struct picture_star *list; /* in the call's arena */
	size_t count;
};

/*
 * Those of the catalogue that was asked for by the parameter `param`, or of
 * the default one where `name` is NULL; where they have no magnitudes, those
 * of OpenNGC.  A sky can be shown without stars as well.
 */
enum lc_rc stars_find(struct lc_call *call, const char *param, const char *name,
		      const struct stars_axes *axes, struct stars *stars)
	LC_CHECKED;

/* Refuses a catalogue that is not there. */
enum lc_rc stars_check(struct lc_call *call, const char *param,
		       const char *name) LC_CHECKED;

/* Mixes into `version` which stars there are. */
enum lc_rc stars_version(struct lc_call *call, const char *name,
			 uint64_t *version) LC_CHECKED;

#endif
