#include "sky/fields.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

struct fields_word {
	const char *bytes;
	enum fields_unit unit;
};

static const struct fields_word units[] = {
	{"h", FIELDS_HOURS},        {"deg", FIELDS_DEGREES},
	{"d", FIELDS_DEGREES},      {"m", FIELDS_MINUTES},
	{"s", FIELDS_SECONDS},      {"\u00b0", FIELDS_DEGREES},
	{"\u00ba", FIELDS_DEGREES}, {"\u2032", FIELDS_MINUTES},
	{"\u2019", FIELDS_MINUTES}, {"\u2033", FIELDS_SECONDS},
	{"\u201d", FIELDS_SECONDS}, {"''", FIELDS_SECONDS},
	{"'", FIELDS_MINUTES},      {"\"", FIELDS_SECONDS},
	{"\u02b0", FIELDS_HOURS},   {"\u1d50", FIELDS_MINUTES},
	{"\u02e2", FIELDS_SECONDS},
};

static const char *const spaces[] = {"\u00a0", "\u2009", "\u202f"};

static bool
fields_is_letter(char c)
{
	return text_lower(c) >= 'a' && text_lower(c) <= 'z';
}

static bool
fields_begins(const char *text, size_t length, const char *word)
{
	size_t i = 0;

	while (word[i] != '\0' && i < length && text_lower(text[i]) == word[i])
		i++;
	return word[i] == '\0';
}

size_t
fields_space(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		size_t more = text_is_space(text[at]) ? 1 : 0;

		for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++)
			if (fields_begins(text + at, length - at, spaces[i]))
				more = strlen(spaces[i]);
		if (more == 0)
			break;
		at += more;
	}
	return at;
}

size_t
fields_trim(const char *text, size_t length)
{
	size_t at = length, before;

	do {
		before = at;
		if (at > 0 && text_is_space(text[at - 1]))
			at--;
		for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
			size_t bytes = strlen(spaces[i]);

			if (at >= bytes &&
			    memcmp(text + at - bytes, spaces[i], bytes) == 0)
				at -= bytes;
		}
	} while (at < before);
	return at;
}

size_t
fields_sign(const char *text, size_t length, char *sign)
{
	*sign = '\0';
	if (length > 0 && (text[0] == '+' || text[0] == '-')) {
		*sign = text[0];
		return 1;
	}
	if (fields_begins(text, length, "\u2212") ||
	    fields_begins(text, length, "\u2013")) {
		*sign = '-';
		return 3;
	}
	return 0;
}

/* A unit there, and its bytes; a letter of a longer word is none. */
static size_t
fields_read_unit(const char *text, size_t length, enum fields_unit *unit)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t bytes = strlen(units[i].bytes);

		if (!fields_begins(text, length, units[i].bytes))
			continue;
		if (fields_is_letter(text[0]) && bytes < length &&
		    fields_is_letter(text[bytes]))
			continue;
		*unit = units[i].unit;
		return bytes;
	}
	*unit = FIELDS_BARE;
	return 0;
}

/* The bytes of an exponent there, as in 5e-06; 0 for none. */
static size_t
fields_exponent(const char *text, size_t length)
{
	size_t at = 1, digits;

	if (length < 2 || text_lower(text[0]) != 'e')
		return 0;
	if (text[at] == '+' || text[at] == '-')
		at++;
	digits = at;
	while (at < length && text_is_digit(text[at]))
		at++;
	return at > digits ? at : 0;
}

static bool
fields_fault(struct fields *fields, size_t offset, const char *what)
{
	fields->fault = what;
	fields->fault_offset = offset;
	return false;
}

/* A fault that rules out that the text is a name. */
static bool
fields_fault_for_good(struct fields *fields, size_t offset, const char *what)
{
	fields->no_name = true;
	return fields_fault(fields, offset, what);
}

/* The bytes of a word there that some programs print for no number; or 0. */
static size_t
fields_not_finite(const char *text, size_t length)
{
	static const char *const words[] = {"nan", "inf", "infinity"};
	size_t letters = 0;

	while (letters < length && fields_is_letter(text[letters]))
		letters++;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == letters &&
		    fields_begins(text, letters, words[i]))
			return letters;
	return 0;
}

/* Whether such words are there, and no other word after them. */
static bool
fields_is_not_finite(const char *text, size_t length)
{
	size_t at = 0, bytes;

	do {
		bytes = fields_not_finite(text + at, length - at);
		at += bytes;
		at += fields_space(text + at, length - at);
	} while (bytes > 0 && at < length && fields_is_letter(text[at]));
	return bytes > 0;
}

