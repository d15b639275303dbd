#include "objects.h"

#include <string.h>

#include "keeping.h"
#include "sky/columns_json.h"
#include "sky/cone.h"
#include "usage.h"

enum { OBJECTS_NEAR_MOST = 5, OBJECTS_OFFERED_MOST = 20 };

/* So many rows are looked at in some milliseconds. */
static const double quick_rows = 50000;

static const char in_query[] = "catalogue";

const struct lc_tag objects_tag = {
	"sky", "Objects of the sky, from the catalogues that are loaded."};

/* The names of catalogues, as far as there is room for them in a sentence. */
struct offer {
	struct arena *arena;
	const char *names; /* NULL: no memory */
	int count;
};

static void
offer_add(void *context, const char *name)
{
	struct offer *offer = context;

	if (++offer->count > OBJECTS_OFFERED_MOST || offer->names == NULL)
		return;
	offer->names =
		arena_printf(offer->arena, "%s%s%s", offer->names,
			     offer->count == 1 ? "; there are: " : ", ", name);
}

/* "There is no such catalogue; there are: openngc, stars."; or NULL. */
static const char *
offer_sentence(struct lc_call *call)
{
	const struct context *context = lc_context(call);
	struct offer offer = {.arena = lc_arena(call), .names = ""};
	char why[CATALOGUE_WHY_MAX];

	if (catalogue_list(context->catalogues, offer_add, &offer, why,
			   sizeof(why)) == LC_NO_MEMORY ||
	    offer.names == NULL)
		return NULL;
	return arena_printf(
		offer.arena, "There is no such catalogue%s%s.", offer.names,
		offer.count > OBJECTS_OFFERED_MOST ? ", and more" : "");
}

enum lc_rc
objects_no_catalogue(struct lc_call *call)
{
	const char *sentence = offer_sentence(call);

	return sentence == NULL ? LC_NO_MEMORY :
				  lc_fail(call, LC_NOT_FOUND, "%s", sentence);
}

static enum lc_rc
catalogue_refuse(struct lc_call *call, const char *param, const char *name)
{
	const char *sentence = offer_sentence(call);

	return sentence == NULL ? LC_NO_MEMORY :
				  lc_refuse(call, param, "value_error", name,
					    "%s", sentence);
}

/* The parameter tells what a wrong name is; NULL: it stands in the path. */
static enum lc_rc
catalogue_open(struct lc_call *call, const char *param, const char *name,
	       struct catalogue **out)
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
		return param == NULL ? objects_no_catalogue(call) :
				       catalogue_refuse(call, param, name);
	return rc == LC_OK ? rc : lc_fail(call, rc, "%s", why);
}

static enum lc_rc
catalogue_ask(struct lc_call *call, const char *param, const char *name,
	      enum lc_rc (*ask)(struct lc_call *call,
				struct catalogue *catalogue, const void *args),
	      const void *args)
{
	struct catalogue *catalogue;
	enum lc_rc rc = catalogue_open(call, param, name, &catalogue);

	if (rc != LC_OK)
		return rc;
	rc = ask(call, catalogue, args);
	/* Without words of the catalogue's it failed otherwise, and said so. */
	if (rc == LC_UNAVAILABLE && catalogue_why(catalogue)[0] != '\0')
		rc = lc_fail(call, rc, "%s", catalogue_why(catalogue));
	catalogue_release(catalogue);
	return rc;
}

enum lc_rc
objects_ask(struct lc_call *call, const char *name,
	    enum lc_rc (*ask)(struct lc_call *call, struct catalogue *catalogue,
			      const void *args),
	    const void *args)
{
	return catalogue_ask(call, in_query, name, ask, args);
}

enum lc_rc
objects_ask_of(struct lc_call *call, const char *param, const char *name,
	       enum lc_rc (*ask)(struct lc_call *call,
				 struct catalogue *catalogue, const void *args),
	       const void *args)
{
	return catalogue_ask(call, param, name, ask, args);
}

