#include "http/json_parse.h"

#include <limits.h>
#include <stdint.h>

#include "base/number.h"
#include "base/text.h"
#include "http/json_c.h"
#include "http/json_scan.h"

/* Most arrays are small, and json-c's own choice of 32 places is not. */
enum { ARRAY_PLACES = 4 };

_Static_assert(NUMBER_TEXT_MAX == 1024, "a message below says so");

struct parser {
	struct json_scan scan;
	/*
	 * The decoded texts in use, one after the other: a name waits here
	 * for its value, which leaves the row as it found it.
	 */
	struct buf texts;
	unsigned depth;
	unsigned nests, nests_max; /* arrays and objects so far, and at most */
};

enum want {
	WANT_TEXT,
	WANT_VALUE,
	WANT_FIRST_NAME,
	WANT_NAME,
	WANT_COLON,
	WANT_ARRAY_END,
	WANT_OBJECT_END,
	WANT_END,
	WANT__MAX
};

static const struct {
	const char *here, *at_end;
} wants[WANT__MAX] = {
	[WANT_TEXT] = {"a value was expected here",
		       "there is no value in this text"},
	[WANT_VALUE] = {"a value was expected here",
			"the text ends where a value was expected"},
	[WANT_FIRST_NAME] = {"a name in double quotes or '}' was expected here",
			     "the text ends within an object; a name in "
			     "double quotes or '}' was expected"},
	[WANT_NAME] = {"a name in double quotes was expected here",
		       "the text ends within an object; a name in double "
		       "quotes was expected"},
	[WANT_COLON] = {"':' was expected here, between a name and its value",
			"the text ends where ':' and a value were expected"},
	[WANT_ARRAY_END] = {"',' or ']' was expected here",
			    "the text ends within an array; ',' or ']' was "
			    "expected"},
	[WANT_OBJECT_END] = {"',' or '}' was expected here",
			     "the text ends within an object; ',' or '}' was "
			     "expected"},
	[WANT_END] = {"the text goes on after its value, where its end was "
		      "expected",
		      NULL},
};

static enum lc_rc value_read(struct parser *parser, enum want want,
			     struct json_object **out);

/* Says what was expected, or better what the matter may be. */
static enum lc_rc
missing(struct json_scan *scan, enum want want)
{
	bool is_value = want == WANT_TEXT || want == WANT_VALUE;
	const char *message = wants[want].here;
	int c = json_scan_peek(scan);

	if (c < 0)
		message = wants[want].at_end;
	else if (c == '/' || c == '#')
		message = "JSON has no comments";
	else if (c == '\'')
		message = "names and texts stand in double quotes, not in "
			  "single ones";
	else if (c == '+' && is_value)
		message = "a number has no '+' before it";
	else if (c == '.' && is_value)
		message = "a number has a digit before its decimal point: 0.5, "
			  "not .5";
	return json_scan_fault(scan, scan->at, message);
}

/* ---- values without members */

static enum lc_rc
made(const struct json_object *object)
{
	return object != NULL ? LC_OK : LC_NO_MEMORY;
}

static enum lc_rc
string_read(struct parser *parser, struct json_object **out)
{
	struct buf *texts = &parser->texts;
	size_t from = texts->length;
	enum lc_rc rc = json_scan_string(&parser->scan, false, texts);

	if (rc != LC_OK)
		return rc;
	/* No text is as long as INT_MAX: see json_parse(). */
	*out = json_object_new_string_len(texts->bytes + from,
					  (int)(texts->length - from - 1));
	texts->length = from;
	return made(*out);
}

static enum lc_rc
double_make(struct parser *parser, size_t from, struct json_object **out)
{
	struct json_scan *scan = &parser->scan;
	const char *text = scan->text + from;
	size_t length = scan->at - from;
	char source[NUMBER_TEXT_MAX + 1];
	double value;

	if (length > NUMBER_TEXT_MAX)
		return json_scan_fault(scan, from,
				       "a number may have 1024 characters at "
				       "most");
	if (number_parse_double(text, length, &value) != NUMBER_OK)
		return json_scan_fault(scan, from,
				       "this number is too large; 1.797e308 is "
				       "about the largest");
	memcpy(source, text, length);
	source[length] = '\0';
	*out = json_object_new_double_s(value, source);
	return made(*out);
}

