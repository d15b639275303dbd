#include "services/outbound.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/outbound_address.h"
#include "services/outbound_transfer.h"

enum { LOOK_EVERY_MS = 50, ANSWER_BYTES_MAX = 65536 };

enum lc_rc
outbound_start(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? LC_OK :
								   LC_NO_MEMORY;
}

void
outbound_stop(void)
{
	curl_global_cleanup();
}

/*
 * The very address that a connection goes to, whatever the name led to
 * before: a look at it any earlier could be deceived.
 */
static curl_socket_t
socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct outbound_transfer *transfer = arg;
	int descriptor;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (!transfer->allow_private &&
	     outbound_address_private(&address->addr))) {
		transfer->refused = true;
		return CURL_SOCKET_BAD;
	}
	transfer->tried = true;
	descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC,
			    address->protocol);
	return descriptor >= 0 ? descriptor : CURL_SOCKET_BAD;
}

/* Heads and body of the answer are counted, and nothing is kept. */
static size_t
answer_take(char *bytes, size_t one, size_t count, void *arg)
{
	struct outbound_transfer *transfer = arg;

	(void)bytes;
	transfer->received += one * count;
	return transfer->received <= ANSWER_BYTES_MAX ? one * count : 0;
}

/*
 * Stopped from within, curl leaves a connection alone, where otherwise it
 * would say goodbye to a mail server and wait for the reply.
 */
static int
progress_ask(void *arg, curl_off_t down_whole, curl_off_t down,
	     curl_off_t up_whole, curl_off_t up)
{
	struct outbound_transfer *transfer = arg;

	(void)down_whole;
	(void)down;
	(void)up_whole;
	(void)up;
	transfer->stopped = progress_stopped(transfer->progress);
	return transfer->stopped != LC_OK;
}

/* Numbers of curl's options are longs. */
static CURLcode
limits_set(CURL *curl)
{
	static const struct {
		CURLoption option;
		long value;
	} limits[] = {
		{CURLOPT_NOSIGNAL, 1},
		{CURLOPT_NOPROGRESS, 0},
		{CURLOPT_TIMEOUT_MS, OUTBOUND_TRANSFER_MS},
		{CURLOPT_CONNECTTIMEOUT_MS, OUTBOUND_CONNECT_MS},
		{CURLOPT_FOLLOWLOCATION, 0},
		{CURLOPT_NETRC, CURL_NETRC_IGNORED},
		{CURLOPT_SSL_VERIFYPEER, 1},
		{CURLOPT_SSL_VERIFYHOST, 2},
		{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
		{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
		{CURLOPT_FRESH_CONNECT, 1},
		{CURLOPT_FORBID_REUSE, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
		/* Does not wait for a name server when it was told to stop. */
		{CURLOPT_QUICK_EXIT, 1},
#endif
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0;
	     i < sizeof(limits) / sizeof(limits[0]) && code == CURLE_OK; i++)
		code = curl_easy_setopt(curl, limits[i].option,
					limits[i].value);
	return code;
}

/* The names are newer than the numbers, which are deprecated since. */
static CURLcode
protocol_set(CURL *curl, enum outbound_protocol protocol)
{
	const bool is_http = protocol == OUTBOUND_HTTP;

#if LIBCURL_VERSION_NUM >= 0x075500
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
				is_http ? "http,https" : "smtp,smtps");
#else
	return curl_easy_setopt(
		curl, CURLOPT_PROTOCOLS,
		is_http ? (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS) :
			  (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
}

static CURLcode
texts_set(CURL *curl, const char *url)
{
	const struct {
		CURLoption option;
		const char *value;
	} texts[] = {
		{CURLOPT_URL, url},
		{CURLOPT_PROXY, ""},
		{CURLOPT_NOPROXY, "*"},
		{CURLOPT_USERAGENT, "Lightcone/" LIGHTCONE_VERSION},
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0;
	     i < sizeof(texts) / sizeof(texts[0]) && code == CURLE_OK; i++)
		code = curl_easy_setopt(curl, texts[i].option, texts[i].value);
	return code;
}

static CURLcode
functions_set(struct outbound_transfer *transfer)
{
	CURL *curl = transfer->curl;
	const struct {
		CURLoption option;
		void *value;
	} arguments[] = {
		{CURLOPT_OPENSOCKETDATA, transfer},
		{CURLOPT_WRITEDATA, transfer},
		{CURLOPT_HEADERDATA, transfer},
		{CURLOPT_XFERINFODATA, transfer},
		{CURLOPT_ERRORBUFFER, transfer->words},
	};
	CURLcode code =
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, socket_open);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION,
					answer_take);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION,
					answer_take);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION,
					progress_ask);
	for (size_t i = 0;
	     i < sizeof(arguments) / sizeof(arguments[0]) && code == CURLE_OK;
	     i++)
		code = curl_easy_setopt(curl, arguments[i].option,
					arguments[i].value);
	return code;
}

