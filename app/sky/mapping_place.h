/*
 * A row's position, whichever way its columns say it, as right ascension and
 * declination in degrees of ICRS.
 */
#ifndef SKY_MAPPING_PLACE_H
#define SKY_MAPPING_PLACE_H

#include <stddef.h>

#include "base/rc.h"
#include "sky/columns.h"
#include "sky/mapping_guess.h"
#include "sky/mapping_value.h"

enum { MAPPING_PLACE_STEPS = 7 };

/* Of a pair the two angles, of parts RA h, m, s and Dec sign, d, m, s. */
struct mapping_place {
	enum mapping_way way;
	enum turns_frame frame;
	struct mapping_step steps[MAPPING_PLACE_STEPS]; /* column -1: none */
};

void mapping_place_init(struct mapping_place *place,
			const struct mapping_guess *guess,
			const struct table *table);

/* LC_INVALID, with `why`, when the row has no position or a wrong one. */
enum lc_rc mapping_place_read(struct mapping_place *place,
			      const struct table_cell *cells,
			      struct columns_value *ra,
			      struct columns_value *dec, char *why,
			      size_t why_bytes) LC_CHECKED;

#endif
