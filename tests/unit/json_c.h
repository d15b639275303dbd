/*
 * json-c, to read back what our writer wrote.  Its type for truth has the
 * name of one of the writer's functions.
 */
#ifndef TESTS_JSON_C_H
#define TESTS_JSON_C_H

#include <stddef.h>

#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool

/*
 * Reads strictly; fails the test when it is not one JSON text.  The object is
 * the caller's to put.
 */
struct json_object *json_read(const char *from, size_t length);

#endif
