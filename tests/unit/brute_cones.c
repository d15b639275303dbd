#include <math.h>

#include "brute_model.h"

static const struct brute_object *
brute_any(struct brute *brute)
{
	const struct brute_object *object;

	do
		object = &brute->objects[chance_below(&brute->chance,
						      brute->count)];
	while (object->gone);
	return object;
}

static void
brute_centre(struct brute *brute, struct cone_query *query)
{
	double z = 2 * chance_unit(&brute->chance) - 1;

	query->ra_deg = 360 * chance_unit(&brute->chance);
	query->dec_deg = angles_degrees(asin(z));
}

/* Near an object, as far as the radius reaches. */
static void
brute_centre_near(struct brute *brute, struct cone_query *query)
{
	const struct brute_object *object = brute_any(brute);
	double most = query->radius_deg;
	double dec =
		object->dec_deg + most * (2 * chance_unit(&brute->chance) - 1);

	query->dec_deg = fmax(-90, fmin(90, dec));
	query->ra_deg = angles_wrap_deg(
		object->ra_deg +
		most * (2 * chance_unit(&brute->chance) - 1) /
			fmax(0.001, cos(angles_radians(query->dec_deg))));
}

bool
brute_check_random(struct brute *brute, size_t cones)
{
	size_t types = 0;

	while (columns_types[types] != NULL)
		types++;
	for (size_t i = 0; i < cones; i++) {
		struct cone_query query = {.limit = 0};

		/* From 1e-9 to 180 degrees, each size as likely. */
		query.radius_deg =
			1e-9 * pow(180e9, chance_unit(&brute->chance));
		if (i % 3 == 0)
			brute_centre(brute, &query);
		else
			brute_centre_near(brute, &query);
		if (i % 5 == 1)
			query.type = columns_types[chance_below(&brute->chance,
								types)];
		query.has_magnitude_max = i % 4 == 1;
		if (query.has_magnitude_max)
			query.magnitude_max =
				5 +
				floor(120 * chance_unit(&brute->chance)) / 10;
		if (!brute_check(brute, &query))
			return false;
	}
	return true;
}

static bool
brute_check_places(struct brute *brute)
{
	static const double centres[][2] = {
		{0, 90},           {0, -90},          {123.4, 90 - 1e-9},
		{300, -90 + 1e-9}, {77, 90 - 1e-10},  {0, 0},
		{1e-9, 10},        {360 - 1e-9, -20}, {359.99999999999994, 45},
		{0, -45.25},       {180, 60.5},       {90, 89.75}};
	static const double radii[] = {
		0,         1e-9, 1e-7,      1e-3,    0.25,       5,   89.75,
		90 - 1e-9, 90,   90 + 1e-9, 179.999, 180 - 1e-9, 180, 1000};

	for (size_t i = 0; i < sizeof(centres) / sizeof(*centres); i++)
		/* The large ones cost much: each with every other centre. */
		for (size_t j = 0; j < sizeof(radii) / sizeof(*radii); j++)
			if ((radii[j] < 10 || (i + j) % 2 == 0) &&
			    !brute_check(brute,
					 &(struct cone_query){
						 .ra_deg = centres[i][0],
						 .dec_deg = centres[i][1],
						 .radius_deg = radii[j]}))
				return false;
	return true;
}

/* On an object, and opposite to it. */
static bool
brute_check_objects(struct brute *brute)
{
	static const double radii[] = {0, 1e-10, 1e-9, 1e-4, 0.5};

	for (size_t i = 0; i < 30; i++) {
		const struct brute_object *object = brute_any(brute);
		struct cone_query query = {.ra_deg = object->ra_deg,
					   .dec_deg = object->dec_deg};

		for (size_t j = 0; j < sizeof(radii) / sizeof(*radii); j++) {
			query.radius_deg = radii[j];
			if (!brute_check(brute, &query))
				return false;
		}
		if (brute->match_count == 0)
			return brute_wrong(brute, "nothing is where %s is",
					   object->name);
		query.ra_deg = angles_wrap_deg(query.ra_deg + 180);
		query.dec_deg = -query.dec_deg;
		query.radius_deg = 180 - radii[i % 5];
		if (i % 3 == 0 && !brute_check(brute, &query))
			return false;
	}
	return true;
}

/* The edge just before, at and behind an object. */
static bool
brute_check_edges(struct brute *brute)
{
	static const double beyond[] = {0,      1e-9,   -1e-9,   1e-10,
					-1e-10, 2e-10,  -2e-10,  1.5e-10,
					5e-11,  -5e-11, -1.5e-10};

	for (size_t i = 0; i < 30; i++) {
		const struct brute_object *object = brute_any(brute);
		struct cone_query query = {.radius_deg =
						   pow(10, -(double)(i % 5))};
		double separation_deg;

		if (i % 20 == 0)
			brute_centre(brute, &query);
		else
			brute_centre_near(brute, &query);
		separation_deg = angles_separation_deg(
			object->place,
			angles_vector(query.ra_deg, query.dec_deg));
		if (i % 20 != 0) {
			/* One that is near. */
			brute_look(brute, &query);
			if (brute->match_count == 0)
				continue;
			separation_deg = brute->matches[brute->match_count / 2]
						 .separation_deg;
		}
		for (size_t j = 0; j < sizeof(beyond) / sizeof(*beyond); j++) {
			query.radius_deg = fmax(0, separation_deg + beyond[j]);
			if (!brute_check(brute, &query))
				return false;
		}
	}
	return true;
}

bool
brute_check_special(struct brute *brute)
{
	return brute_check_places(brute) && brute_check_objects(brute) &&
	       brute_check_edges(brute);
}
