#include "brute_model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BRUTE_FIRST_ROOM = 1024 };

/* By the contract of sky/cone.h. */
static const double edge_deg = 1e-10;
static const double grains_per_deg = 1e10;

bool
brute_wrong(struct brute *brute, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(brute->why, sizeof(brute->why), format, list);
	va_end(list);
	return false;
}

/* ---- the objects */

static uint32_t *
brute_slot(const struct brute *brute, const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t at;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	at = (size_t)(hash >> 7) & (brute->slots - 1);
	while (brute->by_name[at] != 0 &&
	       strcmp(brute->objects[brute->by_name[at] - 1].name, name) != 0)
		at = (at + 1) & (brute->slots - 1);
	return &brute->by_name[at];
}

struct brute_object *
brute_find(const struct brute *brute, const char *name)
{
	uint32_t at = *brute_slot(brute, name);

	return at == 0 ? NULL : &brute->objects[at - 1];
}

static bool
brute_grow(struct brute *brute)
{
	size_t room = brute->room == 0 ? BRUTE_FIRST_ROOM : 2 * brute->room;
	struct brute_object *objects =
		realloc(brute->objects, room * sizeof(*objects));
	struct brute_match *matches =
		realloc(brute->matches, room * sizeof(*matches));

	if (objects != NULL)
		brute->objects = objects;
	if (matches != NULL)
		brute->matches = matches;
	free(brute->by_name);
	brute->by_name = calloc(2 * room, sizeof(*brute->by_name));
	if (objects == NULL || matches == NULL || brute->by_name == NULL)
		return brute_wrong(brute, "out of memory");
	brute->room = room;
	brute->slots = 2 * room;
	for (size_t i = 0; i < brute->count; i++)
		*brute_slot(brute, brute->objects[i].name) = (uint32_t)(i + 1);
	return true;
}

static bool
brute_add(struct brute *brute, const char *name)
{
	char order[NAMES_ORDER_BYTES];
	struct brute_object object = {.gone = true};

	if (brute->count == brute->room && !brute_grow(brute))
		return false;
	object.name = strdup(name);
	object.order_length = names_order(name, strlen(name), order);
	object.order = malloc(object.order_length + 1);
	if (object.name == NULL || object.order == NULL) {
		free(object.name);
		free(object.order);
		return brute_wrong(brute, "out of memory");
	}
	memcpy(object.order, order, object.order_length);
	brute->objects[brute->count] = object;
	*brute_slot(brute, name) = (uint32_t)++brute->count;
	return true;
}

bool
brute_put(struct brute *brute, const struct columns_value *values)
{
	const struct columns_value *type = &values[COLUMNS_OBJECT_TYPE];
	const struct columns_value *magnitude = &values[COLUMNS_MAGNITUDE_V];
	const char *name = values[COLUMNS_NAME].text;
	struct brute_object *object = brute_find(brute, name);

	if (object == NULL && !brute_add(brute, name))
		return false;
	object = brute_find(brute, name);
	object->gone = false;
	object->ra_deg = values[COLUMNS_RA].real;
	object->dec_deg = values[COLUMNS_DEC].real;
	object->place = angles_vector(object->ra_deg, object->dec_deg);
	object->type = NULL;
	if (type->present)
		object->type = columns_types[columns_find_type(type->text,
							       type->length)];
	if (!magnitude->present)
		magnitude = &values[COLUMNS_MAGNITUDE_B];
	object->magnitude = magnitude->present ? magnitude->real : (double)NAN;
	return true;
}

bool
brute_delete(struct brute *brute, const char *name)
{
	struct brute_object *object = brute_find(brute, name);

	if (object == NULL)
		return brute_wrong(brute, "%s is not there", name);
	object->gone = true;
	return true;
}

/* Each must be where it is looked for by its name, and none be left over. */
bool
brute_take(struct brute *brute, struct catalogue *catalogue)
{
	struct catalogue_place place;
	int64_t objects = 0, there = 0;

	brute->catalogue = catalogue;
	for (size_t i = 0; i < brute->count; i++) {
		struct brute_object *object = &brute->objects[i];
		enum lc_rc rc = catalogue_find_name(
			catalogue, object->name, strlen(object->name), &place);

		if (rc != (object->gone ? LC_NOT_FOUND : LC_OK))
			return brute_wrong(brute, "%s by its name: %s",
					   object->name, rc_label(rc));
		if (object->gone)
			continue;
		if (place.ra_deg != object->ra_deg ||
		    place.dec_deg != object->dec_deg)
			return brute_wrong(brute, "%s is elsewhere",
					   object->name);
		object->id = place.id;
		there++;
	}
	if (catalogue_count(catalogue, &objects) != LC_OK || objects != there)
		return brute_wrong(brute, "there are %lld objects, not %lld",
				   (long long)there, (long long)objects);
	return true;
}

