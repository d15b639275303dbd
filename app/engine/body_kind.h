/*
 * What kinds of body an endpoint takes, and of which one a request's is, by
 * its Content-Type.
 */
#ifndef ENGINE_BODY_KIND_H
#define ENGINE_BODY_KIND_H

#include "base/buf.h"
#include "lightcone.h"

struct body_row {
	unsigned bit;
	const char *type; /* "text/csv" */
};

/* All kinds; ends in a bit of 0. */
extern const struct body_row body_kind_table[];

/* The kinds that an endpoint takes, as bits; 0: it takes no body. */
unsigned body_kind_all(const struct lc_endpoint *endpoint);

/*
 * Which of an endpoint's kinds a body is; 0: none of them.  Who says nothing
 * of it means the first.
 */
unsigned body_kind_find(const struct lc_endpoint *endpoint,
			const char *content_type);

/* Adds "application/json or text/csv". */
void body_kind_list(const struct lc_endpoint *endpoint, struct buf *out);

#endif