enum lc_rc
outbound_transfer_init(struct outbound_transfer *transfer, const char *url,
		       enum outbound_protocol protocol, bool allow_private)
{
	*transfer = (struct outbound_transfer){
		.curl = curl_easy_init(),
		.multi = curl_multi_init(),
		.allow_private = allow_private,
	};
	return transfer->curl != NULL && transfer->multi != NULL &&
			       limits_set(transfer->curl) == CURLE_OK &&
			       texts_set(transfer->curl, url) == CURLE_OK &&
			       protocol_set(transfer->curl, protocol) ==
				       CURLE_OK &&
			       functions_set(transfer) == CURLE_OK ?
		       LC_OK :
		       LC_NO_MEMORY;
}

void
outbound_transfer_release(struct outbound_transfer *transfer)
{
	curl_easy_cleanup(transfer->curl);
	curl_multi_cleanup(transfer->multi);
}

/* The only transfer's end. */
static CURLcode
multi_result(CURLM *multi)
{
	int left;
	const CURLMsg *message = curl_multi_info_read(multi, &left);

	return message != NULL && message->msg == CURLMSG_DONE ?
		       message->data.result :
		       CURLE_FAILED_INIT;
}

/* By curl's multi interface: the other one asks only once a second. */
static enum lc_rc
multi_run(CURLM *multi)
{
	int running = 1;

	while (running > 0)
		if (curl_multi_perform(multi, &running) != CURLM_OK ||
		    (running > 0 &&
		     curl_multi_poll(multi, NULL, 0, LOOK_EVERY_MS, NULL) !=
			     CURLM_OK))
			return LC_NO_MEMORY;
	return LC_OK;
}

enum lc_rc
outbound_transfer_run(struct outbound_transfer *transfer,
		      struct lc_progress *progress, CURLcode *code, char *why,
		      size_t why_bytes)
{
	CURLM *multi = transfer->multi;
	enum lc_rc rc = LC_NO_MEMORY;

	transfer->progress = progress;
	transfer->stopped = LC_OK;
	transfer->received = 0;
	transfer->words[0] = '\0';
	if (curl_multi_add_handle(multi, transfer->curl) == CURLM_OK) {
		rc = multi_run(multi);
		*code = multi_result(multi);
		curl_multi_remove_handle(multi, transfer->curl);
	}
	if (rc == LC_OK && transfer->stopped != LC_OK) {
		rc = transfer->stopped;
		snprintf(why, why_bytes, "it was stopped");
	}
	return rc;
}

enum lc_rc
outbound_transfer_failed(const struct outbound_transfer *transfer,
			 CURLcode code, char *why, size_t why_bytes)
{
	const char *words = transfer->words[0] != '\0' ?
				    transfer->words :
				    curl_easy_strerror(code);

	if (transfer->refused && !transfer->tried) {
		snprintf(why, why_bytes,
			 "the name leads to a private network or to this "
			 "machine, where nothing is sent");
		return LC_INVALID;
	}
	snprintf(why, why_bytes, "%s", words);
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		return LC_NO_MEMORY;
	case CURLE_URL_MALFORMAT:
		return LC_INVALID;
	default:
		return LC_UNAVAILABLE;
	}
}
