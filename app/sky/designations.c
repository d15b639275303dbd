#include "sky/designations.h"

#include <stdbool.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

/* Digits of a designation's seconds that are looked at. */
enum { DESIGNATIONS_SECONDS_MAX = 64 };

static const char why_box[] =
	"this designation gives no seconds: it is an ambiguous box on the sky "
	"and no position; give one, as in 12:30:49.42 +12:23:28.0";

/* One of the two numbers: digits, and more after a point. */
struct designations_number {
	size_t from, to;
	size_t whole; /* digits before the point */
	bool point;
};

/* What stands after the letter: two numbers with a sign between them. */
struct designations_numbers {
	struct designations_number lon, lat;
	char sign;
	bool spaced; /* without a sign: '+' has become a space */
};

static bool
designations_number(struct designations_number *number, const char *text,
		    size_t at, size_t to)
{
	*number = (struct designations_number){.from = at};
	while (at < to && text_is_digit(text[at]))
		at++;
	number->whole = at - number->from;
	if (at + 1 < to && text[at] == '.' && text_is_digit(text[at + 1])) {
		number->point = true;
		at++;
		while (at < to && text_is_digit(text[at]))
			at++;
	}
	number->to = at;
	return number->whole > 0;
}

/* Whether the rest of the text is two numbers. */
static bool
designations_numbers(struct designations_numbers *numbers, const char *text,
		     size_t at, size_t to)
{
	size_t space, bytes;

	if (!designations_number(&numbers->lon, text, at, to))
		return false;
	at = numbers->lon.to;
	space = fields_space(text + at, to - at);
	at += space;
	bytes = fields_sign(text + at, to - at, &numbers->sign);
	if (bytes == 0 && space == 0)
		return false;
	numbers->spaced = bytes == 0;
	at += bytes;
	at += fields_space(text + at, to - at);
	return designations_number(&numbers->lat, text, at, to) &&
	       numbers->lat.to == to;
}

/* The seconds: two digits, and more with or without a point before them. */
static bool
designations_seconds(const struct designations_number *number, const char *text,
		     struct fields_field *field)
{
	char seconds[DESIGNATIONS_SECONDS_MAX];
	size_t at = number->from + 6 + number->point, length = 3;

	memcpy(seconds, text + number->from + 4, 2);
	seconds[2] = '.';
	while (at < number->to && length < sizeof(seconds))
		seconds[length++] = text[at++];
	*field = (struct fields_field){
		.offset = number->from + 4, .digits = 2, .fraction = true};
	return number_parse_double(seconds, length, &field->value) == NUMBER_OK;
}

static struct fields_field
designations_two(const char *text, size_t at)
{
	return (struct fields_field){.value = (text[at] - '0') * 10 +
					      (text[at + 1] - '0'),
				     .offset = at,
				     .digits = 2};
}

static bool
designations_sexagesimal(struct fields *fields,
			 const struct designations_number *number,
			 const char *text)
{
	struct fields_field *field = fields->field + fields->count;

	field[0] = designations_two(text, number->from);
	field[1] = designations_two(text, number->from + 2);
	fields->count += 3;
	return designations_seconds(number, text, &field[2]);
}

/* Whether a catalogue's name may stand there: none, or something of letters. */
static bool
designations_is_prefix(const char *text, size_t from, size_t to)
{
	bool letters = from == to;

	for (size_t at = from; at < to; at++)
		if (text_lower(text[at]) >= 'a' && text_lower(text[at]) <= 'z')
			letters = true;
	return letters;
}

/* Whether J or B may begin the numbers: "SDSSJ" is written, "SDSSB" is not. */
static bool
designations_is_start(const char *text, size_t from, size_t at)
{
	char c = text_upper(text[at]);

	if (c != 'J' && c != 'B')
		return false;
	if (at == from || text_is_space(text[at - 1]) || text[at - 1] == '_')
		return designations_is_prefix(text, from, at);
	return text[at] == 'J' && designations_is_prefix(text, from, at);
}

static enum designations_kind
designations_equatorial(struct designations *designation, const char *text,
			size_t at, size_t to)
{
	struct designations_numbers numbers;
	struct fields *fields = &designation->fields;

	if (!designations_numbers(&numbers, text, at + 1, to) ||
	    numbers.lon.whole < 4 || numbers.lat.whole < 2 ||
	    (numbers.spaced && numbers.lat.whole < 4))
		return DESIGNATIONS_NONE;
	designation->offset = at;
	designation->frame =
		text_upper(text[at]) == 'J' ? TURNS_ICRS : TURNS_FK4;
	if (numbers.lon.whole < 6 || numbers.lat.whole < 6) {
		designation->why = why_box;
		return DESIGNATIONS_BOX;
	}
	if ((numbers.lon.point && numbers.lon.whole > 6) ||
	    (numbers.lat.point && numbers.lat.whole > 6))
		return DESIGNATIONS_NONE;
	if (!designations_sexagesimal(fields, &numbers.lon, text) ||
	    !designations_sexagesimal(fields, &numbers.lat, text))
		return DESIGNATIONS_NONE;
	fields->comma = 3;
	fields->field[3].sign = numbers.sign;
	return DESIGNATIONS_POSITION;
}

static bool
designations_decimal(struct fields *fields,
		     const struct designations_number *number, const char *text)
{
	struct fields_field *field = &fields->field[fields->count++];

	*field = (struct fields_field){.offset = number->from,
				       .digits = (int)number->whole,
				       .fraction = number->point};
	return number_parse_double(text + number->from,
				   number->to - number->from,
				   &field->value) == NUMBER_OK;
}

/*
 * G lll±bb: three and two digits, and less only where a point shows that no
 * running number is meant.
 */
static enum designations_kind
designations_galactic(struct designations *designation, const char *text,
		      size_t from, size_t to)
{
	struct designations_numbers numbers;
	struct fields *fields = &designation->fields;
	size_t at = from + 1;
	bool right;

	at += fields_space(text + at, to - at);
	if (!designations_numbers(&numbers, text, at, to) ||
	    numbers.lon.whole > 3 || numbers.lat.whole > 2)
		return DESIGNATIONS_NONE;
	right = numbers.spaced ? numbers.lon.point && numbers.lat.point :
				 numbers.lon.point || numbers.lat.point ||
					 (numbers.lon.whole == 3 &&
					  numbers.lat.whole == 2);
	if (!right || !designations_decimal(fields, &numbers.lon, text) ||
	    !designations_decimal(fields, &numbers.lat, text))
		return DESIGNATIONS_NONE;
	fields->comma = 1;
	fields->field[1].sign = numbers.sign;
	designation->offset = from;
	designation->frame = TURNS_GALACTIC;
	return DESIGNATIONS_POSITION;
}

enum designations_kind
designations_read(struct designations *designation, const char *text,
		  size_t from, size_t to)
{
	*designation = (struct designations){.kind = DESIGNATIONS_NONE};
	for (size_t at = from; at < to; at++) {
		if (!designations_is_start(text, from, at))
			continue;
		designation->kind =
			designations_equatorial(designation, text, at, to);
		if (designation->kind != DESIGNATIONS_NONE)
			return designation->kind;
	}
	if (from < to && text_upper(text[from]) == 'G')
		designation->kind =
			designations_galactic(designation, text, from, to);
	return designation->kind;
}
