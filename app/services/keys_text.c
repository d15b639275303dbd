#include "services/keys_text.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "base/text.h"
#include "services/digest.h"

enum { KEYS_ID_LETTERS = KEYS_ID_BYTES - 1, KEYS_SECRET_BYTES = 32 };
enum { KEYS_SECRET_AT = KEYS_TEXT_ID_AT + KEYS_ID_LETTERS + 1 };

static const char keys_prefix[] = "lc_";
static const char keys_id_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char keys_secret_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static bool
keys_text_is_of(const char *text, size_t length, const char *alphabet)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0' || strchr(alphabet, text[i]) == NULL)
			return false;
	return true;
}

bool
keys_text_ok(const char *text, size_t length)
{
	return length == KEYS_TEXT_BYTES - 1 &&
	       memcmp(text, keys_prefix, KEYS_TEXT_ID_AT) == 0 &&
	       keys_text_is_of(text + KEYS_TEXT_ID_AT, KEYS_ID_LETTERS,
			       keys_id_alphabet) &&
	       text[KEYS_SECRET_AT - 1] == '_' &&
	       keys_text_is_of(text + KEYS_SECRET_AT, length - KEYS_SECRET_AT,
			       keys_secret_alphabet);
}

void
keys_text_make(char text[KEYS_TEXT_BYTES])
{
	unsigned char id[KEYS_ID_LETTERS], secret[KEYS_SECRET_BYTES];
	char *at = text + KEYS_TEXT_ID_AT;

	digest_random(id, sizeof(id));
	digest_random(secret, sizeof(secret));
	memcpy(text, keys_prefix, KEYS_TEXT_ID_AT);
	for (size_t i = 0; i < sizeof(id); i++)
		*at++ = keys_id_alphabet[id[i] % 32];
	*at++ = '_';
	sodium_bin2base64(at, KEYS_TEXT_BYTES - KEYS_SECRET_AT, secret,
			  sizeof(secret),
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(secret, sizeof(secret));
}

void
keys_text_hash(const char text[KEYS_TEXT_BYTES],
	       unsigned char hash[KEYS_HASH_BYTES])
{
	/* It chooses the code for this machine, once; only its lock can fail. */
	const int ready = sodium_init();

	assert(ready >= 0);
	(void)ready;
	crypto_generichash(hash, KEYS_HASH_BYTES, (const unsigned char *)text,
			   KEYS_TEXT_BYTES - 1, NULL, 0);
}

/*
 * Neither controls nor what makes a terminal show a line in another order.
 * The character is valid UTF-8 of so many bytes.
 */
static bool
keys_text_is_printable(const char *character, size_t bytes)
{
	const unsigned char *at = (const unsigned char *)character;
	unsigned code;

	if (bytes == 1)
		return at[0] >= ' ' && at[0] != 0x7f;
	if (bytes == 2)
		return at[0] != 0xc2 || at[1] >= 0xa0;
	if (bytes != 3)
		return true;
	code = (at[0] & 0xfU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
	return !(code >= 0x200b && code <= 0x200f) &&
	       !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff;
}

bool
keys_text_name_ok(const char *name)
{
	size_t length = strlen(name);
	size_t one;

	if (length == 0 || length >= KEYS_NAME_BYTES || name[0] == ' ' ||
	    name[length - 1] == ' ')
		return false;
	for (; length > 0; name += one, length -= one) {
		one = text_utf8_one(name, length);
		if (one == 0 || !keys_text_is_printable(name, one))
			return false;
	}
	return true;
}
