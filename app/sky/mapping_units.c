#include "sky/mapping_units.h"

#include <stddef.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "sky/angles.h"

enum { UNITS_WORD_MAX = 24, UNITS_PARTS_MAX = 3 };

/* What one word of a unit measures. */
enum units_base {
	UNITS_ANGLE,
	UNITS_HOUR,
	UNITS_TIME,
	UNITS_LENGTH,
	UNITS_MAG
};

struct units_word {
	const char *word;
	enum units_base base;
	double times, over;
};

struct units_part {
	const struct units_word *word;
	int power;
};

/* Angles in milliarcseconds, times in years or seconds, lengths in metres. */
#define YEAR_S 31557600.0
static const struct units_word words[] = {
	{"deg", UNITS_ANGLE, 3600000, 1},
	{"degs", UNITS_ANGLE, 3600000, 1},
	{"degree", UNITS_ANGLE, 3600000, 1},
	{"degrees", UNITS_ANGLE, 3600000, 1},
	{"decdeg", UNITS_ANGLE, 3600000, 1},
	{"\u00b0", UNITS_ANGLE, 3600000, 1},
	{"\u00ba", UNITS_ANGLE, 3600000, 1},
	{"arcmin", UNITS_ANGLE, 60000, 1},
	{"arcmins", UNITS_ANGLE, 60000, 1},
	{"arcminute", UNITS_ANGLE, 60000, 1},
	{"arcminutes", UNITS_ANGLE, 60000, 1},
	{"amin", UNITS_ANGLE, 60000, 1},
	{"'", UNITS_ANGLE, 60000, 1},
	{"\u2032", UNITS_ANGLE, 60000, 1},
	{"arcsec", UNITS_ANGLE, 1000, 1},
	{"arcsecs", UNITS_ANGLE, 1000, 1},
	{"arcsecond", UNITS_ANGLE, 1000, 1},
	{"arcseconds", UNITS_ANGLE, 1000, 1},
	{"asec", UNITS_ANGLE, 1000, 1},
	{"\"", UNITS_ANGLE, 1000, 1},
	{"''", UNITS_ANGLE, 1000, 1},
	{"\u2033", UNITS_ANGLE, 1000, 1},
	{"mas", UNITS_ANGLE, 1, 1},
	{"marcsec", UNITS_ANGLE, 1, 1},
	{"milliarcsec", UNITS_ANGLE, 1, 1},
	{"milliarcsecond", UNITS_ANGLE, 1, 1},
	{"milliarcseconds", UNITS_ANGLE, 1, 1},
	{"uas", UNITS_ANGLE, 1, 1000},
	{"uarcsec", UNITS_ANGLE, 1, 1000},
	{"microarcsec", UNITS_ANGLE, 1, 1000},
	{"\u00b5as", UNITS_ANGLE, 1, 1000},
	{"\u03bcas", UNITS_ANGLE, 1, 1000},
	{"rad", UNITS_ANGLE, 3600000 * 180, ANGLES_PI},
	{"radian", UNITS_ANGLE, 3600000 * 180, ANGLES_PI},
	{"radians", UNITS_ANGLE, 3600000 * 180, ANGLES_PI},
	{"h", UNITS_HOUR, 1, 1},
	{"hr", UNITS_HOUR, 1, 1},
	{"hrs", UNITS_HOUR, 1, 1},
	{"hour", UNITS_HOUR, 1, 1},
	{"hours", UNITS_HOUR, 1, 1},
	{"hourangle", UNITS_HOUR, 1, 1},
	{"yr", UNITS_TIME, YEAR_S, 1},
	{"y", UNITS_TIME, YEAR_S, 1},
	{"a", UNITS_TIME, YEAR_S, 1},
	{"year", UNITS_TIME, YEAR_S, 1},
	{"years", UNITS_TIME, YEAR_S, 1},
	{"cy", UNITS_TIME, 100 * YEAR_S, 1},
	{"century", UNITS_TIME, 100 * YEAR_S, 1},
	{"s", UNITS_TIME, 1, 1},
	{"sec", UNITS_TIME, 1, 1},
	{"m", UNITS_LENGTH, 1, 1},
	{"km", UNITS_LENGTH, 1000, 1},
	{"cm", UNITS_LENGTH, 1, 100},
	{"mag", UNITS_MAG, 1, 1},
	{"mags", UNITS_MAG, 1, 1},
	{"magnitude", UNITS_MAG, 1, 1},
	{"magnitudes", UNITS_MAG, 1, 1},
};

static const char *const none[] = {
	"", "-", "--", "---", "1", "none", "null", "unitless", "dimensionless"};

static const struct units_word *
units_find(const char *text, size_t length)
{
	char word[UNITS_WORD_MAX];

	if (length == 0 || length >= sizeof(word))
		return NULL;
	memcpy(word, text, length);
	word[length] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (text_equal_nocase(words[i].word, word))
			return &words[i];
	return NULL;
}

