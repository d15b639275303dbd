/*
 * Addresses that a request names, for webhooks and mail: one that is let pass
 * is what its sender reads in it, too.
 */
#include "fuzz.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "services/outbound_address.h"

enum { WHY_MAX = 200, HOST_MAX = 256 };

const char fuzz_corpus[] = "addresses";

/* Nothing in it ends a line, or is seen as a space. */
static void
must_be_visible(const char *text)
{
	for (; *text != '\0'; text++)
		MUST(*text > ' ' && *text < 127);
}

/* The host, read apart from the code that is tested. */
static void
host_take(const char *url, char host[HOST_MAX])
{
	const char *from = strstr(url, "://");
	size_t length;

	MUST(from != NULL);
	from += 3;
	if (*from == '[') {
		from++;
		length = strcspn(from, "]");
		MUST(from[length] == ']');
	} else {
		length = strcspn(from, ":/?#");
	}
	MUST(length > 0 && length < HOST_MAX);
	MUST(memchr(from, '@', length) == NULL);
	memcpy(host, from, length);
	host[length] = '\0';
}

static void
url_try(const char *url)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char why[WHY_MAX] = "", host[HOST_MAX];

	if (outbound_url_check(url, false, why, sizeof(why)) != LC_OK) {
		MUST(why[0] != '\0');
		return;
	}
	MUST(strncasecmp(url, "http://", 7) == 0 ||
	     strncasecmp(url, "https://", 8) == 0);
	must_be_visible(url);
	host_take(url, host);
	if (getaddrinfo(host, NULL, &hints, &found) == 0) {
		MUST(!outbound_address_private(found->ai_addr));
		freeaddrinfo(found);
	}
	MUST(outbound_url_check(url, true, why, sizeof(why)) == LC_OK);
}

static void
mail_try(const char *address)
{
	const char *at = strchr(address, '@');

	if (!outbound_mail_ok(address))
		return;
	must_be_visible(address);
	MUST(at != NULL && at != address && at[1] != '\0');
	MUST(strpbrk(address, "<>,;\"()\\") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1);

	if (text == NULL)
		return 0;
	memcpy(text, bytes, length);
	text[length] = '\0';
	url_try(text);
	mail_try(text);
	free(text);
	return 0;
}
