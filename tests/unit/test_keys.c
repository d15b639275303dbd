/* API keys: who is let in and who is not. */
#include "services/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "keys_fixture.h"
#include "state_dir.h"

static void
test_add_and_check(void **state)
{
	char why[KEYS_WHY_MAX], now[CLOCK_RFC3339_MAX];
	char text[KEYS_TEXT_BYTES], other[KEYS_TEXT_BYTES];
	struct keys_key key;

	(void)state;
	keys_fixture_add("observer \xce\xb1",
			 KEYS_BIT(KEYS_WRITE) | KEYS_BIT(KEYS_READ), text);
	keys_fixture_add("other", KEYS_BIT(KEYS_ADMIN), other);
	assert_int_equal(strlen(text), KEYS_TEXT_BYTES - 1);
	assert_string_not_equal(text, other);
	assert_int_equal(keys_check(keys_fixture.keys, text, strlen(text), &key,
				    why, sizeof(why)),
			 LC_OK);
	assert_int_equal(strncmp(text + 3, key.id, 8), 0);
	assert_string_equal(key.name, "observer \xce\xb1");
	assert_int_equal(key.scopes,
			 KEYS_BIT(KEYS_READ) | KEYS_BIT(KEYS_WRITE));
	assert_string_equal(key.revoked, "");
	clock_rfc3339(now);
	assert_int_equal(strncmp(key.created, now, 14), 0);
	assert_int_equal(strlen(key.created), 20);
	assert_int_equal(key.created[19], 'Z');
	assert_int_equal(keys_fixture_check(keys_fixture.keys, other), LC_OK);
}

/* Each is made of a good key by putting one character somewhere. */
static const struct {
	int at;
	char c;
} wrong[] = {
	{0, 'L'},  {0, '\0'},  {1, 'd'},         {2, '-'},  {3, 'A'},
	{3, '\0'}, {10, '1'},  {10, '\0'},       {11, '-'}, {12, '+'},
	{12, '/'}, {12, '='},  {13, '\0'},       {20, ' '}, {30, '.'},
	{54, '='}, {54, '\0'}, {12, (char)0xc3},
};

static void
test_malformed(void **state)
{
	char text[KEYS_TEXT_BYTES], bad[KEYS_TEXT_BYTES * 2];
	char why[KEYS_WHY_MAX];
	struct keys_key key;

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), text);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, text), LC_OK);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		memcpy(bad, text, KEYS_TEXT_BYTES);
		bad[wrong[i].at] = wrong[i].c;
		if (keys_check(keys_fixture.keys, bad, KEYS_TEXT_BYTES - 1,
			       &key, why, sizeof(why)) != LC_NOT_FOUND)
			fail_msg("0x%02x at %d is taken", wrong[i].c,
				 wrong[i].at);
	}
	/* Every length but the right one. */
	memset(bad, 'a', sizeof(bad));
	memcpy(bad, text, KEYS_TEXT_BYTES - 1);
	for (size_t length = 0; length < sizeof(bad); length++)
		assert_int_equal(keys_check(keys_fixture.keys, bad, length,
					    &key, why, sizeof(why)),
				 length == KEYS_TEXT_BYTES - 1 ? LC_OK :
								 LC_NOT_FOUND);
}

/* The right ID with another secret, and the other way round. */
static void
test_wrong_secret(void **state)
{
	char one[KEYS_TEXT_BYTES], two[KEYS_TEXT_BYTES];
	char mixed[KEYS_TEXT_BYTES];

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	keys_fixture_add("two", KEYS_BIT(KEYS_READ), two);
	for (int at = 12; at < KEYS_TEXT_BYTES - 1; at++) {
		memcpy(mixed, one, sizeof(mixed));
		mixed[at] = one[at] == 'x' ? 'y' : 'x';
		assert_int_equal(keys_fixture_check(keys_fixture.keys, mixed),
				 LC_NOT_FOUND);
	}
	memcpy(mixed, one, sizeof(mixed));
	memcpy(mixed + 3, two + 3, 8);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, mixed),
			 LC_NOT_FOUND);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);
}

/* Nothing is made by looking, and what comes later is seen. */
static void
test_nothing_there(void **state)
{
	static const char text[] =
		"lc_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	char why[KEYS_WHY_MAX] = "", id[KEYS_ID_BYTES], made[KEYS_TEXT_BYTES];
	struct keys *elsewhere = keys_new("/nonexistent/state");
	struct keys *here = keys_new(keys_fixture.directory);

	(void)state;
	assert_int_equal(strlen(text), KEYS_TEXT_BYTES - 1);
	assert_int_equal(keys_fixture_check(here, text), LC_NOT_FOUND);
	assert_int_equal(keys_fixture_check(elsewhere, text), LC_NOT_FOUND);
	assert_int_equal(keys_revoke(here, "one", id, why, sizeof(why)),
			 LC_NOT_FOUND);
	assert_int_equal(keys_list(here, NULL, NULL, why, sizeof(why)), LC_OK);
	assert_int_equal(state_dir_count(keys_fixture.directory), 0);
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), made);
	assert_int_equal(keys_fixture_check(here, made), LC_OK);
	assert_int_equal(keys_fixture_check(here, text), LC_NOT_FOUND);
	keys_free(elsewhere);
	keys_free(here);
}

