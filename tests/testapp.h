/*
 * Endpoints that only the tests have: they park, compute, time out, stream
 * and are cancelled, and count what becomes of them.  The same table serves
 * unit tests and, as tests/testapp.fcgi and .cgi, the black box.
 */
#ifndef TESTS_TESTAPP_H
#define TESTS_TESTAPP_H

#include "lightcone.h"

extern const struct lc_endpoint *const testapp_table[];
extern const struct lc_endpoint *const testapp_unguarded_table[];

extern const struct lc_tag testapp_tag;

/* In testapp_fields.c: what is declared is bound, and answered. */
extern const struct lc_endpoint typed_endpoint, listed_endpoint;
extern const struct lc_endpoint item_endpoint, body_endpoint, nested_endpoint;

/* In testapp_both.c. */
extern const struct lc_endpoint bounded_endpoint, both_get, both_post;
extern const struct lc_endpoint picture_endpoint;

/* In testapp_rules.c. */
extern const struct lc_endpoint header_endpoint, formats_endpoint;
extern const struct lc_endpoint tables_endpoint;
extern const struct lc_endpoint cached_endpoint, limited_endpoint;
extern const struct lc_endpoint metered_endpoint, keyed_endpoint;
extern const struct lc_endpoint unkeyed_endpoint;
extern const struct lc_endpoint client_endpoint, waiting_endpoint;
extern const struct lc_endpoint guarded_get, guarded_post, guarded_put;
extern const struct lc_endpoint guarded_patch, guarded_delete;
extern const struct lc_endpoint open_get, open_post, open_put, open_patch;
extern const struct lc_endpoint open_delete;

/* In testapp_versions.c. */
extern const struct lc_endpoint versioned_endpoint, kept_pieces_endpoint;
extern const struct lc_endpoint thing_get, thing_put, thing_delete;
int testapp_versioned_runs(void);

/* In testapp_forms.c. */
extern const struct lc_endpoint search_endpoint, either_endpoint;

/* In testapp_pieces.c. */
extern const struct lc_endpoint long_endpoint, origin_endpoint;

/* In testapp_kept.c. */
extern const struct lc_endpoint kept_quick, kept_heavy, kept_versioned;

/* In testapp_parts.c. */
extern const struct lc_endpoint parts_endpoint;

/* Who computes says so, and how it ended. */
void testapp_compute_begin(void);
void testapp_compute_end(enum lc_rc rc);

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
