/*
 * Fields as JSON Schema (draft 2020-12), which OpenAPI 3.1 embeds.  A unit
 * stands in "x-unit", and in the description for people.
 */
#ifndef ENGINE_SCHEMA_H
#define ENGINE_SCHEMA_H

#include "lightcone.h"

/* The schema of one field as the member `name` (NULL: as an item). */
void schema_field(struct json *json, const char *name,
		  const struct lc_field *field);

/* The schema of an endpoint's JSON body. */
void schema_body(struct json *json, const char *name,
		 const struct lc_endpoint *endpoint);

/* The schema of an endpoint's JSON reply, with the engine's own member. */
void schema_reply(struct json *json, const char *name,
		  const struct lc_endpoint *endpoint);

/* The schema of a problem document. */
void schema_problem(struct json *json, const char *name);

/* What a parameter's text stands for, as JSON of its type. */
void schema_value(struct json *json, const char *name,
		  const struct lc_field *field, const char *text);

/* The member that the engine adds to replies. */
extern const struct lc_field schema_warnings;

#endif
