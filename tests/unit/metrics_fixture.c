#include "metrics_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct metrics *
metrics_fixture_join(const char *directory, enum metrics_role role,
		     const char *words)
{
	char why[METRICS_WHY_MAX] = "?";
	struct metrics *metrics =
		metrics_new(directory, role, why, sizeof(why));

	assert_non_null(metrics);
	if (words[0] == '\0' ? why[0] != '\0' : strstr(why, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, words);
	return metrics;
}

char *
metrics_fixture_page(struct metrics *metrics, enum metrics_format format)
{
	struct arena arena;
	struct buf out;

	arena_init(&arena, NULL, 0);
	buf_init(&out);
	assert_int_equal(metrics_page_write(metrics_page_new(metrics, &arena),
					    format, &out),
			 LC_OK);
	buf_add_char(&out, '\0');
	assert_false(out.failed);
	arena_release(&arena);
	return out.bytes;
}

double
metrics_fixture_find(const char *page, const char *series)
{
	const size_t length = strlen(series);

	for (const char *line = page; line != NULL && *line != '\0';) {
		if (strncmp(line, series, length) == 0 && line[length] == ' ')
			return strtod(line + length, NULL);
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return NAN;
}

double
metrics_fixture_value(struct metrics *metrics, const char *series)
{
	char *page = metrics_fixture_page(metrics, METRICS_TEXT);
	const double value = metrics_fixture_find(page, series);

	free(page);
	return value;
}

static bool
is_counted(const char *series)
{
	static const char *const endings[] = {"_total", "_bucket", "_sum",
					      "_count"};
	const size_t width = strcspn(series, "{");

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		const size_t length = strlen(endings[i]);

		if (width > length &&
		    strncmp(series + width - length, endings[i], length) == 0)
			return true;
	}
	return false;
}

void
metrics_fixture_never_falls(const char *page, const char *later)
{
	char line[1024];

	while (*page != '\0') {
		const size_t length = strcspn(page, "\n");
		char *exemplar, *value;

		assert_true(length < sizeof(line));
		memcpy(line, page, length);
		line[length] = '\0';
		page += length + 1;
		exemplar = strstr(line, " # ");
		if (exemplar != NULL)
			*exemplar = '\0';
		value = strrchr(line, ' ');
		if (line[0] == '#')
			continue;
		*value++ = '\0';
		/* Not with <, as it may have vanished. */
		if (is_counted(line) &&
		    !(metrics_fixture_find(later, line) >= strtod(value, NULL)))
			fail_msg("%s was %s, and is %g", line, value,
				 metrics_fixture_find(later, line));
	}
}
