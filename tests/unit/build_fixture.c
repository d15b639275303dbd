#include "build_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct build *
build_fixture_start(const struct sky_fixture *fixture, const char *name,
		    struct lc_progress *progress)
{
	struct build *build;
	char why[512] = "";

	if (build_new(fixture->state, name, progress, &build, why,
		      sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return build;
}

void
build_fixture_add(struct build *build, const char *name, double ra_deg,
		  double dec_deg, int64_t line)
{
	struct columns_value values[COLUMNS__MAX];

	sky_fixture_object(values, name, ra_deg, dec_deg);
	assert_int_equal(build_add(build, values, NULL, 0, line), LC_OK);
}

void
build_fixture_publish(struct build *build, struct build_counts *counts)
{
	const struct build_report silent = {.duplicate = NULL};

	if (build_finish(build, &silent, counts) != LC_OK ||
	    build_publish(build, counts) != LC_OK)
		fail_msg("%s", build_why(build));
	build_free(build);
}

int
build_fixture_find(struct catalogue *catalogue, const char *name)
{
	struct catalogue_place place;
	enum lc_rc rc =
		catalogue_find_name(catalogue, name, strlen(name), &place);

	if (rc == LC_NOT_FOUND)
		return -1;
	assert_int_equal(rc, LC_OK);
	return (int)place.ra_deg;
}

static void
tell_duplicate(void *context, int64_t line, const char *why)
{
	struct build_fixture_told *told = context;

	buf_printf(&told->text, "%lld %s\n", (long long)line, why);
}

static void
tell_stray(void *context, int64_t line, const char *why)
{
	struct build_fixture_told *told = context;

	buf_printf(&told->text, "stray %lld %s\n", (long long)line, why);
}

static void
tell_advance(void *context, double done)
{
	struct build_fixture_told *told = context;

	assert_true(done >= told->last && done <= 1);
	told->last = done;
	told->advances++;
	if (told->stop != NULL)
		progress_stop(told->stop, LC_CANCELLED);
}

struct build_report
build_fixture_report(struct build_fixture_told *told)
{
	return (struct build_report){.duplicate = tell_duplicate,
				     .stray = tell_stray,
				     .advance = tell_advance,
				     .context = told};
}
