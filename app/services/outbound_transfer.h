/*
 * One transfer by libcurl, as webhooks and mail share it: no proxy, no
 * redirects, no signals, verified certificates, at most 64 kB of an answer,
 * an end after OUTBOUND_TRANSFER_MS, and a look at the progress every 50 ms.
 */
#ifndef SERVICES_OUTBOUND_TRANSFER_H
#define SERVICES_OUTBOUND_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "base/progress.h"
#include "base/rc.h"

enum { OUTBOUND_TRANSFER_MS = 15000, OUTBOUND_CONNECT_MS = 5000 };

struct outbound_transfer {
	CURL *curl;
	CURLM *multi; /* which keeps connections, where they are kept */
	struct lc_progress *progress;
	enum lc_rc stopped; /* by the progress */
	bool allow_private;
	bool refused; /* an address, for being in a private network */
	bool tried;   /* another one */
	size_t received;
	char words[CURL_ERROR_SIZE];
};

enum outbound_protocol { OUTBOUND_HTTP, OUTBOUND_SMTP };

/*
 * Makes the transfer to a URL of that protocol, or its kind over TLS.
 * LC_NO_MEMORY; it is to be released in any case.
 */
enum lc_rc outbound_transfer_init(struct outbound_transfer *transfer,
				  const char *url,
				  enum outbound_protocol protocol,
				  bool allow_private) LC_CHECKED;
void outbound_transfer_release(struct outbound_transfer *transfer);

/*
 * Does it, once the caller has set what there is to send; as often as wanted.
 * LC_OK when it has come to an end, which *code says; else why it was stopped,
 * with words, or LC_NO_MEMORY.
 */
enum lc_rc outbound_transfer_run(struct outbound_transfer *transfer,
				 struct lc_progress *progress, CURLcode *code,
				 char *why, size_t why_bytes) LC_CHECKED;

/*
 * What it means that a transfer ended so, without an answer to judge by:
 * LC_UNAVAILABLE, LC_INVALID, LC_NO_MEMORY, with words.
 */
enum lc_rc outbound_transfer_failed(const struct outbound_transfer *transfer,
				    CURLcode code, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
