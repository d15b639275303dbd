/*
 * One object of the sky, for the endpoints that read and change it.
 */
#ifndef HANDLERS_OBJECT_H
#define HANDLERS_OBJECT_H

#include "lightcone.h"
#include "sky/catalogue.h"

/* Finds it by any of its names; a 404 that offers near ones otherwise. */
enum lc_rc object_find(struct lc_call *call, struct catalogue *catalogue,
		       const char *name, struct catalogue_place *place)
	LC_CHECKED;

/* Answers with it. */
enum lc_rc object_write(struct lc_call *call, struct catalogue *catalogue,
			int64_t id) LC_CHECKED;

#endif
