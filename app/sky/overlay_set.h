/*
 * The edits of an overlay in memory, and how they are found.  Of interest to
 * sky/overlay.c only.
 */
#ifndef SKY_OVERLAY_SET_H
#define SKY_OVERLAY_SET_H

#include "sky/overlay.h"
#include "sky/overlay_index.h"

/* All zeros is an empty set. */
struct overlay_set {
	struct overlay_index names;  /* struct overlay_name, by their hash */
	struct overlay_index ids;    /* all objects, by their ID */
	struct overlay_index hidden; /* those that hide one, by its ID */
	struct overlay_object **living;
	struct angles_vector *places; /* of the living */
	size_t living_count, living_room;
	/* How many of the living have a value of each known column. */
	size_t having[COLUMNS__MAX];
};

/* Frees all edits, and the memory that they stood in. */
void overlay_set_release(struct overlay_set *set);

/*
 * Takes an object, which replaces the one of the same key; false without
 * memory, and then nothing has changed.
 */
bool overlay_set_put(struct overlay_set *set, struct overlay_object *object);

/* As overlay_find(). */
const struct overlay_object *overlay_set_find(const struct overlay_set *set,
					      const char *key, size_t length);

#endif
