/*
 * Shapes of all sorts, and a straightforward integration to compare with:
 * the definitions in long double, by Gauss and Legendre's rule over pieces
 * that double in length.
 */
#ifndef TESTS_WORMHOLE_FIXTURE_H
#define TESTS_WORMHOLE_FIXTURE_H

#include <stddef.h>

#include "relativity/wormhole.h"

struct wormhole_fixture {
	const char *name;
	struct wormhole shape;
};

enum { WORMHOLE_FIXTURES = 12 };

/* From Ellis and the film's to the ends of the domain. */
const struct wormhole_fixture *wormhole_fixtures(void);

/* r - 1 at a distance outside of the cylinder. */
long double wormhole_plain_excess(const struct wormhole *shape,
				  long double out);

/*
 * The integral of f over t from 0 to `length`, which may be INFINITY where f
 * falls off as t^-2; it may begin as t^(-1/2).
 */
typedef long double wormhole_plain_fn(const void *way, long double t);
long double wormhole_plain_integral(wormhole_plain_fn *f, const void *way,
				    long double length);

/* psi between two distances outside of the cylinder; `spare` is r - B at the
 * first, 0 where the ray turns. */
long double wormhole_plain_sweep(const struct wormhole *shape, long double from,
				 long double to, long double impact,
				 long double spare);

/* The distance at which r is B >= 1, by halving. */
long double wormhole_plain_turn(const struct wormhole *shape,
				long double impact);

#endif
