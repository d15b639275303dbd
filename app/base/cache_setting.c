#include "base/cache_setting.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { MEMCACHED_PORT = 11211 };

static const char local_scheme[] = "local:";
static const char memcached_scheme[] = "memcached://";

/* What follows the scheme; NULL: it has another one. */
static const char *
scheme_skip(const char *value, const char *scheme)
{
	const size_t length = strlen(scheme);

	return strncmp(value, scheme, length) == 0 ? value + length : NULL;
}

static bool
size_read(const char *text, int64_t *bytes)
{
	static const char units[] = "KMG";
	size_t length = strlen(text);
	const char *unit = NULL;
	int shift = 0;

	if (length > 0)
		unit = strchr(units, text_upper(text[length - 1]));
	if (unit != NULL) {
		shift = 10 * (int)(unit - units + 1);
		length--;
	}
	if (length == 0 || !text_is_digit(text[0]) ||
	    number_parse_int64(text, length, bytes) != NUMBER_OK ||
	    *bytes > CACHE_LOCAL_MOST_BYTES >> shift)
		return false;
	*bytes <<= shift;
	return *bytes >= CACHE_LOCAL_LEAST_BYTES;
}

static bool
port_read(const char *text, size_t length, uint16_t *port)
{
	int64_t number;

	if (length == 0 || !text_is_digit(text[0]) ||
	    number_parse_int64(text, length, &number) != NUMBER_OK ||
	    number < 1 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

static bool
host_copy(struct cache_place *place, const char *text, size_t length)
{
	if (length == 0 || length >= sizeof(place->host))
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	memcpy(place->host, text, length);
	place->host[length] = '\0';
	return true;
}

/* One of the places: HOST, HOST:PORT, [ADDRESS]:PORT or /PATH. */
static bool
place_read(struct cache_place *place, const char *text, size_t length)
{
	const char *end = NULL, *colon;

	place->port = MEMCACHED_PORT;
	if (length > 0 && text[0] == '/')
		return host_copy(place, text, length);
	if (length > 0 && text[0] == '[') {
		end = memchr(text, ']', length);
		if (end == NULL)
			return false;
		colon = end + 1 < text + length ? end + 1 : NULL;
		text++;
		length--;
	} else {
		colon = memchr(text, ':', length);
		end = colon != NULL ? colon : text + length;
	}
	if (colon != NULL &&
	    (*colon != ':' ||
	     !port_read(colon + 1, (size_t)(text + length - colon - 1),
			&place->port)))
		return false;
	return host_copy(place, text, (size_t)(end - text));
}

static bool
places_read(struct cache_setting *setting, const char *text, size_t length)
{
	const char *end = text + length, *comma;

	for (; setting->count < CACHE_PLACES_MOST; text = comma + 1) {
		comma = memchr(text, ',', (size_t)(end - text));
		if (!place_read(&setting->places[setting->count++], text,
				(size_t)((comma != NULL ? comma : end) - text)))
			return false;
		if (comma == NULL)
			return true;
	}
	return false;
}

bool
cache_setting_read(const char *value, struct cache_setting *setting)
{
	const char *rest, *options;

	*setting = (struct cache_setting){.options = ""};
	if (strcmp(value, "off") == 0)
		return true;
	rest = scheme_skip(value, local_scheme);
	if (rest != NULL) {
		setting->kind = CACHE_LOCAL;
		return size_read(rest, &setting->bytes);
	}
	rest = scheme_skip(value, memcached_scheme);
	if (rest == NULL)
		return false;
	setting->kind = CACHE_MEMCACHED;
	options = strchr(rest, '?');
	if (options != NULL)
		setting->options = options + 1;
	return places_read(setting, rest,
			   options != NULL ? (size_t)(options - rest) :
					     strlen(rest));
}

bool
cache_setting_ok(const char *value)
{
	struct cache_setting setting;

	return cache_setting_read(value, &setting);
}