static enum lc_rc
number_read(struct parser *parser, struct json_object **out)
{
	struct json_scan *scan = &parser->scan;
	size_t from = scan->at;
	bool whole;
	int64_t value;
	enum lc_rc rc = json_scan_number(scan, &whole);

	if (rc != LC_OK)
		return rc;
	if (!whole || number_parse_int64(scan->text + from, scan->at - from,
					 &value) != NUMBER_OK)
		return double_make(parser, from, out);
	*out = json_object_new_int64(value);
	return made(*out);
}

static enum lc_rc
word_read(struct parser *parser, struct json_object **out)
{
	enum json_scan_word word;
	enum lc_rc rc = json_scan_word(&parser->scan, &word);

	if (rc != LC_OK || word == JSON_SCAN_NULL)
		return rc;
	*out = json_object_new_boolean(word == JSON_SCAN_TRUE);
	return made(*out);
}

/* ---- arrays and objects */

static enum lc_rc
item_read(struct parser *parser, struct json_object *array)
{
	struct json_object *item = NULL;
	enum lc_rc rc = value_read(parser, WANT_VALUE, &item);

	if (rc == LC_OK && json_object_array_add(array, item) != 0)
		rc = LC_NO_MEMORY;
	if (rc != LC_OK)
		json_object_put(item);
	return rc;
}

/* Reads a name and its colon; the name is what is added to the texts. */
static enum lc_rc
name_read(struct parser *parser, struct json_object *object)
{
	struct json_scan *scan = &parser->scan;
	size_t at = scan->at, from = parser->texts.length;
	enum lc_rc rc;

	if (json_scan_peek(scan) != '"')
		return missing(scan, json_object_object_length(object) == 0 ?
					     WANT_FIRST_NAME :
					     WANT_NAME);
	rc = json_scan_string(scan, true, &parser->texts);
	if (rc != LC_OK)
		return rc;
	if (json_object_object_get_ex(object, parser->texts.bytes + from, NULL))
		return json_scan_fault(scan, at,
				       "this object has the same name already");
	json_scan_space(scan);
	if (json_scan_peek(scan) != ':')
		return missing(scan, WANT_COLON);
	scan->at++;
	json_scan_space(scan);
	return LC_OK;
}

static enum lc_rc
member_read(struct parser *parser, struct json_object *object)
{
	struct buf *texts = &parser->texts;
	struct json_object *value = NULL;
	size_t from = texts->length;
	enum lc_rc rc = name_read(parser, object);

	if (rc == LC_OK)
		rc = value_read(parser, WANT_VALUE, &value);
	if (rc == LC_OK &&
	    json_object_object_add_ex(object, texts->bytes + from, value,
				      JSON_C_OBJECT_ADD_KEY_IS_NEW) != 0)
		rc = LC_NO_MEMORY;
	if (rc != LC_OK)
		json_object_put(value);
	texts->length = from;
	return rc;
}

/* Reads from the first item or member on, up to the closing bracket. */
static enum lc_rc
members_read(struct parser *parser, char closing, struct json_object *into)
{
	struct json_scan *scan = &parser->scan;
	bool is_array = closing == ']';

	for (;;) {
		enum lc_rc rc = is_array ? item_read(parser, into) :
					   member_read(parser, into);
		size_t comma;

		if (rc != LC_OK)
			return rc;
		json_scan_space(scan);
		if (json_scan_peek(scan) == closing)
			return LC_OK;
		if (json_scan_peek(scan) != ',')
			return missing(scan, is_array ? WANT_ARRAY_END :
							WANT_OBJECT_END);
		comma = scan->at++;
		json_scan_space(scan);
		if (json_scan_peek(scan) == closing)
			return json_scan_fault(scan, comma,
					       "a trailing comma: nothing "
					       "follows it before the bracket");
	}
}

