/*
 * Options: what an operator may set.  One const table gives each its name,
 * type, bounds, default, unit and a sentence; the reader, `lightcone
 * options` and the manual walk the same table.
 *
 * Order of weight: the environment (LIGHTCONE_THREADS=4), then what other
 * programs have there as well (OTEL_SERVICE_NAME=sky), over the file
 * (threads = 4) over the default.  The file is $LIGHTCONE_CONF; else
 * lightcone.conf beside the program; else the installed one.  A file that
 * was named and is not there is an error; the others may be missing.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"

struct options {
	/* text */
	const char *state;
	const char *catalogue;
	const char *cache;
	const char *cors_origin;
	const char *cors_methods;
	const char *trusted_proxies;
	const char *rate;
	const char *rates;
	const char *pool_idle;
	const char *webhook_secret;
	const char *webhook_private;
	const char *changes_webhook;
	const char *smtp_url;
	const char *smtp_user;
	const char *smtp_password;
	const char *mail_from;
	const char *check_replies;
	const char *log_level;
	const char *stream_listen;
	const char *stream_publish;
	const char *stream_origins;
	const char *log;
	const char *access_log;
	const char *log_format;
	const char *metrics;
	const char *traces;
	const char *traces_off;
	const char *trace_sampler;
	const char *trace_sampler_arg;
	const char *otlp_endpoint;
	const char *otlp_traces_endpoint;
	const char *otlp_protocol;
	const char *otlp_compression;
	const char *otlp_headers;
	const char *otlp_certificate;
	const char *service_name;
	const char *service_attributes;
	/* whole numbers */
	int64_t threads;
	int64_t pool_threads;
	int64_t pool_queue;
	int64_t heavy_slots;
	int64_t heavy_at_once;
	int64_t deadline_max_ms;
	int64_t body_max_bytes;
	int64_t query_max_bytes;
	int64_t header_max_bytes;
	int64_t rate_keys;
	int64_t send_timeout_ms;
	int64_t receive_timeout_ms;
	int64_t work_processes;
	int64_t work_memory_mb;
	int64_t work_grace_ms;
	int64_t work_lease_ms;
	int64_t results_max_mb;
	int64_t stream_clients;
	int64_t stream_rate;
	int64_t stream_keep_s;
	int64_t stream_keep_mb;
	int64_t otlp_timeout_ms;
	int64_t trace_delay_ms;
	int64_t trace_batch;
	int64_t trace_queue;
	int64_t stop_ms;

	char *owned[48]; /* the texts that did not come from the table */
	int owned_count;
};

enum option_type { OPTION_INT, OPTION_TEXT, OPTION_CHOICE };

struct option {
	const char *name;
	enum option_type type;
	size_t offset;              /* of the field in struct options */
	int64_t min, max;           /* of a whole number; of a text's bytes */
	const char *const *choices; /* of a choice, ends in NULL */
	bool (*ok)(const char *value); /* what else a text must be; or NULL */
	bool is_secret;                /* it is never printed */
	const char *def;
	const char *unit; /* "" where there is none */
	const char *doc;
	/*
	 * Other programs' variables that say the same, the first that is set,
	 * ends in NULL; or NULL.  One that is wrong is ignored with a warning.
	 */
	const char *const *also;
};

/* The table; ends with a NULL name. */
extern const struct option options_table[];

/*
 * Fills `options` from the defaults, the file and the environment.  On
 * LC_INVALID `why` says which file and line or variable is wrong, and what
 * would be right.
 */
enum lc_rc options_load(struct options *options, struct buf *why) LC_CHECKED;

/* As above from a given file (NULL: none) and environment. */
enum lc_rc options_load_from(struct options *options, const char *path,
			     char *const *environment, struct buf *why)
	LC_CHECKED;

void options_release(struct options *options);

/* Adds an option's present value, as text; of a secret, whether it is set. */
void options_print(const struct options *options, const struct option *option,
		   struct buf *out);

#endif
