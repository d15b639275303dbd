#include "http/accept.h"

#include <assert.h>

#include "base/text.h"
#include "http/field.h"

enum { Q_ONE = 1000 };

/* How specific a range is; 0 is no match. */
enum { FIT_ANY = 1, FIT_KIND, FIT_EXACT };

struct range {
	struct field_text text; /* of FIT_KIND, up to the slash */
	int fit;
	int q; /* thousandths */
	bool plain;
};

/* The best range so far that matches a type. */
struct liking {
	int rank;
	int q;
};

/* 0 to 1 with at most three decimals, in thousandths; -1 if it is not. */
static int
q_read(const struct field_text *text)
{
	const char *at = text->text, *end = at + text->length;
	int q = 0, scale = Q_ONE;

	if (at < end && (*at == '0' || *at == '1'))
		q = (*at++ - '0') * Q_ONE;
	else if (end - at < 2 || *at != '.')
		return -1;
	if (at < end && *at++ != '.')
		return -1;
	for (; at < end; at++) {
		scale /= 10;
		if (scale == 0 || !text_is_digit(*at))
			return -1;
		q += (*at - '0') * scale;
	}
	return q <= Q_ONE ? q : -1;
}

static const char *
range_type_read(struct range *range, const char *at)
{
	size_t type = field_token(at), subtype;

	range->text = (struct field_text){at, type};
	if (type == 1 && *at == '*' && at[1] != '/') {
		range->fit = FIT_ANY;
		return at + type;
	}
	if (type == 0 || at[type] != '/')
		return NULL;
	subtype = field_token(at + type + 1);
	if (subtype == 0)
		return NULL;
	range->text.length = type + 1 + subtype;
	range->fit = FIT_EXACT;
	if (subtype == 1 && at[type + 1] == '*') {
		range->fit = type == 1 && *at == '*' ? FIT_ANY : FIT_KIND;
		range->text.length = type + 1;
	} else if (type == 1 && *at == '*') {
		return NULL;
	}
	return at + type + 1 + subtype;
}

static bool
range_read(struct range *range, const char *at)
{
	int q = -1;

	*range = (struct range){.plain = true};
	at = range_type_read(range, at);
	if (at == NULL)
		return false;
	for (at = field_spaces(at); *at == ';'; at = field_spaces(at)) {
		struct field_parameter parameter;

		at = field_spaces(at + 1);
		if (*at == ';' || *at == ',' || *at == '\0')
			continue;
		at = field_parameter_read(&parameter, at);
		if (at == NULL)
			return false;
		if (!field_is(&parameter.name, "q")) {
			range->plain = false;
		} else if (q < 0) {
			q = q_read(&parameter.value);
			if (q < 0)
				return false;
		}
	}
	range->q = q < 0 ? Q_ONE : q;
	return *at == ',' || *at == '\0';
}

static bool
range_matches(const struct range *range, const char *type)
{
	if (range->fit == FIT_ANY)
		return true;
	for (size_t i = 0; i < range->text.length; i++)
		if (text_lower(range->text.text[i]) != type[i])
			return false;
	return range->fit == FIT_KIND || type[range->text.length] == '\0';
}

static void
liking_raise(struct liking *liking, const struct range *range)
{
	int rank = range->fit * 2 + range->plain;

	if (rank > liking->rank)
		*liking = (struct liking){rank, range->q};
	else if (rank == liking->rank && range->q > liking->q)
		liking->q = range->q;
}

int
accept_choose(const char *accept, const char *const *types, int count)
{
	struct liking likings[ACCEPT_TYPES_MOST] = {{0}};
	bool asked = false;
	int best = -1, best_q = 0;

	assert(count <= ACCEPT_TYPES_MOST);
	for (const char *at = accept; at != NULL && *at != '\0';
	     at = field_next(at)) {
		struct range range;

		if (!range_read(&range, field_spaces(at)))
			continue;
		asked = true;
		for (int i = 0; i < count; i++)
			if (range_matches(&range, types[i]))
				liking_raise(&likings[i], &range);
	}
	if (!asked)
		return count > 0 ? 0 : -1;
	for (int i = 0; i < count; i++) {
		if (likings[i].q > best_q) {
			best = i;
			best_q = likings[i].q;
		}
	}
	return best;
}
