#include "http/cache_control.h"

#include <stddef.h>

#include "http/field.h"

static int64_t
seconds_or(const struct field_text *value, int64_t otherwise)
{
	int64_t seconds;

	if (!field_whole(value->text, value->length, &seconds))
		return otherwise;
	return seconds;
}

static void
no_cache_take(struct cache_control *control, const struct field_text *value)
{
	(void)value;
	control->no_cache = true;
}

static void
no_store_take(struct cache_control *control, const struct field_text *value)
{
	(void)value;
	control->no_store = true;
}

static void
only_if_cached_take(struct cache_control *control,
		    const struct field_text *value)
{
	(void)value;
	control->only_if_cached = true;
}

static void
max_age_take(struct cache_control *control, const struct field_text *value)
{
	int64_t seconds = seconds_or(value, 0);

	if (seconds < control->max_age_s)
		control->max_age_s = seconds;
}

static void
min_fresh_take(struct cache_control *control, const struct field_text *value)
{
	int64_t seconds = seconds_or(value, INT64_MAX);

	if (seconds > control->min_fresh_s)
		control->min_fresh_s = seconds;
}

/* Without a value any age will do. */
static void
max_stale_take(struct cache_control *control, const struct field_text *value)
{
	int64_t seconds = value->length == 0 ? INT64_MAX : seconds_or(value, 0);

	if (control->max_stale_s < 0 || seconds < control->max_stale_s)
		control->max_stale_s = seconds;
}

static const struct {
	const char *name;
	void (*take)(struct cache_control *control,
		     const struct field_text *value);
} directives[] = {
	{"no-cache", no_cache_take},
	{"no-store", no_store_take},
	{"only-if-cached", only_if_cached_take},
	{"max-age", max_age_take},
	{"min-fresh", min_fresh_take},
	{"max-stale", max_stale_take},
};

enum { DIRECTIVES = sizeof(directives) / sizeof(directives[0]) };

static void
directives_read(struct cache_control *control, const char *field)
{
	for (const char *at = field; at != NULL && *at != '\0';
	     at = field_next(at)) {
		struct field_parameter directive;

		if (field_parameter_read(&directive, field_spaces(at)) == NULL)
			continue;
		for (int i = 0; i < DIRECTIVES; i++)
			if (field_is(&directive.name, directives[i].name))
				directives[i].take(control, &directive.value);
	}
}

void
cache_control_read(struct cache_control *control, const char *field,
		   const char *pragma)
{
	struct cache_control old = {.max_age_s = INT64_MAX};

	*control = (struct cache_control){.max_age_s = INT64_MAX,
					  .max_stale_s = -1};
	directives_read(control, field);
	if (control->max_stale_s < 0)
		control->max_stale_s = 0;
	if (field != NULL)
		return;
	directives_read(&old, pragma);
	control->no_cache = old.no_cache;
}