/* ---- names and scopes */

static const struct {
	const char *name;
	bool good;
} names[] = {
	{"a", true},
	{"Vera C. Rubin / LSST", true},
	{"--scope", true},
	{"\xc2\xa0", true},
	{"\xe6\x98\x9f\xf0\x9f\x94\xad", true},
	{"0123456789012345678901234567890123456789012345678901234567890123",
	 true},
	{"01234567890123456789012345678901234567890123456789012345678901234",
	 false},
	{"", false},
	{" ", false},
	{" a", false},
	{"a ", false},
	{"a\nb", false},
	{"a\tb", false},
	{"a\x7f", false},
	{"\x1b[31m", false},
	{"\xc2\x9b", false},
	{"\xe2\x80\xae", false},
	{"a\xe2\x80\xa8z", false},
	{"\xef\xbb\xbf", false},
	{"\xff", false},
	{"\xc3", false},
	{"\xed\xa0\x80", false},
};

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char text[KEYS_TEXT_BYTES] = "x", why[KEYS_WHY_MAX] = "";
		enum lc_rc rc =
			keys_add(keys_fixture.keys, names[i].name,
				 KEYS_BIT(KEYS_READ), text, why, sizeof(why));

		if (rc != (names[i].good ? LC_OK : LC_INVALID))
			fail_msg("'%s': %s", names[i].name, why);
		assert_int_equal(keys_fixture_check(keys_fixture.keys, text),
				 names[i].good ? LC_OK : LC_NOT_FOUND);
		if (!names[i].good)
			assert_string_equal(text, "");
	}
}

static void
test_name_is_given_once(void **state)
{
	char one[KEYS_TEXT_BYTES], two[KEYS_TEXT_BYTES];
	char why[KEYS_WHY_MAX], id[KEYS_ID_BYTES];

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	assert_int_equal(keys_add(keys_fixture.keys, "one", KEYS_BIT(KEYS_READ),
				  two, why, sizeof(why)),
			 LC_INVALID);
	assert_non_null(strstr(why, "already"));
	assert_string_equal(two, "");
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);
	/* It is free again when its key is revoked, any number of times. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(keys_revoke(keys_fixture.keys, "one", id, why,
					     sizeof(why)),
				 LC_OK);
		keys_fixture_add("one", KEYS_BIT(KEYS_READ), two);
		assert_int_equal(keys_fixture_check(keys_fixture.keys, one),
				 LC_NOT_FOUND);
		assert_int_equal(keys_fixture_check(keys_fixture.keys, two),
				 LC_OK);
	}
}

static void
test_scopes(void **state)
{
	static const char words[] = "read write publish admin";
	char out[KEYS_SCOPES_BYTES], text[KEYS_TEXT_BYTES];
	char why[KEYS_WHY_MAX];
	struct keys_key key;

	(void)state;
	for (unsigned set = 1; set < KEYS_BIT(KEYS_SCOPE__MAX); set++) {
		char name[16];

		keys_scopes_write(set, out);
		assert_int_equal(keys_scopes_read(out, strlen(out)), set);
		snprintf(name, sizeof(name), "set %u", set);
		keys_fixture_add(name, set, text);
		assert_int_equal(keys_check(keys_fixture.keys, text,
					    strlen(text), &key, why,
					    sizeof(why)),
				 LC_OK);
		assert_int_equal(key.scopes, set);
		for (int s = 0; s < KEYS_SCOPE__MAX; s++)
			assert_int_equal(keys_allow(set, (enum keys_scope)s),
					 set >= KEYS_BIT(KEYS_ADMIN) ||
						 (set & KEYS_BIT(s)) != 0);
	}
	assert_string_equal(out, words);
	assert_int_equal(keys_scopes_read("read  fly write ", 16),
			 KEYS_BIT(KEYS_READ) | KEYS_BIT(KEYS_WRITE));
	assert_false(keys_allow(0, KEYS_READ));
	for (int s = 0; s < KEYS_SCOPE__MAX; s++) {
		const char *name = keys_scope_name((enum keys_scope)s);

		assert_int_equal(keys_scope_find(name, strlen(name)), s);
		assert_int_equal(keys_scope_find(name, strlen(name) - 1),
				 KEYS_SCOPE__MAX);
		assert_int_not_equal(keys_scope_doc((enum keys_scope)s)[0], 0);
	}
	assert_int_equal(keys_scope_find("", 0), KEYS_SCOPE__MAX);
	assert_int_equal(
		keys_add(keys_fixture.keys, "none", 0, text, why, sizeof(why)),
		LC_INVALID);
	assert_int_equal(keys_add(keys_fixture.keys, "more",
				  KEYS_BIT(KEYS_SCOPE__MAX), text, why,
				  sizeof(why)),
			 LC_INVALID);
}

/* ---- revoking and listing */

