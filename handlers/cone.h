/*
 * What the endpoints of the Simple Cone Search share: see cone.c.
 */
#ifndef HANDLERS_CONE_H
#define HANDLERS_CONE_H

#include "lightcone.h"

/* The most rows that one answer gives. */
enum { CONE_RECORDS_MOST = 10000000 };

#define CONE_PROTOCOL "ivo://ivoa.net/std/ConeSearch/v1.03"

extern const struct lc_tag cone_tag;

/* Writes what is wrong as a VOTable, which its clients show their users. */
void cone_problem(const struct lc_problem_view *problem, struct buf *out);

#endif
