#include <limits.h>
#include <stddef.h>

#include "base/cache_setting.h"
#include "base/options.h"
#include "base/number.h"
#include "base/rate_list.h"
#include "base/text.h"
#include "base/whsec.h"

#define INT_OPTION(field)                   \
	.name = #field, .type = OPTION_INT, \
	.offset = offsetof(struct options, field)
#define TEXT_OPTION(field)                   \
	.name = #field, .type = OPTION_TEXT, \
	.offset = offsetof(struct options, field)
#define CHOICE_OPTION(field)                   \
	.name = #field, .type = OPTION_CHOICE, \
	.offset = offsetof(struct options, field)

static const char *const switches[] = {"on", "off", NULL};
static const char *const publishers[] = {"anyone", "key", NULL};
static const char *const log_levels[] = {"error", "warning", "notice", NULL};

static const char *const log_forms[] = {"text", "logfmt", "json", NULL};
static const char *const exporters[] = {"auto", "otlp", "none", NULL};
static const char *const truths[] = {"false", "true", NULL};
static const char *const samplers[] = {"always_on",
				       "always_off",
				       "traceidratio",
				       "parentbased_always_on",
				       "parentbased_always_off",
				       "parentbased_traceidratio",
				       NULL};
static const char *const otlp_protocols[] = {"http/protobuf", "http/json",
					     NULL};
static const char *const otlp_compressions[] = {"none", "gzip", NULL};

/* OpenTelemetry's names for ours: those of traces before those of all. */
#define ALSO(...)                 \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

/* Where lines of the log go. */
static bool
log_place_ok(const char *value)
{
	return value[0] == '/' || strcmp(value, "stderr") == 0 ||
	       strcmp(value, "syslog") == 0;
}

static bool
access_place_ok(const char *value)
{
	return strcmp(value, "off") == 0 || log_place_ok(value);
}

static bool
ratio_ok(const char *value)
{
	double ratio;

	return number_parse_double(value, strlen(value), &ratio) == NUMBER_OK &&
	       ratio >= 0 && ratio <= 1;
}

/* A user in it would be printed, and has options of its own. */
static bool
smtp_url_ok(const char *value)
{
	const char *host = value;

	if (value[0] == '\0')
		return true;
	if (strncmp(value, "smtp://", 7) == 0)
		host += 7;
	else if (strncmp(value, "smtps://", 8) == 0)
		host += 8;
	return host != value && *host != '\0' &&
	       strpbrk(host, "@/?#\\ \t") == NULL;
}

static bool
is_printable(const char *value)
{
	for (; *value != '\0'; value++)
		if (*value <= ' ' || *value > '~')
			return false;
	return true;
}

/* As it is shown, it has no user either. */
static bool
webhook_url_ok(const char *value)
{
	const char *host = value;

	if (value[0] == '\0')
		return true;
	if (strncmp(value, "http://", 7) == 0)
		host += 7;
	else if (strncmp(value, "https://", 8) == 0)
		host += 8;
	return host != value && is_printable(host) &&
	       strcspn(host, "@/?#") > 0 && host[strcspn(host, "@/?#")] != '@';
}

/* Where the stream listens: a path, or an address and a port, or neither. */
static bool
listen_ok(const char *value)
{
	const char *colon = strrchr(value, ':');

	if (value[0] == '\0' || value[0] == '/')
		return true;
	return colon != NULL && colon != value && is_printable(value) &&
	       strspn(colon + 1, "0123456789") == strlen(colon + 1) &&
	       strlen(colon + 1) > 0 && strlen(colon + 1) < 6;
}

static bool
address_ok(const char *value)
{
	const char *at = strchr(value, '@');

	if (value[0] == '\0')
		return true;
	return at != NULL && at != value && at[1] != '\0' &&
	       strchr(at + 1, '@') == NULL && is_printable(value) &&
	       strpbrk(value, "<>(),;:\"\\") == NULL;
}

