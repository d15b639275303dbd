#include "relativity/wormhole_tables.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"

struct wormhole_tables_share {
	atomic_uint holders;
	struct wormhole shape;
	struct wormhole_table *table;
};

struct wormhole_tables {
	struct lock lock;
	/* The one that was asked for last stands first. */
	struct wormhole_tables_share *kept[WORMHOLE_TABLES_KEPT];
};

struct wormhole_tables *
wormhole_tables_new(void)
{
	struct wormhole_tables *tables = calloc(1, sizeof(*tables));

	if (tables != NULL)
		lock_init(&tables->lock);
	return tables;
}

void
wormhole_tables_free(struct wormhole_tables *tables)
{
	if (tables == NULL)
		return;
	for (size_t i = 0; i < WORMHOLE_TABLES_KEPT; i++)
		wormhole_tables_release(tables->kept[i]);
	lock_release(&tables->lock);
	free(tables);
}

static bool
shape_equal(const struct wormhole *a, const struct wormhole *b)
{
	return a->kind == b->kind && a->half_length == b->half_length &&
	       a->mass == b->mass;
}

/* Puts one first, and the others before `place` one further. */
static void
put_first(struct wormhole_tables *tables, struct wormhole_tables_share *share,
	  size_t place)
{
	memmove(tables->kept + 1, tables->kept,
		place * sizeof(tables->kept[0]));
	tables->kept[0] = share;
}

static struct wormhole_tables_share *
kept_find(struct wormhole_tables *tables, const struct wormhole *shape)
{
	struct wormhole_tables_share *found = NULL;

	lock_take(&tables->lock);
	for (size_t i = 0; i < WORMHOLE_TABLES_KEPT && found == NULL; i++) {
		struct wormhole_tables_share *share = tables->kept[i];

		if (share == NULL || !shape_equal(&share->shape, shape))
			continue;
		found = share;
		atomic_fetch_add(&found->holders, 1);
		put_first(tables, found, i);
	}
	lock_give(&tables->lock);
	return found;
}

static void
keep(struct wormhole_tables *tables, struct wormhole_tables_share *share)
{
	struct wormhole_tables_share *last;

	atomic_fetch_add(&share->holders, 1);
	lock_take(&tables->lock);
	last = tables->kept[WORMHOLE_TABLES_KEPT - 1];
	put_first(tables, share, WORMHOLE_TABLES_KEPT - 1);
	lock_give(&tables->lock);
	wormhole_tables_release(last);
}

enum lc_rc
wormhole_tables_acquire(struct wormhole_tables *tables,
			const struct wormhole *shape,
			struct lc_progress *progress,
			struct wormhole_tables_share **out)
{
	struct wormhole_tables_share *made;
	enum lc_rc rc;

	*out = kept_find(tables, shape);
	if (*out != NULL)
		return LC_OK;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return LC_NO_MEMORY;
	made->shape = *shape;
	made->table = wormhole_table_new(shape, progress);
	if (made->table == NULL) {
		free(made);
		rc = progress_stopped(progress);
		return rc == LC_OK ? LC_NO_MEMORY : rc;
	}
	atomic_init(&made->holders, 1);
	keep(tables, made);
	*out = made;
	return LC_OK;
}

void
wormhole_tables_release(struct wormhole_tables_share *share)
{
	if (share == NULL || atomic_fetch_sub(&share->holders, 1) > 1)
		return;
	wormhole_table_free(share->table);
	free(share);
}

const struct wormhole_table *
wormhole_tables_of(const struct wormhole_tables_share *share)
{
	return share->table;
}
