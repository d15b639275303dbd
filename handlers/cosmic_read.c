/*
 * How an observer says what it wants of the cosmic stream.
 */
#include "cosmic_stream.h"

#include <string.h>

#include "objects.h"
#include "target.h"

const struct lc_tag cosmic_tag = {
	"stream", "Every event, in the one order that all observers see."};

static const char *const only_choices[] = {"positions", NULL};

static const char *const type_names[EVENTS_TYPE__MAX + 1] = {
#define TYPE_NAME(constant, name, doc) [constant] = (name),
	EVENTS_TYPE_TABLE(TYPE_NAME)
#undef TYPE_NAME
};

static const struct lc_field type_item = LC_ITEM(
	const char *, .choices = type_names, .doc = "A type of events.");

const struct lc_field cosmic_params[] = {
	LC_PARAM_OPTIONAL(
		cosmic_query, after, .min = "1", .max = "64",
		.doc = "The 'seq' of the last event that you have had: what "
		       "came after it comes first. Otherwise you begin with "
		       "what happens next."),
	LC_PARAM_OPTIONAL(cosmic_query, epoch, .min = "1", .max = "32",
			  .doc = "The 'epoch' of that event, without which "
				 "its number may be another one's."),
	LC_PARAM_OPTIONAL(cosmic_query, coordinates, .min = "1", .max = "256",
			  .doc = "Only events around this position or name, "
				 "and those that are nowhere."),
	LC_PARAM(cosmic_query, radius_deg, .min = "0", .max = "180", .def = "1",
		 .unit = "deg", .doc = "How far from there."),
	LC_PARAM_OPTIONAL(cosmic_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue that knows the name; the "
				 "default one otherwise."),
	LC_PARAM_OPTIONAL(cosmic_query, only, .choices = only_choices,
			  .doc = "\"positions\": no events that are nowhere."),
	LC_PARAM_OPTIONAL(cosmic_query, types, .item = &type_item, .max = "8",
			  .doc = "Only events of these types; all otherwise."),
	LC_PARAM(cosmic_query, envelope, .min = "0", .max = "1", .def = "1",
		 .doc = "0: an event's data alone."),
	LC_PARAM(cosmic_query, wait, .min = "0", .max = "60", .def = "0",
		 .unit = "s", .aside = true,
		 .doc = "How long to wait where there is no event yet, if you "
			"do not stream; but not beyond the answer's deadline."),
	LC_PARAM(cosmic_query, limit, .min = "1", .max = "1000", .def = "100",
		 .doc = "Most events in one answer, if you do not stream."),
	LC_PARAM_OPTIONAL(cosmic_query, last_event_id, .in = LC_IN_HEADER,
			  .max = "64",
			  .doc = "What a browser says that goes on: the id of "
				 "the last event. It counts more than 'after'; "
				 "empty, it says nothing."),
	LC_FIELD_END};

/* ---- where to go on */

static enum lc_rc
had_read(struct lc_call *call, const struct cosmic_query *query,
	 struct events_had *had)
{
	bool goes_on =
		query->has_last_event_id && query->last_event_id[0] != '\0';
	const char *text = goes_on ? query->last_event_id : query->after;

	if (!goes_on && !query->has_after)
		return LC_OK;
	if (!events_id_read(text, strlen(text), had))
		return lc_refuse(call, goes_on ? "last_event_id" : "after",
				 "value_error", text,
				 "This is no event's number, for example 42");
	if (goes_on || !query->has_epoch)
		return LC_OK;
	if (strlen(query->epoch) >= sizeof(had->epoch))
		return lc_refuse(call, "epoch", "value_error", query->epoch,
				 "An epoch is %d hexadecimal digits, as events "
				 "have it",
				 EVENTS_EPOCH_BYTES - 1);
	memcpy(had->epoch, query->epoch, strlen(query->epoch) + 1);
	return LC_OK;
}

/* ---- which ones */

static void
types_read(const struct lc_list *list, struct events_filter *filter)
{
	const char *const *names = list->items;

	for (size_t i = 0; i < list->count; i++)
		filter->types |=
			1U << events_type_find(names[i], strlen(names[i]));
}

struct circle {
	const struct cosmic_query *query;
	struct events_filter *filter;
};

static enum lc_rc
circle_read(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct circle *circle = args;
	const struct cosmic_query *query = circle->query;
	struct target target;
	enum lc_rc rc = target_find(call, catalogue, "coordinates",
				    query->coordinates, &target);

	if (rc == LC_OK)
		events_filter_circle(circle->filter, target.ra_deg,
				     target.dec_deg, query->radius_deg);
	return rc;
}

enum lc_rc
cosmic_read(struct lc_call *call, const struct cosmic_query *query,
	    struct lc_events *wanted)
{
	struct circle circle = {query, &wanted->filter};
	enum lc_rc rc;

	*wanted = (struct lc_events){
		.bare = query->envelope == 0,
		.replay = COSMIC_REPLAY_MOST,
		.most = query->limit,
		.wait_ms = query->wait * 1000,
	};
	wanted->filter.placed_only = query->has_only;
	types_read(&query->types, &wanted->filter);
	rc = had_read(call, query, &wanted->had);
	if (rc != LC_OK || !query->has_coordinates)
		return rc;
	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   circle_read, &circle);
}
