#include "picture_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chance.h"

struct picture *
picture_made(const struct picture_view *view, struct picture_star *stars,
	     size_t star_count, bool backwards)
{
	struct picture *picture = picture_new(view, stars, star_count);
	size_t parts;

	assert_non_null(picture);
	parts = picture_parts(picture);
	for (size_t i = 0; i < parts; i++)
		assert_int_equal(picture_part(picture,
					      backwards ? parts - 1 - i : i,
					      NULL),
				 LC_OK);
	return picture;
}

void
picture_random_stars(struct picture_star *stars, size_t count)
{
	struct chance chance = {77};

	for (size_t i = 0; i < count; i++) {
		double z = 2 * chance_unit(&chance) - 1;
		double phi = 6.283185307179586 * chance_unit(&chance);
		double across = sqrt(1 - z * z);

		stars[i] = (struct picture_star){
			(float)(across * cos(phi)), (float)(across * sin(phi)),
			(float)z, (float)(9 - 4 * chance_unit(&chance)),
			i % 7 == 0 ? NAN : (float)chance_unit(&chance)};
	}
}

double
picture_light(uint8_t byte)
{
	double s = byte / 255.0;

	return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}
