/*
 * The router: from a method and a path to an endpoint of the table.
 *
 * A path of the table may hold variables, each a whole segment:
 * "/galaxy/{name}".  A path without variables that fits goes first.
 */
#ifndef ENGINE_ROUTER_H
#define ENGINE_ROUTER_H

#include "base/buf.h"
#include "lightcone.h"

/*
 * Checks a table, which ends in NULL: paths, functions, parameters, no two
 * endpoints on one path and method.  On LC_INVALID `why` names the endpoint
 * and what is wrong with it.
 */
enum lc_rc router_check(const struct lc_endpoint *const *table, struct buf *why)
	LC_CHECKED;

/*
 * LC_OK with the endpoint (HEAD finds GET's); LC_NOT_FOUND; LC_METHOD with
 * no endpoint.
 */
enum lc_rc router_find(const struct lc_endpoint *const *table,
		       enum lc_method method, const char *path,
		       const struct lc_endpoint **endpoint) LC_CHECKED;

/*
 * What the variable {name} of the template stands for in a path that fits
 * it; not ended by NUL.  NULL: the template has no such variable.
 */
const char *router_capture(const char *template, const char *path,
			   const char *name, size_t *length);

/* The methods of a path as `Allow` lists them; NULL without memory. */
const char *router_allow(const struct lc_endpoint *const *table,
			 const char *path, struct arena *arena);

#endif
