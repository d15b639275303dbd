/*
 * The name of a row's object: what a column says, with the acronym of its
 * catalogue before a bare number ("HIP 11767"), or one that is made of the
 * row's number.
 */
#ifndef SKY_MAPPING_NAME_H
#define SKY_MAPPING_NAME_H

#include <stdint.h>

#include "base/rc.h"
#include "base/shortest.h"
#include "sky/columns.h"
#include "sky/table.h"

enum { MAPPING_PREFIX_MAX = 96 };

struct mapping_name {
	int column; /* -1: names are made */
	enum table_type from;
	int64_t least; /* the acronym is for numbers from this on */
	size_t prefix_length;
	/* "HIP " and the like, and then the present row's number. */
	char text[MAPPING_PREFIX_MAX + SHORTEST_MAX];
};

/* `acronym` may be NULL; it is the catalogue when names are made. */
void mapping_name_init(struct mapping_name *name, int column,
		       enum table_type from, const char *acronym,
		       int64_t least);

/* `row` is the row's number in the table, from 1. */
enum lc_rc mapping_name_read(struct mapping_name *name,
			     const struct table_cell *cells, int64_t row,
			     struct columns_value *out, char *why,
			     size_t why_bytes) LC_CHECKED;

#endif
