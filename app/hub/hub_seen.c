/*
 * What others see of the hub: metrics, and a span for each message that is
 * traced.
 */
#include "hub/hub_inner.h"

#include <stdio.h>

#include "base/clock.h"

void
hub_see(struct hub *hub)
{
	static const char *const way[] = {"websocket"};
	static const char *const outcomes[] = {"published", "refused", "lost"};
	struct metrics *metrics = hub->settings->metrics;

	hub->series = (struct hub_series){
		.clients = metrics_series(metrics, METRIC_CLIENTS, way),
		.delivered = metrics_series(metrics, METRIC_DELIVERED, way),
		.bytes = metrics_series(metrics, METRIC_STREAM_SENT, way),
		.queue = metrics_series(metrics, METRIC_STREAM_QUEUE, NULL),
		.published =
			metrics_series(metrics, METRIC_MESSAGES, &outcomes[0]),
		.refused =
			metrics_series(metrics, METRIC_MESSAGES, &outcomes[1]),
		.lost = metrics_series(metrics, METRIC_MESSAGES, &outcomes[2]),
	};
}

/* ---- clients */

void
hub_seen_clients(const struct hub *hub)
{
	metrics_set(hub->settings->metrics, hub->series.clients, hub->count);
}

void
hub_seen_sent(const struct hub *hub, int64_t bytes, int64_t events)
{
	struct metrics *metrics = hub->settings->metrics;

	metrics_add(metrics, hub->series.bytes, bytes);
	if (events > 0)
		metrics_add(metrics, hub->series.delivered, events);
}

void
hub_seen_close(const struct hub *hub, int status)
{
	char code[8];

	snprintf(code, sizeof(code), "%d", status);
	metrics_count(hub->settings->metrics, METRIC_STREAM_CLOSED, code, 1);
}

void
hub_seen_queue(struct hub *hub)
{
	size_t bytes;

	pthread_mutex_lock(&hub->lock);
	bytes = hub->messages_bytes;
	pthread_mutex_unlock(&hub->lock);
	for (const struct client *c = hub->clients; c != NULL; c = c->next)
		bytes += c->rest.length + c->aside.length;
	metrics_set(hub->settings->metrics, hub->series.queue, (int64_t)bytes);
}

/* ---- messages */

void
hub_seen_refusal(const struct hub *hub)
{
	metrics_add(hub->settings->metrics, hub->series.refused, 1);
}

/* A trace that nobody has begun and nobody records is not told of. */
void
hub_seen_message(const struct hub *hub, const struct client *client,
		 struct message *message)
{
	message->came_ns = clock_mono_ns();
	tracer_begin(hub->settings->tracer, client->trace, NULL,
		     &message->span);
	if (!message->span.sampled && client->trace == NULL)
		return;
	trace_parent_write(&message->span, message->trace);
	if (message->trace[0] != '\0')
		message->event.trace = message->trace;
}

static void
message_span(const struct message *message, struct trace_span *span)
{
	trace_span_init(span, &message->span, TRACE_PRODUCER,
			"publish message");
	trace_span_times(span, message->came_ns, clock_mono_ns());
	trace_span_text(span, TRACE_EVENT_TYPE,
			events_type_name(message->event.type));
}

void
hub_seen_written(const struct hub *hub, const struct message *first,
		 const struct event *events)
{
	const struct event *event = events;

	for (const struct message *m = first; m != NULL; m = m->next, event++) {
		struct trace_span span;

		if (!m->span.sampled)
			continue;
		message_span(m, &span);
		trace_span_int(&span, TRACE_EVENT_SEQ, event->seq);
		tracer_record(hub->settings->tracer, &span);
	}
	metrics_add(hub->settings->metrics, hub->series.published,
		    event - events);
}

void
hub_seen_lost(const struct hub *hub, const struct message *first)
{
	int64_t count = 0;

	for (const struct message *m = first; m != NULL; m = m->next) {
		struct trace_span span;

		count++;
		if (!m->span.sampled)
			continue;
		message_span(m, &span);
		span.failed = true;
		trace_span_text(&span, TRACE_ERROR_TYPE, "lost");
		tracer_record(hub->settings->tracer, &span);
	}
	metrics_add(hub->settings->metrics, hub->series.lost, count);
}
