#include <limits.h>
#include <stddef.h>

#include "base/cache_setting.h"
#include "base/options.h"
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
