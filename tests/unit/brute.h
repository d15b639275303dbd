/*
 * A cone search that looks at every object, to hold the quick one against:
 * the same objects, in the same order, each once, however they are asked
 * for.
 *
 * It has a catalogue's objects in memory, as they were when it was made and
 * as it was told since.  What it finds wrong is in brute_why(); a function
 * that is false then leaves it there.
 */
#ifndef TESTS_BRUTE_H
#define TESTS_BRUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "sky/catalogue.h"
#include "sky/cone.h"

struct brute;

/* Reads all objects; NULL when that cannot be done, which *why tells. */
struct brute *brute_new(struct catalogue *catalogue, const char **why);
void brute_free(struct brute *brute);

const char *brute_why(const struct brute *brute);
size_t brute_count(const struct brute *brute);

/* How many cones were checked, and how many objects were in them. */
size_t brute_cones(const struct brute *brute);
size_t brute_matched(const struct brute *brute);

/* The name of an object: of the i-th that there was. */
const char *brute_name(const struct brute *brute, size_t i);

/*
 * Notes that an object was put or deleted, or is new.  After that the
 * catalogue must have been acquired anew.
 */
bool brute_put(struct brute *brute, const struct columns_value *values);
bool brute_delete(struct brute *brute, const char *name);
bool brute_take(struct brute *brute, struct catalogue *catalogue);

/*
 * Searches in all ways: all rows at once, page by page, and streamed.  The
 * query's limit and mark are not looked at.
 */
bool brute_check(struct brute *brute, const struct cone_query *query);

/* Cones of all sizes, with and without conditions. */
bool brute_check_random(struct brute *brute, size_t cones);

/* Poles, wrap, edges, centres on objects and opposite to them. */
bool brute_check_special(struct brute *brute);

#endif
