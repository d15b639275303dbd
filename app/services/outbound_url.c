/* URLs of webhooks, and mail addresses: see outbound_address.h. */
#include "services/outbound_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number.h"
#include "base/text.h"

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_MAX = 65535, LOCAL_MAX = 64 };

/* A host as it stands in a URL; without its final dot, or its brackets. */
struct host {
	char text[HOST_MAX + 1];
	bool is_v6;
};

/* Names that lead to this machine or into its own network. */
static const char *const inner_names[] = {
	"localhost", "localdomain",   "local",        "internal",
	"home.arpa", "ip6-localhost", "ip6-loopback", NULL,
};

static enum lc_rc
refuse(char *why, size_t why_bytes, const char *words)
{
	snprintf(why, why_bytes, "A webhook %s", words);
	return LC_INVALID;
}

static enum lc_rc
refuse_private(char *why, size_t why_bytes)
{
	return refuse(why, why_bytes,
		      "does not go to private networks or to this machine; "
		      "its host must be one of the internet");
}

/* Printable ASCII, and no '\', which some read as '/'. */
static bool
bytes_ok(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url > '~' || *url == '\\')
			return false;
	return true;
}

static bool
is_alnum(char c)
{
	return text_is_digit(c) ||
	       (text_lower(c) >= 'a' && text_lower(c) <= 'z');
}

/* Labels of letters, digits, '-' and '_', with dots between them. */
static bool
name_ok(const char *name)
{
	size_t length = 0;

	for (const char *at = name;; at++) {
		if (*at == '.' || *at == '\0') {
			if (length == 0 || length > LABEL_MAX)
				return false;
			if (*at == '\0')
				return true;
			length = 0;
		} else if (is_alnum(*at) || *at == '-' || *at == '_') {
			length++;
		} else {
			return false;
		}
	}
}

/* ":443", or nothing. */
static bool
port_ok(const char *text, size_t length)
{
	int64_t port;

	if (length == 0)
		return true;
	return text[0] == ':' && length > 1 && text_is_digit(text[1]) &&
	       number_parse_int64(text + 1, length - 1, &port) == NUMBER_OK &&
	       port >= 1 && port <= PORT_MAX;
}

static bool
host_take(struct host *host, const char *text, size_t length)
{
	if (length > 0 && text[length - 1] == '.' && !host->is_v6)
		length--;
	if (length == 0 || length > HOST_MAX)
		return false;
	memcpy(host->text, text, length);
	host->text[length] = '\0';
	return true;
}

/* Splits "host:port" or "[address]:port". */
static bool
authority_read(const char *text, size_t length, struct host *host)
{
	const char *end;
	size_t inside;

	host->is_v6 = length > 0 && text[0] == '[';
	end = memchr(text, host->is_v6 ? ']' : ':', length);
	if (host->is_v6) {
		if (end == NULL)
			return false;
		inside = (size_t)(end - text) + 1;
		return port_ok(text + inside, length - inside) &&
		       host_take(host, text + 1, inside - 2);
	}
	inside = end != NULL ? (size_t)(end - text) : length;
	return port_ok(text + inside, length - inside) &&
	       host_take(host, text, inside) && name_ok(host->text);
}

/* ---- IPv4 as inet_aton() and browsers read it: 127.1, 0x7f.1, 017700000001 */

