/* What the tests of pictures share. */
#ifndef TESTS_PICTURE_FIXTURE_H
#define TESTS_PICTURE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relativity/picture.h"

/* A picture with all its parts, made in one order or the other. */
struct picture *picture_made(const struct picture_view *view,
			     struct picture_star *stars, size_t star_count,
			     bool backwards);

/* `count` stars all over the sky, the same each time. */
void picture_random_stars(struct picture_star *stars, size_t count);

/* The light that a byte of sRGB stands for, 0 to 1. */
double picture_light(uint8_t byte);

#endif
