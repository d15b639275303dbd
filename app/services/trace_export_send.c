#include "services/trace_export_send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "services/outbound_transfer.h"

enum { ANSWER_BYTES_MAX = 65536, WORDS_MAX = TRACE_WHY_MAX - 30 };

struct trace_sender {
	const struct trace_export_settings *settings;
	const _Atomic int64_t *end_ns;
	struct outbound_transfer transfer;
	struct curl_slist *fields;
	struct buf answer;
};

/* ---- the transfer, which begins as a webhook's */

static size_t
answer_take(char *bytes, size_t one, size_t count, void *arg)
{
	struct trace_sender *sender = arg;

	if (sender->answer.length + one * count > ANSWER_BYTES_MAX)
		return 0;
	buf_add(&sender->answer, bytes, one * count);
	return sender->answer.failed ? 0 : one * count;
}

static int
end_ask(void *arg, curl_off_t down_whole, curl_off_t down, curl_off_t up_whole,
	curl_off_t up)
{
	struct trace_sender *sender = arg;

	(void)down_whole;
	(void)down;
	(void)up_whole;
	(void)up;
	if (clock_mono_ns() < atomic_load(sender->end_ns))
		return 0;
	sender->transfer.stopped = LC_CANCELLED;
	return 1;
}

static bool
field_add(struct trace_sender *sender, const char *line)
{
	struct curl_slist *more = curl_slist_append(sender->fields, line);

	if (more == NULL)
		return false;
	sender->fields = more;
	return true;
}

/* "Expect:" is none: who does not know it would be waited for. */
static bool
fields_make(struct trace_sender *sender)
{
	const struct trace_export_settings *settings = sender->settings;

	if (!field_add(sender, "Expect:") ||
	    !field_add(sender,
		       settings->json ?
			       "Content-Type: application/json" :
			       "Content-Type: application/x-protobuf") ||
	    (settings->gzip && !field_add(sender, "Content-Encoding: gzip")))
		return false;
	for (size_t i = 0; i < settings->field_count; i++)
		if (!field_add(sender, settings->fields[i]))
			return false;
	return true;
}

static bool
options_set(struct trace_sender *sender)
{
	CURL *curl = sender->transfer.curl;
	const char *trusted = sender->settings->certificate;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{CURLOPT_POST, 1},
		{CURLOPT_FRESH_CONNECT, 0},
		{CURLOPT_FORBID_REUSE, 0},
		{CURLOPT_TCP_KEEPALIVE, 1},
		{CURLOPT_TIMEOUT_MS, (long)sender->settings->timeout_ms},
	};
	const struct {
		CURLoption option;
		const void *value;
	} others[] = {
		{CURLOPT_USERAGENT,
		 "OTel-OTLP-Exporter-lightcone/" LIGHTCONE_VERSION},
		{CURLOPT_HTTPHEADER, sender->fields},
		{CURLOPT_WRITEDATA, sender},
		{CURLOPT_XFERINFODATA, sender},
		{CURLOPT_CAINFO, trusted},
	};
	size_t count = sizeof(others) / sizeof(others[0]);
	CURLcode code =
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, answer_take);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION,
					end_ask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (code == CURLE_OK)
			code = curl_easy_setopt(curl, numbers[i].option,
						numbers[i].value);
	/* The last is said only where it says something. */
	for (size_t i = 0; i < count - (trusted[0] == '\0'); i++)
		if (code == CURLE_OK)
			code = curl_easy_setopt(curl, others[i].option,
						others[i].value);
	return code == CURLE_OK;
}

struct trace_sender *
trace_sender_new(const struct trace_export_settings *settings,
		 const _Atomic int64_t *end_ns)
{
	struct trace_sender *sender = calloc(1, sizeof(*sender));

	if (sender == NULL)
		return NULL;
	sender->settings = settings;
	sender->end_ns = end_ns;
	buf_init(&sender->answer);
	/* It is the operator's own, and may well be on this machine. */
	if (outbound_transfer_init(&sender->transfer, settings->url,
				   OUTBOUND_HTTP, true) == LC_OK &&
	    fields_make(sender) && options_set(sender))
		return sender;
	trace_sender_free(sender);
	return NULL;
}

