/* json-c, to read back what our writer wrote. */
#ifndef TESTS_JSON_C_H
#define TESTS_JSON_C_H

#include <stddef.h>

#include "http/json_c.h"

/*
 * Reads strictly; fails the test when it is not one JSON text.  The object is
 * the caller's to put.
 */
struct json_object *json_read(const char *from, size_t length);

#endif