static enum lc_rc
brute_load_one(void *context, const struct columns_value *values,
	       double separation_deg)
{
	struct brute *brute = context;
	const char *name = values[COLUMNS_NAME].text;

	(void)separation_deg;
	if (brute_find(brute, name) != NULL) {
		brute_wrong(brute, "%s is there twice", name);
		return LC_INVALID;
	}
	return brute_put(brute, values) ? LC_OK : LC_NO_MEMORY;
}

struct brute *
brute_new(struct catalogue *catalogue, const char **why)
{
	const struct cone_query all = {.radius_deg = 180};
	struct brute *brute = calloc(1, sizeof(*brute));
	static char words[BRUTE_WHY_MAX + CATALOGUE_WHY_MAX + 1];
	struct arena arena;
	bool done;

	*why = "out of memory";
	if (brute == NULL)
		return NULL;
	brute->chance.state = UINT64_C(88172645463325252);
	arena_init(&arena, NULL, 0);
	done = brute_grow(brute) &&
	       cone_each(catalogue, &all, NULL, &arena, brute_load_one,
			 brute) == LC_OK &&
	       brute_take(brute, catalogue);
	arena_release(&arena);
	if (done)
		return brute;
	snprintf(words, sizeof(words), "%s %s", brute->why,
		 catalogue_why(catalogue));
	*why = words;
	brute_free(brute);
	return NULL;
}

void
brute_free(struct brute *brute)
{
	if (brute == NULL)
		return;
	for (size_t i = 0; i < brute->count; i++) {
		free(brute->objects[i].name);
		free(brute->objects[i].order);
	}
	free(brute->objects);
	free(brute->matches);
	free(brute->by_name);
	free(brute);
}

const char *
brute_why(const struct brute *brute)
{
	return brute->why;
}

size_t
brute_count(const struct brute *brute)
{
	return brute->count;
}

size_t
brute_cones(const struct brute *brute)
{
	return brute->cones;
}

size_t
brute_matched(const struct brute *brute)
{
	return brute->matched;
}

const char *
brute_name(const struct brute *brute, size_t i)
{
	return brute->objects[i].name;
}

/* ---- looking at all */

int
brute_compare(const void *a, const void *b)
{
	const struct brute_match *x = a, *y = b;
	size_t m = x->object->order_length, n = y->object->order_length;
	int order;

	if (x->separation_deg != y->separation_deg)
		return x->separation_deg < y->separation_deg ? -1 : 1;
	order = memcmp(x->object->order, y->object->order, m < n ? m : n);
	if (order != 0)
		return order;
	if (m != n)
		return m < n ? -1 : 1;
	return (x->object->id > y->object->id) -
	       (x->object->id < y->object->id);
}

static bool
brute_is_wanted(const struct brute_object *object,
		const struct cone_query *query)
{
	if (object->gone)
		return false;
	if (query->type != NULL &&
	    (object->type == NULL || strcmp(object->type, query->type) != 0))
		return false;
	return !query->has_magnitude_max ||
	       object->magnitude <= query->magnitude_max;
}

void
brute_look(struct brute *brute, const struct cone_query *query)
{
	const struct angles_vector centre =
		angles_vector(query->ra_deg, query->dec_deg);
	double half = sin(angles_radians(query->radius_deg / 2));
	/* Far beyond the edge nothing needs to be measured. */
	double far = query->radius_deg >= 179 ? 5 : 4 * half * half + 1e-6;

	brute->match_count = 0;
	for (size_t i = 0; i < brute->count; i++) {
		struct brute_object *object = &brute->objects[i];
		double exact_deg;

		if (angles_chord2(object->place, centre) > far ||
		    !brute_is_wanted(object, query))
			continue;
		exact_deg = angles_separation_deg(object->place, centre);
		if (query->radius_deg < 180 &&
		    exact_deg > query->radius_deg + edge_deg)
			continue;
		brute->matches[brute->match_count++] = (struct brute_match){
			nearbyint(exact_deg * grains_per_deg) / grains_per_deg,
			object};
	}
	qsort(brute->matches, brute->match_count, sizeof(*brute->matches),
	      brute_compare);
	brute->cones++;
	brute->matched += brute->match_count;
}
