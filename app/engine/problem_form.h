/*
 * Problems in the form that an endpoint's own clients read, where its table
 * has one: see `problem` of struct lc_endpoint.
 */
#ifndef ENGINE_PROBLEM_FORM_H
#define ENGINE_PROBLEM_FORM_H

#include "http/problem.h"
#include "lightcone.h"

/* Whether the endpoint, which may be NULL, tells such a problem itself. */
bool problem_form_fits(const struct lc_endpoint *endpoint, enum lc_rc rc);

/*
 * Turns `response` into the endpoint's form of the problem; false when there
 * is no memory for it.  Any thread may call; it touches nothing of a call.
 */
bool problem_form_write(const struct lc_endpoint *endpoint,
			const struct problem *problem,
			struct response *response) LC_CHECKED;

#endif
