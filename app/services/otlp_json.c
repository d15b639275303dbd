/*
 * OTLP in JSON: protobuf's mapping, but that ids are hexadecimal, and enums
 * are numbers.
 */
#include "services/otlp.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

/* json-c's type for truth has the name of a function of base/json.h. */
#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"

enum { STATUS_ERROR = 2, DECIMAL_MAX = 21, DEPTH_MAX = 16 };

/* ---- writing */

/* 64 bits are more than a number of JavaScript has. */
static void
decimal(struct json *json, const char *name, int64_t value)
{
	char text[DECIMAL_MAX];

	snprintf(text, sizeof(text), "%" PRId64, value);
	json_text(json, name, text);
}

static void
pair_begin(struct json *json, const char *name)
{
	json_object_begin(json, NULL);
	json_text(json, "key", name);
	json_object_begin(json, "value");
}

static void
pair_end(struct json *json)
{
	json_object_end(json);
	json_object_end(json);
}

static void
resource_write(struct json *json, const struct otlp_batch *batch)
{
	json_object_begin(json, "resource");
	json_array_begin(json, "attributes");
	for (size_t i = 0; i < batch->resource_count; i++) {
		pair_begin(json, batch->resource[i].name);
		json_text(json, "stringValue", batch->resource[i].value);
		pair_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

static void
attributes_write(struct json *json, const struct trace_span *span)
{
	struct trace_attribute attribute;
	size_t at = 0;

	json_array_begin(json, "attributes");
	while (trace_span_next(span, &at, &attribute)) {
		pair_begin(json, trace_key_names[attribute.key]);
		if (trace_key_is_number[attribute.key])
			decimal(json, "intValue", attribute.number);
		else
			json_bytes(json, "stringValue", attribute.text,
				   attribute.length);
		pair_end(json);
	}
	json_array_end(json);
}

static void
ids_write(struct json *json, const struct trace_span *span)
{
	char trace[33], id[17];
	size_t length;
	const char *state = trace_span_state(span, &length);

	trace_id_write(span->high, span->low, trace);
	json_text(json, "traceId", trace);
	trace_span_id_write(span->span, id);
	json_text(json, "spanId", id);
	if (state != NULL)
		json_bytes(json, "traceState", state, length);
	if (span->parent != 0) {
		trace_span_id_write(span->parent, id);
		json_text(json, "parentSpanId", id);
	}
}

static void
span_write(struct json *json, const struct trace_span *span)
{
	json_object_begin(json, NULL);
	ids_write(json, span);
	json_int(json, "flags", otlp_flags(span));
	json_bytes(json, "name", span->name,
		   strnlen(span->name, TRACE_NAME_MAX));
	json_int(json, "kind", span->kind);
	decimal(json, "startTimeUnixNano", span->start_ns);
	decimal(json, "endTimeUnixNano", span->end_ns);
	attributes_write(json, span);
	if (span->failed) {
		json_object_begin(json, "status");
		json_int(json, "code", STATUS_ERROR);
		json_object_end(json);
	}
	json_object_end(json);
}

static void
scope_write(struct json *json)
{
	json_object_begin(json, "scope");
	json_text(json, "name", OTLP_SCOPE);
	json_text(json, "version", LIGHTCONE_VERSION);
	json_object_end(json);
}

void
otlp_write_json(const struct otlp_batch *batch, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_array_begin(&json, "resourceSpans");
	json_object_begin(&json, NULL);
	resource_write(&json, batch);
	json_array_begin(&json, "scopeSpans");
	json_object_begin(&json, NULL);
	scope_write(&json);
	json_array_begin(&json, "spans");
	for (size_t i = 0; i < batch->count; i++)
		span_write(&json, &batch->spans[i]);
	json_array_end(&json);
	json_object_end(&json);
	json_array_end(&json);
	json_object_end(&json);
	json_array_end(&json);
	json_object_end(&json);
}

/* ---- reading */

/* One value and no more; NULL: it is none. */
static struct json_object *
parse(const char *bytes, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *root = NULL;

	if (tokener == NULL || length > INT_MAX) {
		json_tokener_free(tokener);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, bytes, (int)length);
	/* A row of digits would go on; an object ends. */
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) != length) {
		json_object_put(root);
		root = NULL;
	}
	json_tokener_free(tokener);
	return root;
}

/* A whole number is a text in protobuf's JSON, and may be a number. */
static bool
rejected_read(struct json_object *value, int64_t *out)
{
	if (json_object_is_type(value, json_type_string))
		return number_parse_int64(
			       json_object_get_string(value),
			       (size_t)json_object_get_string_len(value),
			       out) == NUMBER_OK;
	*out = json_object_get_int64(value);
	return value == NULL || json_object_is_type(value, json_type_int);
}

static bool
partial_read(struct json_object *partial, struct otlp_partial *out)
{
	struct json_object *value = NULL;

	if (partial == NULL)
		return true;
	if (!json_object_is_type(partial, json_type_object))
		return false;
	if (json_object_object_get_ex(partial, "errorMessage", &value) &&
	    json_object_is_type(value, json_type_string))
		otlp_words(json_object_get_string(value),
			   (size_t)json_object_get_string_len(value),
			   out->message, sizeof(out->message));
	json_object_object_get_ex(partial, "rejectedSpans", &value);
	return rejected_read(value, &out->rejected);
}

bool
otlp_read_json(const char *bytes, size_t length, struct otlp_partial *out)
{
	struct json_object *root, *partial = NULL;
	bool good;

	*out = (struct otlp_partial){.rejected = 0};
	while (length > 0 && text_is_space(bytes[length - 1]))
		length--;
	if (length == 0)
		return true;
	root = parse(bytes, length);
	json_object_object_get_ex(root, "partialSuccess", &partial);
	good = json_object_is_type(root, json_type_object) &&
	       partial_read(partial, out);
	if (!good)
		*out = (struct otlp_partial){.rejected = 0};
	json_object_put(root);
	return good;
}
