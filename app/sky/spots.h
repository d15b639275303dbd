/*
 * The objects of a catalogue's file in the order of their keys, which is
 * how sky/layout.h has them: several in each row of the table.  Of interest
 * to the sources of sky/catalogue.h and sky/cone.h only.
 *
 * Failure is the reader's (see sky/reader.h), and is noted there.
 */
#ifndef SKY_SPOTS_H
#define SKY_SPOTS_H

#include "sky/pack.h"
#include "sky/reader.h"

struct spots {
	struct catalogue *catalogue;
	struct store_query *query;
	int64_t first;
	const char *at, *end; /* the row's objects that are yet to come */
	/* The present object, until the next one, and its head. */
	const char *packed;
	struct pack_head head;
};

/*
 * Goes before the first object whose key is `first` or more.  `which` is
 * READER_SCAN, or READER_SPOT for who may be called while that one is used.
 */
enum lc_rc spots_start(struct spots *spots, struct catalogue *catalogue,
		       enum reader_query which, int64_t first) LC_CHECKED;

/* Goes to the next object; *there is false when there is none. */
enum lc_rc spots_next(struct spots *spots, bool *there) LC_CHECKED;

/* Ends what spots_start() began well; the present object is gone. */
void spots_end(struct spots *spots);

/*
 * Goes to the object with this key, by READER_SPOT; LC_NOT_FOUND, and
 * nothing to end, when there is none.
 */
enum lc_rc spots_find(struct spots *spots, struct catalogue *catalogue,
		      int64_t key) LC_CHECKED;

#endif
