#include "sky/mapping_words.h"

#include <string.h>

#include "base/text.h"

struct words_acronym {
	const char *key, *acronym;
};

static const struct words_acronym acronyms[] = {
	{"hip", "HIP"},
	{"hd", "HD"},
	{"sao", "SAO"},
	{"tyc", "TYC"},
	{"tyc2", "TYC"},
	{"gaia", "Gaia"},
	{"gaiadr3", "Gaia DR3"},
	{"gaiadr2", "Gaia DR2"},
	{"gaiaedr3", "Gaia EDR3"},
	{"sourceid", "Gaia"},
	{"pgc", "PGC"},
	{"ugc", "UGC"},
	{"ngc", "NGC"},
};

/* UCD1+ words that may follow without changing what the quantity is. */
static const char harmless[] = "meta.main;stat.mean;stat.median;src;"
			       "pos.heliocentric;pos.barycenter";

void
mapping_words_key(const char *name, size_t length, char key[MAPPING_KEY_MAX])
{
	size_t at = 0;

	for (size_t i = 0; i < length && at + 1 < MAPPING_KEY_MAX; i++) {
		char c = text_lower(name[i]);

		/* The sign of declinations is in a column "DE-". */
		if ((c >= 'a' && c <= 'z') || text_is_digit(c) ||
		    (c == '-' && i + 1 == length))
			key[at++] = c;
	}
	key[at] = '\0';
}

/* Whether a word is among those of a list, case aside. */
static bool
words_has(const char *list, const char *word, size_t length)
{
	for (;;) {
		size_t bytes = strcspn(list, ";"), i = 0;

		while (bytes == length && i < length &&
		       text_lower(list[i]) == text_lower(word[i]))
			i++;
		if (bytes == length && i == length)
			return true;
		if (list[bytes] == '\0')
			return false;
		list += bytes + 1;
	}
}

/* Whether all words of a list are in one of the other two. */
static bool
words_all_in(const char *list, const char *one, const char *other)
{
	for (;;) {
		size_t bytes = strcspn(list, ";");

		if (!words_has(one, list, bytes) &&
		    !words_has(other, list, bytes))
			return false;
		if (list[bytes] == '\0')
			return true;
		list += bytes + 1;
	}
}

int
mapping_words_weigh_ucd(const struct mapping_ucd *entry, const char *ucd)
{
	const size_t first = strcspn(entry->ucd, ";");

	if (text_lower(*ucd) != *entry->ucd || strcspn(ucd, ";") != first ||
	    !words_has(entry->ucd, ucd, first) ||
	    !words_all_in(entry->ucd, ucd, ucd) ||
	    !words_all_in(ucd, entry->ucd, harmless))
		return 0;
	return entry->weight;
}

const char *
mapping_words_acronym(const char *key)
{
	for (size_t i = 0; i < sizeof(acronyms) / sizeof(*acronyms); i++)
		if (strcmp(acronyms[i].key, key) == 0)
			return acronyms[i].acronym;
	return NULL;
}

const char *
mapping_words_field(int field)
{
	if (field >= 0 && field < COLUMNS__MAX)
		return columns_table[field].name;
	for (size_t i = 0; mapping_words_asked[i].word != NULL; i++)
		if (mapping_words_asked[i].field == field)
			return mapping_words_asked[i].word;
	return "own";
}

const char *
mapping_words_unit(int field)
{
	if (field < 0)
		return NULL;
	if (field < COLUMNS__MAX)
		return columns_table[field].type == COLUMNS_REAL ?
			       columns_table[field].unit :
			       NULL;
	return field >= MAPPING_RA_B1950 ? "deg" : NULL;
}
