#include "services/outbound_message.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "base/text.h"

enum {
	LINE_CHARACTERS = 76,
	/* As an encoded word after "Subject: " these are 73 characters. */
	WORD_BYTES = 39,
	WORD_TEXT_BYTES = sodium_base64_ENCODED_LEN(
		WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)
};

/* Locales have other names of days and months. */
static void
date_write(int64_t now_s, struct buf *out)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed",
				       "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr",
					 "May", "Jun", "Jul", "Aug",
					 "Sep", "Oct", "Nov", "Dec"};
	const time_t now = (time_t)now_s;
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL)
		return;
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
		   days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		   tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Whether a text can stand in a header's line as it is. */
static bool
is_plain(const char *text, size_t room)
{
	size_t length = strlen(text);

	if (length > room || strstr(text, "=?") != NULL || text[0] == ' ' ||
	    (length > 0 && text[length - 1] == ' '))
		return false;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* RFC 2047's encoded words, of whole characters, each on a line. */
static void
subject_write(const char *subject, struct buf *out)
{
	static const char name[] = "Subject: ";
	char text[WORD_TEXT_BYTES];
	size_t left = strlen(subject);

	buf_add_text(out, name);
	if (is_plain(subject, LINE_CHARACTERS - (sizeof(name) - 1))) {
		buf_printf(out, "%s\r\n", subject);
		return;
	}
	while (left > 0) {
		size_t length = text_utf8_cut(subject, left, WORD_BYTES);

		if (length == 0) /* no characters at all */
			length = WORD_BYTES;
		sodium_bin2base64(text, sizeof(text),
				  (const unsigned char *)subject, length,
				  sodium_base64_VARIANT_ORIGINAL);
		subject += length;
		left -= length;
		buf_printf(out, "=?utf-8?B?%s?=\r\n%s", text,
			   left > 0 ? " " : "");
	}
}

/* ---- quoted-printable */

/* White space at a line's end would get lost. */
static bool
is_literal(const char *at)
{
	if (*at == ' ' || *at == '\t')
		return at[1] != '\0' && at[1] != '\n' && at[1] != '\r';
	return *at > ' ' && *at <= '~' && *at != '=';
}

static void
text_write(const char *text, struct buf *out)
{
	size_t column = 0;

	for (const char *at = text; *at != '\0'; at++) {
		const unsigned char byte = (unsigned char)*at;
		const size_t width = is_literal(at) ? 1 : 3;

		if (*at == '\n' || (*at == '\r' && at[1] == '\n')) {
			at += *at == '\r';
			buf_add_text(out, "\r\n");
			column = 0;
			continue;
		}
		/* One is left for the '=' of a line that goes on. */
		if (column + width > LINE_CHARACTERS - 1) {
			buf_add_text(out, "=\r\n");
			column = 0;
		}
		if (width == 1)
			buf_add_char(out, *at);
		else
			buf_printf(out, "=%02X", byte);
		column += width;
	}
	if (column > 0)
		buf_add_text(out, "\r\n");
}

void
outbound_message_write(const struct outbound_mail *mail, int64_t now_s,
		       struct buf *out)
{
	date_write(now_s, out);
	buf_printf(out, "From: Lightcone <%s>\r\nTo: %s\r\n", mail->from,
		   mail->to);
	subject_write(mail->subject, out);
	buf_printf(out, "Message-ID: <%s%s>\r\n", mail->id,
		   strchr(mail->from, '@'));
	buf_add_text(out, "MIME-Version: 1.0\r\n"
			  "Content-Type: text/plain; charset=utf-8\r\n"
			  "Content-Transfer-Encoding: quoted-printable\r\n"
			  "Auto-Submitted: auto-generated\r\n"
			  "\r\n");
	text_write(mail->text, out);
}
