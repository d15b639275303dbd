/* Which of the columns that could be a position are one. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/mapping_guess.h"

/* From the first field to the last; those after `needed` may be missing. */
struct position_way {
	int fields[7];
	size_t count, needed;
	enum turns_frame frame;
};

static const struct position_way ways[MAPPING_BY__MAX] = {
	[MAPPING_BY_PAIR] = {{COLUMNS_RA, COLUMNS_DEC}, 2, 2, TURNS_ICRS},
	[MAPPING_BY_PARTS] = {{MAPPING_RA_H, MAPPING_RA_M, MAPPING_DEC_D,
			       MAPPING_DEC_M, MAPPING_RA_S, MAPPING_DEC_S,
			       MAPPING_DEC_SIGN},
			      7,
			      4,
			      TURNS_ICRS},
	[MAPPING_BY_TEXT] = {{MAPPING_COORDINATES}, 1, 1, TURNS_ICRS},
	[MAPPING_BY_B1950] = {{MAPPING_RA_B1950, MAPPING_DEC_B1950},
			      2,
			      2,
			      TURNS_FK4},
	[MAPPING_BY_GALACTIC] = {{MAPPING_GALACTIC_L, MAPPING_GALACTIC_B},
				 2,
				 2,
				 TURNS_GALACTIC},
	[MAPPING_BY_SUPERGALACTIC] = {{MAPPING_SUPERGALACTIC_L,
				       MAPPING_SUPERGALACTIC_B},
				      2,
				      2,
				      TURNS_SUPERGALACTIC},
};

/* The first field of the way that no column is; -1 when it is complete. */
static int
position_missing(const struct mapping_guess *guess,
		 const struct position_way *way)
{
	for (size_t i = 0; i < way->needed; i++)
		if (guess->column_of[way->fields[i]] < 0)
			return way->fields[i];
	return -1;
}

/* The column that is asked for as one of the way's fields; -1: none. */
static int
position_asked(const struct mapping_guess *guess,
	       const struct position_way *way)
{
	for (size_t i = 0; i < way->count; i++) {
		int column = guess->column_of[way->fields[i]];

		if (column >= 0 && guess->links[column].asked)
			return column;
	}
	return -1;
}

static void
position_free(struct mapping_guess *guess, const struct position_way *way)
{
	for (size_t i = 0; i < way->count; i++) {
		int column = guess->column_of[way->fields[i]];

		guess->column_of[way->fields[i]] = -1;
		if (column >= 0)
			guess->links[column].field = MAPPING_NONE;
	}
}

static enum lc_rc
position_choose(struct mapping_guess *guess, char *why, size_t why_bytes)
{
	int asked = -1, best = -1;

	for (int i = 0; i < MAPPING_BY__MAX; i++) {
		int missing = position_missing(guess, &ways[i]);

		if (best < 0 && missing < 0)
			best = i;
		if (position_asked(guess, &ways[i]) < 0)
			continue;
		if (asked >= 0) {
			snprintf(why, why_bytes,
				 "--map gives two positions, %s and %s",
				 mapping_words_field(ways[asked].fields[0]),
				 mapping_words_field(ways[i].fields[0]));
			return LC_INVALID;
		}
		if (missing >= 0) {
			snprintf(why, why_bytes,
				 "--map gives a part of a position; say with "
				 "--map COLUMN=%s which column is the rest",
				 mapping_words_field(missing));
			return LC_INVALID;
		}
		asked = i;
	}
	guess->way = asked >= 0 ? (enum mapping_way)asked :
		     best >= 0  ? (enum mapping_way)best :
				  MAPPING_BY__MAX;
	return LC_OK;
}

static enum lc_rc
position_none(const struct table *table, bool can_map, char *why,
	      size_t why_bytes)
{
	const size_t room = why_bytes > 240 ? why_bytes - 120 : why_bytes / 2;
	size_t length;

	snprintf(why, why_bytes, "no position is found among its columns");
	length = strlen(why);
	for (size_t i = 0; i < table_count(table); i++) {
		const bool fits = length < room - 48;

		snprintf(why + length, why_bytes - length, "%s%.40s",
			 i == 0 ? " " : ", ",
			 fits ? table_column(table, i)->name : "…");
		length = strlen(why);
		if (!fits)
			break;
	}
	snprintf(why + length, why_bytes - length, "; %s",
		 can_map ? "say which they are with --map COLUMN=ra_deg --map "
			   "COLUMN=dec_deg" :
			   "those of right ascension and declination in "
			   "degrees may be called ra_deg and dec_deg");
	return LC_INVALID;
}

/* Whether a header says that its angles are of J2000 whatever else is said. */
static bool
position_is_modern(const struct mapping_guess *guess)
{
	int column = guess->column_of[COLUMNS_RA];

	if (guess->way != MAPPING_BY_PAIR)
		return false;
	return strstr(guess->links[column].key, "2000") != NULL ||
	       strstr(guess->links[column].key, "icrs") != NULL;
}

static enum lc_rc
position_frame(struct mapping_guess *guess, const struct table *table,
	       const struct mapping_wishes *wishes, char *why, size_t why_bytes)
{
	const char *said = table_fact(table, TABLE_FRAME);
	enum turns_frame frame;

	guess->frame = ways[guess->way].frame;
	if (wishes->frame != NULL && !turns_find(wishes->frame, &frame)) {
		snprintf(why, why_bytes,
			 "--map-frame: \"%.40s\" is no frame; there are icrs, "
			 "fk5, fk4, galactic and supergalactic",
			 wishes->frame);
		return LC_INVALID;
	}
	if (guess->frame != TURNS_ICRS)
		return LC_OK;
	if (wishes->frame != NULL)
		guess->frame = frame;
	/* Columns called right ascension are not galactic. */
	else if (turns_find(said, &frame) && frame == TURNS_FK4 &&
		 !position_is_modern(guess))
		guess->frame = frame;
	return LC_OK;
}

enum lc_rc
mapping_guess_position(struct mapping_guess *guess, const struct table *table,
		       const struct mapping_wishes *wishes, char *why,
		       size_t why_bytes)
{
	enum lc_rc rc = position_choose(guess, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	if (guess->way == MAPPING_BY__MAX)
		return position_none(table, !wishes->positions_only, why,
				     why_bytes);
	for (int i = 0; i < MAPPING_BY__MAX; i++)
		if (i != (int)guess->way)
			position_free(guess, &ways[i]);
	return position_frame(guess, table, wishes, why, why_bytes);
}
