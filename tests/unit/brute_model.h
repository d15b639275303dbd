/*
 * What brute.h's sources share: the objects in memory, and those that are in
 * the present cone.
 */
#ifndef TESTS_BRUTE_MODEL_H
#define TESTS_BRUTE_MODEL_H

#include <stdint.h>

#include "brute.h"
#include "chance.h"
#include "sky/angles.h"

enum { BRUTE_WHY_MAX = 512 };

struct brute_object {
	char *name;
	char *order;
	size_t order_length;
	bool gone;
	int64_t id;
	double ra_deg, dec_deg;
	struct angles_vector place;
	const char *type; /* NULL: none */
	double magnitude; /* NaN: none */
	size_t seen;      /* by which cone last */
};

struct brute_match {
	double separation_deg;
	struct brute_object *object;
};

struct brute {
	struct catalogue *catalogue;
	struct brute_object *objects;
	size_t count, room;
	uint32_t *by_name; /* 0, or one more than an object's place */
	size_t slots;      /* a power of two, at least twice `room` */
	struct brute_match *matches;
	size_t match_count;
	size_t cones, matched;
	struct chance chance;
	char why[BRUTE_WHY_MAX];
};

/* Notes what is wrong; false. */
bool brute_wrong(struct brute *brute, const char *format, ...) LC_PRINTF(2, 3);

/* The object of this name, or NULL. */
struct brute_object *brute_find(const struct brute *brute, const char *name);

/* The order of two matches. */
int brute_compare(const void *a, const void *b);

/* Fills brute->matches, in their order. */
void brute_look(struct brute *brute, const struct cone_query *query);

#endif
