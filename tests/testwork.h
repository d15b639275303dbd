/*
 * `lightcone work` with kinds of jobs that only the tests have, and a process
 * that kills itself at a named step of a job's life.
 */
#ifndef TESTS_TESTWORK_H
#define TESTS_TESTWORK_H

#include "lightcone.h"

/* In testwork_kinds.c; what they do, they say there. */
extern const struct lc_endpoint testwork_empty, testwork_sleep, testwork_long;
extern const struct lc_endpoint testwork_stubborn, testwork_crash;
extern const struct lc_endpoint testwork_exit, testwork_fail, testwork_bad;
extern const struct lc_endpoint testwork_effect, testwork_big;
extern const struct lc_endpoint testwork_result, testwork_tick;

#endif
