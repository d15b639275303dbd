#include "http/formats.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "http/client.h"
#include "http/field.h"

enum {
	DATE_BYTES = 10,
	TIME_BYTES = 8,
	OFFSET_BYTES = 6,
	DAY_MINUTES = 24 * 60,
	LABEL_MOST = 63,
	DOMAIN_MOST = 253,
	EMAIL_LOCAL_MOST = 64,
	EMAIL_MOST = 254,
	PORT_MOST = 65535,
};

static bool
is_letter(char c)
{
	return text_lower(c) >= 'a' && text_lower(c) <= 'z';
}

static bool
is_hex(char c)
{
	return text_is_digit(c) ||
	       (text_lower(c) >= 'a' && text_lower(c) <= 'f');
}

/*
 * Whether the text is like the pattern, in which '0' is any digit, 'x' any
 * hexadecimal one, and all else itself.
 */
static bool
is_like(const char *text, size_t length, const char *pattern)
{
	if (length != strlen(pattern))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (pattern[i] == '0' ? !text_is_digit(text[i]) :
		    pattern[i] == 'x' ? !is_hex(text[i]) :
					text[i] != pattern[i])
			return false;
	}
	return true;
}

/* ---- dates (RFC 3339) */

struct date {
	int year, month, day;
};

static int
digits_value(const char *text, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++)
		value = value * 10 + (text[i] - '0');
	return value;
}

static int
month_days(const struct date *date)
{
	static const char days[] = {31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31};
	bool leap = date->year % 4 == 0 &&
		    (date->year % 100 != 0 || date->year % 400 == 0);

	return days[date->month - 1] + (date->month == 2 && leap);
}

static bool
date_read(struct date *date, const char *text, size_t length)
{
	if (!is_like(text, length, "0000-00-00"))
		return false;
	date->year = digits_value(text, 4);
	date->month = digits_value(text + 5, 2);
	date->day = digits_value(text + 8, 2);
	return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= month_days(date);
}

static bool
date_ok(const char *text, size_t length)
{
	struct date date;

	return date_read(&date, text, length);
}

/* "Z" or "+01:00", in minutes. */
static bool
offset_read(int *minutes, const char *text, size_t length)
{
	int hour, minute;

	*minutes = 0;
	if (length == 1)
		return text_upper(text[0]) == 'Z';
	if (length != OFFSET_BYTES || (text[0] != '+' && text[0] != '-') ||
	    !is_like(text + 1, length - 1, "00:00"))
		return false;
	hour = digits_value(text + 1, 2);
	minute = digits_value(text + 4, 2);
	*minutes = (hour * 60 + minute) * (text[0] == '-' ? -1 : 1);
	return hour < 24 && minute < 60;
}

/*
 * Leap seconds end a June or a December of UTC (RFC 3339 section 5.7), so
 * east of it they fall on the day after.
 */
static bool
leap_second_ok(const struct date *date, int minute_of_day, int offset_minutes)
{
	int utc = minute_of_day - offset_minutes;

	if (utc == -1)
		return date->day == 1 && (date->month == 7 || date->month == 1);
	return utc == DAY_MINUTES - 1 &&
	       ((date->month == 6 && date->day == 30) ||
		(date->month == 12 && date->day == 31));
}

static bool
date_time_ok(const char *text, size_t length)
{
	const size_t seconds_end = DATE_BYTES + 1 + TIME_BYTES;
	const char *time = text + DATE_BYTES + 1;
	size_t at = seconds_end;
	int hour, minute, second, offset_minutes;
	struct date date;

	if (length <= seconds_end || !date_read(&date, text, DATE_BYTES) ||
	    text_upper(text[DATE_BYTES]) != 'T' ||
	    !is_like(time, TIME_BYTES, "00:00:00"))
		return false;
	if (text[at] == '.') {
		at++;
		while (at < length && text_is_digit(text[at]))
			at++;
		if (at == seconds_end + 1)
			return false;
	}
	if (!offset_read(&offset_minutes, text + at, length - at))
		return false;
	hour = digits_value(time, 2);
	minute = digits_value(time + 3, 2);
	second = digits_value(time + 6, 2);
	if (hour > 23 || minute > 59)
		return false;
	return second < 60 ||
	       (second == 60 &&
		leap_second_ok(&date, hour * 60 + minute, offset_minutes));
}

