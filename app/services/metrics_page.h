/*
 * A page of metrics between its gathering (metrics_page.c) and its writing
 * (metrics_write.c): for each family its series, each once, with the numbers
 * of all processes and those that were put by its caller.
 */
#ifndef SERVICES_METRICS_PAGE_H
#define SERVICES_METRICS_PAGE_H

#include "services/metrics.h"

struct metrics_page_series {
	struct metrics_page_series *next;
	uint64_t hash;
	const char *labels; /* as they are printed, without braces */
	double put;         /* by the caller, in the printed unit */
	int first;          /* cell of exemplars; 0: it has none */
	int64_t cells[];    /* one, or METRICS_HISTOGRAM_CELLS */
};

struct metrics_page {
	struct metrics *metrics; /* may be NULL */
	struct arena *arena;
	struct metrics_page_series *families[METRIC__MAX];
	bool gathered, failed; /* failed: memory is exhausted */
};

/* Adds what the processes have counted, once. */
void metrics_page_gather(struct metrics_page *page);

#endif
