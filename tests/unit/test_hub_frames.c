/*
 * WebSocket frames: how they are written, and how they are put together
 * again, wherever a network may have cut them.
 */
#include "hub/incoming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"

enum { MOST = 65536 };

/* ---- written */

static void
test_heads(void **state)
{
	static const struct {
		size_t length, head;
		const char *bytes;
	} cases[] = {
		{0, 2, "\x81\x00"},
		{125, 2, "\x81\x7d"},
		{126, 4, "\x81\x7e\x00\x7e"},
		{65535, 4, "\x81\x7e\xff\xff"},
		{65536, 10, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"},
	};
	static char text[MOST];
	struct buf out;

	(void)state;
	memset(text, 'x', sizeof(text));
	buf_init(&out);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&out);
		frame_add(&out, FRAME_TEXT, text, cases[i].length);
		assert_int_equal(out.length, cases[i].head + cases[i].length);
		assert_memory_equal(out.bytes, cases[i].bytes, cases[i].head);
		assert_memory_equal(out.bytes + cases[i].head, text,
				    cases[i].length);
	}
	buf_release(&out);
}

static void
test_close(void **state)
{
	char words[200];
	struct buf out;

	(void)state;
	buf_init(&out);
	frame_close(&out, 1013, "too slow");
	assert_int_equal(out.length, 12);
	assert_memory_equal(out.bytes, "\x88\x0a\x03\xf5too slow", 12);
	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	buf_reset(&out);
	frame_close(&out, 1000, words);
	assert_int_equal(out.length, 2 + FRAME_SHORT);
	buf_release(&out);
}

static struct tail_event *
event_of(const char *data)
{
	const struct event event = {.seq = 1,
				    .type = EVENTS_MESSAGE,
				    .name = "message",
				    .data = data,
				    .length = strlen(data)};
	struct tail_event *made = tail_event_new("0123456789abcdef", &event);

	assert_non_null(made);
	return made;
}

/* Packed where it pays, for whom it may be, and once. */
static void
test_events(void **state)
{
	static char data[4000];
	static const struct {
		size_t length, window;
		bool packed;
	} cases[] = {
		{20, FRAME_PACK_WINDOW, false},
		{3000, 0, false},
		{3000, 2048, false},
		{3000, 4096, true},
		{3000, FRAME_PACK_WINDOW, true},
	};
	struct packer *packer = packer_new();
	struct buf out, text;

	(void)state;
	assert_non_null(packer);
	buf_init(&out);
	buf_init(&text);
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t at = i / 2;
		const bool bare = i % 2 == 1;
		struct tail_event *event;
		const void *made;

		memset(data, 'x', cases[at].length);
		data[cases[at].length] = '\0';
		event = event_of(data);
		buf_reset(&out);
		frame_event(&out, packer, event, bare, cases[at].window);
		assert_int_equal(out.bytes[0] & 0xff,
				 cases[at].packed ? 0xc1 : 0x81);
		made = event->packed[bare];
		assert_int_equal(made != NULL, cases[at].packed);
		frame_event(&out, packer, event, bare, cases[at].window);
		assert_ptr_equal(event->packed[bare], made);
		if (cases[at].packed) {
			const struct packed *packed = made;

			assert_true(packed->length < cases[at].length / 10);
			buf_reset(&text);
			assert_int_equal(
				packer_unpack(packer,
					      (const char *)packed->bytes,
					      packed->length, MOST, &text),
				LC_OK);
			assert_int_equal(text.length,
					 bare ? event->data_length :
						event->length);
		}
		tail_event_free(event);
	}
	buf_release(&text);
	buf_release(&out);
	packer_free(packer);
}

/* ---- packed and unpacked */

static void
test_unpack(void **state)
{
	struct packer *packer = packer_new();
	struct chance chance = {8};
	static char text[MOST];
	struct buf out;

	(void)state;
	buf_init(&out);
	for (int i = 0; i < 400; i++) {
		size_t length =
			i < 8 ? (size_t)i : chance_below(&chance, sizeof(text));
		size_t kinds = 1 + chance_below(&chance, i % 3 == 0 ? 256 : 3);
		struct packed *packed;

		for (size_t k = 0; k < length; k++)
			text[k] = (char)chance_below(&chance, kinds);
		packed = packer_pack(packer, text, length);
		assert_non_null(packed);
		assert_true(packed->length < length || packed->length == 0);
		buf_reset(&out);
		if (packed->length > 0) {
			assert_int_equal(
				packer_unpack(packer,
					      (const char *)packed->bytes,
					      packed->length, length, &out),
				LC_OK);
			assert_int_equal(out.length, length);
			assert_memory_equal(out.bytes, text, length);
			buf_reset(&out);
			assert_int_equal(
				packer_unpack(packer,
					      (const char *)packed->bytes,
					      packed->length, length - 1, &out),
				LC_TOO_LARGE);
			/* Without its end it is not taken for less. */
			buf_reset(&out);
			assert_int_equal(
				packer_unpack(
					packer, (const char *)packed->bytes,
					packed->length - 1, 2 * MOST, &out),
				LC_INVALID);
		}
		free(packed);
	}
	buf_release(&out);
	packer_free(packer);
}

/* ---- put together */

struct story {
	char text[400]; /* what has happened, one word each */
	size_t length;
};

static void
story_add(struct story *story, const char *word, const char *bytes,
	  size_t length)
{
	story->length +=
		(size_t)snprintf(story->text + story->length,
				 sizeof(story->text) - story->length,
				 "%s(%.*s) ", word, (int)length, bytes);
	assert_true(story->length < sizeof(story->text));
}

