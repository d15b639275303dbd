/*
 * The tokens of GET /galaxy's pages: after which row of which query, and of
 * which version of the catalogue, the next page begins.
 */
#ifndef HANDLERS_GALAXY_PAGE_H
#define HANDLERS_GALAXY_PAGE_H

#include "lightcone.h"
#include "sky/cone.h"

enum { GALAXY_PAGE_MAX = 128 };

/* What a page is of. */
struct galaxy_page {
	const char *catalogue;
	struct catalogue_version version;
	const char *coordinates;       /* as they were asked for */
	const struct cone_query *cone; /* all but the place and the limit */
};

/* Writes the token of the page after a row. */
void galaxy_page_write(const struct galaxy_page *page,
		       const struct cone_row *last, char out[GALAXY_PAGE_MAX]);

/*
 * Reads one into `mark`.  The call's problem is that of the parameter
 * `after` when it is none, or another query's; LC_CONFLICT when the
 * catalogue has changed since.
 */
enum lc_rc galaxy_page_read(struct lc_call *call, const char *token,
			    const struct galaxy_page *page,
			    struct cone_mark *mark) LC_CHECKED;

#endif
