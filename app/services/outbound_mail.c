/* Mail: see outbound.h. */
#include "services/outbound.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "services/outbound_address.h"
#include "services/outbound_message.h"
#include "services/outbound_transfer.h"

enum { PATH_BYTES = OUTBOUND_MAIL_MAX + 3 };

struct reading {
	const char *at;
	size_t left;
};

static size_t
message_read(char *out, size_t one, size_t count, void *arg)
{
	struct reading *reading = arg;
	size_t room = one * count;
	size_t length = reading->left < room ? reading->left : room;

	memcpy(out, reading->at, length);
	reading->at += length;
	reading->left -= length;
	return length;
}

/* Whether a server is on this machine, so that nothing is on any wire. */
static bool
is_here(const char *server)
{
	const char *host = strstr(server, "://");
	size_t length;

	host = host != NULL ? host + 3 : server;
	if (text_begins_nocase(host, "localhost"))
		length = sizeof("localhost") - 1;
	else if (strncmp(host, "127.", 4) == 0)
		length = strspn(host, "0123456789.");
	else
		length = strncmp(host, "[::1]", 5) == 0 ? 5 : 0;
	return length > 0 && (host[length] == '\0' || host[length] == ':');
}

/*
 * TLS is tried, but demanded where a password would be seen.  Not on this
 * machine: a server has no certificate for that which could be verified.
 */
static long
tls_level(const struct outbound_mail *mail)
{
	if (is_here(mail->server))
		return CURLUSESSL_NONE;
	return mail->password[0] != '\0' ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

static CURLcode
server_set(CURL *curl, const struct outbound_mail *mail)
{
	CURLcode code =
		curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_level(mail));

	if (code == CURLE_OK && mail->user[0] != '\0')
		code = curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
	if (code == CURLE_OK && mail->user[0] != '\0')
		code = curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
	return code;
}

static CURLcode
message_set(CURL *curl, const char *from, const struct curl_slist *to,
	    struct reading *reading)
{
	CURLcode code = curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);

	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_READFUNCTION,
					message_read);
	if (code == CURLE_OK)
		code = curl_easy_setopt(curl, CURLOPT_READDATA, reading);
	return code;
}

/* Whether a failure is what the server's last reply says. */
static bool
is_reply(CURLcode code)
{
	switch (code) {
	case CURLE_SEND_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_LOGIN_DENIED:
		return true;
	default:
		return false;
	}
}

static enum lc_rc
mail_judge(const struct outbound_transfer *transfer, CURLcode code, char *why,
	   size_t why_bytes)
{
	long status = 0;

	if (code == CURLE_OK)
		return LC_OK;
	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
	if (!is_reply(code) || status < 400)
		return outbound_transfer_failed(transfer, code, why, why_bytes);
	snprintf(why, why_bytes, "the mail server answered %ld", status);
	return status >= 500 ? LC_INVALID : LC_UNAVAILABLE;
}

static enum lc_rc
mail_send(struct outbound_transfer *transfer, const struct outbound_mail *mail,
	  const struct buf *message, struct lc_progress *progress, char *why,
	  size_t why_bytes)
{
	struct reading reading = {message->bytes, message->length};
	char from[PATH_BYTES], to[PATH_BYTES];
	struct curl_slist *recipients;
	CURLcode code = CURLE_OK;
	enum lc_rc rc = LC_NO_MEMORY;

	snprintf(from, sizeof(from), "<%s>", mail->from);
	snprintf(to, sizeof(to), "<%s>", mail->to);
	recipients = curl_slist_append(NULL, to);
	if (recipients != NULL &&
	    server_set(transfer->curl, mail) == CURLE_OK &&
	    message_set(transfer->curl, from, recipients, &reading) == CURLE_OK)
		rc = outbound_transfer_run(transfer, progress, &code, why,
					   why_bytes);
	if (rc == LC_OK)
		rc = mail_judge(transfer, code, why, why_bytes);
	curl_slist_free_all(recipients);
	return rc;
}

/* What would break out of the header, or is nobody's address. */
static enum lc_rc
mail_check(const struct outbound_mail *mail, char *why, size_t why_bytes)
{
	const char *wrong = NULL;

	if (!outbound_mail_ok(mail->from))
		wrong = "the sender is no mail address";
	else if (!outbound_mail_ok(mail->to))
		wrong = "the recipient is no mail address";
	for (const char *at = mail->subject; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			wrong = "the subject is not one line";
	for (const char *at = mail->id; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~' || strchr("<>@", *at) != NULL)
			wrong = "the message's id has other characters than "
				"an id has";
	if (wrong == NULL)
		return LC_OK;
	snprintf(why, why_bytes, "%s", wrong);
	return LC_INVALID;
}

enum lc_rc
outbound_mail(const struct outbound_mail *mail, struct lc_progress *progress,
	      char *why, size_t why_bytes)
{
	struct outbound_transfer transfer;
	struct buf message;
	enum lc_rc rc = mail_check(mail, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	buf_init(&message);
	outbound_message_write(mail, (int64_t)time(NULL), &message);
	/* Where the server is, is the operator's affair. */
	rc = outbound_transfer_init(&transfer, mail->server, OUTBOUND_SMTP,
				    true);
	if (rc == LC_OK && message.failed)
		rc = LC_NO_MEMORY;
	if (rc == LC_OK)
		rc = mail_send(&transfer, mail, &message, progress, why,
			       why_bytes);
	outbound_transfer_release(&transfer);
	buf_release(&message);
	if (rc == LC_NO_MEMORY)
		snprintf(why, why_bytes, "out of memory");
	return rc;
}
