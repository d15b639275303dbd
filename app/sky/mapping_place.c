#include "sky/mapping_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sky/coordinates.h"
#include "sky/fields.h"

/* The greatest double below 60 that is printed as 60. */
#define BELOW_60 59.999999999999993

struct place_field {
	int field;
	double min, max;
};

static const struct place_field angles[] = {
	{COLUMNS_RA, -360, 360},
	{COLUMNS_DEC, -90, 90},
	{MAPPING_RA_B1950, -360, 360},
	{MAPPING_DEC_B1950, -90, 90},
	{MAPPING_GALACTIC_L, -360, 360},
	{MAPPING_GALACTIC_B, -90, 90},
	{MAPPING_SUPERGALACTIC_L, -360, 360},
	{MAPPING_SUPERGALACTIC_B, -90, 90},
};

enum {
	PLACE_RA_H,
	PLACE_RA_M,
	PLACE_RA_S,
	PLACE_DEC_SIGN,
	PLACE_DEC_D,
	PLACE_DEC_M,
	PLACE_DEC_S
};

static const struct place_field parts[MAPPING_PLACE_STEPS] = {
	[PLACE_RA_H] = {MAPPING_RA_H, 0, 24},
	[PLACE_RA_M] = {MAPPING_RA_M, 0, BELOW_60},
	[PLACE_RA_S] = {MAPPING_RA_S, 0, BELOW_60},
	[PLACE_DEC_SIGN] = {MAPPING_DEC_SIGN, 0, 0},
	[PLACE_DEC_D] = {MAPPING_DEC_D, -90, 90},
	[PLACE_DEC_M] = {MAPPING_DEC_M, 0, BELOW_60},
	[PLACE_DEC_S] = {MAPPING_DEC_S, 0, BELOW_60},
};

static const struct place_field whole = {MAPPING_COORDINATES, 0, 0};

static void
place_step(struct mapping_step *step, const struct place_field *of,
	   const struct mapping_guess *guess, const struct table *table)
{
	const int column = guess->column_of[of->field];
	const struct mapping_link *link;

	*step = (struct mapping_step){.column = column};
	if (column < 0)
		return;
	link = &guess->links[column];
	step->field = of->field;
	step->from = table_column(table, (size_t)column)->type;
	step->name = table_column(table, (size_t)column)->name;
	step->word = mapping_words_field(of->field);
	step->unit = "degrees";
	step->times = link->times;
	step->over = link->over;
	step->min = of->min;
	step->max = of->max;
	step->is_ra = of->field == COLUMNS_RA || of->field == MAPPING_RA_B1950;
	step->hours = step->is_ra && link->dimension != MAPPING_DMS;
}

void
mapping_place_init(struct mapping_place *place,
		   const struct mapping_guess *guess, const struct table *table)
{
	size_t count = 0;

	*place = (struct mapping_place){.way = guess->way,
					.frame = guess->frame};
	if (guess->way == MAPPING_BY_PARTS)
		for (; count < MAPPING_PLACE_STEPS; count++)
			place_step(&place->steps[count], &parts[count], guess,
				   table);
	else if (guess->way == MAPPING_BY_TEXT)
		place_step(&place->steps[count++], &whole, guess, table);
	else
		for (size_t i = 0; i < sizeof(angles) / sizeof(*angles); i++)
			if (guess->column_of[angles[i].field] >= 0)
				place_step(&place->steps[count++], &angles[i],
					   guess, table);
	while (count < MAPPING_PLACE_STEPS)
		place->steps[count++].column = -1;
}

static enum lc_rc
place_none(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "it has no position");
	return LC_INVALID;
}

static enum lc_rc
place_by_text(const struct mapping_step *step, const struct table_cell *cells,
	      struct columns_value *ra, struct columns_value *dec, char *why,
	      size_t why_bytes)
{
	const struct table_cell *cell = &cells[step->column];
	struct coordinates read;

	if (!cell->present ||
	    mapping_value_is_unknown(cell->text, cell->length))
		return place_none(why, why_bytes);
	if (coordinates_read(cell->text, cell->length, &read) !=
	    COORDINATES_POSITION) {
		snprintf(why, why_bytes, "%.60s is \"%.60s\": %s", step->name,
			 cell->text,
			 *read.message == '\0' ? "that is no position" :
						 read.message);
		return LC_INVALID;
	}
	ra->present = dec->present = true;
	ra->real = read.ra_deg;
	dec->real = read.dec_deg;
	return LC_OK;
}

