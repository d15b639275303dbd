/*
 * Colours: a black body's light as the eye sees it, and on to the bytes of a
 * picture.
 *
 * Linear light is in the primaries of sRGB (IEC 61966-2-1).  Black bodies:
 * Planck's law over the CIE 1931 colour matching functions in the form of
 * Wyman, Sloan & Shirley 2013, JCGT 2, 2.
 */
#ifndef RELATIVITY_COLOUR_H
#define RELATIVITY_COLOUR_H

#include <stdint.h>

struct colour {
	float r, g, b; /* linear; may exceed 1 */
};

/*
 * What black bodies look like, as a table over the temperature.  The
 * luminance is that of a body at `white_k` when it is 1.
 */
struct colour_bodies;
struct colour_bodies *colour_bodies_new(double white_k);
void colour_bodies_free(struct colour_bodies *bodies);
struct colour colour_body(const struct colour_bodies *bodies,
			  double temperature_k);

/* The colour of a star from B-V (Ballesteros 2012), with luminance 1. */
struct colour colour_star(double b_minus_v);

/* A redshift factor: red below 1, white at 1, blue above. */
struct colour colour_redshift(double factor);

/* An order of image: colours that are told apart, also by the colour-blind. */
struct colour colour_order(int order);

/* Compresses linear light to bytes: highlights fade to white, hues stay. */
void colour_bytes(struct colour linear, uint8_t bytes[3]);

#endif