/* A power after a word, "**-1", "^-1", "-1" or "2"; returns its bytes. */
static size_t
units_power(const char *text, int *power)
{
	size_t at = 0, sign;

	*power = 1;
	if (text[0] == '*' && text[1] == '*')
		at = 2;
	else if (text[0] == '^')
		at = 1;
	sign = at;
	at += strspn(text + at, "({");
	at += text[at] == '+' || text[at] == '-';
	if (!text_is_digit(text[at]))
		return 0;
	*power = text[at] - '0';
	if (memchr(text + sign, '-', at - sign) != NULL)
		*power = -*power;
	at++;
	return at + strspn(text + at, ")}");
}

/* Parts the text in words with their powers; 0 when something is unknown. */
static size_t
units_parts(const char *text, struct units_part *parts)
{
	static const char marks[] = " */.^-+0123456789(){}[]";
	size_t count = 0;
	bool below = false;

	while (*text != '\0') {
		size_t length = strcspn(text, marks);

		if (length == 0) {
			if (strchr("/ .*", *text) == NULL)
				return 0;
			below = below || *text == '/';
			text++;
			continue;
		}
		if (count == UNITS_PARTS_MAX)
			return 0;
		parts[count].word = units_find(text, length);
		if (parts[count].word == NULL)
			return 0;
		text += length;
		text += units_power(text, &parts[count].power);
		if (below)
			parts[count].power = -parts[count].power;
		below = false;
		count++;
	}
	return count;
}

static bool
units_set(struct mapping_unit *out, enum mapping_dimension dimension,
	  double times, double over)
{
	*out = (struct mapping_unit){dimension, times, over};
	return true;
}

/* The dimension that the parts make together. */
static bool
units_combine(const struct units_part *parts, size_t count,
	      struct mapping_unit *out)
{
	const struct units_word *first = parts[0].word;
	const struct units_word *second = count > 1 ? parts[1].word : NULL;

	if (count == 0 || count > 2 || parts[0].power != 1)
		return false;
	if (second == NULL) {
		if (first->base == UNITS_ANGLE)
			return units_set(out, MAPPING_ANGLE, first->times,
					 first->over);
		if (first->base == UNITS_HOUR)
			return units_set(out, MAPPING_HOURS, 1, 1);
		if (first->base == UNITS_MAG)
			return units_set(out, MAPPING_MAGNITUDE, 1, 1);
		return false;
	}
	if (first->base == UNITS_ANGLE && second->base == UNITS_TIME &&
	    parts[1].power == -1 && second->times >= YEAR_S)
		return units_set(out, MAPPING_RATE, first->times,
				 first->over * (second->times / YEAR_S));
	if (first->base == UNITS_LENGTH && second->base == UNITS_TIME &&
	    parts[1].power == -1 && second->times < YEAR_S)
		return units_set(out, MAPPING_SPEED, first->times, first->over);
	if (first->base == UNITS_MAG && second->base == UNITS_ANGLE &&
	    second->times == 1000 && parts[1].power == -2)
		return units_set(out, MAPPING_SURFACE_BRIGHTNESS, 1, 1);
	return false;
}

/* "h:m:s", "HH:MM:SS.s" and "hms" are the letters h, m and s, once each. */
static bool
units_sexagesimal(const char *text, struct mapping_unit *out)
{
	char letters[4] = "";
	size_t count = 0;

	for (; *text != '\0'; text++) {
		char c = text_lower(*text);

		if (c >= 'a' && c <= 'z') {
			if (count > 0 && letters[count - 1] == c)
				continue;
			if (count == sizeof(letters) - 1)
				return false;
			letters[count++] = c;
		} else if (strchr(":. \"'", c) == NULL) {
			return false;
		}
	}
	letters[count] = '\0';
	if (strcmp(letters, "hms") == 0)
		return units_set(out, MAPPING_HMS, 1, 1);
	return strcmp(letters, "dms") == 0 && units_set(out, MAPPING_DMS, 1, 1);
}

bool
mapping_units_read(const char *text, struct mapping_unit *out)
{
	struct units_part parts[UNITS_PARTS_MAX];
	const struct units_word *word;
	double scale = 1;
	size_t count;

	text += strspn(text, " ");
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (text_equal_nocase(text, none[i]))
			return units_set(out, MAPPING_NUMBER, 1, 1);
	if (units_sexagesimal(text, out))
		return true;
	/* As in "0.1mas". */
	text += number_parse_prefix_double(text, strlen(text), &scale);
	word = units_find(text, strlen(text));
	if (word != NULL) {
		parts[0] = (struct units_part){word, 1};
		count = 1;
	} else {
		count = units_parts(text, parts);
	}
	if (!(scale > 0) || !units_combine(parts, count, out))
		return false;
	out->times *= scale;
	return true;
}

bool
mapping_units_convert(const struct mapping_unit *from,
		      const struct mapping_unit *to, double *times,
		      double *over)
{
	*times = from->times * to->over;
	*over = from->over * to->times;
	if (from->dimension == MAPPING_HOURS &&
	    to->dimension == MAPPING_ANGLE) {
		*times *= 15 * 3600000.0;
	} else if (from->dimension != to->dimension) {
		return false;
	}
	/* 1/60 is no double, 60 is: one of the two is 1 where it can be. */
	if (*times >= *over && *times / *over * *over == *times) {
		*times /= *over;
		*over = 1;
	} else if (*over / *times * *times == *over) {
		*over /= *times;
		*times = 1;
	}
	return true;
}
