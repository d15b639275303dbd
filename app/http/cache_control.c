#include "http/cache_control.h"

#include <stddef.h>

#include "http/field.h"

/* What a directive is given. */
struct argument {
	bool there; /* "max-stale=", with nothing behind it, has an empty one */
	bool bad;   /* it is not closed, or something follows it */
	struct field_text text;
};

static int64_t
seconds_or(const struct argument *argument, int64_t otherwise)
{
	int64_t seconds;

	if (argument->bad ||
	    !field_whole(argument->text.text, argument->text.length, &seconds))
		return otherwise;
	return seconds;
}

static void
no_cache_take(struct cache_control *control, const struct argument *argument)
{
	(void)argument;
	control->no_cache = true;
}

static void
no_store_take(struct cache_control *control, const struct argument *argument)
{
	(void)argument;
	control->no_store = true;
}

static void
only_if_cached_take(struct cache_control *control,
		    const struct argument *argument)
{
	(void)argument;
	control->only_if_cached = true;
}

static void
max_age_take(struct cache_control *control, const struct argument *argument)
{
	int64_t seconds = seconds_or(argument, 0);

	if (seconds < control->max_age_s)
		control->max_age_s = seconds;
}

static void
min_fresh_take(struct cache_control *control, const struct argument *argument)
{
	int64_t seconds = seconds_or(argument, INT64_MAX);

	if (seconds > control->min_fresh_s)
		control->min_fresh_s = seconds;
}

/* Without a value any age will do. */
static void
max_stale_take(struct cache_control *control, const struct argument *argument)
{
	int64_t seconds = !argument->there && !argument->bad ?
				  INT64_MAX :
				  seconds_or(argument, 0);

	if (control->max_stale_s < 0 || seconds < control->max_stale_s)
		control->max_stale_s = seconds;
}

static const struct {
	const char *name;
	void (*take)(struct cache_control *control,
		     const struct argument *argument);
} directives[] = {
	{"no-cache", no_cache_take},
	{"no-store", no_store_take},
	{"only-if-cached", only_if_cached_take},
	{"max-age", max_age_take},
	{"min-fresh", min_fresh_take},
	{"max-stale", max_stale_take},
};

enum { DIRECTIVES = sizeof(directives) / sizeof(directives[0]) };

/* Reads one; false: it has no name. */
static bool
directive_read(struct field_text *name, struct argument *argument,
	       const char *at)
{
	struct field_parameter parameter;
	const char *after;

	at = field_spaces(at);
	after = field_parameter_read(&parameter, at);
	*name = parameter.name;
	argument->text = parameter.value;
	argument->there = after == NULL ||
			  parameter.value.text != name->text + name->length;
	if (after != NULL)
		after = field_spaces(after);
	argument->bad = after == NULL || (*after != ',' && *after != '\0');
	return name->length > 0;
}

static void
directives_read(struct cache_control *control, const char *field)
{
	struct argument argument;
	struct field_text name;

	for (const char *at = field; at != NULL && *at != '\0';
	     at = field_next(at)) {
		if (!directive_read(&name, &argument, at))
			continue;
		for (int i = 0; i < DIRECTIVES; i++)
			if (field_is(&name, directives[i].name))
				directives[i].take(control, &argument);
	}
}

void
cache_control_read(struct cache_control *control, const char *field,
		   const char *pragma)
{
	static const struct cache_control nothing = {.max_age_s = INT64_MAX,
						     .max_stale_s = -1};
	struct cache_control old = nothing;

	*control = nothing;
	directives_read(control, field);
	control->none_stale = control->max_stale_s == 0;
	if (control->max_stale_s < 0)
		control->max_stale_s = 0;
	if (field != NULL)
		return;
	directives_read(&old, pragma);
	control->no_cache = old.no_cache;
}
