#include "json_c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct json_object *
json_read(const char *from, size_t length)
{
	struct json_tokener *reader = json_tokener_new();
	char *text = malloc(length + 1);
	struct json_object *object;

	assert_non_null(reader);
	assert_non_null(text);
	memcpy(text, from, length);
	text[length] = '\0'; /* without it a number might go on */
	json_tokener_set_flags(reader, JSON_TOKENER_STRICT |
					       JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(reader, text, (int)length + 1);
	if (json_tokener_get_error(reader) != json_tokener_success ||
	    json_tokener_get_parse_end(reader) != length)
		fail_msg("no JSON: %.*s", (int)length, text);
	json_tokener_free(reader);
	free(text);
	return object;
}
