/*
 * Memory that runs out while JSON is read: each allocation of ours and each
 * object that json-c makes is refused in turn, and none stays behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "http/json_c.h"
#include "http/json_parse.h"

enum { OBJECTS_MAX = 1000 };

struct json_object *__real_json_object_new_object(void);
struct json_object *__real_json_object_new_array_ext(int places);
struct json_object *__real_json_object_new_string_len(const char *text,
						      int length);
struct json_object *__real_json_object_new_int64(int64_t value);
struct json_object *__real_json_object_new_double_s(double value,
						    const char *source);
struct json_object *__real_json_object_new_boolean(json_c_bool value);
int __real_json_object_object_add_ex(struct json_object *object,
				     const char *name,
				     struct json_object *value, unsigned flags);
int __real_json_object_array_add(struct json_object *array,
				 struct json_object *item);

struct json_object *__wrap_json_object_new_object(void);
struct json_object *__wrap_json_object_new_array_ext(int places);
struct json_object *__wrap_json_object_new_string_len(const char *text,
						      int length);
struct json_object *__wrap_json_object_new_int64(int64_t value);
struct json_object *__wrap_json_object_new_double_s(double value,
						    const char *source);
struct json_object *__wrap_json_object_new_boolean(json_c_bool value);
int __wrap_json_object_object_add_ex(struct json_object *object,
				     const char *name,
				     struct json_object *value, unsigned flags);
int __wrap_json_object_array_add(struct json_object *array,
				 struct json_object *item);

/* Of all that is made, parents before children, a share is kept here. */
static struct json_object *shared[OBJECTS_MAX];
static size_t shared_count;

static struct json_object *
share(struct json_object *object)
{
	assert_true(shared_count < OBJECTS_MAX);
	shared[shared_count++] = json_object_get(object);
	return object;
}

/* Whether no one but us held any of it. */
static bool
shares_put(void)
{
	bool alone = true;

	for (size_t i = 0; i < shared_count; i++)
		alone = json_object_put(shared[i]) == 1 && alone;
	shared_count = 0;
	return alone;
}

struct json_object *
__wrap_json_object_new_object(void)
{
	return alloc_fail_now() ? NULL : share(__real_json_object_new_object());
}

struct json_object *
__wrap_json_object_new_array_ext(int places)
{
	return alloc_fail_now() ?
		       NULL :
		       share(__real_json_object_new_array_ext(places));
}

struct json_object *
__wrap_json_object_new_string_len(const char *text, int length)
{
	return alloc_fail_now() ?
		       NULL :
		       share(__real_json_object_new_string_len(text, length));
}

struct json_object *
__wrap_json_object_new_int64(int64_t value)
{
	return alloc_fail_now() ? NULL :
				  share(__real_json_object_new_int64(value));
}

struct json_object *
__wrap_json_object_new_double_s(double value, const char *source)
{
	return alloc_fail_now() ?
		       NULL :
		       share(__real_json_object_new_double_s(value, source));
}

struct json_object *
__wrap_json_object_new_boolean(json_c_bool value)
{
	return alloc_fail_now() ? NULL :
				  share(__real_json_object_new_boolean(value));
}

int
__wrap_json_object_object_add_ex(struct json_object *object, const char *name,
				 struct json_object *value, unsigned flags)
{
	return alloc_fail_now() ? -1 :
				  __real_json_object_object_add_ex(
					  object, name, value, flags);
}

int
__wrap_json_object_array_add(struct json_object *array,
			     struct json_object *item)
{
	return alloc_fail_now() ? -1 :
				  __real_json_object_array_add(array, item);
}

static enum lc_rc
text_case(const char *text, size_t length)
{
	struct json_object *tree;
	struct json_fault fault;
	enum lc_rc rc = json_parse(text, length, &tree, &fault);

	if (rc != LC_OK && tree != NULL)
		fail_msg("there is a tree, although it failed");
	json_object_put(tree);
	if (!shares_put())
		fail_msg("an object was left behind");
	return rc;
}

static enum lc_rc
mixed_case(void)
{
	static const char text[] =
		"{\"name\":\"M 31\\n\",\"radius_deg\":0.25,\"limit\":100,"
		"\"more\":[true,false,null,{\"a\":[[1],{\"b\":{}}]},\"c\"],"
		"\"big\":18446744073709551616}";

	return text_case(text, sizeof(text) - 1);
}

static enum lc_rc
deep_case(void)
{
	char text[2 * JSON_PARSE_DEPTH_MAX];

	memset(text, '[', JSON_PARSE_DEPTH_MAX);
	memset(text + JSON_PARSE_DEPTH_MAX, ']', JSON_PARSE_DEPTH_MAX);
	return text_case(text, sizeof(text));
}

/* A name waits while the row of texts moves. */
static enum lc_rc
long_case(void)
{
	char text[9000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"name\":\"", 9);
	memcpy(text + sizeof(text) - 2, "\"}", 2);
	return text_case(text, sizeof(text));
}

static void
each_allocation_is_refused(void **state)
{
	static const struct alloc_case cases[] = {
		{"mixed", mixed_case, false},
		{"deep", deep_case, false},
		{"long", long_case, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		alloc_fail_each(&cases[i]);
}

/* A fault late in a text gives back what was made before it. */
static void
nothing_stays_of_a_refused_text(void **state)
{
	static const char *const texts[] = {
		"[1,\"a\",{\"b\":[0.5,true,{\"c\":{}}]},x]",
		"{\"a\":[[[{\"b\":1,\"b\":2}]]]}",
		"{\"a\":{\"b\":1},\"c\":[1,2,3,{\"d\":\"\\q\"}]}",
		"[[],{}] []",
		"{\"a\":\"b\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(text_case(texts[i], strlen(texts[i])),
				 LC_INVALID);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_is_refused),
		cmocka_unit_test(nothing_stays_of_a_refused_text),
	};

	return cmocka_run_group_tests_name("no memory json", tests, NULL, NULL);
}
