#include "http/prefer.h"

#include <stddef.h>

#include "http/field.h"

static void
respond_async_take(struct prefer *prefer, const struct field_text *value)
{
	prefer->respond_async = value->length == 0;
}

static void
handling_take(struct prefer *prefer, const struct field_text *value)
{
	prefer->strict = field_is(value, "strict");
}

static void
wait_take(struct prefer *prefer, const struct field_text *value)
{
	int64_t wait_s;

	if (!field_whole(value->text, value->length, &wait_s))
		return;
	prefer->wait_s =
		wait_s < PREFER_WAIT_MOST_S ? wait_s : PREFER_WAIT_MOST_S;
}

static const struct {
	const char *name;
	void (*take)(struct prefer *prefer, const struct field_text *value);
} preferences[] = {
	{"respond-async", respond_async_take},
	{"handling", handling_take},
	{"wait", wait_take},
};

enum { PREFERENCES = sizeof(preferences) / sizeof(preferences[0]) };

static bool
preference_read(struct field_parameter *preference, const char *at)
{
	struct field_parameter ignored;

	at = field_parameter_read(preference, at);
	while (at != NULL) {
		at = field_spaces(at);
		if (*at != ';')
			return *at == ',' || *at == '\0';
		at = field_spaces(at + 1);
		if (*at != ';' && *at != ',' && *at != '\0')
			at = field_parameter_read(&ignored, at);
	}
	return false;
}

void
prefer_read(struct prefer *prefer, const char *field)
{
	bool seen[PREFERENCES] = {false};

	*prefer = (struct prefer){.wait_s = -1};
	for (const char *at = field; at != NULL && *at != '\0';
	     at = field_next(at)) {
		struct field_parameter preference;

		if (!preference_read(&preference, field_spaces(at)))
			continue;
		for (int i = 0; i < PREFERENCES; i++) {
			if (seen[i] ||
			    !field_is(&preference.name, preferences[i].name))
				continue;
			seen[i] = true;
			preferences[i].take(prefer, &preference.value);
		}
	}
}