/* ---- e-mail addresses (RFC 5321) and URIs (RFC 3986) */

/* Labels of letters, digits and hyphens, with dots between. */
static bool
domain_ok(const char *text, size_t length)
{
	size_t label = 0;

	if (length == 0 || length > DOMAIN_MOST)
		return false;
	for (size_t i = 0; i <= length; i++) {
		if (i == length || text[i] == '.') {
			if (label == 0 || label > LABEL_MOST ||
			    text[i - 1] == '-')
				return false;
			label = 0;
		} else if (is_letter(text[i]) || text_is_digit(text[i]) ||
			   (text[i] == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return true;
}

static bool
is_atom(char c)
{
	static const char marks[] = {'!', '#', '$', '%', '&', '\'', '*',
				     '+', '-', '/', '=', '?', '^',  '_',
				     '`', '{', '|', '}', '~'};

	return is_letter(c) || text_is_digit(c) ||
	       memchr(marks, c, sizeof(marks)) != NULL;
}

static bool
email_ok(const char *text, size_t length)
{
	const char *at = memchr(text, '@', length);
	size_t local = at != NULL ? (size_t)(at - text) : 0;

	if (local == 0 || local > EMAIL_LOCAL_MOST || length > EMAIL_MOST)
		return false;
	for (size_t i = 0; i < local; i++) {
		bool edge = i == 0 || i == local - 1 || text[i - 1] == '.';

		if (!is_atom(text[i]) && (text[i] != '.' || edge))
			return false;
	}
	return domain_ok(at + 1, length - local - 1);
}

/* A name or an address, and perhaps a port; so no user, no password. */
static bool
authority_ok(const char *text, size_t length)
{
	const char *colon;
	struct client_address address;
	size_t host;
	int64_t port;

	if (length > 0 && text[0] == '[')
		return client_read(&address, text, length);
	colon = memchr(text, ':', length);
	host = colon != NULL ? (size_t)(colon - text) : length;
	return domain_ok(text, host) &&
	       (colon == NULL ||
		(field_whole(colon + 1, length - host - 1, &port) &&
		 port <= PORT_MOST));
}

static bool
is_uri(char c)
{
	static const char marks[] = {'-', '.', '_', '~', ':', '/',  '?',
				     '#', '@', '!', '$', '&', '\'', '(',
				     ')', '*', '+', ',', ';', '='};

	return is_letter(c) || text_is_digit(c) ||
	       memchr(marks, c, sizeof(marks)) != NULL;
}

/* What follows the authority: path, query, fragment. */
static bool
uri_rest_ok(const char *text, size_t length)
{
	bool fragment = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '%' && length - i > 2 && is_hex(text[i + 1]) &&
		    is_hex(text[i + 2]))
			continue;
		if (!is_uri(text[i]) || (text[i] == '#' && fragment))
			return false;
		fragment = fragment || text[i] == '#';
	}
	return true;
}

static bool
uri_ok(const char *text, size_t length)
{
	const char *colon = memchr(text, ':', length);
	struct field_text scheme = {text, 0};
	size_t at, start;

	if (colon == NULL)
		return false;
	scheme.length = (size_t)(colon - text);
	start = scheme.length + 3;
	if ((!field_is(&scheme, "http") && !field_is(&scheme, "https")) ||
	    length < start || colon[1] != '/' || colon[2] != '/')
		return false;
	at = start;
	while (at < length && text[at] != '/' && text[at] != '?' &&
	       text[at] != '#')
		at++;
	return authority_ok(text + start, at - start) &&
	       uri_rest_ok(text + at, length - at);
}

/* ---- the table */

static bool
uuid_ok(const char *text, size_t length)
{
	return is_like(text, length, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

static const struct format formats[] = {
	{"date-time", date_time_ok,
	 "a date and time with its offset, such as 2026-03-01T12:00:00Z"},
	{"date", date_ok, "a date such as 2026-03-01"},
	{"email", email_ok, "an e-mail address such as ada@example.org"},
	{"uri", uri_ok,
	 "an absolute http or https address without user or password, such as "
	 "https://example.org/hook"},
	{"uuid", uuid_ok,
	 "a UUID such as 123e4567-e89b-12d3-a456-426614174000"},
};

const struct format *
format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}
