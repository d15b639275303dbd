/* Keys of what is kept: one for each answer, and one for all its spellings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/recall_key.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct inner {
	const char *word;
	double number;
	bool has_number;
};

struct args {
	int64_t whole;
	double number;
	const char *text, *other;
	bool flag, has_other, has_any;
	struct lc_list words, numbers;
	struct inner inner;
	const char *any;
	int64_t timeout;
};

static const struct lc_field word = LC_ITEM(const char *);
static const struct lc_field number = LC_ITEM(double);

static const struct lc_field inner_fields[] = {
	LC_PARAM(inner, word), LC_PARAM_OPTIONAL(inner, number), LC_FIELD_END};

static const struct lc_field fields[] = {
	LC_PARAM(args, whole),
	LC_PARAM(args, number),
	LC_PARAM(args, text),
	LC_PARAM_OPTIONAL(args, other),
	LC_PARAM(args, flag),
	LC_PARAM(args, words, .item = &word),
	LC_PARAM(args, numbers, .item = &number),
	LC_PARAM(args, inner, .members = inner_fields),
	{.name = "any",
	 .type = LC_ANY,
	 .offset = offsetof(struct args, any),
	 .bytes = sizeof(const char *),
	 .optional = true,
	 .has_offset = offsetof(struct args, has_any)},
	LC_PARAM(args, timeout, .aside = true),
	LC_FIELD_END};

static const struct lc_field seen_fields[] = {
	{.name = "any", .type = LC_ANY, .bytes = sizeof(bool)}, LC_FIELD_END};

static const struct lc_endpoint one = {
	.method = LC_GET, .path = "/one", .params = fields};
static const struct lc_endpoint another = {
	.method = LC_GET, .path = "/another", .params = fields};
static const struct lc_endpoint posted = {
	.method = LC_POST, .path = "/one", .params = fields};
static const struct lc_endpoint seen = {
	.method = LC_POST, .path = "/seen", .params = seen_fields};

/* Of a request that is asked in all ways. */
struct asked {
	const struct lc_endpoint *endpoint;
	struct args args;
	const char *mount, *body;
	uint64_t version, epoch;
	unsigned format, body_kind;
};

static const char *const ab_c[] = {"ab", "c"};
static const char *const a_bc[] = {"a", "bc"};
static const char *const a_b_c[] = {"a", "b", "c"};
static const double numbers[] = {1, 2};

#define WORDS(list)               \
	{                         \
		list, COUNT(list) \
	}
#define ARGS(...)                                                              \
	{                                                                      \
		.endpoint = &one, .mount = "", .format = LC_AS_JSON, .args = { \
			.text = "t",                                           \
			.inner = {.word = "w"},                                \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define ASKED(...)                                                         \
	{                                                                  \
		.endpoint = &one, .mount = "", .format = LC_AS_JSON,       \
		.args = {.text = "t", .inner = {.word = "w"}}, __VA_ARGS__ \
	}

/* Each is another answer. */
static const struct asked answers[] = {
	ARGS(.whole = 0),
	ARGS(.whole = 1),
	ARGS(.number = 1),
	ARGS(.flag = true),
	ARGS(.other = "", .has_other = true),
	ARGS(.other = "t", .has_other = true),
	ARGS(.words = WORDS(ab_c)),
	ARGS(.words = WORDS(a_bc)),
	ARGS(.words = WORDS(a_b_c)),
	ARGS(.numbers = WORDS(numbers)),
	ARGS(.any = "1", .has_any = true),
	ARGS(.any = "[1]", .has_any = true),
	{.endpoint = &one,
	 .mount = "",
	 .format = LC_AS_JSON,
	 .args = {.text = "", .inner = {.word = "tw"}}},
	{.endpoint = &one,
	 .mount = "",
	 .format = LC_AS_JSON,
	 .args = {.text = "tw", .inner = {.word = ""}}},
	{.endpoint = &one,
	 .mount = "",
	 .format = LC_AS_JSON,
	 .args = {.text = "t", .inner = {.word = "w", .has_number = true}}},
	{.endpoint = &another,
	 .mount = "",
	 .format = LC_AS_JSON,
	 .args = {.text = "t", .inner = {.word = "w"}}},
	{.endpoint = &posted,
	 .mount = "",
	 .format = LC_AS_JSON,
	 .args = {.text = "t", .inner = {.word = "w"}}},
	ASKED(.version = 1),
	ASKED(.epoch = 1),
	{.endpoint = &one,
	 .mount = "/api",
	 .format = LC_AS_JSON,
	 .args = {.text = "t", .inner = {.word = "w"}}},
	{.endpoint = &one,
	 .mount = "",
	 .format = LC_AS_CSV,
	 .args = {.text = "t", .inner = {.word = "w"}}},
	ASKED(.body_kind = LC_BODY_CSV, .body = ""),
	ASKED(.body_kind = LC_BODY_CSV, .body = "1"),
};

static bool
key_make(const struct asked *asked, struct cache_key *key)
{
	struct lc_call *call = calloc(1, sizeof(*call));
	bool made;

	assert_non_null(call);
	call->endpoint = asked->endpoint;
	call->args = (void *)(uintptr_t)&asked->args;
	call->request.mount = asked->mount;
	call->request.body = asked->body;
	call->request.body_length =
		asked->body != NULL ? strlen(asked->body) : 0;
	call->version = asked->version;
	call->format = asked->format;
	call->body_kind = asked->body_kind;
	made = recall_key(call, asked->epoch, key);
	free(call);
	return made;
}

static void
test_answers_differ(void **state)
{
	struct cache_key keys[COUNT(answers)];

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		assert_true(key_make(&answers[i], &keys[i]));
		for (size_t j = 0; j < i; j++)
			if (memcmp(&keys[i], &keys[j], sizeof(keys[i])) == 0)
				fail_msg("%zu has the key of %zu", i, j);
	}
}

/* What differs from the first answer in nothing that counts. */
static const struct asked same[] = {
	ARGS(.timeout = 7),
	ARGS(.other = "unbound"),
	ASKED(.body_kind = LC_BODY_JSON, .body = "{ }"),
};

static void
test_spellings_do_not(void **state)
{
	struct cache_key key, wanted;

	(void)state;
	assert_true(key_make(&answers[0], &wanted));
	for (size_t i = 0; i < COUNT(same); i++) {
		assert_true(key_make(&same[i], &key));
		assert_memory_equal(&key, &wanted, sizeof(key));
	}
}

static void
test_what_was_only_seen_has_no_key(void **state)
{
	const struct asked asked = {.endpoint = &seen, .mount = ""};
	struct cache_key key;

	(void)state;
	assert_false(key_make(&asked, &key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_differ),
		cmocka_unit_test(test_spellings_do_not),
		cmocka_unit_test(test_what_was_only_seen_has_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
