/* What --map asks for. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/mapping_guess.h"

enum { ASK_NAME_MAX = 64, ASK_NEAR_MOST = 3 };

/* The names near to one that nothing has. */
struct ask_near {
	const char *name;
	unsigned distance[ASK_NEAR_MOST];
	const char *near[ASK_NEAR_MOST];
	size_t count;
};

static void
ask_lower(const char *text, char lower[ASK_NAME_MAX])
{
	size_t at = 0;

	for (; text[at] != '\0' && at + 1 < ASK_NAME_MAX; at++)
		lower[at] = text_lower(text[at]);
	lower[at] = '\0';
}

static void
ask_offer(struct ask_near *near, const char *name)
{
	char one[ASK_NAME_MAX], other[ASK_NAME_MAX];
	unsigned most, distance;
	size_t at = near->count;

	ask_lower(near->name, one);
	ask_lower(name, other);
	most = strlen(one) < 3 ? 1 : (unsigned)strlen(one) / 3 + 1;
	distance = text_distance(one, other, most);
	if (strstr(other, one) != NULL && strlen(one) > 2)
		distance = 1;
	if (distance > most)
		return;
	while (at > 0 && near->distance[at - 1] > distance)
		at--;
	if (at == ASK_NEAR_MOST)
		return;
	if (near->count < ASK_NEAR_MOST)
		near->count++;
	for (size_t i = near->count - 1; i > at; i--) {
		near->distance[i] = near->distance[i - 1];
		near->near[i] = near->near[i - 1];
	}
	near->distance[at] = distance;
	near->near[at] = name;
}

static void
ask_say_near(const struct ask_near *near, char *why, size_t why_bytes)
{
	for (size_t i = 0; i < near->count; i++) {
		size_t length = strlen(why);

		snprintf(why + length, why_bytes - length, "%s\"%.40s\"",
			 i == 0 ? "; did you mean " : ", ", near->near[i]);
	}
}

static enum lc_rc
ask_no_column(const struct table *table, const char *name, char *why,
	      size_t why_bytes)
{
	struct ask_near near = {.name = name};

	snprintf(why, why_bytes, "--map: the table has no column \"%.60s\"",
		 name);
	for (size_t i = 0; i < table_count(table); i++)
		ask_offer(&near, table_column(table, i)->name);
	ask_say_near(&near, why, why_bytes);
	return LC_INVALID;
}

static enum lc_rc
ask_no_field(const char *name, char *why, size_t why_bytes)
{
	struct ask_near near = {.name = name};

	snprintf(why, why_bytes, "--map: there is no field \"%.60s\"", name);
	for (int i = 0; i < COLUMNS__MAX; i++)
		ask_offer(&near, columns_table[i].name);
	for (size_t i = 0; mapping_words_asked[i].word != NULL; i++)
		ask_offer(&near, mapping_words_asked[i].word);
	ask_say_near(&near, why, why_bytes);
	return LC_INVALID;
}

/* The column of this very name, or else of this name in another case. */
static int
ask_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table_count(table); i++)
		if (strcmp(table_column(table, i)->name, name) == 0)
			return (int)i;
	return table_find(table, name, strlen(name));
}

static bool
ask_field(const char *name, int *field, const char **unit)
{
	*unit = NULL;
	for (*field = 0; *field < COLUMNS__MAX; (*field)++)
		if (text_equal_nocase(columns_table[*field].name, name))
			return true;
	for (size_t i = 0; mapping_words_asked[i].word != NULL; i++)
		if (text_equal_nocase(mapping_words_asked[i].word, name)) {
			*field = mapping_words_asked[i].field;
			*unit = mapping_words_asked[i].unit;
			return true;
		}
	return false;
}

static enum lc_rc
ask_link(struct mapping_guess *guess, int column, const char *name, int field,
	 const char *unit, char *why, size_t why_bytes)
{
	struct mapping_link *link = &guess->links[column];

	if (link->asked) {
		snprintf(why, why_bytes,
			 "--map: the column \"%.60s\" is given twice", name);
		return LC_INVALID;
	}
	if (field >= 0 && guess->column_of[field] >= 0) {
		snprintf(why, why_bytes, "--map: %s is given twice",
			 mapping_words_field(field));
		return LC_INVALID;
	}
	link->asked = true;
	link->field = field;
	snprintf(link->unit, sizeof(link->unit), "%s",
		 unit == NULL ? "" : unit);
	if (field >= 0)
		guess->column_of[field] = column;
	return LC_OK;
}

static enum lc_rc
ask_one(struct mapping_guess *guess, const struct table *table,
	const char *wish, char *why, size_t why_bytes)
{
	const char *sign = strrchr(wish, '='), *unit;
	char name[MAPPING_WHY_MAX];
	size_t length = sign == NULL ? 0 : (size_t)(sign - wish);
	int column, field;

	if (length == 0 || sign[1] == '\0' || length >= sizeof(name)) {
		snprintf(why, why_bytes,
			 "--map \"%.80s\": it should be COLUMN=FIELD, as in "
			 "--map RAJ2000=ra_deg",
			 wish);
		return LC_INVALID;
	}
	memcpy(name, wish, length);
	name[length] = '\0';
	column = ask_column(table, name);
	if (column < 0)
		return ask_no_column(table, name, why, why_bytes);
	if (!ask_field(sign + 1, &field, &unit))
		return ask_no_field(sign + 1, why, why_bytes);
	return ask_link(guess, column, name, field, unit, why, why_bytes);
}

enum lc_rc
mapping_guess_ask(struct mapping_guess *guess, const struct table *table,
		  const struct mapping_wishes *wishes, char *why,
		  size_t why_bytes)
{
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < wishes->map_count && rc == LC_OK; i++)
		rc = ask_one(guess, table, wishes->map[i], why, why_bytes);
	return rc;
}
