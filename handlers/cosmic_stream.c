/*
 * GET and POST /cosmic_stream: events, for who has no WebSocket, and messages
 * that become events.
 */
#include "cosmic_stream.h"

#include <stdio.h>

#include "cosmic_types.h"
#include "http/published.h"
#include "table.h"
#include "usage.h"

enum { COSMIC_DEADLINE_MS = 240000 /* then the client asks anew */ };

/* ---- what an event is, for the documentation */

static const struct lc_field event_members[] = {
	LC_FIELD("seq", LC_INT, .min = "1",
		 .doc = "Its number: later events have higher ones."),
	LC_FIELD("epoch", LC_TEXT, .doc = "The log that the number is of."),
	LC_FIELD("time", LC_TEXT, .format = "date-time",
		 .doc = "When it was written down, UTC."),
	LC_FIELD("type", LC_TEXT, .doc = "What it is about."),
	LC_FIELD("data", LC_ANY, .any_of = cosmic_types,
		 .doc = "What is to be known, as its type has it."),
	LC_FIELD("traceparent", LC_TEXT, .optional = true,
		 .doc = "Of the request that has caused it, if that is traced "
			"(W3C Trace Context): what you do because of the event "
			"goes into the same trace."),
	LC_FIELD_END};

static const struct lc_field event_forms[] = {
	LC_FIELD("event", LC_OBJECT, .members = event_members,
		 .doc = "An event."),
	LC_FIELD("data", LC_ANY, .doc = "With envelope=0: its data alone."),
	LC_FIELD_END};

static const struct lc_field event_item = {.type = LC_ANY,
					   .any_of = event_forms};

static const struct lc_field gap_members[] = {
	LC_FIELD("type", LC_TEXT, .doc = "\"gap\"."),
	LC_FIELD("epoch", LC_TEXT, .doc = "The log that there is."),
	LC_FIELD("after", LC_INT, .doc = "What you have had last."),
	LC_FIELD("next", LC_INT, .doc = "The number that comes next."),
	LC_FIELD("reason", LC_TEXT,
		 .doc = "gone: kept no longer; many: more than are sent "
			"again; epoch: the number is of another log; future: "
			"nothing has had the number yet."),
	LC_FIELD_END};

static const struct lc_field stream_reply[] = {
	LC_FIELD("events", LC_LIST, .item = &event_item,
		 .doc = "What has happened, in its order."),
	LC_FIELD("epoch", LC_TEXT, .doc = "What 'epoch' takes next time."),
	LC_FIELD("after", LC_INT, .min = "0",
		 .doc = "What 'after' takes next time."),
	LC_FIELD("gap", LC_OBJECT, .members = gap_members, .optional = true,
		 .doc = "Events that you have missed for good."),
	LC_FIELD_END};

static const enum lc_rc stream_problems[] = {LC_UNAVAILABLE, LC_OK};

/* One that is answered well would make a state.sqlite where there is none,
   and they are asked for the documentation alone. */
static const struct lc_example stream_examples[] = {
	{"No event's number", "/cosmic_stream?after=yesterday", NULL, 422},
	{.target = NULL}};

static enum lc_rc
stream_run(struct lc_call *call, const void *args)
{
	struct lc_events wanted;
	enum lc_rc rc = cosmic_read(call, args, &wanted);

	if (rc != LC_OK)
		return rc;
	if (lc_format(call) == LC_AS_EVENTS)
		return lc_events_stream(call, &wanted);
	return lc_events_poll(call, &wanted);
}

const struct lc_endpoint cosmic_stream_endpoint = {
	.method = LC_GET,
	.path = "/cosmic_stream",
	.tag = &cosmic_tag,
	.summary = "Events as they happen, and what you have missed.",
	.details =
		"By WebSocket at the same address: each text that you send is "
		"an event for all, and you are sent all of them. As "
		"text/event-stream for EventSource, until the answer's "
		"deadline, of four minutes at most; then the client comes "
		"again by itself. Or as JSON, at once or as soon as there is "
		"something (wait). All observers see the same events in the "
		"same order. Who was away says what it has had last, and is "
		"given what came after, or told that there is a gap: by the "
		"member 'gap', or in a stream by a message of the type "
		"\"gap\" that has the same members, also with envelope=0. For "
		"people `/stream` shows it, and `/www/stream.js` is a client "
		"for browsers and Node.js.",
	.params = cosmic_params,
	.args_size = sizeof(struct cosmic_query),
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = COSMIC_DEADLINE_MS,
	.formats = LC_AS_JSON | LC_AS_EVENTS,
	.reply = stream_reply,
	.problems = stream_problems,
	.examples = stream_examples,
	.run = stream_run,
};

