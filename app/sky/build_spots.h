/*
 * The objects of a build: packed and gathered as they come, and when all are
 * there, and so the height of the zones is known, sorted by their keys and
 * written.  Part of sky/build.h's work, and of no interest to others.
 */
#ifndef SKY_BUILD_SPOTS_H
#define SKY_BUILD_SPOTS_H

#include "base/buf.h"
#include "services/store.h"
#include "sky/build_names.h"
#include "sky/sorter.h"

/* The sky in cells of about a square degree. */
enum { SPOTS_BANDS = 180, SPOTS_CELLS_MOST = SPOTS_BANDS * 360 };

struct build_spots {
	struct spool spool;
	struct sorter *sorter; /* while they are written */
	struct buf packed;     /* an object, or those of a row */
	int64_t count;
	unsigned char cells[SPOTS_CELLS_MOST / 8]; /* with objects in them */
	int64_t cells_used;
	int per_deg; /* zones to a degree; 0: as the density asks for */
};

void build_spots_init(struct build_spots *spots, int directory);
void build_spots_release(struct build_spots *spots);
void build_spots_clear(struct build_spots *spots);
const char *build_spots_why(const struct build_spots *spots);

/*
 * Adds an object; of `owner` the number and the position are used.
 * LC_INVALID, and nothing was added, when a text is longer than a blob can
 * hold.
 */
enum lc_rc build_spots_add(struct build_spots *spots,
			   const struct build_owner *owner,
			   const struct columns_value *values,
			   const enum columns_type *own_types, size_t own_count)
	LC_CHECKED;

/*
 * Writes those that were not dropped, counts them, and tells how many zones
 * to a degree there are.  LC_INVALID when more objects have one position
 * than there are keys.
 */
enum lc_rc build_spots_write(struct build_spots *spots,
			     const struct build_names *names,
			     struct store *store, struct lc_progress *progress,
			     const struct build_report *report,
			     struct build_counts *counts) LC_CHECKED;

#endif
