#include "sky/bright.h"

#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "sky/cone.h"

enum { BRIGHT_KEPT = 4 };

struct bright_made {
	struct bright_list list; /* first: a list is found by its address */
	atomic_uint holders;
	char name[CATALOGUE_NAME_MAX + 1];
	struct catalogue_version version;
	struct bright_object objects[];
};

struct bright {
	struct lock lock;
	struct bright_made *kept[BRIGHT_KEPT]; /* the latest first */
};

/* Objects as a heap: the faintest of those that are wanted stands first. */
struct heap {
	struct bright_object *objects;
	size_t count;
};

static void
heap_sink(struct heap *heap, struct bright_object object)
{
	struct bright_object *at = heap->objects;
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    at[child + 1].magnitude > at[child].magnitude)
			child++;
		if (at[child].magnitude <= object.magnitude)
			break;
		at[i] = at[child];
		i = child;
	}
	at[i] = object;
}

static void
heap_rise(struct heap *heap, struct bright_object object)
{
	struct bright_object *at = heap->objects;
	size_t i = heap->count++;

	while (i > 0 && at[(i - 1) / 2].magnitude < object.magnitude) {
		at[i] = at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	at[i] = object;
}

static enum lc_rc
heap_row(void *context, const struct columns_value *values,
	 double separation_deg)
{
	const struct columns_value *v = &values[COLUMNS_MAGNITUDE_V];
	const struct columns_value *b = &values[COLUMNS_MAGNITUDE_B];
	struct heap *heap = context;
	struct bright_object object;

	(void)separation_deg;
	if (!v->present && !b->present)
		return LC_OK;
	object.magnitude = (float)(v->present ? v->real : b->real);
	if (heap->count == BRIGHT_MOST &&
	    object.magnitude >= heap->objects[0].magnitude)
		return LC_OK;
	object.ra_deg = values[COLUMNS_RA].real;
	object.dec_deg = values[COLUMNS_DEC].real;
	object.b_minus_v =
		v->present && b->present ? (float)(b->real - v->real) : NAN;
	if (heap->count == BRIGHT_MOST)
		heap_sink(heap, object);
	else
		heap_rise(heap, object);
	return LC_OK;
}

static bool
version_equal(struct catalogue_version a, struct catalogue_version b)
{
	return a.generation == b.generation && a.made_ns == b.made_ns &&
	       a.edits == b.edits;
}

/* A list that is kept, with a share for the caller; or NULL. */
static const struct bright_list *
bright_kept(struct bright *bright, const struct catalogue *catalogue)
{
	struct catalogue_version version = catalogue_version(catalogue);
	const struct bright_list *found = NULL;

	lock_take(&bright->lock);
	for (size_t i = 0; i < BRIGHT_KEPT && found == NULL; i++) {
		struct bright_made *made = bright->kept[i];

		if (made == NULL || !version_equal(made->version, version) ||
		    strcmp(made->name, catalogue_name(catalogue)) != 0)
			continue;
		atomic_fetch_add(&made->holders, 1);
		found = &made->list;
	}
	lock_give(&bright->lock);
	return found;
}

static void
bright_keep(struct bright *bright, struct bright_made *made)
{
	struct bright_made *last;

	atomic_fetch_add(&made->holders, 1);
	lock_take(&bright->lock);
	last = bright->kept[BRIGHT_KEPT - 1];
	memmove(bright->kept + 1, bright->kept,
		(BRIGHT_KEPT - 1) * sizeof(bright->kept[0]));
	bright->kept[0] = made;
	lock_give(&bright->lock);
	if (last != NULL)
		bright_release(&last->list);
}

static enum lc_rc
bright_look(struct catalogue *catalogue, struct lc_progress *progress,
	    struct heap *heap)
{
	const struct cone_query everything = {.radius_deg = 180};
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = cone_each(catalogue, &everything, progress, &arena, heap_row,
		       heap);
	arena_release(&arena);
	return rc;
}

struct bright *
bright_new(void)
{
	struct bright *bright = calloc(1, sizeof(*bright));

	if (bright != NULL)
		lock_init(&bright->lock);
	return bright;
}

void
bright_free(struct bright *bright)
{
	if (bright == NULL)
		return;
	for (size_t i = 0; i < BRIGHT_KEPT; i++)
		if (bright->kept[i] != NULL)
			bright_release(&bright->kept[i]->list);
	lock_release(&bright->lock);
	free(bright);
}

enum lc_rc
bright_acquire(struct bright *bright, struct catalogue *catalogue,
	       struct lc_progress *progress, const struct bright_list **out)
{
	struct bright_made *made;
	struct heap heap = {.count = 0};
	enum lc_rc rc;

	*out = bright_kept(bright, catalogue);
	if (*out != NULL)
		return LC_OK;
	made = calloc(1,
		      sizeof(*made) + BRIGHT_MOST * sizeof(made->objects[0]));
	if (made == NULL)
		return LC_NO_MEMORY;
	heap.objects = made->objects;
	rc = bright_look(catalogue, progress, &heap);
	if (rc != LC_OK) {
		free(made);
		return rc;
	}
	made->list = (struct bright_list){heap.count, made->objects};
	made->version = catalogue_version(catalogue);
	memcpy(made->name, catalogue_name(catalogue),
	       strlen(catalogue_name(catalogue)) + 1);
	atomic_init(&made->holders, 1);
	bright_keep(bright, made);
	*out = &made->list;
	return LC_OK;
}

void
bright_release(const struct bright_list *list)
{
	/* Lists are const to their readers; their maker frees them. */
	struct bright_made *made = (struct bright_made *)(uintptr_t)list;

	if (made != NULL && atomic_fetch_sub(&made->holders, 1) == 1)
		free(made);
}
