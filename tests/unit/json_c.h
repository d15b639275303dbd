/*
 * json-c, to read back what our writer wrote.  Its type for truth has the
 * name of one of the writer's functions.
 */
#ifndef TESTS_JSON_C_H
#define TESTS_JSON_C_H

#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool

#endif
