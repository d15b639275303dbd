/*
 * What clients send: texts that become events, and the request before them.
 */
#include "hub/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/handshake.h"

/* ---- messages */

static void
test_message(void **state)
{
	static const struct {
		const char *text, *data; /* NULL: it is none */
		bool placed;
		double ra_deg, dec_deg;
	} cases[] = {
		{"1", "1", false, 0, 0},
		{"{\"a\":\n1}\r\n", "{\"a\": 1}  ", false, 0, 0},
		{"{\"ra_deg\": 10.5, \"dec_deg\": -41}",
		 "{\"ra_deg\": 10.5, \"dec_deg\": -41}", true, 10.5, -41},
		{"{\"dec_deg\": 90, \"ra_deg\": 360, \"x\": []}",
		 "{\"dec_deg\": 90, \"ra_deg\": 360, \"x\": []}", true, 360,
		 90},
		{"{\"ra_deg\": 361, \"dec_deg\": 0}",
		 "{\"ra_deg\": 361, \"dec_deg\": 0}", false, 0, 0},
		{"{\"ra_deg\": \"10\", \"dec_deg\": 0}",
		 "{\"ra_deg\": \"10\", \"dec_deg\": 0}", false, 0, 0},
		{"[{\"ra_deg\": 1, \"dec_deg\": 2}]",
		 "[{\"ra_deg\": 1, \"dec_deg\": 2}]", false, 0, 0},
		{"", NULL, false, 0, 0},
		{"{\"a\": }", NULL, false, 0, 0},
		{"1 2", NULL, false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[EVENTS_WHY_MAX] = "";
		struct message *message;
		enum lc_rc rc =
			message_read(cases[i].text, strlen(cases[i].text),
				     &message, why, sizeof(why));
		const struct event *event;

		if (cases[i].data == NULL) {
			assert_int_equal(rc, LC_INVALID);
			assert_null(message);
			assert_non_null(strstr(why, "line 1, column"));
			continue;
		}
		assert_int_equal(rc, LC_OK);
		event = &message->event;
		assert_int_equal(event->type, EVENTS_MESSAGE);
		assert_int_equal(event->length, strlen(cases[i].data));
		assert_memory_equal(event->data, cases[i].data, event->length);
		assert_int_equal(event->placed, cases[i].placed);
		assert_float_equal(event->ra_deg, cases[i].ra_deg, 0);
		assert_float_equal(event->dec_deg, cases[i].dec_deg, 0);
		free(message);
	}
}

/* ---- handshakes */

/* That of RFC 6455, section 1.3. */
static const char request[] =
	"GET /api/cosmic_stream?after=7 HTTP/1.1\r\n"
	"Host: server.example.com\r\n"
	"Upgrade: websocket\r\n"
	"Connection: keep-alive, Upgrade\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"sec-websocket-extensions: x, permessage-deflate; bad\r\n"
	"Sec-WebSocket-Extensions: permessage-deflate\r\n"
	"Origin:http://example.com \r\n"
	"Authorization: Bearer abc\r\n"
	"Sec-WebSocket-Version: 13\r\n\r\n";

static void
test_handshake(void **state)
{
	char text[sizeof(request)];
	struct handshake handshake;
	const char *why;
	struct buf out;

	(void)state;
	memcpy(text, request, sizeof(request));
	for (size_t length = 0; length < sizeof(request) - 1; length++)
		assert_int_equal(handshake_length(text, length), 0);
	assert_int_equal(handshake_length(text, sizeof(text)),
			 sizeof(text) - 1);
	assert_int_equal(
		handshake_read(text, sizeof(text) - 1, &handshake, &why),
		LC_OK);
	assert_string_equal(handshake.target, "/cosmic_stream?after=7");
	assert_string_equal(handshake.host, "server.example.com");
	assert_string_equal(handshake.origin, "http://example.com");
	assert_string_equal(handshake.authorization, "Bearer abc");
	assert_null(handshake.api_key);
	assert_int_equal(handshake.offer.bits, 15);
	buf_init(&out);
	handshake_answer(&handshake, &out);
	buf_add_char(&out, '\0');
	assert_string_equal(
		out.bytes,
		"HTTP/1.1 101 Switching Protocols\r\n"
		"Upgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
		"Sec-WebSocket-Extensions: permessage-deflate; "
		"server_no_context_takeover; client_no_context_takeover\r\n"
		"\r\n");
	buf_release(&out);
}

/* Whatever is missing, or changed, is noticed, and nothing is overrun. */
static void
test_handshake_changed(void **state)
{
	int refused = 0;

	(void)state;
	for (size_t at = 0; at < sizeof(request) - 1; at++) {
		for (int to = 0; to < 256; to += 5) {
			char *text = malloc(sizeof(request) - 1);
			struct handshake handshake;
			const char *why = NULL;
			enum lc_rc rc;

			assert_non_null(text);
			memcpy(text, request, sizeof(request) - 1);
			text[at] = (char)to;
			rc = handshake_read(text, sizeof(request) - 1,
					    &handshake, &why);
			assert_true(rc == LC_OK || why != NULL);
			refused += rc != LC_OK;
			free(text);
		}
	}
	assert_true(refused > 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_handshake_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
