/*
 * What a client may ask of the service: the limits that its endpoints share.
 *
 * They are for those who take too much, and wide enough that nobody else
 * meets them: a class behind one address that looks at pictures, or a program
 * that asks for a cone around each row of a long table.  A cost of 1 stands for
 * some milliseconds of a processor, and is what any small request costs.
 */
#ifndef HANDLERS_USAGE_H
#define HANDLERS_USAGE_H

#include "lightcone.h"

/* By address, for all that looks something up or computes it. */
extern const struct lc_rate usage_limits[];

/* The same, and one by key, for all that changes something. */
extern const struct lc_rate usage_limits_writer[];

/* So many cost 1 each, beside the 1 of every request. */
enum {
	USAGE_PIXELS = 16384,
	USAGE_RAYS = 100,
	USAGE_ROWS = 25000,
	USAGE_POSITIONS = 100
};

#define USAGE_PICTURE_COST                                                  \
	"1, and 1 for every 16,384 pixels of a picture or 100 rays; 1,025 " \
	"where it is 4096 by 4096"

/* What a picture costs, and the dearest one: of 4096 by 4096 pixels. */
int64_t usage_picture_cost(int64_t width_px, int64_t height_px);

enum { USAGE_PICTURE_MOST = 1 + 4096 * 4096 / USAGE_PIXELS };

#endif
