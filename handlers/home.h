/*
 * The parts of the page for people: see home.c.
 */
#ifndef HANDLERS_HOME_H
#define HANDLERS_HOME_H

#include "lightcone.h"

/*
 * The catalogues that can be asked, with what their makers want to be said,
 * and requests that find something in each.
 */
void home_catalogues(struct lc_call *call, struct buf *page);

/* How one's own catalogue comes beside them; LC_NO_MEMORY. */
enum lc_rc home_publish(struct lc_call *call, struct buf *page) LC_CHECKED;

#endif
