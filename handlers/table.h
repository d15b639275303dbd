/*
 * The endpoints of the product.  A new one is a file beside this one and a
 * line in table.c.
 */
#ifndef HANDLERS_TABLE_H
#define HANDLERS_TABLE_H

#include "lightcone.h"

extern const struct lc_endpoint galaxy_endpoint;
extern const struct lc_endpoint health_endpoint;
extern const struct lc_endpoint home_endpoint;

/* Ends in NULL. */
extern const struct lc_endpoint *const endpoint_table[];

#endif
