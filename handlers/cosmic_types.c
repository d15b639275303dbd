#include "cosmic_types.h"

#include <stdio.h>
#include <string.h>

/* ---- what each says */

static const char *const object_actions[] = {"put", "delete", NULL};

static const struct lc_field object_members[] = {
	LC_FIELD("action", LC_TEXT, .choices = object_actions,
		 .doc = "put: it is new, or was changed; delete: it is gone."),
	LC_FIELD("catalogue", LC_TEXT, .doc = "The catalogue that was edited."),
	LC_FIELD("name", LC_TEXT, .doc = "The object's main name."),
	LC_FIELD("change", LC_INT, .min = "1",
		 .doc = "The change's number, and the catalogue's new one: "
			"later changes have higher ones."),
	LC_FIELD("path", LC_TEXT,
		 .doc = "What to GET, after the path of the application: the "
			"answer is from this change or a later one."),
	LC_FIELD("ra_deg", LC_NUMBER, .min = "0", .below = "360", .unit = "deg",
		 .doc = "Where it is now, or was when it was deleted; the "
			"event is there, too."),
	LC_FIELD("dec_deg", LC_NUMBER, .min = "-90", .max = "90", .unit = "deg",
		 .doc = "Declination."),
	LC_FIELD_END};

#define ACTION_NAME(constant, name) [constant] = (name),
static const char *const catalogue_actions[COSMIC_ACTION__MAX + 1] = {
	COSMIC_ACTION_TABLE(ACTION_NAME)};
#undef ACTION_NAME

static const struct lc_field catalogue_members[] = {
	LC_FIELD("action", LC_TEXT, .choices = catalogue_actions,
		 .doc = "imported: all of it is new; dropped: it is gone; "
			"edits_dropped: it is as it was imported."),
	LC_FIELD("catalogue", LC_TEXT, .doc = "Its name."),
	LC_FIELD("generation", LC_INT, .min = "1", .optional = true,
		 .doc = "How often one of this name was imported."),
	LC_FIELD("objects", LC_INT, .min = "0", .optional = true,
		 .doc = "How many it has, without edits."),
	LC_FIELD("edits", LC_INT, .min = "0", .optional = true,
		 .doc = "How many edits went."),
	LC_FIELD_END};

static const char *const job_states[] = {"succeeded", "failed", "cancelled",
					 NULL};

static const struct lc_field job_members[] = {
	LC_FIELD("number", LC_INT, .min = "1",
		 .doc = "Which job: its owner sees the number in GET "
			"/jobs/{id}."),
	LC_FIELD("kind", LC_TEXT, .doc = "What kind of work it was."),
	LC_FIELD("state", LC_TEXT, .choices = job_states,
		 .doc = "How it ended."),
	LC_FIELD("attempts", LC_INT, .min = "0",
		 .doc = "How often it was begun."),
	LC_FIELD("elapsed_ms", LC_INT, .unit = "ms",
		 .doc = "From when it was accepted to its end."),
	LC_FIELD_END};

const struct lc_field cosmic_types[] = {
	[EVENTS_MESSAGE] = LC_FIELD("message", LC_ANY,
				    .doc = "What somebody has published: any "
					   "JSON."),
	[EVENTS_OBJECT] =
		LC_FIELD("object", LC_OBJECT, .members = object_members,
			 .doc = "An object was put or deleted."),
	[EVENTS_CATALOGUE] =
		LC_FIELD("catalogue", LC_OBJECT, .members = catalogue_members,
			 .doc = "A catalogue was imported or "
				"dropped, or its edits were."),
	[EVENTS_JOB] = LC_FIELD("job", LC_OBJECT, .members = job_members,
				.doc = "A job has ended."),
	[EVENTS_TYPE__MAX] = LC_FIELD_END};

/* ---- writing */

static enum lc_rc
data_add(struct events *events, struct store *store, struct event *event,
	 const struct buf *data, char *why, size_t why_bytes)
{
	if (data->failed) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	event->data = data->bytes;
	event->length = data->length;
	return events_add_in(events, store, event, why, why_bytes);
}

/* RFC 3986: what is not unreserved is escaped. */
static void
path_add(struct buf *out, const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";

	for (; *name != '\0'; name++) {
		const unsigned char byte = (unsigned char)*name;

		if (strchr(plain, byte) != NULL) {
			buf_add_char(out, *name);
		} else {
			buf_add_char(out, '%');
			buf_add_char(out, digits[byte >> 4]);
			buf_add_char(out, digits[byte & 15]);
		}
	}
}

/* The catalogue is named even if it is the default one: that is an option. */
static void
object_path_write(struct json *json, const struct cosmic_object *object)
{
	struct buf path;

	buf_init(&path);
	buf_add_text(&path, "/galaxy/");
	path_add(&path, object->asked);
	buf_add_text(&path, "?catalogue=");
	path_add(&path, object->catalogue);
	json_bytes(json, "path", path.bytes, path.length);
	json->out->failed |= path.failed;
	buf_release(&path);
}

enum lc_rc
cosmic_object_add(struct events *events, struct store *store,
		  struct cosmic_object *object, char *why, size_t why_bytes)
{
	struct event event = {.type = EVENTS_OBJECT,
			      .placed = true,
			      .ra_deg = object->ra_deg,
			      .dec_deg = object->dec_deg,
			      .trace = object->trace};
	struct json json;
	struct buf data;
	enum lc_rc rc;

	buf_init(&data);
	json_init(&json, &data);
	json_object_begin(&json, NULL);
	json_text(&json, "action", object_actions[object->deleted]);
	json_text(&json, "catalogue", object->catalogue);
	json_text(&json, "name", object->name);
	json_int(&json, "change", object->change);
	object_path_write(&json, object);
	json_number(&json, "ra_deg", object->ra_deg);
	json_number(&json, "dec_deg", object->dec_deg);
	json_object_end(&json);
	rc = data_add(events, store, &event, &data, why, why_bytes);
	object->seq = event.seq;
	buf_release(&data);
	return rc;
}

enum lc_rc
cosmic_catalogue_add(struct events *events, struct store *store,
		     const struct cosmic_catalogue *catalogue, char *why,
		     size_t why_bytes)
{
	struct event event = {.type = EVENTS_CATALOGUE};
	struct json json;
	struct buf data;
	enum lc_rc rc;

	buf_init(&data);
	json_init(&json, &data);
	json_object_begin(&json, NULL);
	json_text(&json, "action", catalogue_actions[catalogue->action]);
	json_text(&json, "catalogue", catalogue->name);
	if (catalogue->action == COSMIC_IMPORTED) {
		json_int(&json, "generation", catalogue->generation);
		json_int(&json, "objects", catalogue->objects);
	} else {
		json_int(&json, "edits", catalogue->edits);
	}
	json_object_end(&json);
	rc = data_add(events, store, &event, &data, why, why_bytes);
	buf_release(&data);
	return rc;
}
