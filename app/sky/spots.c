#include "sky/spots.h"

enum lc_rc
spots_start(struct spots *spots, struct catalogue *catalogue,
	    enum reader_query which, int64_t first)
{
	enum lc_rc rc = reader_query(catalogue, which, &spots->query);

	spots->catalogue = catalogue;
	spots->first = first;
	spots->at = spots->end = NULL;
	if (rc == LC_OK)
		store_bind_int64(spots->query, 1, first);
	return rc;
}

void
spots_end(struct spots *spots)
{
	store_reset(spots->query);
}

/* Goes to the next row of the table. */
static enum lc_rc
spots_step(struct spots *spots, bool *there)
{
	enum lc_rc rc = store_step(spots->query, there);
	size_t length;

	if (rc != LC_OK)
		return reader_failed(spots->catalogue, rc);
	if (!*there)
		return LC_OK;
	spots->at = store_blob(spots->query, 0, &length);
	spots->end = spots->at + length;
	return spots->at == NULL ? reader_damaged(spots->catalogue) : LC_OK;
}

enum lc_rc
spots_next(struct spots *spots, bool *there)
{
	enum lc_rc rc;

	do {
		if (spots->at == spots->end) {
			rc = spots_step(spots, there);
			if (rc != LC_OK || !*there)
				return rc;
		}
		if (!pack_read_head(spots->at, (size_t)(spots->end - spots->at),
				    &spots->head))
			return reader_damaged(spots->catalogue);
		spots->packed = spots->at;
		spots->at += spots->head.bytes;
	} while (spots->head.key < spots->first);
	*there = true;
	return LC_OK;
}

enum lc_rc
spots_find(struct spots *spots, struct catalogue *catalogue, int64_t key)
{
	enum lc_rc rc = spots_start(spots, catalogue, READER_SPOT, key);
	bool there = false;

	if (rc != LC_OK)
		return rc;
	rc = spots_next(spots, &there);
	if (rc == LC_OK && (!there || spots->head.key != key))
		rc = LC_NOT_FOUND;
	if (rc != LC_OK)
		spots_end(spots);
	return rc;
}