static void
test_revoked_elsewhere(void **state)
{
	char one[KEYS_TEXT_BYTES], two[KEYS_TEXT_BYTES];
	char why[KEYS_WHY_MAX], id[KEYS_ID_BYTES], its[KEYS_ID_BYTES];
	struct keys *other = keys_new(keys_fixture.directory);

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	keys_fixture_add("two", KEYS_BIT(KEYS_READ), two);
	assert_int_equal(keys_fixture_check(other, one), LC_OK);
	assert_int_equal(keys_fixture_check(other, two), LC_OK);
	/* By its name, and by its ID. */
	assert_int_equal(
		keys_revoke(keys_fixture.keys, "one", id, why, sizeof(why)),
		LC_OK);
	assert_int_equal(strncmp(id, one + 3, 8), 0);
	assert_int_equal(keys_fixture_check(other, one), LC_NOT_FOUND);
	assert_int_equal(keys_fixture_check(other, two), LC_OK);
	snprintf(its, sizeof(its), "%.8s", two + 3);
	assert_int_equal(
		keys_revoke(keys_fixture.keys, its, id, why, sizeof(why)),
		LC_OK);
	assert_string_equal(id, its);
	assert_int_equal(keys_fixture_check(other, two), LC_NOT_FOUND);
	/* Once is for good. */
	assert_int_equal(
		keys_revoke(keys_fixture.keys, "one", id, why, sizeof(why)),
		LC_NOT_FOUND);
	assert_string_equal(why, "no key has this name or ID and is not "
				 "revoked");
	assert_string_equal(id, "");
	assert_int_equal(
		keys_revoke(keys_fixture.keys, "", id, why, sizeof(why)),
		LC_NOT_FOUND);
	keys_free(other);
}

/* A name that is another key's ID leads to neither. */
static void
test_name_like_an_id(void **state)
{
	char one[KEYS_TEXT_BYTES], two[KEYS_TEXT_BYTES];
	char why[KEYS_WHY_MAX], id[KEYS_ID_BYTES] = "", name[KEYS_ID_BYTES];

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	snprintf(name, sizeof(name), "%.8s", one + 3);
	keys_fixture_add(name, KEYS_BIT(KEYS_READ), two);
	assert_int_equal(
		keys_revoke(keys_fixture.keys, name, id, why, sizeof(why)),
		LC_INVALID);
	assert_string_equal(id, "");
	assert_non_null(strstr(why, "the name of one key"));
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, two), LC_OK);
	assert_int_equal(
		keys_revoke(keys_fixture.keys, "one", id, why, sizeof(why)),
		LC_OK);
	assert_int_equal(
		keys_revoke(keys_fixture.keys, name, id, why, sizeof(why)),
		LC_OK);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, two),
			 LC_NOT_FOUND);
}

static void
test_list(void **state)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX], id[KEYS_ID_BYTES];
	char out[256] = "";

	(void)state;
	keys_fixture_add("a", KEYS_BIT(KEYS_READ), text);
	keys_fixture_add("b", KEYS_BIT(KEYS_WRITE) | KEYS_BIT(KEYS_PUBLISH),
			 text);
	keys_fixture_add("c", KEYS_BIT(KEYS_ADMIN), text);
	assert_int_equal(
		keys_revoke(keys_fixture.keys, "b", id, why, sizeof(why)),
		LC_OK);
	assert_int_equal(keys_list(keys_fixture.keys, keys_fixture_gather, out,
				   why, sizeof(why)),
			 LC_OK);
	assert_string_equal(out,
			    "a (read); b (write publish) revoked; c (admin); ");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_add_and_check),
		IN_ITS_OWN(test_malformed),
		IN_ITS_OWN(test_wrong_secret),
		IN_ITS_OWN(test_nothing_there),
		IN_ITS_OWN(test_names),
		IN_ITS_OWN(test_name_is_given_once),
		IN_ITS_OWN(test_scopes),
		IN_ITS_OWN(test_revoked_elsewhere),
		IN_ITS_OWN(test_name_like_an_id),
		IN_ITS_OWN(test_list),
	};

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
