#include "base/whsec.h"

#include <string.h>

#include "base/base64.h"

enum { WHSEC_TEXT_MAX = (WHSEC_BYTES_MAX + 2) / 3 * 4 };

static const char prefix[] = "whsec_";

/* Whoever makes secrets may leave the padding out. */
static size_t
secret_decode(const char *text, size_t length,
	      unsigned char out[WHSEC_BYTES_MAX])
{
	unsigned char bytes[BASE64_ROOM(WHSEC_TEXT_MAX + 4)];
	struct base64 decoder;
	size_t bad, count;

	if (length == 0 || length > WHSEC_TEXT_MAX)
		return 0;
	base64_init(&decoder);
	count = base64_decode(&decoder, text, length, bytes, &bad);
	for (int i = 0; i < 2 && !base64_complete(&decoder); i++)
		count += base64_decode(&decoder, "=", 1, bytes + count, &bad);
	if (decoder.failed || !base64_complete(&decoder) ||
	    count > WHSEC_BYTES_MAX)
		return 0;
	memcpy(out, bytes, count);
	return count;
}

size_t
whsec_next(const char **list, unsigned char out[WHSEC_BYTES_MAX])
{
	const char *text = *list + strspn(*list, " ");
	size_t length = strcspn(text, " ");
	size_t count = 0;

	*list = text;
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
		count = secret_decode(text + sizeof(prefix) - 1,
				      length - (sizeof(prefix) - 1), out);
	if (count > 0)
		*list = text + length;
	return count;
}

bool
whsec_list_ok(const char *list)
{
	unsigned char key[WHSEC_BYTES_MAX];

	while (list[strspn(list, " ")] != '\0')
		if (whsec_next(&list, key) < WHSEC_BYTES_MIN)
			return false;
	return true;
}
