/*
 * Limits by their names, as option `rates` has them:
 * "minute=600/60,day=20000/86400/2000" is 600 in 60 s, and 20,000 in a day, of
 * which 2,000 may come at once; without the third number all of them may.
 */
#ifndef BASE_RATE_LIST_H
#define BASE_RATE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct rate_item {
	const char *name; /* in the text that was read */
	size_t name_length;
	int64_t limit, window_s, burst;
};

enum { RATE_LIST_MOST = 32 };

/*
 * Reads a list, and returns how many there are; -1 if a part is none, has a
 * number that is not positive, or a name that was there before, or if there
 * are more than RATE_LIST_MOST.  Spaces may follow a comma.
 */
int rate_list_read(struct rate_item out[RATE_LIST_MOST], const char *text)
	LC_CHECKED;

/* Whether it can be read. */
bool rate_list_ok(const char *text);

#endif