/* Whether the sign's column, or that of degrees if it has a sign, says so. */
static bool
place_is_south(const struct mapping_place *place,
	       const struct table_cell *cells, double degrees)
{
	static const int fields[] = {PLACE_DEC_SIGN, PLACE_DEC_D};
	char sign = '\0';

	for (size_t i = 0; i < 2 && sign == '\0'; i++) {
		const struct mapping_step *step = &place->steps[fields[i]];
		const struct table_cell *cell;

		if (step->column < 0 ||
		    (step->from != TABLE_TEXT && step->from != TABLE_UNTYPED))
			continue;
		cell = &cells[step->column];
		if (cell->present)
			(void)fields_sign(cell->text, cell->length, &sign);
	}
	return sign == '-' || degrees < 0;
}

static enum lc_rc
place_by_parts(struct mapping_place *place, const struct table_cell *cells,
	       struct columns_value *ra, struct columns_value *dec, char *why,
	       size_t why_bytes)
{
	struct columns_value read[MAPPING_PLACE_STEPS];
	double value[MAPPING_PLACE_STEPS];
	bool south;

	memset(read, 0, sizeof(read));
	for (int i = 0; i < MAPPING_PLACE_STEPS; i++) {
		const struct mapping_step *step = &place->steps[i];

		value[i] = 0;
		if (step->column < 0 || i == PLACE_DEC_SIGN)
			continue;
		if (mapping_value_read(step, &cells[step->column], &read[i],
				       why, why_bytes) != LC_OK)
			return LC_INVALID;
		if (read[i].present)
			value[i] = read[i].real;
	}
	if (!read[PLACE_RA_H].present || !read[PLACE_DEC_D].present)
		return place_none(why, why_bytes);
	south = place_is_south(place, cells, value[PLACE_DEC_D]);
	ra->real = ((value[PLACE_RA_H] * 60 + value[PLACE_RA_M]) * 60 +
		    value[PLACE_RA_S]) /
		   240;
	dec->real = ((fabs(value[PLACE_DEC_D]) * 60 + value[PLACE_DEC_M]) * 60 +
		     value[PLACE_DEC_S]) /
		    3600;
	if (ra->real > 360 || dec->real > 90) {
		snprintf(why, why_bytes, "its %s beyond %s",
			 ra->real > 360 ? "right ascension is" :
					  "declination is",
			 ra->real > 360 ? "24 hours" : "90 degrees");
		return LC_INVALID;
	}
	if (south)
		dec->real = -dec->real;
	dec->real += 0.0;
	ra->present = dec->present = true;
	return LC_OK;
}

static enum lc_rc
place_by_angles(struct mapping_place *place, const struct table_cell *cells,
		struct columns_value *ra, struct columns_value *dec, char *why,
		size_t why_bytes)
{
	struct mapping_step *lon = &place->steps[0], *lat = &place->steps[1];
	enum lc_rc rc = mapping_value_angle(lon, &cells[lon->column], ra, why,
					    why_bytes);

	if (rc == LC_OK)
		rc = mapping_value_angle(lat, &cells[lat->column], dec, why,
					 why_bytes);
	if (rc == LC_OK && !(ra->present && dec->present))
		rc = place_none(why, why_bytes);
	return rc;
}

enum lc_rc
mapping_place_read(struct mapping_place *place, const struct table_cell *cells,
		   struct columns_value *ra, struct columns_value *dec,
		   char *why, size_t why_bytes)
{
	enum lc_rc rc;

	if (place->way == MAPPING_BY_TEXT)
		rc = place_by_text(&place->steps[0], cells, ra, dec, why,
				   why_bytes);
	else if (place->way == MAPPING_BY_PARTS)
		rc = place_by_parts(place, cells, ra, dec, why, why_bytes);
	else
		rc = place_by_angles(place, cells, ra, dec, why, why_bytes);
	if (rc == LC_OK && place->frame != TURNS_ICRS)
		turns_to_icrs(place->frame, ra->real, dec->real, &ra->real,
			      &dec->real);
	return rc;
}