void
trace_sender_free(struct trace_sender *sender)
{
	if (sender == NULL)
		return;
	outbound_transfer_release(&sender->transfer);
	curl_slist_free_all(sender->fields);
	buf_release(&sender->answer);
	free(sender);
}

/* ---- what an answer means */

static enum trace_answer_kind
status_judge(long status)
{
	switch (status) {
	case 429:
	case 502:
	case 503:
	case 504:
		return TRACE_ANSWER_LATER;
	case 413:
		return TRACE_ANSWER_TOO_LARGE;
	default:
		return status / 100 == 2 ? TRACE_ANSWER_TAKEN :
					   TRACE_ANSWER_REFUSED;
	}
}

/* The form of an answer, which ought to be that of the request. */
static bool
answer_is(const struct trace_sender *sender, bool json)
{
	char *type = NULL;

	curl_easy_getinfo(sender->transfer.curl, CURLINFO_CONTENT_TYPE, &type);
	if (type != NULL && text_begins_nocase(type, "application/json"))
		return json;
	if (type != NULL && text_begins_nocase(type, "application/x-protobuf"))
		return !json;
	return json == sender->settings->json;
}

static void
taken_judge(const struct trace_sender *sender, CURLcode code,
	    struct trace_answer *out)
{
	const struct buf *answer = &sender->answer;
	struct otlp_partial partial;
	bool read;

	if (answer_is(sender, true))
		read = otlp_read_json(answer->bytes, answer->length, &partial);
	else
		read = otlp_read_protobuf(answer->bytes, answer->length,
					  &partial);
	out->unreadable = code != CURLE_OK || !read;
	if (out->unreadable)
		return;
	out->rejected = partial.rejected;
	snprintf(out->why, sizeof(out->why), "%.*s", WORDS_MAX,
		 partial.message);
}

static void
refused_judge(const struct trace_sender *sender, long status,
	      struct trace_answer *out)
{
	const struct buf *answer = &sender->answer;
	char words[OTLP_MESSAGE_MAX];

	if (!answer_is(sender, false) ||
	    !otlp_read_status(answer->bytes, answer->length, words))
		otlp_words(answer->bytes, answer->length, words, sizeof(words));
	snprintf(out->why, sizeof(out->why), "%ld%s%.*s", status,
		 words[0] != '\0' ? ": " : "", WORDS_MAX, words);
}

/* Once the answer has begun, how it ends does not change what it says. */
static void
judge(const struct trace_sender *sender, CURLcode code,
      struct trace_answer *out)
{
	CURL *curl = sender->transfer.curl;
	curl_off_t after_s = 0;
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200) {
		out->kind = TRACE_ANSWER_LATER;
		/* All that fails on the way is worth another try. */
		if (outbound_transfer_failed(&sender->transfer, code, out->why,
					     sizeof(out->why)) == LC_NO_MEMORY)
			snprintf(out->why, sizeof(out->why), "out of memory");
		return;
	}
	out->kind = status_judge(status);
	if (out->kind == TRACE_ANSWER_TAKEN) {
		taken_judge(sender, code, out);
		return;
	}
	refused_judge(sender, status, out);
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &after_s);
	if (after_s > 0)
		out->retry_after_s = after_s;
}

void
trace_sender_send(struct trace_sender *sender, const struct buf *body,
		  struct trace_answer *out)
{
	CURL *curl = sender->transfer.curl;
	CURLcode code = CURLE_OK;
	enum lc_rc rc = LC_NO_MEMORY;

	*out = (struct trace_answer){.kind = TRACE_ANSWER_LATER};
	buf_reset(&sender->answer);
	if (curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			     (curl_off_t)body->length) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->bytes) == CURLE_OK)
		rc = outbound_transfer_run(&sender->transfer, NULL, &code,
					   out->why, sizeof(out->why));
	if (rc == LC_OK)
		judge(sender, code, out);
	else if (rc == LC_NO_MEMORY)
		snprintf(out->why, sizeof(out->why), "out of memory");
	else
		out->kind = TRACE_ANSWER_NONE;
}
