/*
 * What the tests of metrics share: joining in, and looks at the page.
 */
#ifndef TESTS_METRICS_FIXTURE_H
#define TESTS_METRICS_FIXTURE_H

#include "services/metrics.h"

/* Joins in; the test fails unless `why` has these words, "" being nothing. */
struct metrics *metrics_fixture_join(const char *directory,
				     enum metrics_role role, const char *words);

/* The page, to be freed. */
char *metrics_fixture_page(struct metrics *metrics, enum metrics_format format);

/* The number that follows a series in a page; NAN: it is not there. */
double metrics_fixture_find(const char *page, const char *series);

/* The same of a page that is made for it. */
double metrics_fixture_value(struct metrics *metrics, const char *series);

/* Fails if anything that is counted is less in the later page. */
void metrics_fixture_never_falls(const char *page, const char *later);

#endif
