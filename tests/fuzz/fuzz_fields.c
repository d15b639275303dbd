/*
 * Fields of HTTP and the values in them, each read as if the bytes were it:
 * what comes out is one of the possible answers, and does not change when the
 * same is said in another way.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "http/accept.h"
#include "http/client.h"
#include "http/etag.h"
#include "http/formats.h"
#include "http/prefer.h"
#include "http/request_id.h"

/* Not assert(), which a build may leave out. */
const char fuzz_corpus[] = "fields";

/* The text with something before it, to be freed. */
static char *
prefixed(const char *prefix, const char *text)
{
	size_t length = strlen(prefix), rest = strlen(text);
	char *out = malloc(length + rest + 1);

	MUST(out != NULL);
	memcpy(out, prefix, length);
	memcpy(out + length, text, rest + 1);
	return out;
}

/* ---- fields */

/* Of several types one is chosen that is acceptable alone, in any case. */
static void
accept_check(const char *field)
{
	static const char *const types[] = {"application/json", "text/html",
					    "image/png"};
	int chosen = accept_choose(field, types, 3), acceptable = 0;
	char *other = prefixed(" ,;q=0, ", field);

	MUST(chosen >= -1 && chosen < 3);
	for (int i = 0; i < 3; i++) {
		int alone = accept_choose(field, &types[i], 1);

		MUST(alone == 0 || alone == -1);
		acceptable += alone == 0;
		MUST(i != chosen || alone == 0);
	}
	MUST((chosen >= 0) == (acceptable > 0));
	for (char *at = other; *at != '\0'; at++)
		*at = text_upper(*at);
	MUST(accept_choose(other, types, 3) == chosen);
	free(other);
}

/* What is said first is heard, whatever follows. */
static void
etag_check(const char *field)
{
	char *more = prefixed("\"a,\\\" , ", field);

	MUST(etag_listed(more, "\"a,\\\"", ETAG_STRONG));
	MUST(etag_listed(more, "W/\"a,\\\"", ETAG_WEAK));
	MUST(!etag_listed(more, "W/\"a,\\\"", ETAG_STRONG));
	MUST(!etag_listed(field, "\"a\"", ETAG_STRONG) ||
	     etag_listed(field, "\"a\"", ETAG_WEAK));
	MUST(etag_listed(field, "W/\"a\"", ETAG_WEAK) ==
	     etag_listed(field, "\"a\"", ETAG_WEAK));
	free(more);
}

static void
prefer_check(const char *field)
{
	char *more = prefixed("x=\"wait=1,\", ,", field);
	struct prefer prefer, again;

	prefer_read(&prefer, field);
	MUST(prefer.wait_s >= -1 && prefer.wait_s <= PREFER_WAIT_MOST_S);
	prefer_read(&again, more);
	MUST(again.respond_async == prefer.respond_async);
	MUST(again.strict == prefer.strict && again.wait_s == prefer.wait_s);
	free(more);
	more = prefixed("wait=5, Handling=\"strict\" ;a, respond-async,",
			field);
	prefer_read(&again, more);
	MUST(again.respond_async && again.strict && again.wait_s == 5);
	free(more);
}

/* ---- addresses */

static bool
same(const struct client_address *a, const struct client_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* What is written of it can be read again, as an address and as a network. */
static void
address_check(const struct client_address *address)
{
	struct client_address again, group;
	struct client_network network;
	char text[CLIENT_TEXT_BYTES];

	client_write(address, text);
	MUST(client_read(&again, text, strlen(text)) && same(&again, address));
	MUST(client_network_read(&network, text, strlen(text)));
	MUST(network.bits == 128 && client_in(address, &network));
	client_group(address, &group);
	client_group(&group, &again);
	MUST(same(&group, &again));
}

static void
networks_check(const char *text, const struct client_address *address)
{
	struct client_network networks[4];
	int count = client_networks_read(networks, 4, text);

	MUST(count >= -1 && count <= 4);
	for (int i = 0; i < count; i++) {
		MUST(networks[i].bits >= 0 && networks[i].bits <= 128);
		MUST(client_in(&networks[i].address, &networks[i]));
		(void)client_in(address, &networks[i]);
	}
}

/*
 * What stands left of a stranger is not read, and he is not either unless all
 * to his right are trusted.
 */
static void
forwarded_check(const struct client_address *peer,
		const struct client_address *stranger, const char *text)
{
	char *more = prefixed("192.0.2.9, 198.51.100.1,", text);
	struct client_network trusted[3];
	struct client_address client, other;
	bool is_trusted = false;

	MUST(client_networks_read(trusted, 3, "10.0.0.0/8 2001:db8::/32 ::1") ==
	     3);
	client_forwarded(peer, text, trusted, 3, &client);
	address_check(&client);
	for (int i = 0; i < 3; i++)
		is_trusted = is_trusted || client_in(&client, &trusted[i]);
	client_forwarded(peer, more, trusted, 3, &other);
	MUST(same(&other, &client) || (is_trusted && same(&other, stranger)));
	client_forwarded(stranger, text, trusted, 3, &other);
	MUST(same(&other, stranger));
	free(more);
}

static void
client_check(const char *text, size_t length)
{
	struct client_address peer, client, other, stranger;

	client_peer(&client, text);
	address_check(&client);
	networks_check(text, &client);
	if (client_read(&client, text, length))
		address_check(&client);
	client_peer(&stranger, "198.51.100.1");
	client_peer(&peer, "10.0.0.1");
	forwarded_check(&peer, &stranger, text);
	client_forwarded(&stranger, text, NULL, 0, &other);
	MUST(same(&other, &stranger));
}

/* ---- values */

static void
formats_check(const char *text, size_t length)
{
	static const char *const names[] = {"date-time", "date", "email", "uri",
					    "uuid"};
	int right = 0;

	for (int i = 0; i < 5; i++) {
		const struct format *format = format_find(names[i]);

		MUST(format != NULL);
		if (!format->ok(text, length))
			continue;
		right++;
		for (size_t at = 0; at < length; at++)
			MUST(text[at] > ' ' && text[at] < 0x7f);
	}
	/* "http://a@..." is no e-mail address, for it has a colon. */
	MUST(right <= 1);
}

static void
id_check(const char *text)
{
	char made[REQUEST_ID_BYTES];

	if (request_id_ok(text)) {
		MUST(strlen(text) >= 1 && strlen(text) <= REQUEST_ID_MOST);
		MUST(strpbrk(text, " \t\r\n,;\"'\\%<>{}&") == NULL);
	}
	request_id_make(made);
	MUST(request_id_ok(made));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1);

	MUST(text != NULL);
	memcpy(text, bytes, length);
	text[length] = '\0';
	formats_check((const char *)bytes, length);
	client_check(text, length);
	accept_check(text);
	etag_check(text);
	prefer_check(text);
	id_check(text);
	free(text);
	return 0;
}