static void
story_take(struct story *story, struct incoming *incoming,
	   enum incoming_what what)
{
	static const char *const words[] = {[INCOMING_PING] = "ping",
					    [INCOMING_PONG] = "pong",
					    [INCOMING_CLOSE] = "close"};
	char number[16];

	if (what == INCOMING_MESSAGE) {
		story_add(story, incoming->packed ? "packed" : "text",
			  incoming->message.bytes, incoming->message.length);
		incoming_next(incoming);
	} else if (what == INCOMING_FAULT) {
		snprintf(number, sizeof(number), "%d", incoming->status);
		story_add(story, "fault", number, strlen(number));
	} else if (what != INCOMING_NOTHING) {
		story_add(story, words[what], incoming->control,
			  incoming->control_length);
	}
}

/* Gives the bytes in pieces of `some`. */
static void
story_read(struct story *story, const char *bytes, size_t length, size_t some)
{
	struct incoming incoming = {.may_pack = true, .most = MOST};
	enum incoming_what what = INCOMING_NOTHING;

	story->length = 0;
	story->text[0] = '\0';
	while (length > 0 && what != INCOMING_FAULT) {
		size_t taken, piece = some < length ? some : length;

		what = incoming_take(&incoming, bytes, piece, &taken);
		assert_in_range(taken, 1, piece);
		story_take(story, &incoming, what);
		bytes += taken;
		length -= taken;
	}
	incoming_next(&incoming);
}

/* Mask 0: what is sent can be read here. */
#define M "\0\0\0\0"
#define STORY(bytes, told)                     \
	{                                      \
		bytes, sizeof(bytes) - 1, told \
	}

static const struct {
	const char *bytes;
	size_t length;
	const char *told;
} stories[] = {
	STORY("\x81\x85" M "hello", "text(hello) "),
	STORY("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "text(Hello) "),
	STORY("\x81\x80" M, "text() "),
	STORY("\x81\xfe\x00\x02" M "hi", "text(hi) "),
	STORY("\x81\xff\0\0\0\0\0\0\0\2" M "hi", "text(hi) "),
	STORY("\x01\x83" M "Hel\x80\x82" M "lo", "text(Hello) "),
	STORY("\x01\x80" M "\x00\x80" M "\x80\x81" M "x", "text(x) "),
	STORY("\x01\x81" M "a\x89\x81" M "p\x8a\x80" M "\x80\x81" M "b",
	      "ping(p) pong() text(ab) "),
	STORY("\x81\x81" M "1\x81\x81" M "2\x88\x80" M,
	      "text(1) text(2) close() "),
	STORY("\xc1\x81" M "1\x81\x81" M "2", "packed(1) text(2) "),
	STORY("\x41\x81" M "1\x80\x81" M "2", "packed(12) "),
	STORY("\x81\x05hello", "fault(1002) "),
	STORY("\x82\x80" M, "fault(1003) "),
	STORY("\x83\x80" M, "fault(1002) "),
	STORY("\x8b\x80" M, "fault(1002) "),
	STORY("\x91\x80" M, "fault(1002) "),
	STORY("\xa1\x80" M, "fault(1002) "),
	STORY("\xc9\x80" M, "fault(1002) "),
	STORY("\x09\x80" M, "fault(1002) "),
	STORY("\x89\xfe\x00\x7e" M, "fault(1002) "),
	STORY("\x80\x80" M, "fault(1002) "),
	STORY("\x01\x80" M "\x81\x80" M, "fault(1002) "),
	STORY("\x01\x80" M "\xc0\x80" M, "fault(1002) "),
	STORY("\x81\xff\0\0\0\0\0\1\0\1" M, "fault(1009) "),
	STORY("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff" M, "fault(1009) "),
	STORY("\xc1\xff\0\0\0\0\0\1\4\1" M, "fault(1009) "),
};

static void
test_incoming(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		for (size_t some = 1; some <= stories[i].length; some++) {
			struct story story;

			story_read(&story, stories[i].bytes, stories[i].length,
				   some);
			if (strcmp(story.text, stories[i].told) != 0)
				fail_msg("story %zu by %zu: %s", i, some,
					 story.text);
		}
	}
}

static void
test_close_status(void **state)
{
	static const struct {
		const char *bytes;
		unsigned length;
		int status;
		bool wrong;
	} cases[] = {
		{"", 0, 0, false},
		{"\x03", 1, 1002, true},
		{"\x03\xe8", 2, 1000, false},
		{"\x03\xe8why", 5, 1000, false},
		{"\x03\xe8\xff", 3, 1007, true},
		{"\x03\xec", 2, 1002, true}, /* 1004 */
		{"\x03\xee", 2, 1002, true}, /* 1006 */
		{"\x03\xf6", 2, 1014, false},
		{"\x03\xf7", 2, 1002, true}, /* 1015 */
		{"\x0b\xb7", 2, 1002, true}, /* 2999 */
		{"\x0b\xb8", 2, 3000, false},
		{"\x13\x87", 2, 4999, false},
		{"\x13\x88", 2, 1002, true}, /* 5000 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incoming incoming = {.control_length = cases[i].length};
		const char *words;

		memcpy(incoming.control, cases[i].bytes, cases[i].length);
		assert_int_equal(incoming_close_status(&incoming, &words),
				 cases[i].status);
		assert_int_equal(words != NULL, cases[i].wrong);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_incoming),
		cmocka_unit_test(test_close_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
