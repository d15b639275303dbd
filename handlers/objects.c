#include "objects.h"

#include <string.h>

enum { OBJECTS_NEAR_MOST = 5 };

const struct lc_tag objects_tag = {
	"sky", "Objects of the sky, from the catalogues that are loaded."};

static enum lc_rc
catalogue_open(struct lc_call *call, const char *name, struct catalogue **out)
{
	const struct context *context = lc_context(call);
	char why[CATALOGUE_WHY_MAX];
	bool is_default;
	enum lc_rc rc;

	if (name == NULL)
		name = context->catalogue;
	is_default = strcmp(name, context->catalogue) == 0;
	rc = catalogue_acquire(context->catalogues, name, out, why,
			       sizeof(why));
	if (rc == LC_NOT_FOUND && is_default)
		rc = LC_UNAVAILABLE; /* that it is missing is our fault */
	if (rc == LC_NOT_FOUND)
		return lc_refuse(call, "catalogue", "value_error", name, "%s",
				 why);
	return rc == LC_OK ? rc : lc_fail(call, rc, "%s", why);
}

enum lc_rc
objects_ask(struct lc_call *call, const char *name,
	    enum lc_rc (*ask)(struct lc_call *call, struct catalogue *catalogue,
			      const void *args),
	    const void *args)
{
	struct catalogue *catalogue;
	enum lc_rc rc = catalogue_open(call, name, &catalogue);

	if (rc != LC_OK)
		return rc;
	rc = ask(call, catalogue, args);
	if (rc == LC_UNAVAILABLE)
		rc = lc_fail(call, rc, "%s", catalogue_why(catalogue));
	catalogue_release(catalogue);
	return rc;
}

enum lc_rc
objects_near(struct lc_call *call, struct catalogue *catalogue,
	     const char *name, const char **out)
{
	struct catalogue_near near[OBJECTS_NEAR_MOST];
	size_t count = 0;
	enum lc_rc rc;

	*out = "";
	rc = catalogue_nearest_names(catalogue, name, strlen(name), near,
				     OBJECTS_NEAR_MOST, &count);
	for (size_t i = 0; i < count && *out != NULL; i++)
		*out = arena_printf(lc_arena(call), "%s%s%s", *out,
				    i == 0 ? "; near names: " : ", ",
				    near[i].name);
	return rc == LC_OK && *out == NULL ? LC_NO_MEMORY : rc;
}

static void
list_write(struct json *json, const char *name, const char *list)
{
	json_array_begin(json, name);
	while (*list != '\0') {
		size_t length = strcspn(list, "|");

		if (length > 0)
			json_bytes(json, NULL, list, length);
		list += length + (list[length] == '|');
	}
	json_array_end(json);
}

void
objects_write(struct json *json, const struct columns_value *values,
	      const double *separation_deg, const char *catalogue)
{
	for (int i = 0; i < COLUMNS_LISTED; i++) {
		const struct columns_column *column = &columns_table[i];
		const struct columns_value *value = &values[i];

		if (!value->present)
			continue;
		if (column->type == COLUMNS_REAL)
			json_number(json, column->name, value->real);
		else if (column->type == COLUMNS_LIST)
			list_write(json, column->name, value->text);
		else
			json_bytes(json, column->name, value->text,
				   value->length);
		if (i == COLUMNS_DEC && separation_deg != NULL)
			json_number(json, "separation_deg", *separation_deg);
	}
	json_text(json, "catalogue", catalogue);
}

bool
objects_field(size_t i, struct lc_field *field)
{
	static const struct lc_field alias = {.type = LC_TEXT};
	static const struct lc_field others[] = {
		LC_FIELD("separation_deg", LC_NUMBER, .optional = true,
			 .min = "0", .max = "180", .unit = "deg",
			 .doc = "The distance on the sky from the position "
				"that was asked about."),
		LC_FIELD("catalogue", LC_TEXT,
			 .doc = "The catalogue that has the object."),
		LC_FIELD_END};
	static const enum lc_type types[] = {[COLUMNS_TEXT] = LC_TEXT,
					     [COLUMNS_LIST] = LC_LIST,
					     [COLUMNS_REAL] = LC_NUMBER};
	const struct columns_column *column;

	if (i >= COLUMNS_LISTED) {
		*field = others[i - COLUMNS_LISTED];
		return field->name != NULL;
	}
	column = &columns_table[i];
	*field = (struct lc_field){
		.name = column->name,
		.type = types[column->type],
		.unit = column->unit,
		.doc = column->doc,
		.item = column->type == COLUMNS_LIST ? &alias : NULL,
		.optional = i != COLUMNS_NAME && i != COLUMNS_RA &&
			    i != COLUMNS_DEC,
		.choices = i == COLUMNS_OBJECT_TYPE ? columns_types : NULL,
	};
	return true;
}
