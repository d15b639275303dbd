/*
 * What the log and spans may say of a request's words.
 */
#include <string.h>

#include "engine/observe_inner.h"

enum { ID_SHOWN = 6 };

static void
shown_add(char out[OBSERVE_SHOWN_MAX], size_t *at, const char *text,
	  size_t length)
{
	size_t room = OBSERVE_SHOWN_MAX - 1 - *at;

	if (length > room)
		length = room;
	memcpy(out + *at, text, length);
	*at += length;
	out[*at] = '\0';
}

const char *
observe_shown(const char *text, char out[OBSERVE_SHOWN_MAX])
{
	static const char jobs[] = "/jobs/", rest[] = "...";
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-_";
	const char *id;
	size_t at = 0;

	if (text == NULL || strstr(text, jobs) == NULL)
		return text;
	while ((id = strstr(text, jobs)) != NULL) {
		size_t length;

		id += strlen(jobs);
		length = strspn(id, characters);
		shown_add(out, &at, text, (size_t)(id - text));
		shown_add(out, &at, id, length < ID_SHOWN ? length : ID_SHOWN);
		if (length > ID_SHOWN)
			shown_add(out, &at, rest, strlen(rest));
		text = id + length;
	}
	shown_add(out, &at, text, strlen(text));
	return out;
}
