/*
 * What a cone search says of itself, as the IVOA wants it said: the documents
 * of the Support Interfaces (VOSI 1.0; what 1.1 adds is optional), with the
 * extension for cone searches (SimpleDALRegExt 1.1) and the description of
 * tables by VODataService 1.1.
 *
 * Each function adds a whole document to the caller's buffer.  Any thread may
 * call.
 */
#ifndef SKY_VOSI_H
#define SKY_VOSI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "sky/rows.h"

#define VOSI_MEDIA_TYPE "text/xml"

struct vosi_service {
	const char *url; /* "https://example.org/cone", without a '?' */
	const char *description;
	int64_t max_records; /* that a reply can have; 0: any number */
	bool has_test;       /* a cone that has something in it */
	double test_ra_deg, test_dec_deg, test_radius_deg;
};

/* What can be asked, and where. */
void vosi_capabilities(const struct vosi_service *service, struct buf *out);

/* Whether it would be answered; the note says more, or is "". */
void vosi_availability(bool available, const char *note, struct buf *out);

/*
 * The table and its columns, all of them, with the UCDs that `table` asks for.
 * Some memory is taken from the arena; LC_NO_MEMORY when there is none.
 */
enum lc_rc vosi_tables(const struct rows_table *table, struct arena *arena,
		       struct buf *out) LC_CHECKED;

#endif
