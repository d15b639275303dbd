#include "services/trace.h"

#include <string.h>

/* Where the parts of a traceparent of version 00 begin. */
enum {
	PARENT_HIGH = 3,
	PARENT_LOW = 19,
	PARENT_SPAN = 36,
	PARENT_FLAGS = 53,
	PARENT_LENGTH = TRACE_PARENT_BYTES - 1,
	PARENT_SAMPLED = 1, /* of the flags */
	PARENT_VERSION_BAD = 0xff
};

enum {
	STATE_MEMBERS_MAX = 32,
	STATE_KEY_MAX = 256,
	STATE_TENANT_MAX = 241,
	STATE_SYSTEM_MAX = 14,
	STATE_VALUE_MAX = 256
};

/* A part of a field. */
struct piece {
	const char *text;
	size_t length;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without the optional white space of HTTP around it. */
static struct piece
piece_trim(struct piece piece)
{
	while (piece.length > 0 && is_blank(piece.text[0]))
		piece.text++, piece.length--;
	while (piece.length > 0 && is_blank(piece.text[piece.length - 1]))
		piece.length--;
	return piece;
}

/* ---- traceparent */

/* Of digits in lower case, their value and one more. */
static const unsigned char hex_values[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

/*
 * False: some are not digits, or not in lower case.  It is looked at once for
 * all, as letters and digits come in no order that could be foreseen.
 */
static bool
hex_read(const char *text, int digits, uint64_t *out)
{
	bool good = true;

	*out = 0;
	for (int i = 0; i < digits; i++) {
		const unsigned value = hex_values[(unsigned char)text[i]];

		good &= value != 0;
		*out = *out << 4 | ((value - 1) & 15);
	}
	return good;
}

/* What may follow the parts that are known; a comma is between two fields. */
static bool
parent_ends_well(struct piece parent, uint64_t version)
{
	if (parent.length == PARENT_LENGTH)
		return true;
	return version != 0 && parent.text[PARENT_LENGTH] == '-' &&
	       memchr(parent.text, ',', parent.length) == NULL;
}

bool
trace_parent_read(const char *text, struct trace_context *out)
{
	const struct piece parent =
		piece_trim((struct piece){text, strlen(text)});
	struct trace_context read = {.remote = true};
	uint64_t version, flags;

	*out = (struct trace_context){.high = 0};
	text = parent.text;
	if (parent.length < PARENT_LENGTH || !hex_read(text, 2, &version) ||
	    version == PARENT_VERSION_BAD || text[PARENT_HIGH - 1] != '-' ||
	    !hex_read(text + PARENT_HIGH, 16, &read.high) ||
	    !hex_read(text + PARENT_LOW, 16, &read.low) ||
	    text[PARENT_SPAN - 1] != '-' ||
	    !hex_read(text + PARENT_SPAN, 16, &read.span) ||
	    text[PARENT_FLAGS - 1] != '-' ||
	    !hex_read(text + PARENT_FLAGS, 2, &flags))
		return false;
	if ((read.high | read.low) == 0 || read.span == 0 ||
	    !parent_ends_well(parent, version))
		return false;
	read.sampled = (flags & PARENT_SAMPLED) != 0;
	*out = read;
	return true;
}

static void
hex_write(uint64_t value, int digits, char *out)
{
	for (int i = digits; i-- > 0; value >>= 4)
		out[i] = "0123456789abcdef"[value & 15];
}

void
trace_parent_write(const struct trace_context *context,
		   char out[TRACE_PARENT_BYTES])
{
	const uint64_t span = context->silent ? context->caller : context->span;
	const bool sampled =
		context->silent ? context->caller_sampled : context->sampled;

	if ((context->high | context->low) == 0 || span == 0) {
		out[0] = '\0';
		return;
	}
	memcpy(out, "00-", PARENT_HIGH);
	hex_write(context->high, 16, out + PARENT_HIGH);
	hex_write(context->low, 16, out + PARENT_LOW);
	out[PARENT_SPAN - 1] = '-';
	hex_write(span, 16, out + PARENT_SPAN);
	out[PARENT_FLAGS - 1] = '-';
	hex_write(sampled ? PARENT_SAMPLED : 0, 2, out + PARENT_FLAGS);
	out[PARENT_LENGTH] = '\0';
}

void
trace_id_write(uint64_t high, uint64_t low, char out[33])
{
	hex_write(high, 16, out);
	hex_write(low, 16, out + 16);
	out[32] = '\0';
}

void
trace_span_id_write(uint64_t span, char out[17])
{
	hex_write(span, 16, out);
	out[16] = '\0';
}

/* ---- tracestate */

static bool
is_key_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_key(char c)
{
	return is_key_start(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

static bool
name_ok(struct piece name, size_t most)
{
	if (name.length == 0 || name.length > most ||
	    !is_key_start(name.text[0]))
		return false;
	for (size_t i = 1; i < name.length; i++)
		if (!is_key(name.text[i]))
			return false;
	return true;
}

/* A vendor, or a tenant of one: "fw529a3039@dt". */
static bool
key_ok(struct piece key)
{
	const char *at = memchr(key.text, '@', key.length);
	struct piece tenant = {key.text, 0}, system;

	if (at == NULL)
		return name_ok(key, STATE_KEY_MAX);
	tenant.length = (size_t)(at - key.text);
	system = (struct piece){at + 1, key.length - tenant.length - 1};
	return name_ok(tenant, STATE_TENANT_MAX) &&
	       name_ok(system, STATE_SYSTEM_MAX) && system.text[0] >= 'a';
}

static bool
value_ok(struct piece value)
{
	if (value.length == 0 || value.length > STATE_VALUE_MAX)
		return false;
	for (size_t i = 0; i < value.length; i++)
		if (value.text[i] < ' ' || value.text[i] > '~' ||
		    value.text[i] == '=')
			return false;
	return true;
}

/* Finds a member's key; false: it is none. */
static bool
member_key(struct piece member, struct piece *key)
{
	const char *equals = memchr(member.text, '=', member.length);

	if (equals == NULL)
		return false;
	*key = (struct piece){member.text, (size_t)(equals - member.text)};
	return key_ok(*key) &&
	       value_ok((struct piece){equals + 1,
				       member.length - key->length - 1});
}

static bool
piece_among(struct piece piece, const struct piece *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (others[i].length == piece.length &&
		    memcmp(others[i].text, piece.text, piece.length) == 0)
			return true;
	return false;
}

bool
trace_state_ok(const char *text)
{
	struct piece keys[STATE_MEMBERS_MAX], member, key;
	size_t count = 0;

	if (strlen(text) > TRACE_STATE_MAX)
		return false;
	for (;; text++) {
		const size_t length = strcspn(text, ",");

		member = piece_trim((struct piece){text, length});
		text += length;
		if (member.length > 0) {
			if (count == STATE_MEMBERS_MAX ||
			    !member_key(member, &key) ||
			    piece_among(key, keys, count))
				return false;
			keys[count++] = key;
		}
		if (*text == '\0')
			return count > 0;
	}
}
