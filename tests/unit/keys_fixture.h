/*
 * What the tests of keys share: keys over a state directory of their own.
 */
#ifndef TESTS_KEYS_FIXTURE_H
#define TESTS_KEYS_FIXTURE_H

#include "services/keys.h"
#include "state_dir.h"

struct keys_fixture {
	char directory[STATE_DIR_MAX];
	struct keys *keys;
};

extern struct keys_fixture keys_fixture;

/* Before and after each test. */
int keys_fixture_set_up(void **state);
int keys_fixture_tear_down(void **state);
#define IN_ITS_OWN(test)                                           \
	cmocka_unit_test_setup_teardown(test, keys_fixture_set_up, \
					keys_fixture_tear_down)

/* Adds a key, which must go well. */
void keys_fixture_add(const char *name, unsigned scopes,
		      char text[KEYS_TEXT_BYTES]);

/* What is said of a text, which is also judged for what it tells. */
enum lc_rc keys_fixture_check(struct keys *by, const char *text);

/* Adds a key of a list to a text of at most 256 bytes. */
void keys_fixture_gather(void *context, const struct keys_key *key);

#endif
