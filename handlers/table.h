/*
 * The endpoints of the product, in the order of the documentation.  A new one
 * is a file in this directory, which defines NAME_endpoint, and a line here.
 */
#ifndef HANDLERS_TABLE_H
#define HANDLERS_TABLE_H

#include "lightcone.h"

/* X(NAME) */
#define ENDPOINT_TABLE(X)       \
	X(galaxy)               \
	X(match)                \
	X(object)               \
	X(object_put)           \
	X(object_delete)        \
	X(singularity)          \
	X(singularity_post)     \
	X(wormhole)             \
	X(cone)                 \
	X(cone_capabilities)    \
	X(cone_availability)    \
	X(cone_tables)          \
	X(cone_of)              \
	X(cone_of_capabilities) \
	X(cone_of_availability) \
	X(cone_of_tables)       \
	X(cosmic_stream)        \
	X(cosmic_publish)       \
	X(job)                  \
	X(job_delete)           \
	X(job_result)           \
	X(jobs)                 \
	X(health)               \
	X(metrics)              \
	X(home)                 \
	X(docs)                 \
	X(stream_page)          \
	X(openapi)              \
	X(www)

#define ENDPOINT_DECLARE(name) extern const struct lc_endpoint name##_endpoint;
ENDPOINT_TABLE(ENDPOINT_DECLARE)
#undef ENDPOINT_DECLARE

/* Ends in NULL. */
extern const struct lc_endpoint *const endpoint_table[];

#endif
