#include "change.h"

#include <string.h>

#include "cosmic_types.h"
#include "lightcone_events.h"
#include "table.h"

enum lc_rc
change_fold(struct lc_call *call, const char *param, const char *name,
	    char key[NAMES_MAX_BYTES + 1])
{
	const size_t length = strlen(name);

	if (length > NAMES_MAX_BYTES)
		return lc_refuse(call, param, "value_error", name,
				 "A name has at most %d bytes, and this has "
				 "%zu in UTF-8",
				 (int)NAMES_MAX_BYTES, length);
	if (names_fold(name, length, key) == 0)
		return lc_refuse(call, param, "value_error", name,
				 "This can be no name: there is nothing in it "
				 "but spaces and separators");
	return LC_OK;
}

/* The key by which edits know the object: of its main name, or a new one. */
static enum lc_rc
change_name(struct change *change, const char *name)
{
	char *key = lc_alloc(change->call, NAMES_MAX_BYTES + 1);

	if (key == NULL)
		return LC_NO_MEMORY;
	/* A copy: the object goes when what it becomes is read. */
	if (change->exists)
		name = arena_dup(lc_arena(change->call),
				 change->before[COLUMNS_NAME].text,
				 change->before[COLUMNS_NAME].length);
	if (name == NULL)
		return LC_NO_MEMORY;
	change->edit.key = key;
	change->edit.name = name;
	return change_fold(change->call, "name", name, key);
}

static enum lc_rc
change_look(struct change *change, const char *name)
{
	struct lc_call *call = change->call;
	struct catalogue *catalogue = change->catalogue;
	enum lc_rc rc = catalogue_refresh(catalogue);

	if (rc == LC_OK)
		rc = catalogue_columns(catalogue, &change->columns);
	if (rc == LC_OK)
		rc = catalogue_find_name(catalogue, name, strlen(name),
					 &change->place);
	change->exists = rc == LC_OK;
	if (rc == LC_OK)
		rc = catalogue_object(catalogue, change->place.id,
				      lc_arena(call), &change->before);
	if (rc != LC_OK && rc != LC_NOT_FOUND)
		return rc;
	rc = lc_precondition(
		call, &object_endpoint, change->exists,
		change->exists ?
			catalogue_object_version(catalogue, change->place.id) :
			0);
	return rc == LC_OK ? change_name(change, name) : rc;
}

/*
 * What observers are told is part of the change: of an object that was
 * deleted it is where it was.
 */
static enum lc_rc
change_shown(struct change *change)
{
	const struct context *context = lc_context(change->call);
	const struct columns_value *values =
		change->deleted ? change->before : change->edit.values;
	const char *name = change->edit.name;
	struct cosmic_object object = {
		.deleted = change->deleted,
		.catalogue = change->edit.catalogue,
		.name = name,
		/* No path has a name with a slash in it. */
		.asked = strchr(name, '/') == NULL ? name : change->asked,
		.change = change->seq,
		.ra_deg = values[COLUMNS_RA].real,
		.dec_deg = values[COLUMNS_DEC].real,
		.trace = lc_events_trace(change->call),
	};
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc = cosmic_object_add(lc_events_of(change->call),
					  edits_store(context->edits), &object,
					  why, sizeof(why));

	change->event = object.seq;
	return rc == LC_OK ? rc : lc_fail(change->call, rc, "%s", why);
}

enum lc_rc
change_make(struct lc_call *call, struct catalogue *catalogue, const char *name,
	    const void *args, enum lc_rc (*make)(struct change *change),
	    struct catalogue_place *after)
{
	const struct context *context = lc_context(call);
	const struct lc_key *key = lc_key_of(call);
	struct change change = {
		.call = call,
		.catalogue = catalogue,
		.asked = name,
		.args = args,
	};
	char why[EDITS_WHY_MAX];
	enum lc_rc rc = edits_begin(context->edits, why, sizeof(why));

	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	rc = change_look(&change, name);
	change.edit.catalogue = catalogue_name(catalogue);
	change.edit.columns = change.columns;
	change.edit.before = change.before;
	change.edit.who = arena_printf(lc_arena(call), "%s (%s)",
				       key == NULL ? "" : key->name,
				       key == NULL ? "" : key->id);
	if (rc == LC_OK && change.edit.who == NULL)
		rc = LC_NO_MEMORY;
	if (rc == LC_OK)
		rc = make(&change);
	if (rc == LC_OK)
		rc = change_told(&change);
	if (rc == LC_OK)
		rc = change_shown(&change);
	if (rc != LC_OK)
		return edits_end(context->edits, rc, why, sizeof(why));
	rc = edits_end(context->edits, LC_OK, why, sizeof(why));
	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	change_told_ring(call);
	events_ring(lc_events_of(call));
	lc_events_note(call, EVENTS_OBJECT, change.event);
	rc = catalogue_refresh(catalogue);
	if (rc != LC_OK || after == NULL)
		return rc;
	return catalogue_find_name(catalogue, change.edit.name,
				   strlen(change.edit.name), after);
}

enum lc_rc
change_put(struct change *change, const struct columns_value *values)
{
	const struct context *context = lc_context(change->call);
	char why[EDITS_WHY_MAX];
	enum lc_rc rc;

	change->edit.values = values;
	rc = edits_put(context->edits, &change->edit, &change->seq, why,
		       sizeof(why));
	return rc == LC_OK ? rc : lc_fail(change->call, rc, "%s", why);
}

enum lc_rc
change_delete(struct change *change)
{
	const struct context *context = lc_context(change->call);
	char why[EDITS_WHY_MAX];
	enum lc_rc rc = edits_delete(context->edits, &change->edit,
				     &change->seq, why, sizeof(why));

	change->deleted = true;
	return rc == LC_OK ? rc : lc_fail(change->call, rc, "%s", why);
}
