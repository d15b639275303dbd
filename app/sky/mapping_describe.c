/* What a mapping does, for people. */
#include "sky/mapping_plan.h"

static const char *const frames[] = {
	[TURNS_ICRS] = NULL,
	[TURNS_FK4] = "FK4 (B1950)",
	[TURNS_GALACTIC] = "galactic coordinates",
	[TURNS_SUPERGALACTIC] = "supergalactic coordinates",
};

static const struct mapping_step *
describe_angle(const struct mapping *mapping, size_t column)
{
	for (int i = 0; i < MAPPING_PLACE_STEPS; i++)
		if (mapping->place.steps[i].column == (int)column)
			return &mapping->place.steps[i];
	return NULL;
}

/* "(from hours, minutes, seconds)", where something is converted. */
static void
describe_source(const struct mapping *mapping, size_t column, struct buf *out)
{
	const struct mapping_link *link = &mapping->guess.links[column];
	const struct mapping_step *angle = describe_angle(mapping, column);
	const char *frame = angle == NULL ? NULL : frames[mapping->place.frame];
	const char *from = NULL;

	if (angle != NULL && angle->sexagesimal)
		from = angle->hours ? "hours, minutes, seconds" :
				      "degrees, minutes, seconds";
	else if (link->times != link->over && *link->unit != '\0')
		from = link->unit;
	if (from != NULL && frame != NULL)
		buf_printf(out, " (from %s, %s)", from, frame);
	else if (from != NULL || frame != NULL)
		buf_printf(out, " (from %s)", from != NULL ? from : frame);
}

static const char *
describe_target(const struct mapping *mapping, int field)
{
	const struct mapping_place *place = &mapping->place;

	if (field < COLUMNS__MAX)
		return columns_table[field].name;
	if (place->way == MAPPING_BY_PARTS)
		return field < MAPPING_DEC_SIGN ? "ra_deg" : "dec_deg";
	/* In one text, or turned: both come of both. */
	return "ra_deg, dec_deg";
}

/* All columns with one of two fates, in one line. */
static void
describe_rest(const struct mapping *mapping, int fate, int other,
	      const char *what, struct buf *out)
{
	const char *before = what;

	for (size_t i = 0; i < mapping->guess.count; i++) {
		const int field = mapping->guess.links[i].field;

		if (field != fate && field != other)
			continue;
		buf_printf(out, "%s %s", before,
			   table_column(mapping->table, i)->name);
		before = ",";
	}
	if (before != what)
		buf_add_char(out, '\n');
}

void
mapping_describe(const struct mapping *mapping, struct buf *out)
{
	const struct mapping_name *name = &mapping->name;

	if (name->column < 0)
		buf_printf(out, "no names -> name (made, as in \"%.*s1\")\n",
			   (int)name->prefix_length, name->text);
	for (size_t i = 0; i < mapping->guess.count; i++) {
		const int field = mapping->guess.links[i].field;

		if (field < 0)
			continue;
		buf_printf(out, "%s -> %s",
			   table_column(mapping->table, i)->name,
			   describe_target(mapping, field));
		if (field == COLUMNS_NAME && name->prefix_length > 0)
			buf_printf(out, " (with \"%.*s\" before numbers)",
				   (int)name->prefix_length, name->text);
		describe_source(mapping, i, out);
		buf_add_char(out, '\n');
	}
	describe_rest(mapping, MAPPING_NONE, MAPPING_OWN,
		      "kept as they are:", out);
	describe_rest(mapping, MAPPING_OUT, MAPPING_OUT, "left out:", out);
}
