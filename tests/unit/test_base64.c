/* Base64, whole, in pieces, with space in it, and wrong. */
#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct base64_case {
	const char *text, *bytes;
	int bad; /* where the fault is; -1: nowhere, -2: at the end */
};

static const struct base64_case cases[] = {
	{"", "", -1},
	/* RFC 4648, section 10. */
	{"Zg==", "f", -1},
	{"Zm8=", "fo", -1},
	{"Zm9v", "foo", -1},
	{"Zm9vYg==", "foob", -1},
	{"Zm9vYmE=", "fooba", -1},
	{"Zm9vYmFy", "foobar", -1},
	{"+/+/", "\xfb\xff\xbf", -1},
	{" Z m\n9\tv\r\nYg=\n= \n", "foob", -1},
	{"Zm9vY", "foo", -2},
	{"Zm9vYmE", "foo", -2},
	{"Zm9vYg=", "foo", -2},
	{"Zm9v*mFy", "foo", 4},
	{"Zm-_", "", 2},
	{"=m9v", "", 0},
	{"Z===", "", 1},
	{"Zg=v", "", 3},
	{"Zg==Zg==", "f", 4},
	{"Zg== =", "f", 5},
	{"Zm9v\xc3\xa9", "foo", 4},
};

/* Decodes in pieces of that size; returns the place of the fault. */
static int
decode(const struct base64_case *c, size_t piece, char *out)
{
	size_t length = strlen(c->text), done = 0, bad = 0;
	struct base64 decoder;

	base64_init(&decoder);
	for (size_t at = 0; at < length && !decoder.failed; at += piece) {
		size_t more = length - at < piece ? length - at : piece;
		unsigned char bytes[BASE64_ROOM(64)];
		size_t count = base64_decode(&decoder, c->text + at, more,
					     bytes, &bad);

		assert_true(count <= BASE64_ROOM(more));
		memcpy(out + done, bytes, count);
		done += count;
		if (decoder.failed)
			bad += at;
	}
	out[done] = '\0';
	if (decoder.failed)
		return (int)bad;
	return base64_complete(&decoder) ? -1 : -2;
}

static void
texts_are_decoded(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 1; piece <= 40; piece++) {
			int bad = decode(&cases[i], piece, out);

			if (bad != cases[i].bad ||
			    strcmp(out, cases[i].bytes) != 0)
				fail_msg("\"%s\" by %zu: \"%s\", %d",
					 cases[i].text, piece, out, bad);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
