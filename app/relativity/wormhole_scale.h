/*
 * Lengths in words: in units and steps that suit them.
 */
#ifndef RELATIVITY_WORMHOLE_SCALE_H
#define RELATIVITY_WORMHOLE_SCALE_H

#include <stddef.h>

#include "relativity/wormhole.h"

struct wormhole_scale {
	const char *unit; /* UTF-8 */
	double unit_m;
	double step; /* of an axis, in the unit: 1, 2 or 5 times 10^n */
};

/* For an axis that is so long, with about `steps` of them. */
struct wormhole_scale wormhole_scale_of(double length_m, int steps);

/* A length in its unit, in ASCII. */
void wormhole_scale_length(double length_m, char *text, size_t room);

/* What the diagram shows, in short and in whole sentences. */
void wormhole_scale_title(const struct wormhole *shape, char *text,
			  size_t room);
void wormhole_scale_words(const struct wormhole *shape, double throat_m,
			  double reach, char *text, size_t room);

#endif
