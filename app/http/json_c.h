/*
 * json-c's trees, for whoever reads what json_parse() made.  json-c's type
 * for truth has the name of one of our writer's functions (base/json.h); it
 * is renamed here, so that a file may know both.
 *
 * Include this, never <json-c/json.h>.  json-c's own tokener is not used on
 * what strangers send: it takes more than JSON.
 */
#ifndef HTTP_JSON_C_H
#define HTTP_JSON_C_H

#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool

#endif
