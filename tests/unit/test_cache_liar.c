/*
 * The cache on a server that takes questions and answers what it likes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "cache_fixture.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ASKED = 400 };

struct liar_case {
	const char *name;
	const char *answer; /* to each question */
	size_t length;
	enum { STAYS, CLOSES, GOES_ON } then;
};

struct liar {
	int listener;
	const struct liar_case *_Atomic of;
	atomic_bool ending;
};

static void
liar_answer(const struct liar_case *of, int peer)
{
	do
		if (send(peer, of->answer, of->length, MSG_NOSIGNAL) < 0)
			return;
	while (of->then == GOES_ON);
}

/* One connection after the other, each as long as it is wanted. */
static void *
liar_run(void *arg)
{
	struct liar *liar = arg;
	char question[1 << 16];

	while (!atomic_load(&liar->ending)) {
		int peer = accept(liar->listener, NULL, NULL);
		const struct liar_case *of = atomic_load(&liar->of);

		while (peer >= 0 &&
		       read(peer, question, sizeof(question)) > 0) {
			liar_answer(of, peer);
			if (of->then == CLOSES)
				break;
		}
		if (peer >= 0)
			close(peer);
	}
	return NULL;
}

static void
liar_start(struct liar *liar, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%.107s", path);
	liar->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(liar->listener >= 0);
	assert_int_equal(bind(liar->listener, (const struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(liar->listener, 64), 0);
}

/* Asks it everything; there is nothing that it could be right about. */
static void
lie(struct liar *liar, const char *path, const struct liar_case *of)
{
	struct cache *cache;
	int64_t began_ns;

	atomic_store(&liar->of, of);
	cache = cache_at(path);
	began_ns = clock_mono_ns();
	for (int i = 0; i < ASKED; i++) {
		if (cache_get_some(cache) == LC_OK)
			fail_msg("%s was believed", of->name);
		if (cache_put_some(cache) == LC_TOO_LARGE)
			fail_msg("%s was no refusal", of->name);
		cache_lease(cache, &some_key);
		cache_unlease(cache, &some_key);
	}
	/* Were each waited for, it would be 80 s. */
	if (clock_mono_ns() - began_ns > 8 * CLOCK_NS_PER_S)
		fail_msg("%s takes long", of->name);
	cache_free(cache);
}

/* Adds the answer to a look for some_key, which says how long it is. */
static void
answer_add(struct buf *out, const struct cache_key *key, size_t says_length,
	   size_t length)
{
	static const char name[] =
		"lc29tZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	const size_t body = 4 + sizeof(name) - 1 + says_length;
	const unsigned char head[28] = {0x81,
					0x0d,
					0,
					sizeof(name) - 1,
					4,
					0,
					0,
					0,
					(unsigned char)(body >> 24),
					(unsigned char)(body >> 16),
					(unsigned char)(body >> 8),
					(unsigned char)body};
	struct buf entry;

	buf_init(&entry);
	assert_int_equal(cache_entry_write(key, &some_entry, &entry), LC_OK);
	assert_true(length <= entry.length);
	buf_add(out, head, sizeof(head));
	buf_add_text(out, name);
	buf_add(out, entry.bytes, length);
	buf_release(&entry);
}

/* An answer to a question that was not asked. */
#define NOOP "\x81\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

#define CASE(name, text, then)                     \
	{                                          \
		name, text, sizeof(text) - 1, then \
	}

static void
test_liar(void **state)
{
	enum { WHOLE = 113 };
	struct cache *cache;
	struct buf whole, other, shorter, longer, huge;
	struct liar liar = {.ending = false};
	char directory[STATE_DIR_MAX], path[STATE_DIR_MAX + 8];
	pthread_t thread;

	buf_init(&whole);
	buf_init(&other);
	buf_init(&shorter);
	buf_init(&longer);
	buf_init(&huge);
	answer_add(&whole, &some_key, WHOLE, WHOLE);
	answer_add(&other, &(struct cache_key){"another"}, WHOLE, WHOLE);
	answer_add(&shorter, &some_key, WHOLE, WHOLE / 2);
	answer_add(&longer, &some_key, WHOLE - 1, WHOLE);
	answer_add(&huge, &some_key, 4000000000, WHOLE);

	const struct liar_case truth = {"the truth", whole.bytes, whole.length,
					STAYS};
	const struct liar_case cases[] = {
		CASE("rubbish", "\x80\xff\n\0\r\n\x81", STAYS),
		CASE("a web server", "HTTP/1.1 400 Bad\r\n\r\n", CLOSES),
		CASE("an error", "ERROR\r\n", STAYS),
		CASE("an error in words", "SERVER_ERROR no\r\n", STAYS),
		CASE("END", "END\r\n", STAYS),
		CASE("STORED", "STORED\r\n", STAYS),
		CASE("a number", "42\r\n", STAYS),
		CASE("a NOOP", NOOP, STAYS),
		CASE("DELETED", "DELETED\r\n", STAYS),
		CASE("OK", "OK\r\n", STAYS),
		CASE("STAT", "STAT a b\r\n", STAYS),
		CASE("silence", "", STAYS),
		CASE("the end", "", CLOSES),
		CASE("half a head", "\x81\x0c\0", STAYS),
		CASE("half a head, the end", "\x81\x0c\0", CLOSES),
		{"half a value", shorter.bytes, shorter.length, STAYS},
		{"half a value, the end", shorter.bytes, shorter.length,
		 CLOSES},
		{"too much", longer.bytes, longer.length, STAYS},
		{"too long", huge.bytes, huge.length, GOES_ON},
		{"another's", other.bytes, other.length, STAYS},
		CASE("endless text", "aaaaaaaaaaaaaaaaaaaaaaaaaaa", GOES_ON),
		CASE("endless lines", "a\r\n", GOES_ON),
		CASE("endless ENDs", "END\r\n", GOES_ON),
		CASE("endless NOOPs", NOOP, GOES_ON),
	};

	(void)state;
	state_dir_make(directory);
	snprintf(path, sizeof(path), "%s/liar", directory);
	liar_start(&liar, path);
	atomic_store(&liar.of, &truth);
	assert_int_equal(pthread_create(&thread, NULL, liar_run, &liar), 0);
	/* It would be believed, if it told the truth. */
	cache = cache_at(path);
	cache_await(cache, LC_OK);
	cache_free(cache);
	for (size_t i = 0; i < COUNT(cases); i++)
		lie(&liar, path, &cases[i]);
	atomic_store(&liar.ending, true);
	shutdown(liar.listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(liar.listener);
	state_dir_remove(directory);
	buf_release(&whole);
	buf_release(&other);
	buf_release(&shorter);
	buf_release(&longer);
	buf_release(&huge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_liar),
	};

	log_set_level(LOG_ERROR_ONLY);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
