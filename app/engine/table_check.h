/*
 * Whether a table of endpoints is right: paths, functions, parameters, guards,
 * limits, replies and examples, and no two endpoints on one path.  A program
 * does not start with a wrong one.
 */
#ifndef ENGINE_TABLE_CHECK_H
#define ENGINE_TABLE_CHECK_H

#include "base/buf.h"
#include "lightcone.h"

/*
 * Checks a table, which ends in NULL.  On LC_INVALID `why` names the endpoint
 * and what is wrong with it.
 */
enum lc_rc table_check(const struct lc_endpoint *const *table, struct buf *why)
	LC_CHECKED;

#endif
