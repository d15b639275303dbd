/*
 * What the tests of builds share: short ways to make one, and what it tells.
 */
#ifndef TESTS_BUILD_FIXTURE_H
#define TESTS_BUILD_FIXTURE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/progress.h"
#include "sky/build.h"
#include "sky_fixture.h"

/* A build in the fixture's state directory, which must be possible. */
struct build *build_fixture_start(const struct sky_fixture *fixture,
				  const char *name,
				  struct lc_progress *progress);

/* Adds an object that has only a name and a position. */
void build_fixture_add(struct build *build, const char *name, double ra_deg,
		       double dec_deg, int64_t line);

/* Finishes, publishes and frees the build. */
void build_fixture_publish(struct build *build, struct build_counts *counts);

/* Right ascension of who has the name, in whole degrees; -1 for nobody. */
int build_fixture_find(struct catalogue *catalogue, const char *name);

/* What a build told; all zeros at first. */
struct build_fixture_told {
	struct buf text;          /* lines and reasons */
	struct lc_progress *stop; /* is stopped by the first advance */
	int advances;
	double last;
};

/* A report that writes there. */
struct build_report build_fixture_report(struct build_fixture_told *told);

#endif
