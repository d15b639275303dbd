/*
 * The families of metrics, in the order of /metrics.  A new one is a line
 * here; what it is called, and means, is documented from it.
 *
 * X(constant, name, type, unit, labels, help)
 *
 * The name has the unit at its end, if it has one, and no "_total": that is
 * what a counter's samples add to it.  What is counted in ns is printed in
 * seconds.  Labels have commas between them; each has few values, which are
 * named here or come from a table of the program, never from a client.
 */
#ifndef SERVICES_METRICS_TABLE_H
#define SERVICES_METRICS_TABLE_H

#define METRICS_TABLE(X)                                                       \
	X(METRIC_REQUEST, "http_server_request_duration_seconds",              \
	  METRICS_HISTOGRAM, METRICS_SECONDS, "method,route,status",           \
	  "How long requests took, from their arrival to the end of the "      \
	  "answer; of method other and route other are all that we do not "    \
	  "know.")                                                             \
	X(METRIC_ACTIVE, "http_server_active_requests", METRICS_GAUGE,         \
	  METRICS_NUMBER, "", "Requests that are not answered yet.")           \
	X(METRIC_RECEIVED, "http_server_request_body_bytes", METRICS_COUNTER,  \
	  METRICS_BYTES, "", "Bytes of requests' bodies.")                     \
	X(METRIC_SENT, "http_server_response_bytes", METRICS_COUNTER,          \
	  METRICS_BYTES, "", "Bytes of answers, their heads included.")        \
	X(METRIC_STAGE, "lightcone_request_stage_seconds", METRICS_HISTOGRAM,  \
	  METRICS_SECONDS, "stage",                                            \
	  "How long the stages of requests took: bind, cache, queue, query, "  \
	  "compute, wait (for events, or for another request), encode.")       \
	X(METRIC_FAILURES, "lightcone_request_failures", METRICS_COUNTER,      \
	  METRICS_NUMBER, "reason",                                            \
	  "Requests that did not end well, by reason; deadline, cancelled, "   \
	  "queue-full and stopping among them.")                               \
	X(METRIC_PARKED, "lightcone_requests_parked", METRICS_GAUGE,           \
	  METRICS_NUMBER, "", "Requests that wait and hold no thread.")        \
	X(METRIC_QUEUED, "lightcone_pool_queued", METRICS_GAUGE,               \
	  METRICS_NUMBER, "", "Heavy requests that wait for a thread.")        \
	X(METRIC_COMPUTING, "lightcone_pool_running", METRICS_GAUGE,           \
	  METRICS_NUMBER, "", "Heavy requests that are computed.")             \
	X(METRIC_REFUSALS, "lightcone_limit_refusals", METRICS_COUNTER,        \
	  METRICS_NUMBER, "limit", "Requests that a limit has refused.")       \
	X(METRIC_TASKS, "lightcone_tasks", METRICS_COUNTER, METRICS_NUMBER,    \
	  "outcome", "Tasks after responses: done, failed.")                   \
	X(METRIC_CACHE, "lightcone_cache_results", METRICS_COUNTER,            \
	  METRICS_NUMBER, "result",                                            \
	  "What became of requests whose answers may be kept.")                \
	X(METRIC_CACHE_WORK, "lightcone_cache_answers", METRICS_COUNTER,       \
	  METRICS_NUMBER, "fate",                                              \
	  "Answers that may be kept: computed, refreshed, stored, lost.")      \
	X(METRIC_UP, "lightcone_companion_up", METRICS_GAUGE, METRICS_NUMBER,  \
	  "companion", "Whether a companion is there, as /health says it.")    \
	X(METRIC_SINCE, "lightcone_companion_since_seconds", METRICS_GAUGE,    \
	  METRICS_NUMBER, "companion",                                         \
	  "Since when that has been so, in seconds since 1970.")               \
	X(METRIC_CATALOGUE, "lightcone_catalogue_objects", METRICS_GAUGE,      \
	  METRICS_NUMBER, "catalogue", "Objects of the default catalogue.")    \
	X(METRIC_JOBS, "lightcone_jobs", METRICS_GAUGE, METRICS_NUMBER,        \
	  "state", "Jobs by state, of those that are kept.")                   \
	X(METRIC_JOBS_OLDEST, "lightcone_jobs_oldest_due_seconds",             \
	  METRICS_GAUGE, METRICS_SECONDS, "",                                  \
	  "How long the oldest job that is due has waited.")                   \
	X(METRIC_JOB_WAIT, "lightcone_job_wait_seconds", METRICS_HISTOGRAM,    \
	  METRICS_SECONDS, "kind", "From when a job was due until it began.")  \
	X(METRIC_JOB_RUN, "lightcone_job_duration_seconds", METRICS_HISTOGRAM, \
	  METRICS_SECONDS, "kind,outcome",                                     \
	  "How long attempts of jobs took: succeeded, failed, retried, "       \
	  "cancelled, returned, lost.")                                        \
	X(METRIC_EVENTS, "lightcone_events", METRICS_COUNTER, METRICS_NUMBER,  \
	  "", "Events that were added to the stream's log.")                   \
	X(METRIC_EVENTS_KEPT, "lightcone_events_kept", METRICS_GAUGE,          \
	  METRICS_NUMBER, "", "Events that are kept.")                         \
	X(METRIC_CLIENTS, "lightcone_stream_clients", METRICS_GAUGE,           \
	  METRICS_NUMBER, "transport",                                         \
	  "Clients of the stream: websocket, events, poll.")                   \
	X(METRIC_DELIVERED, "lightcone_stream_deliveries", METRICS_COUNTER,    \
	  METRICS_NUMBER, "transport", "Events that clients were sent.")       \
	X(METRIC_STREAM_SENT, "lightcone_stream_bytes", METRICS_COUNTER,       \
	  METRICS_BYTES, "transport", "Bytes that clients were sent.")         \
	X(METRIC_STREAM_CLOSED, "lightcone_stream_closed", METRICS_COUNTER,    \
	  METRICS_NUMBER, "code",                                              \
	  "WebSockets that we have closed, by code; 1013 are too slow.")       \
	X(METRIC_STREAM_QUEUE, "lightcone_stream_queue_bytes", METRICS_GAUGE,  \
	  METRICS_BYTES, "",                                                   \
	  "Bytes that WebSockets did not take yet, and messages that are not " \
	  "in the log yet.")                                                   \
	X(METRIC_MESSAGES, "lightcone_stream_messages", METRICS_COUNTER,       \
	  METRICS_NUMBER, "outcome",                                           \
	  "Messages from WebSockets: published, refused, lost.")               \
	X(METRIC_SPANS, "lightcone_spans", METRICS_COUNTER, METRICS_NUMBER,    \
	  "fate",                                                              \
	  "Spans: recorded; dropped, the ring being full; torn, by a process " \
	  "that was killed; exported; refused by the collector.")              \
	X(METRIC_SPANS_QUEUED, "lightcone_spans_queued", METRICS_GAUGE,        \
	  METRICS_NUMBER, "", "Spans that are not exported yet.")              \
	X(METRIC_EXPORTS, "lightcone_span_exports", METRICS_COUNTER,           \
	  METRICS_NUMBER, "outcome",                                           \
	  "Attempts to export spans: accepted, partly, retried, refused.")     \
	X(METRIC_LOG, "lightcone_log_messages", METRICS_COUNTER,               \
	  METRICS_NUMBER, "level",                                             \
	  "Messages in the log: error, warning, notice; suppressed, which "    \
	  "were too many; and lost lines.")                                    \
	X(METRIC_PROCESSES, "lightcone_processes", METRICS_GAUGE,              \
	  METRICS_NUMBER, "role",                                              \
	  "Processes that run: web, runner, work, "                            \
	  "stream.")                                                           \
	X(METRIC_STARTS, "lightcone_process_starts", METRICS_COUNTER,          \
	  METRICS_NUMBER, "role", "Processes that were started.")              \
	X(METRIC_LOST_SERIES, "lightcone_metrics_lost", METRICS_COUNTER,       \
	  METRICS_NUMBER, "", "Updates that found no room for their series.")  \
	X(METRIC_BUILD, "lightcone_build", METRICS_INFO, METRICS_NUMBER,       \
	  "version", "The version that answers.")                              \
	X(METRIC_CPU, "process_cpu_seconds", METRICS_COUNTER, METRICS_SECONDS, \
	  "role", "CPU time of all processes there have been.")                \
	X(METRIC_RESIDENT, "process_resident_memory_bytes", METRICS_GAUGE,     \
	  METRICS_BYTES, "role", "Resident memory of those that run.")         \
	X(METRIC_VIRTUAL, "process_virtual_memory_bytes", METRICS_GAUGE,       \
	  METRICS_BYTES, "role", "Address space of those that run.")           \
	X(METRIC_FDS, "process_open_fds", METRICS_GAUGE, METRICS_NUMBER,       \
	  "role", "File descriptors that they have open.")                     \
	X(METRIC_FDS_MAX, "process_max_fds", METRICS_GAUGE, METRICS_NUMBER,    \
	  "role", "How many one of them may have; the least of them.")         \
	X(METRIC_THREADS, "process_threads", METRICS_GAUGE, METRICS_NUMBER,    \
	  "role", "Their threads.")                                            \
	X(METRIC_START, "process_start_time_seconds", METRICS_GAUGE,           \
	  METRICS_NUMBER, "role",                                              \
	  "When the newest of them started, in seconds since 1970.")

enum metric {
#define METRICS_ENUM(constant, name, type, unit, labels, help) constant,
	METRICS_TABLE(METRICS_ENUM)
#undef METRICS_ENUM
		METRIC__MAX
};

#endif
