/*
 * The group of the pages for people.
 */
#ifndef HANDLERS_PAGES_H
#define HANDLERS_PAGES_H

#include "lightcone.h"

extern const struct lc_tag pages_tag;

#endif