static enum lc_rc
nest_read(struct parser *parser, char closing, struct json_object **out)
{
	struct json_scan *scan = &parser->scan;
	enum lc_rc rc = LC_OK;

	if (parser->depth == JSON_PARSE_DEPTH_MAX)
		return json_scan_fault(scan, scan->at,
				       "arrays and objects are nested too deep "
				       "here");
	/* json-c gives each some hundred bytes, however small it is. */
	if (parser->nests++ == parser->nests_max)
		return json_scan_fault(scan, scan->at,
				       "too many arrays and objects in one "
				       "text");
	*out = closing == ']' ? json_object_new_array_ext(ARRAY_PLACES) :
				json_object_new_object();
	if (*out == NULL)
		return LC_NO_MEMORY;
	parser->depth++;
	scan->at++;
	json_scan_space(scan);
	if (json_scan_peek(scan) != closing)
		rc = members_read(parser, closing, *out);
	if (rc != LC_OK)
		return rc;
	scan->at++;
	parser->depth--;
	return LC_OK;
}

/*
 * Reads the value that begins here.  What was made of it is the caller's to
 * put, also when it is not whole.
 */
static enum lc_rc
value_read(struct parser *parser, enum want want, struct json_object **out)
{
	int c = json_scan_peek(&parser->scan);

	switch (c) {
	case '{':
		return nest_read(parser, '}', out);
	case '[':
		return nest_read(parser, ']', out);
	case '"':
		return string_read(parser, out);
	case '-':
		return number_read(parser, out);
	}
	if (c >= '0' && c <= '9')
		return number_read(parser, out);
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return word_read(parser, out);
	return missing(&parser->scan, want);
}

/* ---- the whole */

static bool
begins_with(const struct json_scan *scan, const char *bytes)
{
	size_t length = strlen(bytes);

	return scan->length >= length && memcmp(scan->text, bytes, length) == 0;
}

static enum lc_rc
text_read(struct parser *parser, struct json_object **out)
{
	struct json_scan *scan = &parser->scan;
	enum lc_rc rc;

	if (scan->length >= INT_MAX)
		return json_scan_fault(scan, 0, "the text is far too long");
	if (begins_with(scan, "\xef\xbb\xbf"))
		return json_scan_fault(
			scan, 0,
			"the text begins with a byte order mark, "
			"EF BB BF, which JSON does not allow; "
			"send it without");
	if (begins_with(scan, "\xff\xfe") || begins_with(scan, "\xfe\xff"))
		return json_scan_fault(scan, 0,
				       "the text begins like UTF-16; JSON is "
				       "sent as UTF-8");
	json_scan_space(scan);
	rc = value_read(parser, WANT_TEXT, out);
	if (rc != LC_OK)
		return rc;
	json_scan_space(scan);
	return scan->at == scan->length ? LC_OK : missing(scan, WANT_END);
}

/*
 * A line ends with LF, CR LF or CR.  All before a fault is UTF-8, of which
 * each character has one byte that is not 10xxxxxx.
 */
static void
fault_place(const struct json_scan *scan, struct json_fault *fault)
{
	*fault = (struct json_fault){.offset = scan->fault_at,
				     .line = 1,
				     .column = 1,
				     .message = scan->message};
	for (size_t i = 0; i < scan->fault_at; i++) {
		unsigned char c = (unsigned char)scan->text[i];
		bool pair = c == '\r' && i + 1 < scan->length &&
			    scan->text[i + 1] == '\n';

		if (c == '\n' || (c == '\r' && !pair)) {
			fault->line++;
			fault->column = 1;
		} else {
			fault->column += (c & 0xc0) != 0x80;
		}
	}
}

static enum lc_rc
parse(const char *text, size_t length, unsigned nests_max,
      struct json_object **out, struct json_fault *fault)
{
	struct parser parser = {.scan = {.text = text, .length = length},
				.nests_max = nests_max};
	enum lc_rc rc;

	*out = NULL;
	buf_init(&parser.texts);
	rc = text_read(&parser, out);
	buf_release(&parser.texts);
	if (rc == LC_INVALID)
		fault_place(&parser.scan, fault);
	if (rc != LC_OK) {
		json_object_put(*out);
		*out = NULL;
	}
	return rc;
}

enum lc_rc
json_parse(const char *text, size_t length, struct json_object **out,
	   struct json_fault *fault)
{
	return parse(text, length, JSON_PARSE_NESTS_MAX, out, fault);
}

enum lc_rc
json_parse_own(const char *text, size_t length, struct json_object **out,
	       struct json_fault *fault)
{
	return parse(text, length, UINT_MAX, out, fault);
}
