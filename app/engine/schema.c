#include "engine/schema.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

static const char *
type_name(enum lc_type type)
{
	static const char *const names[LC_TYPE__MAX] = {
		[LC_INT] = "integer", [LC_NUMBER] = "number",
		[LC_TEXT] = "string", [LC_BOOL] = "boolean",
		[LC_LIST] = "array",  [LC_OBJECT] = "object",
	};

	return names[type];
}

static void
type_write(struct json *json, const struct lc_field *field)
{
	if (field->type == LC_ANY)
		return;
	if (!field->nullable) {
		json_text(json, "type", type_name(field->type));
		return;
	}
	json_array_begin(json, "type");
	json_text(json, NULL, type_name(field->type));
	json_text(json, NULL, "null");
	json_array_end(json);
}

void
schema_value(struct json *json, const char *name, const struct lc_field *field,
	     const char *text)
{
	size_t length = strlen(text);
	int64_t integer;
	double number;

	if (field->type == LC_INT &&
	    number_parse_int64(text, length, &integer) == NUMBER_OK)
		json_int(json, name, integer);
	else if (field->type == LC_NUMBER &&
		 number_parse_double(text, length, &number) == NUMBER_OK)
		json_number(json, name, number);
	else if (field->type == LC_BOOL)
		json_bool(json, name, text_equal_nocase(text, "true"));
	else
		json_text(json, name, text);
}

static void
bounds_write(struct json *json, const struct lc_field *field)
{
	static const struct {
		const char *min, *max;
	} words[LC_TYPE__MAX] = {
		[LC_INT] = {"minimum", "maximum"},
		[LC_NUMBER] = {"minimum", "maximum"},
		[LC_TEXT] = {"minLength", "maxLength"},
		[LC_LIST] = {"minItems", "maxItems"},
	};
	/* Lengths are whole numbers whatever the field is. */
	const struct lc_field bound = {
		.type = field->type == LC_NUMBER ? LC_NUMBER : LC_INT};

	if (field->min != NULL)
		schema_value(json, words[field->type].min, &bound, field->min);
	if (field->max != NULL)
		schema_value(json, words[field->type].max, &bound, field->max);
	if (field->above != NULL)
		schema_value(json, "exclusiveMinimum", &bound, field->above);
	if (field->below != NULL)
		schema_value(json, "exclusiveMaximum", &bound, field->below);
}

static void
doc_write(struct json *json, const struct lc_field *field)
{
	if (field->doc != NULL)
		json_text(json, "description", field->doc);
	if (field->unit != NULL && field->unit[0] != '\0')
		json_text(json, "x-unit", field->unit);
}

/* What may be in the query instead is not required; null is no value. */
static void
both_visit(struct json *json, const struct lc_field *field,
	   void (*visit)(struct json *json, const struct lc_field *member))
{
	struct lc_field member = *field;

	member.nullable = field->optional || field->def != NULL;
	member.optional = true;
	visit(json, &member);
}

/*
 * Calls `visit` for each member of an object; of an endpoint's parameters,
 * for those in the body only.
 */
static void
members_visit(struct json *json, const struct lc_field *object, bool of_body,
	      void (*visit)(struct json *json, const struct lc_field *member))
{
	struct lc_field more;

	for (const struct lc_field *m = object->members;
	     m != NULL && m->name != NULL; m++)
		if (!of_body)
			visit(json, m);
		else if (m->in == LC_IN_BODY)
			visit(json, m);
		else if (m->in == LC_IN_BOTH)
			both_visit(json, m, visit);
	for (size_t i = 0; object->more != NULL && object->more(i, &more); i++)
		visit(json, &more);
}

static void
member_write(struct json *json, const struct lc_field *member)
{
	schema_field(json, member->name, member);
}

static void
member_require(struct json *json, const struct lc_field *member)
{
	if (!member->optional && member->def == NULL)
		json_text(json, NULL, member->name);
}

/* What is within an object's schema; `closed` ones take no other members. */
static void
object_write(struct json *json, const struct lc_field *object, bool of_body,
	     bool closed)
{
	json_object_begin(json, "properties");
	members_visit(json, object, of_body, member_write);
	json_object_end(json);
	if (closed)
		json_bool(json, "additionalProperties", false);
	json_array_begin(json, "required");
	members_visit(json, object, of_body, member_require);
	json_array_end(json);
}

static void content_write(struct json *json, const struct lc_field *field);

static void
any_of_write(struct json *json, const struct lc_field *any_of)
{
	json_array_begin(json, "anyOf");
	for (const struct lc_field *one = any_of; one->name != NULL; one++) {
		json_object_begin(json, NULL);
		json_text(json, "title", one->name);
		content_write(json, one);
		json_object_end(json);
	}
	json_array_end(json);
}

