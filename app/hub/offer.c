#include "hub/offer.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { OFFER_BITS_LEAST = 8, OFFER_BITS_MOST = 15 };

/* ---- pieces of the text */

struct word {
	const char *text;
	size_t length;
};

static const char *
spaces_skip(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* A token (RFC 9110, section 5.6.2); of length 0: there is none. */
static const char *
token_read(const char *at, struct word *word)
{
	*word = (struct word){.text = at};
	while ((unsigned char)*at > ' ' && (unsigned char)*at < 0x7f &&
	       strchr("\"(),/:;<=>?@[\\]{}", *at) == NULL)
		at++;
	word->length = (size_t)(at - word->text);
	return spaces_skip(at);
}

/* A token, or one in quotation marks; NULL: neither. */
static const char *
value_read(const char *at, struct word *word)
{
	bool quoted = *at == '"';

	at = token_read(at + quoted, word);
	if (word->length == 0 || (quoted && *at != '"'))
		return NULL;
	return spaces_skip(at + quoted);
}

static bool
word_is(const struct word *word, const char *text)
{
	size_t length = strlen(text);

	return word->length == length && memcmp(word->text, text, length) == 0;
}

/* 0: it is no number of bits, as a client writes it. */
static unsigned
bits_read(const struct word *value)
{
	int64_t bits;

	if (value->length == 0 || value->text[0] == '0' ||
	    number_parse_int64(value->text, value->length, &bits) !=
		    NUMBER_OK ||
	    bits < OFFER_BITS_LEAST || bits > OFFER_BITS_MOST)
		return 0;
	return (unsigned)bits;
}

/* ---- an offer */

enum {
	HAD_SERVER_ALONE = 1,
	HAD_CLIENT_ALONE = 2,
	HAD_SERVER_BITS = 4,
	HAD_CLIENT_BITS = 8,
};

/* Which of the parameters it is; 0: another, or one that is not right. */
static unsigned
parameter_read(struct offer *offer, const struct word *name,
	       const struct word *value)
{
	bool bare = value->text == NULL;

	if (word_is(name, "server_no_context_takeover"))
		return bare ? HAD_SERVER_ALONE : 0;
	if (word_is(name, "client_no_context_takeover"))
		return bare ? HAD_CLIENT_ALONE : 0;
	/* How much it looks back itself does not matter here. */
	if (word_is(name, "client_max_window_bits"))
		return bare || bits_read(value) > 0 ? HAD_CLIENT_BITS : 0;
	if (!word_is(name, "server_max_window_bits") || bare ||
	    bits_read(value) == 0)
		return 0;
	offer->bits = bits_read(value);
	offer->asks_bits = true;
	return HAD_SERVER_BITS;
}

/* Reads up to what follows it; NULL: this is no list of offers. */
static const char *
one_read(const char *at, struct offer *offer)
{
	unsigned had = 0, this;
	struct word name, value;
	bool good;

	at = token_read(spaces_skip(at), &name);
	good = word_is(&name, "permessage-deflate");
	*offer = (struct offer){.bits = OFFER_BITS_MOST};
	while (*at == ';') {
		at = token_read(spaces_skip(at + 1), &name);
		value = (struct word){.text = NULL};
		if (name.length == 0)
			return NULL;
		if (*at == '=')
			at = value_read(spaces_skip(at + 1), &value);
		if (at == NULL)
			return NULL;
		this = parameter_read(offer, &name, &value);
		good = good && this != 0 && (had & this) == 0;
		had |= this;
	}
	if (!good)
		*offer = (struct offer){.bits = 0};
	return *at == ',' || *at == '\0' ? at : NULL;
}

struct offer
offer_read(const char *text)
{
	struct offer offer = {.bits = 0};

	while (text != NULL && *text != '\0' && offer.bits == 0) {
		text = one_read(text, &offer);
		if (text == NULL)
			return (struct offer){.bits = 0};
		text += *text == ',';
	}
	return offer;
}

void
offer_answer(const struct offer *offer, struct buf *out)
{
	buf_add_text(out, "permessage-deflate; server_no_context_takeover; "
			  "client_no_context_takeover");
	if (offer->asks_bits)
		buf_printf(out, "; server_max_window_bits=%u", offer->bits);
}
