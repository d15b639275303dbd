/*
 * Endpoints that only the tests have: they park, compute, time out, stream
 * and are cancelled, and count what becomes of them.  The same table serves
 * unit tests and, as tests/testapp.fcgi and .cgi, the black box.
 */
#ifndef TESTS_TESTAPP_H
#define TESTS_TESTAPP_H

#include "lightcone.h"

extern const struct lc_endpoint *const testapp_table[];

/* Starts and ends the thread that completes parked calls. */
void testapp_start(void);
void testapp_stop(void);

struct testapp_counts {
	int parked, computing, computing_most, computed, cancelled, gone;
	int streams_stopped;
	int64_t last_cancelled_us; /* when, on the monotonic clock */
};

void testapp_count(struct testapp_counts *counts);

#endif