/* What is within a field's schema. */
static void
content_write(struct json *json, const struct lc_field *field)
{
	type_write(json, field);
	doc_write(json, field);
	bounds_write(json, field);
	if (field->pattern != NULL)
		json_text(json, "pattern", field->pattern);
	if (field->format != NULL)
		json_text(json, "format", field->format);
	if (field->choices != NULL) {
		json_array_begin(json, "enum");
		for (const char *const *c = field->choices; *c != NULL; c++)
			json_text(json, NULL, *c);
		if (field->nullable)
			json_null(json, NULL);
		json_array_end(json);
	}
	if (field->def != NULL)
		schema_value(json, "default", field, field->def);
	if (field->type == LC_LIST && field->item != NULL)
		schema_field(json, "items", field->item);
	/* What is bound to a struct takes no other members. */
	if (field->type == LC_OBJECT)
		object_write(json, field, false, field->bytes > 0);
	if (field->any_of != NULL)
		any_of_write(json, field->any_of);
}

void
schema_field(struct json *json, const char *name, const struct lc_field *field)
{
	json_object_begin(json, name);
	content_write(json, field);
	json_object_end(json);
}

/* ---- what the engine itself says */

static const struct lc_field text_item = {.type = LC_TEXT};
static const struct lc_field step_item = {.type = LC_ANY};

static const struct lc_field error_members[] = {
	LC_FIELD("loc", LC_LIST, .item = &step_item,
		 .doc = "Where it stands: \"query\", \"path\", \"header\" or "
			"\"body\", then names and, in lists, indices."),
	LC_FIELD("msg", LC_TEXT, .doc = "What was wrong, or would be right."),
	LC_FIELD("type", LC_TEXT, .doc = "What was wrong, as a fixed word."),
	LC_FIELD("input", LC_TEXT, .nullable = true,
		 .doc = "What was sent, shortened; null: nothing was."),
	LC_FIELD_END};

static const struct lc_field error_item = {.type = LC_OBJECT,
					   .members = error_members};

const struct lc_field schema_warnings =
	LC_FIELD("warnings", LC_LIST, .item = &text_item, .optional = true,
		 .doc = "Sentences about what was left out of account.");

static const struct lc_field problem_members[] = {
	LC_FIELD("type", LC_TEXT, .doc = "A URI that names the kind."),
	LC_FIELD("title", LC_TEXT, .doc = "The kind, for people."),
	LC_FIELD("status", LC_INT, .min = "400", .max = "599",
		 .doc = "The HTTP status."),
	LC_FIELD("detail", LC_TEXT, .doc = "What happened this time."),
	LC_FIELD("errors", LC_LIST, .item = &error_item, .optional = true,
		 .doc = "Every wrong input."),
	LC_FIELD("elapsed_ms", LC_NUMBER, .optional = true, .unit = "ms",
		 .doc = "How long it took, when the deadline passed."),
	LC_FIELD("progress", LC_NUMBER, .optional = true, .min = "0",
		 .max = "1", .doc = "How much was done by then."),
	LC_FIELD("violated-policies", LC_LIST, .item = &text_item,
		 .optional = true, .doc = "The limits that were passed."),
	LC_FIELD_END};

/* ---- whole bodies */

void
schema_body(struct json *json, const char *name,
	    const struct lc_endpoint *endpoint)
{
	const struct lc_field body = {.type = LC_OBJECT,
				      .members = endpoint->params};

	json_object_begin(json, name);
	json_text(json, "type", "object");
	object_write(json, &body, true, true);
	json_object_end(json);
}

/* The i-th of the members that replies have besides the endpoint's own. */
static bool
warnings_field(size_t i, struct lc_field *field)
{
	*field = schema_warnings;
	return i == 0;
}

static void
reply_write(struct json *json, const char *name, const struct lc_field *members,
	    bool (*more)(size_t i, struct lc_field *field))
{
	const struct lc_field own = {.members = members, .more = more};
	const struct lc_field ours = {.more = warnings_field};

	json_object_begin(json, name);
	json_text(json, "type", "object");
	json_object_begin(json, "properties");
	members_visit(json, &own, false, member_write);
	members_visit(json, &ours, false, member_write);
	json_object_end(json);
	json_array_begin(json, "required");
	members_visit(json, &own, false, member_require);
	json_array_end(json);
	json_object_end(json);
}

void
schema_reply(struct json *json, const char *name,
	     const struct lc_endpoint *endpoint)
{
	reply_write(json, name, endpoint->reply, endpoint->reply_more);
}

void
schema_problem(struct json *json, const char *name)
{
	reply_write(json, name, problem_members, NULL);
}
