/* Signatures of webhooks, and mails as they go over the wire. */
#include "services/outbound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/text.h"
#include "services/outbound_message.h"
#include "services/outbound_sign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define PUBLISHED "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ANOTHER "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"

/* The first is published with Standard Webhooks. */
static void
test_signatures(void **state)
{
	static const struct {
		const char *secrets, *begins;
		int signatures; /* 0: LC_INVALID */
	} cases[] = {
		{PUBLISHED,
		 "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 1},
		{PUBLISHED " " ANOTHER,
		 "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,", 2},
		{"  " ANOTHER "  " PUBLISHED " ", "v1,", 2},
		{"", "", 0},
		{" ", "", 0},
		{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "", 0},
		{"whsec_", "", 0},
		{"whsec_*", "", 0},
		{PUBLISHED " x", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int signatures = 0;
		struct buf out;
		enum lc_rc rc;

		buf_init(&out);
		rc = outbound_sign(cases[i].secrets, ID, 1614265330, BODY,
				   strlen(BODY), &out);
		assert_int_equal(rc,
				 cases[i].signatures > 0 ? LC_OK : LC_INVALID);
		buf_add_char(&out, '\0');
		if (rc == LC_OK) {
			assert_memory_equal(out.bytes, cases[i].begins,
					    strlen(cases[i].begins));
			for (const char *at = out.bytes; *at != '\0'; at++)
				signatures += strncmp(at, "v1,", 3) == 0;
			assert_int_equal(signatures, cases[i].signatures);
		}
		buf_release(&out);
	}
}

/* ---- mail */

static const struct outbound_mail plain = {
	.from = "lightcone@example.org",
	.to = "observer@example.net",
	.subject = "Your job has succeeded",
	.text = "It took 3.2 s.\n",
	.id = "abc",
};

static const char *
write(const struct outbound_mail *mail, struct buf *out)
{
	buf_reset(out);
	outbound_message_write(mail, 1614265330, out);
	buf_add_char(out, '\0');
	assert_false(out->failed);
	return out->bytes;
}

static void
test_message(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out);
	assert_string_equal(write(&plain, &out),
			    "Date: Thu, 25 Feb 2021 15:02:10 +0000\r\n"
			    "From: Lightcone <lightcone@example.org>\r\n"
			    "To: observer@example.net\r\n"
			    "Subject: Your job has succeeded\r\n"
			    "Message-ID: <abc@example.org>\r\n"
			    "MIME-Version: 1.0\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: quoted-printable\r\n"
			    "Auto-Submitted: auto-generated\r\n"
			    "\r\n"
			    "It took 3.2 s.\r\n");
	buf_release(&out);
}

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static void
test_texts(void **state)
{
	static const struct {
		const char *text, *written;
	} cases[] = {
		{"", ""},
		{"a", "a\r\n"},
		{"a\nb\r\nc\rd", "a\r\nb\r\nc=0Dd\r\n"},
		{"\n\n", "\r\n\r\n"},
		{"a \n b\t\nc ", "a=20\r\n b=09\r\nc=20\r\n"},
		{"1 = 1", "1 =3D 1\r\n"},
		{"caf\xc3\xa9", "caf=C3=A9\r\n"},
		{".\n..\n", ".\r\n..\r\n"},
		{"\x01\x7f", "=01=7F\r\n"},
		{FIFTY TEN TEN "01234", FIFTY TEN TEN "01234\r\n"},
		{FIFTY TEN TEN "012345", FIFTY TEN TEN "01234=\r\n5\r\n"},
		{FIFTY TEN TEN "012\xc3\xa9",
		 FIFTY TEN TEN "012=\r\n=C3=A9\r\n"},
		{FIFTY FIFTY "\n",
		 FIFTY TEN TEN "01234=\r\n56789" TEN TEN "\r\n"},
	};
	struct buf out;

	(void)state;
	buf_init(&out);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct outbound_mail mail = plain;
		const char *written;

		mail.text = cases[i].text;
		written = strstr(write(&mail, &out), "\r\n\r\n") + 4;
		if (strcmp(written, cases[i].written) != 0)
			fail_msg("%s: %s", cases[i].text, written);
	}
	buf_release(&out);
}

/* Puts what is between the encoded words' marks together again. */
static void
words_decode(const char *header, char *out)
{
	static const char mark[] = "=?utf-8?B?";

	for (const char *at = strstr(header, mark); at != NULL;
	     at = strstr(at, mark)) {
		unsigned char bytes[BASE64_ROOM(76)];
		size_t length, bad, count;
		struct base64 decoder;

		at += sizeof(mark) - 1;
		length = strcspn(at, "?");
		base64_init(&decoder);
		count = base64_decode(&decoder, at, length, bytes, &bad);
		assert_true(base64_complete(&decoder));
		/* No character is cut in two. */
		assert_true(text_is_utf8((const char *)bytes, count));
		memcpy(out, bytes, count);
		out += count;
	}
	*out = '\0';
}

#define EEE "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
#define HOLE "\xf0\x9f\x95\xb3"

static void
test_subjects(void **state)
{
	static const struct {
		const char *subject;
		bool encoded;
	} cases[] = {
		{"Done", false},
		{"", false},
		{"a = b?", false},
		{FIFTY "12345678901234567", false},
		{FIFTY "123456789012345678", true},
		{FIFTY FIFTY FIFTY, true},
		{"=?utf-8?B?QQ==?=", true},
		{" a", true},
		{"a ", true},
		{"Schwarzschild's d\xc3\xa9j\xc3\xa0 vu", true},
		{EEE EEE EEE EEE EEE EEE EEE, true},
		{"x" EEE EEE EEE EEE EEE EEE EEE, true},
		{HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE, true},
		{"ab" HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE HOLE, true},
	};
	struct buf out;

	(void)state;
	buf_init(&out);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct outbound_mail mail = plain;
		char expected[300], decoded[300];
		const char *written;

		mail.subject = cases[i].subject;
		written = write(&mail, &out);
		for (const char *line = written; *line != '\0';
		     line = strchr(line, '\n') + 1)
			assert_true(strcspn(line, "\r\n") <= 76);
		if (cases[i].encoded) {
			words_decode(written, decoded);
			assert_string_equal(decoded, cases[i].subject);
			continue;
		}
		snprintf(expected, sizeof(expected), "\r\nSubject: %s\r\n",
			 cases[i].subject);
		assert_non_null(strstr(written, expected));
	}
	buf_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_subjects),
	};

	return cmocka_run_group_tests_name("outbound", tests, NULL, NULL);
}