static bool
part_read(const char *text, size_t length, uint32_t *out)
{
	uint64_t value = 0, base = 10;

	if (length >= 2 && text[0] == '0' && text_lower(text[1]) == 'x') {
		base = 16;
		text += 2;
		length -= 2;
	} else if (length >= 2 && text[0] == '0') {
		base = 8;
	}
	for (size_t i = 0; i < length; i++) {
		char c = text_lower(text[i]);
		uint64_t digit = text_is_digit(c) ? (uint64_t)(c - '0') :
				 c >= 'a' && c <= 'f' ?
						    (uint64_t)(c - 'a') + 10 :
						    base;

		if (digit >= base)
			return false;
		value = value * base + digit;
		if (value > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

/* Whether the last label is a number, so that the host is no name. */
static bool
ends_in_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot != NULL ? dot + 1 : host;
	size_t length = strlen(last);
	uint32_t value;

	return strspn(last, "0123456789") == length ||
	       (text_begins_nocase(last, "0x") &&
		part_read(last, length, &value));
}

static bool
v4_read(const char *host, struct sockaddr_in *out)
{
	uint32_t parts[4], address = 0;
	int count = 0;

	for (const char *at = host; count < 4; count++) {
		size_t length = strcspn(at, ".");

		if (!part_read(at, length, &parts[count]))
			return false;
		at += length;
		if (*at == '\0')
			break;
		at++;
	}
	if (count == 4)
		return false;
	for (int i = 0; i < count; i++) {
		if (parts[i] > 255)
			return false;
		address |= parts[i] << (24 - 8 * i);
	}
	if (count > 0 && parts[count] >> (32 - 8 * count) != 0)
		return false;
	*out = (struct sockaddr_in){.sin_family = AF_INET};
	out->sin_addr.s_addr = htonl(address | parts[count]);
	return true;
}

/* ---- */

static bool
name_is_inner(const char *host)
{
	size_t length = strlen(host);

	for (const char *const *n = inner_names; *n != NULL; n++) {
		size_t inner = strlen(*n);

		if (length >= inner &&
		    text_equal_nocase(host + length - inner, *n) &&
		    (length == inner || host[length - inner - 1] == '.'))
			return true;
	}
	return false;
}

/* LC_INVALID without words: it is no host at all. */
static enum lc_rc
host_check(const struct host *host, bool allow_private, bool *inner)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4;

	if (host->is_v6) {
		if (inet_pton(AF_INET6, host->text, &v6.sin6_addr) != 1)
			return LC_INVALID;
		*inner = outbound_address_private((struct sockaddr *)&v6);
	} else if (ends_in_number(host->text)) {
		if (!v4_read(host->text, &v4))
			return LC_INVALID;
		*inner = outbound_address_private((struct sockaddr *)&v4);
	} else {
		*inner = name_is_inner(host->text);
	}
	*inner = *inner && !allow_private;
	return LC_OK;
}

enum lc_rc
outbound_url_check(const char *url, bool allow_private, char *why,
		   size_t why_bytes)
{
	struct host host;
	const char *authority;
	size_t length;
	bool inner;

	if (strlen(url) > OUTBOUND_URL_MAX)
		return refuse(why, why_bytes,
			      "has a URL of 2000 bytes at most");
	if (!bytes_ok(url))
		return refuse(why, why_bytes,
			      "has a URL of printable ASCII without spaces; "
			      "write other characters as %XX, and a host's as "
			      "xn--...");
	if (!text_begins_nocase(url, "http://") &&
	    !text_begins_nocase(url, "https://"))
		return refuse(why, why_bytes,
			      "has a URL that begins with https:// or http://");
	authority = strchr(url, '/') + 2;
	length = strcspn(authority, "/?#");
	if (memchr(authority, '@', length) != NULL)
		return refuse(why, why_bytes,
			      "has a URL without a user or password; the "
			      "signature shows who sent it");
	if (!authority_read(authority, length, &host) ||
	    host_check(&host, allow_private, &inner) != LC_OK)
		return refuse(why, why_bytes,
			      "has a URL with a host, such as "
			      "https://example.org/done");
	return inner ? refuse_private(why, why_bytes) : LC_OK;
}

/* ---- mail */

/* RFC 5322's dot-atom; no quoted strings, which hardly anybody has. */
static bool
local_ok(const char *text, size_t length)
{
	char before = '.';

	if (length == 0 || length > LOCAL_MAX || text[length - 1] == '.')
		return false;
	for (size_t i = 0; i < length; before = text[i++])
		if (text[i] == '.' ?
			    before == '.' :
			    !is_alnum(text[i]) && strchr("!#$%&'*+-/=?^_`{|}~",
							 text[i]) == NULL)
			return false;
	return true;
}

bool
outbound_mail_ok(const char *address)
{
	const char *at = strchr(address, '@');

	return at != NULL && strlen(address) <= OUTBOUND_MAIL_MAX &&
	       local_ok(address, (size_t)(at - address)) && name_ok(at + 1) &&
	       !ends_in_number(at + 1);
}
