#include "edits_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sky/names.h"

const struct columns_column edits_fixture_own[EDITS_FIXTURE_OWN] = {
	{.name = "note", .type = COLUMNS_TEXT},
	{.name = "planets", .type = COLUMNS_INTEGER},
	{.name = "var \"iable", .type = COLUMNS_BOOL},
	{.name = "colour", .type = COLUMNS_SINGLE},
	{.name = "surveys", .type = COLUMNS_LIST},
};

const struct columns_set edits_fixture_columns = {
	.own_count = EDITS_FIXTURE_OWN, .own = edits_fixture_own};

static enum lc_rc
find(void *context, const char *key, size_t length, int64_t *id)
{
	const struct edits_fixture_base *base = context;
	char own[32];

	if (base->broken != LC_OK)
		return base->broken;
	for (int i = 0; i < base->count; i++) {
		snprintf(own, sizeof(own), "BASE%d", i);
		if (strlen(own) == length && memcmp(own, key, length) == 0) {
			*id = base->first_id + i;
			return LC_OK;
		}
	}
	return LC_NOT_FOUND;
}

void
edits_fixture_base(struct edits_fixture_base *base, int count, int64_t first_id)
{
	*base = (struct edits_fixture_base){
		.count = count,
		.first_id = first_id,
		.base = {.generation = first_id + 1,
			 .columns = &edits_fixture_columns,
			 .find = find,
			 .context = base}};
}

void
edits_fixture_object(struct edits_fixture_object *object, double ra_deg,
		     double dec_deg)
{
	memset(object, 0, sizeof(*object));
	object->values[COLUMNS_RA].present = true;
	object->values[COLUMNS_RA].real = ra_deg;
	object->values[COLUMNS_DEC].present = true;
	object->values[COLUMNS_DEC].real = dec_deg;
}

void
edits_fixture_text(struct edits_fixture_object *object, int column,
		   const char *text)
{
	object->values[column].present = true;
	object->values[column].text = text;
	object->values[column].length = (uint32_t)strlen(text);
}

enum lc_rc
edits_fixture_change(struct edits *edits, const char *catalogue,
		     const char *name,
		     const struct edits_fixture_object *object,
		     const struct edits_fixture_object *before, int64_t *seq,
		     char *why, size_t why_bytes)
{
	char key[NAMES_MAX_BYTES + 1];
	struct edit edit = {
		.catalogue = catalogue,
		.key = key,
		.name = name,
		.who = "k1 tester",
		.columns = &edits_fixture_columns,
		.values = object == NULL ? NULL : object->values,
		.before = before == NULL ? NULL : before->values,
	};

	if (names_fold(name, strlen(name), key) == 0)
		key[0] = '\0';
	return object == NULL ?
		       edits_delete(edits, &edit, seq, why, why_bytes) :
		       edits_put(edits, &edit, seq, why, why_bytes);
}

int64_t
edits_fixture_put(struct edits *edits, const char *name,
		  const struct edits_fixture_object *object)
{
	char why[EDITS_WHY_MAX] = "";
	int64_t seq = 0;
	enum lc_rc rc = edits_begin(edits, why, sizeof(why));

	if (rc == LC_OK) {
		rc = edits_fixture_change(edits, "a", name, object, NULL, &seq,
					  why, sizeof(why));
		rc = edits_end(edits, rc, why, sizeof(why));
	}
	if (rc != LC_OK || seq < 1)
		fail_msg("%s cannot be changed: %s", name, why);
	return seq;
}

struct edits *
edits_fixture_new(const char *directory)
{
	struct edits *edits = edits_new(directory);

	assert_non_null(edits);
	return edits;
}

struct overlay *
edits_fixture_overlay(const char *directory)
{
	struct overlay *overlay = overlay_new(directory, "a");

	assert_non_null(overlay);
	return overlay;
}

void
edits_fixture_refresh(struct overlay *overlay,
		      const struct edits_fixture_base *base)
{
	char why[OVERLAY_WHY_MAX] = "";
	enum lc_rc rc = overlay_refresh(overlay, &base->base, why, sizeof(why));

	if (rc != LC_OK)
		fail_msg("no refresh: %s, %s", rc_label(rc), why);
}

const struct overlay_object *
edits_fixture_find(const struct overlay *overlay, const char *name)
{
	char key[NAMES_MAX_BYTES + 1];
	size_t length = names_fold(name, strlen(name), key);

	return overlay_find(overlay, key, length);
}

int
edits_fixture_visible(const struct overlay *overlay,
		      const struct edits_fixture_base *base)
{
	int visible = (int)overlay_count(overlay);

	for (int i = 0; i < base->count; i++)
		visible += !overlay_hides(overlay, base->first_id + i);
	return visible;
}
