#include "sky/overlay_set.h"

#include <stdlib.h>
#include <string.h>

#include "sky/overlay_row.h"

enum { OVERLAY_SET_ROOM = 16 };

void
overlay_set_release(struct overlay_set *set)
{
	if (set->ids.slots != NULL)
		for (size_t i = 0; i < (size_t)1 << set->ids.bits; i++)
			free((void *)set->ids.slots[i].item);
	overlay_index_release(&set->names);
	overlay_index_release(&set->ids);
	overlay_index_release(&set->hidden);
	free(set->living);
	free(set->places);
	*set = (struct overlay_set){0};
}

/* The edit whose main name has the key of this one. */
static const struct overlay_object *
overlay_set_same(const struct overlay_set *set, const struct overlay_name *as)
{
	size_t at = overlay_index_start(&set->names, as->hash);
	const struct overlay_name *name;

	while ((name = overlay_index_next(&set->names, as->hash, &at)) != NULL)
		if (name == name->object->names &&
		    name->key_length == as->key_length &&
		    memcmp(name->key, as->key, as->key_length) == 0)
			return name->object;
	return NULL;
}

/* Counts the columns of one object more or, by -1, less. */
static void
overlay_set_count(struct overlay_set *set, const struct overlay_object *object,
		  int by)
{
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (object->values[i].present)
			set->having[i] += (size_t)by;
}

static void
overlay_set_remove(struct overlay_set *set, const struct overlay_object *object)
{
	struct overlay_object *last;

	for (size_t i = 0; i < object->name_count; i++)
		overlay_index_remove(&set->names, object->names[i].hash,
				     &object->names[i]);
	overlay_index_remove(&set->ids, (uint64_t)object->id, object);
	if (object->base_id >= 0)
		overlay_index_remove(&set->hidden, (uint64_t)object->base_id,
				     object);
	if (!object->deleted) {
		overlay_set_count(set, object, -1);
		last = set->living[--set->living_count];
		last->at = object->at;
		set->living[last->at] = last;
		set->places[last->at] = set->places[set->living_count];
	}
	free((void *)object);
}

static bool
overlay_set_reserve(struct overlay_set *set, size_t names)
{
	size_t room =
		set->living_room == 0 ? OVERLAY_SET_ROOM : set->living_room * 2;
	void *more;

	if (!overlay_index_reserve(&set->names, names) ||
	    !overlay_index_reserve(&set->ids, 1) ||
	    !overlay_index_reserve(&set->hidden, 1))
		return false;
	if (set->living_count < set->living_room)
		return true;
	more = realloc(set->living, room * sizeof(*set->living));
	if (more == NULL)
		return false;
	set->living = more;
	more = realloc(set->places, room * sizeof(*set->places));
	if (more == NULL)
		return false;
	set->places = more;
	set->living_room = room;
	return true;
}

bool
overlay_set_put(struct overlay_set *set, struct overlay_object *object)
{
	const struct overlay_object *old;

	if (!overlay_set_reserve(set, object->name_count))
		return false;
	old = overlay_set_same(set, &object->names[0]);
	if (old != NULL)
		overlay_set_remove(set, old);
	for (size_t i = 0; i < object->name_count; i++)
		overlay_index_add(&set->names, object->names[i].hash,
				  &object->names[i]);
	overlay_index_add(&set->ids, (uint64_t)object->id, object);
	if (object->base_id >= 0)
		overlay_index_add(&set->hidden, (uint64_t)object->base_id,
				  object);
	if (!object->deleted) {
		overlay_set_count(set, object, 1);
		object->at = set->living_count++;
		set->living[object->at] = object;
		set->places[object->at] =
			angles_vector(object->ra_deg, object->dec_deg);
	}
	return true;
}

static bool
overlay_set_before(const struct overlay_name *a, const struct overlay_name *b)
{
	return a->rank != b->rank ? a->rank < b->rank :
				    a->object->seq > b->object->seq;
}

const struct overlay_object *
overlay_set_find(const struct overlay_set *set, const char *key, size_t length)
{
	const uint64_t hash = overlay_row_hash(key, length);
	const struct overlay_name *name, *best = NULL;
	size_t at = overlay_index_start(&set->names, hash);

	while ((name = overlay_index_next(&set->names, hash, &at)) != NULL)
		if (name->key_length == length &&
		    memcmp(name->key, key, length) == 0 &&
		    (best == NULL || overlay_set_before(name, best)))
			best = name;
	return best == NULL ? NULL : best->object;
}