/* ---- publishing */

static const struct lc_field publish_reply[] = {
	LC_FIELD("seq", LC_INT, .min = "1", .doc = "The event's number."),
	LC_FIELD("epoch", LC_TEXT, .doc = "The log that it is of."),
	LC_FIELD_END};

static const int publish_statuses[] = {201, 0};

static const struct lc_guard *const publish_guards[] = {&lc_guard_stream, NULL};

/* As any body is refused that is no JSON. */
static enum lc_rc
published_refuse(struct lc_call *call, const char *text,
		 const struct json_fault *fault)
{
	char where[32];

	snprintf(where, sizeof(where), "body.%zu", fault->offset);
	return lc_refuse(call, where, "json_invalid", text + fault->offset,
			 "JSON decode error at line %zu, column %zu: %s",
			 fault->line, fault->column, fault->message);
}

static enum lc_rc
publish(struct lc_call *call, struct event *event)
{
	struct events *events = lc_events_of(call);
	struct events_position position;
	char why[EVENTS_WHY_MAX] = "";
	enum lc_rc rc;

	/* The epoch first: what was added must not be answered with 503. */
	rc = events_position(events, &position, why, sizeof(why));
	if (rc == LC_OK)
		rc = events_add(events, event, 1, why, sizeof(why));
	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	lc_events_note(call, event->type, event->seq);
	lc_set_status(call, 201);
	json_int(lc_json(call), "seq", event->seq);
	json_text(lc_json(call), "epoch", position.epoch);
	return LC_OK;
}

static enum lc_rc
publish_run(struct lc_call *call, const void *args)
{
	size_t length;
	const char *text = lc_body_bytes(call, &length);
	struct published published;
	struct json_fault fault;
	enum lc_rc rc;
	char *copy;

	(void)args;
	if (length == 0)
		return lc_refuse(call, "body", "missing", NULL,
				 "Field required");
	rc = published_read(text, length, &published, &fault);
	if (rc == LC_INVALID)
		return published_refuse(call, text, &fault);
	copy = rc == LC_OK ? lc_alloc(call, length + 1) : NULL;
	if (copy == NULL)
		return rc == LC_OK ? LC_NO_MEMORY : rc;
	published_copy(copy, text, length);
	return publish(call, &(struct event){.type = EVENTS_MESSAGE,
					     .data = copy,
					     .length = length,
					     .trace = lc_events_trace(call),
					     .placed = published.placed,
					     .ra_deg = published.ra_deg,
					     .dec_deg = published.dec_deg});
}

const struct lc_endpoint cosmic_publish_endpoint = {
	.method = LC_POST,
	.path = "/cosmic_stream",
	.tag = &cosmic_tag,
	.summary = "Publishes a message, which all observers are sent.",
	.details = "The body is JSON of any kind. An object with the numbers "
		   "ra_deg and dec_deg is there in the sky. When you are "
		   "answered, the event is on the disk.",
	.bodies = LC_BODY_VALUE,
	.body_example = "{\"hello\": \"there\"}",
	.body_max_bytes = EVENTS_DATA_MAX,
	.body_is_small = true,
	.guards = publish_guards,
	.rates = usage_limits_writer,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.statuses = publish_statuses,
	.reply = publish_reply,
	.problems = stream_problems,
	.run = publish_run,
};

/* ---- by WebSocket: the hub asks, and does the rest */

static enum lc_rc
hub_run(struct lc_call *call, const void *args)
{
	struct lc_events *wanted = lc_alloc(call, sizeof(*wanted));
	enum lc_rc rc =
		wanted == NULL ? LC_NO_MEMORY : cosmic_read(call, args, wanted);

	return rc == LC_OK ? cosmic_wanted_put(call, wanted) : rc;
}

const struct lc_endpoint cosmic_hub_endpoint = {
	.method = LC_GET,
	.path = "/cosmic_stream",
	.tag = &cosmic_tag,
	.summary = "The stream by WebSocket.",
	.params = cosmic_params,
	.args_size = sizeof(struct cosmic_query),
	.formats = LC_AS_TEXT,
	.work = LC_QUICK,
	.deadline_ms = 1000,
	.run = hub_run,
};
