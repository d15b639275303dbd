#include "http/field.h"

#include "base/number.h"
#include "base/text.h"

static bool
is_token(char c)
{
	switch (c) {
	case '!':
	case '#':
	case '$':
	case '%':
	case '&':
	case '\'':
	case '*':
	case '+':
	case '-':
	case '.':
	case '^':
	case '_':
	case '`':
	case '|':
	case '~':
		return true;
	default:
		return text_is_digit(c) ||
		       (text_lower(c) >= 'a' && text_lower(c) <= 'z');
	}
}

const char *
field_spaces(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

size_t
field_token(const char *at)
{
	size_t length = 0;

	while (is_token(at[length]))
		length++;
	return length;
}

/* The quote that closes the one at the place, or the end of the text. */
static const char *
quote_close(const char *at)
{
	for (at++; *at != '"' && *at != '\0'; at++)
		if (*at == '\\' && at[1] != '\0')
			at++;
	return at;
}

const char *
field_parameter_read(struct field_parameter *parameter, const char *at)
{
	const char *after, *close;

	parameter->name = (struct field_text){at, field_token(at)};
	at += parameter->name.length;
	parameter->value = (struct field_text){at, 0};
	if (parameter->name.length == 0)
		return NULL;
	after = field_spaces(at);
	if (*after != '=')
		return at;
	at = field_spaces(after + 1);
	if (*at != '"') {
		parameter->value = (struct field_text){at, field_token(at)};
		return at + parameter->value.length;
	}
	close = quote_close(at);
	if (*close == '\0')
		return NULL;
	parameter->value =
		(struct field_text){at + 1, (size_t)(close - at - 1)};
	return close + 1;
}

const char *
field_next(const char *at)
{
	for (; *at != '\0' && *at != ','; at++) {
		if (*at != '"')
			continue;
		at = quote_close(at);
		if (*at == '\0')
			return at;
	}
	return *at == ',' ? at + 1 : at;
}

bool
field_is(const struct field_text *piece, const char *word)
{
	size_t i = 0;

	while (i < piece->length && word[i] != '\0' &&
	       text_lower(piece->text[i]) == word[i])
		i++;
	return i == piece->length && word[i] == '\0';
}

bool
field_whole(const char *text, size_t length, int64_t *out)
{
	if (length == 0 || !text_is_digit(text[0]))
		return false;
	switch (number_parse_int64(text, length, out)) {
	case NUMBER_OK:
		return true;
	case NUMBER_RANGE:
		*out = INT64_MAX;
		return true;
	default:
		return false;
	}
}