enum lc_rc
objects_ask_in_path(struct lc_call *call, const char *name,
		    enum lc_rc (*ask)(struct lc_call *call,
				      struct catalogue *catalogue,
				      const void *args),
		    const void *args)
{
	return catalogue_ask(call, NULL, name, ask, args);
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

/* The catalogue's own columns, as far as the object has any of them. */
static void
own_write(struct json *json, const struct columns_set *columns,
	  const struct columns_value *own)
{
	bool any = false;

	for (size_t i = 0; i < columns->own_count; i++) {
		if (!own[i].present)
			continue;
		if (!any)
			json_object_begin(json, "columns");
		any = true;
		columns_json_value(json, &columns->own[i], &own[i]);
	}
	if (any)
		json_object_end(json);
}

void
objects_write(struct json *json, const struct columns_set *columns,
	      const struct columns_value *values, const double *separation_deg,
	      const char *catalogue, bool whole)
{
	int count = whole ? COLUMNS__MAX : COLUMNS_LISTED;

	for (int i = 0; i < count; i++) {
		if (values[i].present)
			columns_json_value(json, &columns_table[i], &values[i]);
		if (i == COLUMNS_DEC && separation_deg != NULL)
			json_number(json, "separation_deg", *separation_deg);
	}
	own_write(json, columns, values + COLUMNS__MAX);
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
		LC_FIELD("columns", LC_ANY, .optional = true,
			 .doc = "What the catalogue's own columns say, by "
				"their names."),
		LC_FIELD("catalogue", LC_TEXT,
			 .doc = "The catalogue that has the object."),
		LC_FIELD_END};
	static const enum lc_type types[] = {[COLUMNS_TEXT] = LC_TEXT,
					     [COLUMNS_LIST] = LC_LIST,
					     [COLUMNS_REAL] = LC_NUMBER};
	const struct columns_column *column;

	if (i >= COLUMNS__MAX) {
		*field = others[i - COLUMNS__MAX];
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

/* ---- for tables of endpoints */

uint64_t
objects_state(struct catalogue_version version)
{
	return lc_mix(
		lc_mix((uint64_t)version.generation, (uint64_t)version.made_ns),
		(uint64_t)version.edits);
}

uint64_t
objects_kept_state(struct lc_call *call, struct catalogue *catalogue)
{
	const char *name = catalogue_name(catalogue);
	uint64_t state = objects_state(catalogue_version(catalogue));

	/* Another catalogue may have been made in the same moment. */
	for (const char *at = name; *at != '\0'; at++)
		state = lc_mix(state, (unsigned char)*at);
	return lc_mix(state, context_epoch(lc_context(call), name));
}

static enum lc_rc
version_read(struct lc_call *call, struct catalogue *catalogue,
	     const void *args)
{
	uint64_t *const *version = args;

	**version = lc_mix(lc_args_digest(call),
			   objects_kept_state(call, catalogue));
	return LC_OK;
}

enum lc_rc
objects_version(struct lc_call *call, const char *name, uint64_t *version)
{
	return catalogue_ask(call, in_query, name, version_read, &version);
}

enum lc_rc
objects_version_in_path(struct lc_call *call, const char *name,
			uint64_t *version)
{
	return catalogue_ask(call, NULL, name, version_read, &version);
}

/* About how many objects one search looks at. */
static double
rows_expected(struct lc_call *call, const char *name, double radius_deg)
{
	const struct context *context = lc_context(call);
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX];
	double rows = 0;

	/* What fails here fails again, and is answered, where it is used. */
	if (catalogue_acquire(context->catalogues,
			      name != NULL ? name : context->catalogue,
			      &catalogue, why, sizeof(why)) != LC_OK)
		return 0;
	if (cone_weight(catalogue, radius_deg, &rows) != LC_OK)
		rows = 0;
	catalogue_release(catalogue);
	return rows;
}

enum lc_work
objects_weigh(struct lc_call *call, const char *name, double radius_deg,
	      size_t searches)
{
	double rows = rows_expected(call, name, radius_deg);

	return rows * (double)searches > quick_rows ? LC_HEAVY : LC_QUICK;
}

int64_t
objects_cost(struct lc_call *call, const char *name, double radius_deg,
	     size_t searches)
{
	double rows = rows_expected(call, name, radius_deg) * (double)searches;

	return rows < OBJECTS_COST_MOST * USAGE_ROWS ?
		       1 + (int64_t)rows / USAGE_ROWS :
		       OBJECTS_COST_MOST;
}

unsigned
objects_class(const struct lc_call *call, const char *name, double radius_deg)
{
	const struct context *context = lc_context(call);

	return keeping_amount(
		keeping_word(0, name != NULL ? name : context->catalogue),
		radius_deg);
}

enum lc_rc
objects_table(struct lc_call *call, struct catalogue *catalogue,
	      struct rows_table *table)
{
	struct arena *arena = lc_arena(call);
	enum lc_rc rc;

	*table = (struct rows_table){
		.catalogue = catalogue_name(catalogue),
		.protocol = "",
		.request = "",
		.verbosity = 2,
	};
	rc = catalogue_columns(catalogue, &table->columns);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_TITLE, arena,
				    &table->title);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_DESCRIPTION, arena,
				    &table->description);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_LICENCE, arena,
				    &table->licence);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_CITATION, arena,
				    &table->citation);
	return rc;
}
