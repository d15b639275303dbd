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

/* ---- for the checking of tables */

/* Whether a path fits a template, which may have no variables. */
bool router_fits(const char *template, const char *path);

/* The bytes of one segment: "/name" without what follows it. */
size_t router_segment(const char *path);

/* Whether a template's segment is a variable: "/{name}". */
bool router_is_variable(const char *segment, size_t length);

#endif
