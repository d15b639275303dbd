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

/* NULL when there is no memory. */
struct colour_bodies *colour_bodies_new(double white_k);
void colour_bodies_free(struct colour_bodies *bodies);
struct colour colour_body(const struct colour_bodies *bodies,
			  double temperature_k);

/* The colour of a star from B-V (Ballesteros 2012), with luminance 1; white
 * when it is not known (NAN). */
struct colour colour_star(double b_minus_v);

/*
 * Scales, whose colours are to be shown as they are, without compression.
 *
 * A redshift factor g, by its logarithm: white at 1, over orange and red to
 * black-red at 1/4 and below, over blue to dark blue at 4 and above.
 */
struct colour colour_redshift(double factor);

/* An order of image: colours that are told apart, also by the colour-blind
 * (Okabe & Ito 2008); from order 6 on they are all alike. */
struct colour colour_order(int order);

/*
 * Light of any strength as light that a screen can show, 0 to 1: dim light
 * stays as it is, 1 becomes 0.7, hues stay, and what is far brighter fades
 * to white.
 */
struct colour colour_compress(struct colour linear);

/* Shown light with more light, of any strength, seen through it. */
struct colour colour_over(struct colour shown, struct colour light);

/* The bytes of light that can be shown, by the transfer of sRGB; what is
 * outside of 0 to 1 is cut. */
void colour_bytes(struct colour shown, uint8_t bytes[3]);

#endif