static const char *
fields_what_instead(const char *text, size_t length)
{
	if (length == 0)
		return "the text ends where a number should be";
	if (text[0] == '+' || text[0] == '-')
		return "there are two signs before one number";
	if (text[0] == ',')
		return "there is more than one comma; one stands between the "
		       "two coordinates";
	return "a number should be here";
}

/* Reads a number without its sign; returns its bytes, 0 after a fault. */
static size_t
fields_number(struct fields *fields, struct fields_field *field,
	      const char *text, size_t at, size_t length)
{
	size_t bytes = number_parse_prefix_double(text + at, length - at,
						  &field->value);
	size_t more;

	if (bytes == 0 && fields_is_not_finite(text + at, length - at))
		return fields_fault_for_good(
			fields, at, "only finite numbers can be a position");
	if (bytes == 0)
		return fields_fault(
			fields, at,
			fields_what_instead(text + at, length - at));
	while ((size_t)field->digits < bytes &&
	       text_is_digit(text[at + (size_t)field->digits]))
		field->digits++;
	field->fraction = (size_t)field->digits < bytes;
	more = fields_exponent(text + at + bytes, length - at - bytes);
	if (more > 0) {
		field->fraction = true;
		if (number_parse_double(text + at, bytes + more,
					&field->value) != NUMBER_OK)
			return fields_fault_for_good(
				fields, at, "this number is too large");
	}
	return bytes + more;
}

/* Reads one field and what belongs to it; returns where it ends. */
static size_t
fields_one(struct fields *fields, const char *text, size_t at, size_t length)
{
	struct fields_field field = {.offset = at};
	size_t bytes, space;

	at += fields_sign(text + at, length - at, &field.sign);
	bytes = fields_number(fields, &field, text, at, length);
	if (bytes == 0)
		return 0;
	if (bytes == 1 && text[at] == '0' && at + 1 < length &&
	    text_lower(text[at + 1]) == 'x')
		return fields_fault_for_good(
			fields, at, "hexadecimal numbers are not read");
	at += bytes;
	if (at < length && text[at] == ':') {
		field.colon = true;
		at++;
	} else {
		space = fields_space(text + at, length - at);
		bytes = fields_read_unit(text + at + space, length - at - space,
					 &field.unit);
		if (bytes > 0)
			at += space + bytes;
	}
	fields->field[fields->count++] = field;
	return at;
}

/* Whether a bare number is followed by more digits, without a space. */
static bool
fields_goes_on(const struct fields *fields, const char *text, size_t at,
	       size_t length)
{
	return at < length &&
	       fields->field[fields->count - 1].unit == FIELDS_BARE &&
	       !fields->field[fields->count - 1].colon &&
	       (text_is_digit(text[at]) || text[at] == '.');
}

/* Passes a comma, and the gap, that part the coordinates here. */
static size_t
fields_parting(struct fields *fields, const char *text, size_t at,
	       size_t length, const struct fields_gap *gap)
{
	if (fields->count == 0)
		return at;
	if (at < length && text[at] == ',' && fields->comma == 0) {
		fields->comma = fields->count;
		at++;
		at += fields_space(text + at, length - at);
	}
	if (gap != NULL && at == gap->from &&
	    (fields->comma == 0 || fields->comma == fields->count)) {
		fields->comma = fields->count;
		at = gap->to;
		at += fields_space(text + at, length - at);
	}
	return at;
}

bool
fields_read(struct fields *fields, const char *text, size_t at, size_t length,
	    const struct fields_gap *gap)
{
	size_t end, limit;

	*fields = (struct fields){.count = 0};
	at += fields_space(text + at, length - at);
	do {
		at = fields_parting(fields, text, at, length, gap);
		if (fields->count == FIELDS_MAX)
			return fields_fault(fields, at,
					    "a position ends "
					    "before this");
		limit = gap != NULL && at < gap->from ? gap->from : length;
		end = fields_one(fields, text, at, limit);
		if (fields->fault != NULL)
			return false;
		at = end + fields_space(text + end, length - end);
		if (at == end && fields_goes_on(fields, text, at, length))
			return fields_fault(fields, at,
					    "a number has a second point");
	} while (at < length || fields->field[fields->count - 1].colon);
	return true;
}
