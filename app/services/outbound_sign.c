#include "services/outbound_sign.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/whsec.h"

enum {
	SIGN_BYTES = crypto_auth_hmacsha256_BYTES,
	SIGN_TEXT_BYTES = sodium_base64_ENCODED_LEN(
		SIGN_BYTES, sodium_base64_VARIANT_ORIGINAL)
};

static void
sign_with(const unsigned char *key, size_t key_bytes, const char *head,
	  const char *body, size_t length, struct buf *out)
{
	crypto_auth_hmacsha256_state state;
	unsigned char sum[SIGN_BYTES];
	char text[SIGN_TEXT_BYTES];

	crypto_auth_hmacsha256_init(&state, key, key_bytes);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)head,
				      strlen(head));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body,
				      length);
	crypto_auth_hmacsha256_final(&state, sum);
	sodium_bin2base64(text, sizeof(text), sum, sizeof(sum),
			  sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(&state, sizeof(state));
	buf_printf(out, "v1,%s", text);
}

enum lc_rc
outbound_sign(const char *secrets, const char *id, int64_t timestamp_s,
	      const char *body, size_t length, struct buf *out)
{
	unsigned char key[WHSEC_BYTES_MAX];
	size_t before = out->length;
	enum lc_rc rc = LC_OK;
	struct buf head;

	buf_init(&head);
	buf_printf(&head, "%s.%lld.", id, (long long)timestamp_s);
	buf_add_char(&head, '\0');
	if (head.failed)
		rc = LC_NO_MEMORY;
	while (rc == LC_OK) {
		size_t key_bytes = whsec_next(&secrets, key);

		if (key_bytes == 0)
			break;
		if (out->length > before)
			buf_add_char(out, ' ');
		sign_with(key, key_bytes, head.bytes, body, length, out);
	}
	sodium_memzero(key, sizeof(key));
	buf_release(&head);
	if (rc == LC_OK && (*secrets != '\0' || out->length == before))
		rc = LC_INVALID;
	return rc == LC_OK && out->failed ? LC_NO_MEMORY : rc;
}
