/*
 * A JSON text's way into a tree: what is accepted is JSON to json-c's own
 * reader too, means the same to it, and can be written and read again; what
 * is refused is refused at a place within the text.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/json_c.h"
#include "http/json_parse.h"

/* Not assert(), which a build may leave out. */
const char fuzz_corpus[] = "json";

static bool trees_equal(struct json_object *ours, struct json_object *theirs);

/*
 * Beyond INT64_MAX theirs is a uint64, and beyond that the largest one there
 * is: then only that both are numbers can be asked.
 */
static bool
numbers_equal(struct json_object *ours, struct json_object *theirs)
{
	if (json_object_is_type(ours, json_type_int))
		return json_object_is_type(theirs, json_type_int) &&
		       json_object_get_int64(ours) ==
			       json_object_get_int64(theirs);
	if (json_object_is_type(theirs, json_type_int))
		return strpbrk(json_object_get_string(ours), ".eE") == NULL;
	return json_object_is_type(theirs, json_type_double) &&
	       json_object_get_double(ours) == json_object_get_double(theirs);
}

static bool
arrays_equal(struct json_object *ours, struct json_object *theirs)
{
	size_t length = json_object_array_length(ours);

	if (json_object_array_length(theirs) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!trees_equal(json_object_array_get_idx(ours, i),
				 json_object_array_get_idx(theirs, i)))
			return false;
	return true;
}

static bool
objects_equal(struct json_object *ours, struct json_object *theirs)
{
	struct json_object_iterator at = json_object_iter_begin(ours);
	struct json_object_iterator end = json_object_iter_end(ours);

	if (json_object_object_length(ours) !=
	    json_object_object_length(theirs))
		return false;
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *other;

		if (!json_object_object_get_ex(
			    theirs, json_object_iter_peek_name(&at), &other) ||
		    !trees_equal(json_object_iter_peek_value(&at), other))
			return false;
	}
	return true;
}

static bool
trees_equal(struct json_object *ours, struct json_object *theirs)
{
	switch (json_object_get_type(ours)) {
	case json_type_int:
	case json_type_double:
		return numbers_equal(ours, theirs);
	case json_type_array:
		return json_object_is_type(theirs, json_type_array) &&
		       arrays_equal(ours, theirs);
	case json_type_object:
		return json_object_is_type(theirs, json_type_object) &&
		       objects_equal(ours, theirs);
	default:
		return json_object_equal(ours, theirs);
	}
}

/*
 * Whether there is a character whose lower 16 bits are a surrogate's, such as
 * U+1D800: json-c 0.16 takes its escapes for a half pair (its pull request
 * 893).
 */
static bool
has_false_surrogate(struct json_object *tree)
{
	const unsigned char *at =
		(const unsigned char *)json_object_to_json_string_ext(
			tree, JSON_C_TO_STRING_PLAIN);

	for (; *at != '\0'; at++)
		if (at[0] >= 0xf0 && (at[1] & 0x0f) == 0x0d && (at[2] & 0x20))
			return true;
	return false;
}

/* json-c's reader wants to see the NUL after the text. */
static void
json_c_check(const char *text, size_t length, struct json_object *ours)
{
	struct json_tokener *reader =
		json_tokener_new_ex(2 * JSON_PARSE_DEPTH_MAX);
	char *copy = malloc(length + 1);
	struct json_object *theirs;

	MUST(reader != NULL && copy != NULL);
	memcpy(copy, text, length);
	copy[length] = '\0';
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
					       JSON_TOKENER_VALIDATE_UTF8);
	theirs = json_tokener_parse_ex(reader, copy, (int)length + 1);
	MUST(json_tokener_get_error(reader) == json_tokener_success);
	MUST(json_tokener_get_parse_end(reader) == length);
	MUST(trees_equal(ours, theirs));
	json_object_put(theirs);
	json_tokener_free(reader);
	free(copy);
}

static void
writing_check(struct json_object *tree)
{
	static const int flags[] = {
		JSON_C_TO_STRING_PLAIN,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED,
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct json_object *again;
		struct json_fault fault;
		const char *text =
			json_object_to_json_string_ext(tree, flags[i]);

		MUST(text != NULL);
		MUST(json_parse(text, strlen(text), &again, &fault) == LC_OK);
		MUST(json_object_equal(tree, again));
		json_object_put(again);
	}
}

/* Without its last byte a text that ends in a bracket or quote is none. */
static void
cut_check(const char *text, size_t length)
{
	struct json_object *tree;
	struct json_fault fault;

	if (strchr("]}\"", text[length - 1]) == NULL)
		return;
	MUST(json_parse(text, length - 1, &tree, &fault) == LC_INVALID);
	MUST(tree == NULL && fault.offset < length);
}

static void
fault_check(const struct json_fault *fault, const char *text, size_t length)
{
	size_t lines = 1;

	MUST(fault->offset <= length);
	MUST(text_utf8_valid(text, fault->offset) == fault->offset);
	for (size_t i = 0; i < fault->offset; i++)
		lines += text[i] == '\n' || text[i] == '\r';
	MUST(fault->line >= 1 && fault->line <= lines);
	MUST(fault->column >= 1 && fault->column <= fault->offset + 1);
	MUST(fault->message != NULL && fault->message[0] != '\0');
	MUST(text_is_utf8(fault->message, strlen(fault->message)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	struct json_object *tree;
	struct json_fault fault;
	enum lc_rc rc = json_parse(text, length, &tree, &fault);

	MUST(rc == LC_OK || rc == LC_INVALID);
	if (rc == LC_OK) {
		MUST(text_is_utf8(text, length));
		if (!has_false_surrogate(tree))
			json_c_check(text, length, tree);
		writing_check(tree);
		cut_check(text, length);
	} else {
		MUST(tree == NULL);
		fault_check(&fault, text, length);
	}
	json_object_put(tree);
	return 0;
}