const struct option options_table[] = {
	{TEXT_OPTION(state), .min = 1, .max = PATH_MAX - 128,
	 .def = LIGHTCONE_STATE_DIR, .unit = "directory",
	 .doc = "Where catalogues and everything shared are kept; mode 0700, "
		"outside the document root."},
	{TEXT_OPTION(catalogue), .min = 1, .max = 64, .def = "openngc",
	 .ok = text_is_name, .unit = "of a-z, 0-9, - and _",
	 .doc = "The catalogue that answers when a request names none."},
	{TEXT_OPTION(cache), .min = 1, .max = 1024, .def = "off",
	 .ok = cache_setting_ok,
	 .unit = "off, local:SIZE, memcached://HOST:PORT,... or "
		 "memcached:///PATH.sock",
	 .doc = "Where answers are kept: in Memcached, for all nodes; or in a "
		"file of SIZE bytes (1M to 1G) in the state directory, for "
		"the processes of this machine. A program without "
		"libmemcached has such a file of 64M in Memcached's place. "
		"After a ? may stand options of libmemcached: "
		"memcached://HOST?--NAMESPACE=NAME."},
	{TEXT_OPTION(cors_origin), .max = 1024, .def = "*",
	 .unit = "* or origins with spaces between them",
	 .doc = "Which other sites' pages may read our answers; empty: none."},
	{TEXT_OPTION(cors_methods), .max = 256, .def = "GET, HEAD, OPTIONS",
	 .unit = "methods with commas between them",
	 .doc = "Which methods those pages may use."},
	{TEXT_OPTION(trusted_proxies), .max = 2048, .def = "",
	 .unit = "networks such as 10.0.0.0/8 or ::1",
	 .doc = "The proxies whose X-Forwarded-For is believed."},
	{CHOICE_OPTION(rate), .choices = switches, .def = "on", .unit = "",
	 .doc = "Whether the limits on what a client may ask count."},
	{TEXT_OPTION(rates), .max = 1024, .def = "", .ok = rate_list_ok,
	 .unit = "NAME=LIMIT/SECONDS or NAME=LIMIT/SECONDS/BURST with commas "
		 "between them",
	 .doc = "Limits that are others than `lightcone routes` tells, by "
		"their names: so many in so long, of which so many may come "
		"at once."},
	{INT_OPTION(rate_keys), .min = 32, .max = 16777216, .def = "16384",
	 .unit = "keys",
	 .doc = "For how many pairs of a limit and a client there is room in "
		"the table of those that have used some of it, of 32 bytes "
		"each; beyond that newcomers are held to what others have "
		"used. A change makes a new table."},
	{TEXT_OPTION(webhook_secret), .max = 1024, .def = "",
	 .ok = whsec_list_ok, .is_secret = true,
	 .unit = "whsec_ and base64 of 24 to 64 bytes",
	 .doc = "What webhooks are signed with; empty: none are sent. Several "
		"with spaces between them all sign, while one takes another's "
		"place."},
	{CHOICE_OPTION(webhook_private), .choices = switches, .def = "off",
	 .unit = "",
	 .doc = "Whether webhooks may go to private networks and to this "
		"machine."},
	{TEXT_OPTION(changes_webhook), .max = 2000, .def = "",
	 .ok = webhook_url_ok, .unit = "an http or https URL",
	 .doc = "Who is told of each change of an object; empty: nobody."},
	{TEXT_OPTION(smtp_url), .max = 256, .def = "", .ok = smtp_url_ok,
	 .unit = "smtp://HOST:PORT or smtps://HOST:PORT",
	 .doc = "The mail server; empty: no mail is sent."},
	{TEXT_OPTION(smtp_user), .max = 128, .def = "", .unit = "",
	 .doc = "Who we are there; empty: it does not ask."},
	{TEXT_OPTION(smtp_password), .max = 128, .def = "", .is_secret = true,
	 .unit = "", .doc = "The password for that."},
	{TEXT_OPTION(mail_from), .max = 254, .def = "", .ok = address_ok,
	 .unit = "an address", .doc = "The sender of our mail."},
	{CHOICE_OPTION(check_replies), .choices = switches, .def = "off",
	 .unit = "",
	 .doc = "Hold each JSON reply against its documented schema and answer "
		"500 where it differs; for tests and development."},
	{CHOICE_OPTION(log_level), .choices = log_levels, .def = "notice",
	 .unit = "",
	 .doc = "The least important messages that are still written."},
	{TEXT_OPTION(log), .min = 1, .max = PATH_MAX - 1, .def = "stderr",
	 .ok = log_place_ok, .unit = "stderr, syslog or a file's whole path",
	 .doc = "Where messages go."},
	{TEXT_OPTION(access_log), .min = 1, .max = PATH_MAX - 1, .def = "off",
	 .ok = access_place_ok,
	 .unit = "off, stderr, syslog or a file's whole path",
	 .doc = "Where a line for each request goes, with its stages' "
		"milliseconds."},
	{CHOICE_OPTION(log_format), .choices = log_forms, .def = "text",
	 .unit = "",
	 .doc = "How both are written; requests' lines are logfmt where this "
		"is text."},
	{CHOICE_OPTION(metrics), .choices = switches, .def = "on", .unit = "",
	 .doc = "Whether requests are counted and timed, for /metrics."},
	{CHOICE_OPTION(traces), .choices = exporters, .def = "auto", .unit = "",
	 .also = ALSO("OTEL_TRACES_EXPORTER"),
	 .doc = "Whether spans of requests are recorded, for `lightcone work` "
		"to export by OTLP; auto: where an endpoint is set."},
	{CHOICE_OPTION(traces_off), .choices = truths, .def = "false",
	 .unit = "", .also = ALSO("OTEL_SDK_DISABLED"),
	 .doc = "Switches that off, whatever else is set."},
	{CHOICE_OPTION(trace_sampler), .choices = samplers,
	 .def = "parentbased_always_on", .unit = "",
	 .also = ALSO("OTEL_TRACES_SAMPLER"),
	 .doc = "Which requests are recorded; parentbased: those whose callers "
		"record them, and of others as the rest says."},
	{TEXT_OPTION(trace_sampler_arg), .min = 1, .max = 32, .def = "1",
	 .ok = ratio_ok, .unit = "a number from 0 to 1",
	 .also = ALSO("OTEL_TRACES_SAMPLER_ARG"),
	 .doc = "How much of all traceidratio records: 0.01 is one in a "
		"hundred."},
	{TEXT_OPTION(otlp_endpoint), .max = 2000, .def = "",
	 .ok = webhook_url_ok, .unit = "an http or https URL",
	 .also = ALSO("OTEL_EXPORTER_OTLP_ENDPOINT"),
	 .doc = "The collector that spans go to, whose path for them is "
		"/v1/traces; empty: http://localhost:4318."},
	{TEXT_OPTION(otlp_traces_endpoint), .max = 2000, .def = "",
	 .ok = webhook_url_ok, .unit = "an http or https URL",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
	 .doc = "The same with its path, which counts instead."},
	{CHOICE_OPTION(otlp_protocol), .choices = otlp_protocols,
	 .def = "http/protobuf", .unit = "",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
		      "OTEL_EXPORTER_OTLP_PROTOCOL"),
	 .doc = "In what form they are sent."},
	{CHOICE_OPTION(otlp_compression), .choices = otlp_compressions,
	 .def = "none", .unit = "",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
		      "OTEL_EXPORTER_OTLP_COMPRESSION"),
	 .doc = "Whether that is compressed."},
	{TEXT_OPTION(otlp_headers), .max = 4096, .def = "", .is_secret = true,
	 .unit = "NAME=VALUE with commas between them, in percent-encoding",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_HEADERS",
		      "OTEL_EXPORTER_OTLP_HEADERS"),
	 .doc = "Header fields that go with it, for collectors that want a "
		"key."},
	{TEXT_OPTION(otlp_certificate), .max = PATH_MAX - 1, .def = "",
	 .unit = "a file's path",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
		      "OTEL_EXPORTER_OTLP_CERTIFICATE"),
	 .doc = "Certificates that a collector by https may be signed with, in "
		"PEM; empty: the system's."},
	{INT_OPTION(otlp_timeout_ms), .min = 1, .max = 600000, .def = "10000",
	 .unit = "ms",
	 .also = ALSO("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
		      "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_BSP_EXPORT_TIMEOUT"),
	 .doc = "How long one attempt to send them may take."},
	{INT_OPTION(trace_delay_ms), .min = 1, .max = 3600000, .def = "5000",
	 .unit = "ms", .also = ALSO("OTEL_BSP_SCHEDULE_DELAY"),
	 .doc = "How long spans wait for others before they are sent."},
	{INT_OPTION(trace_batch), .min = 1, .max = 8192, .def = "512",
	 .unit = "spans", .also = ALSO("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
	 .doc = "How many are sent at once; when there are as many they do not "
		"wait."},
	{INT_OPTION(trace_queue), .min = 64, .max = 1048576, .def = "2048",
	 .unit = "spans", .also = ALSO("OTEL_BSP_MAX_QUEUE_SIZE"),
	 .doc = "How many may wait, of 1 KB each, for a collector that is "
		"away; more are dropped, and counted. A change makes a new "
		"file of them."},
	{TEXT_OPTION(service_name), .min = 1, .max = 255, .def = "lightcone",
	 .unit = "", .also = ALSO("OTEL_SERVICE_NAME"),
	 .doc = "What traces call this service."},
	{TEXT_OPTION(service_attributes), .max = 2000, .def = "",
	 .unit = "NAME=VALUE with commas between them, in percent-encoding",
	 .also = ALSO("OTEL_RESOURCE_ATTRIBUTES"),
	 .doc = "What else they say of it: deployment.environment=test."},
	{INT_OPTION(threads), .min = 1, .max = 64, .def = "2",
	 .unit = "threads",
	 .doc = "Threads of each process that accept and answer requests."},
	{INT_OPTION(pool_threads), .min = 0, .max = 256, .def = "0",
	 .unit = "threads",
	 .doc = "Threads of each process for heavy work; 0: as many as "
		"cores."},
	{CHOICE_OPTION(pool_idle), .choices = switches, .def = "on", .unit = "",
	 .doc = "Whether heavy work gets only what all others leave of the "
		"processors; off where neighbours of ours leave nothing."},
	{INT_OPTION(pool_queue), .min = 1, .max = 65536, .def = "1024",
	 .unit = "requests",
	 .doc = "Heavy requests that may wait in a process; more get 503."},
	{INT_OPTION(heavy_slots), .min = 0, .max = 4096, .def = "0",
	 .unit = "slots",
	 .doc = "Threads that compute heavy requests at once, of all processes "
		"of this state directory; 0: as many as cores."},
	{INT_OPTION(heavy_at_once), .min = 0, .max = 256, .def = "64",
	 .unit = "requests",
	 .doc = "Heavy requests of one address or key that may wait or compute "
		"at the same time, of all processes of this state directory; "
		"more get 429; 0: any number."},
	{INT_OPTION(deadline_max_ms), .min = 1, .max = 3600000, .def = "60000",
	 .unit = "ms",
	 .doc = "The longest deadline; keep it below the web server's own."},
	{INT_OPTION(body_max_bytes), .min = 0, .max = 1073741824,
	 .def = "131072", .unit = "bytes",
	 .doc = "The largest request body, where the endpoint itself does not "
		"take larger ones (its documentation says so); more gets "
		"413."},
	{INT_OPTION(query_max_bytes), .min = 64, .max = 32768, .def = "8192",
	 .unit = "bytes", .doc = "The longest query string; more gets 414."},
	{INT_OPTION(header_max_bytes), .min = 512, .max = 65536, .def = "16384",
	 .unit = "bytes",
	 .doc = "The longest header fields in all; more get 431."},
	{INT_OPTION(send_timeout_ms), .min = 100, .max = 600000, .def = "10000",
	 .unit = "ms",
	 .doc = "How long a web server may leave our reply unread."},
	{INT_OPTION(receive_timeout_ms), .min = 100, .max = 600000,
	 .def = "10000", .unit = "ms",
	 .doc = "How long a web server may keep us waiting for a request's "
		"next bytes."},
	{INT_OPTION(work_processes), .min = 0, .max = 64, .def = "0",
	 .unit = "processes",
	 .doc = "How many of them `lightcone work` runs jobs in; 0: as many as "
		"cores."},
	{INT_OPTION(work_memory_mb), .min = 64, .max = 1048576, .def = "4096",
	 .unit = "MB", .doc = "The most address space of each of them."},
	{INT_OPTION(work_grace_ms), .min = 0, .max = 600000, .def = "10000",
	 .unit = "ms",
	 .doc = "How long a worker that is told to stop goes on with its jobs "
		"before it gives them back."},
	{INT_OPTION(work_lease_ms), .min = 500, .max = 600000, .def = "15000",
	 .unit = "ms",
	 .doc = "After how long without a sign of its worker a job is taken "
		"up by another."},
	{INT_OPTION(results_max_mb), .min = 1, .max = 1048576, .def = "1024",
	 .unit = "MB",
	 .doc = "How much the results of jobs may take; the oldest go first."},
	{TEXT_OPTION(stream_listen), .max = 100, .def = "", .ok = listen_ok,
	 .unit = "ADDRESS:PORT, or a socket's path",
	 .doc = "Where `lightcone stream` listens for the web server; empty: "
		"at "
		"stream.sock in the state directory. The address is this "
		"machine's own, 127.0.0.1."},
	{CHOICE_OPTION(stream_publish), .choices = publishers, .def = "anyone",
	 .unit = "",
	 .doc = "Who may publish messages in the stream: anyone, or who has a "
		"key with the scope publish."},
	{TEXT_OPTION(stream_origins), .max = 1024, .def = "*",
	 .unit = "* or origins with spaces between them",
	 .doc = "Which other sites' pages may be connected to the stream; "
		"empty: none."},
	{INT_OPTION(stream_clients), .min = 1, .max = 1000000, .def = "10000",
	 .unit = "clients",
	 .doc = "How many clients the stream has at once; more get 503."},
	{INT_OPTION(stream_rate), .min = 1, .max = 1000000, .def = "100",
	 .unit = "messages per second",
	 .doc = "How many messages each of them may send; more wait."},
	{INT_OPTION(stream_keep_s), .min = 1, .max = 315576000, .def = "604800",
	 .unit = "s",
	 .doc = "How long an event is kept, for those who were away."},
	{INT_OPTION(stream_keep_mb), .min = 1, .max = 1048576, .def = "64",
	 .unit = "MB",
	 .doc = "How much the events may take that are kept; the oldest go "
		"first."},
	{INT_OPTION(stop_ms), .min = 100, .max = 60000, .def = "2500",
	 .unit = "ms",
	 .doc = "How long a stopping process may take for what it has begun."},
	{.name = NULL},
};
