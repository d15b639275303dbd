#include "keys_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct keys_fixture keys_fixture;

int
keys_fixture_set_up(void **state)
{
	(void)state;
	state_dir_make(keys_fixture.directory);
	keys_fixture.keys = keys_new(keys_fixture.directory);
	return keys_fixture.keys == NULL;
}

int
keys_fixture_tear_down(void **state)
{
	(void)state;
	keys_free(keys_fixture.keys);
	state_dir_remove(keys_fixture.directory);
	return 0;
}

void
keys_fixture_add(const char *name, unsigned scopes, char text[KEYS_TEXT_BYTES])
{
	char why[KEYS_WHY_MAX] = "";

	if (keys_add(keys_fixture.keys, name, scopes, text, why, sizeof(why)) !=
	    LC_OK)
		fail_msg("%s: %s", name, why);
}

enum lc_rc
keys_fixture_check(struct keys *by, const char *text)
{
	char why[KEYS_WHY_MAX] = "";
	struct keys_key key;
	enum lc_rc rc =
		keys_check(by, text, strlen(text), &key, why, sizeof(why));

	if (rc == LC_UNAVAILABLE) {
		assert_int_equal(strncmp(why, "state.sqlite", 12), 0);
		assert_null(strstr(why, keys_fixture.directory));
		assert_null(strstr(why, text));
	} else {
		assert_string_equal(why, "");
	}
	if (rc != LC_OK)
		assert_string_equal(key.id, "");
	return rc;
}

void
keys_fixture_gather(void *context, const struct keys_key *key)
{
	char *out = context;
	size_t length = strlen(out);
	char scopes[KEYS_SCOPES_BYTES];

	keys_scopes_write(key->scopes, scopes);
	snprintf(out + length, 256 - length, "%s (%s)%s; ", key->name, scopes,
		 key->revoked[0] == '\0' ? "" : " revoked");
}
