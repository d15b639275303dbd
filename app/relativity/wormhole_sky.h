/*
 * What is seen where rays end, but for the stars.
 */
#ifndef RELATIVITY_WORMHOLE_SKY_H
#define RELATIVITY_WORMHOLE_SKY_H

#include "relativity/colour.h"
#include "relativity/wormhole_whole.h"

/* Follows the ray of a place in the picture. */
void wormhole_sky_look(const struct wormhole_picture *picture, double x,
		       double y, struct wormhole_spot *spot);

/* The direction on the spot's sky. */
void wormhole_sky_direction(const struct wormhole_picture *picture,
			    const struct wormhole_spot *spot,
			    double direction[3]);

/* What a pixel shows around a spot: `spread_rad` is by how much rays are
 * swept differently in it. */
struct colour wormhole_sky_shade(const struct wormhole_picture *picture,
				 const struct wormhole_spot *spot,
				 double spread_rad);

#endif
