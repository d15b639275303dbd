#include "services/trace_export_settings.h"

#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "services/digest.h"

enum { HOST_MAX = 255, RESOURCE_OURS = 7 };

static const char traces_path[] = "/v1/traces";

/* ---- where to */

/* The base with the path of traces behind its own, and before a query. */
static const char *
url_below(const char *base, struct arena *arena)
{
	const size_t whole = strcspn(base, "?#");
	size_t length = whole;

	while (length > 0 && base[length - 1] == '/')
		length--;
	return arena_printf(arena, "%.*s%s%s", (int)length, base, traces_path,
			    base + whole);
}

static const char *
url_make(const struct options *options, struct arena *arena)
{
	const char *whole = options->otlp_traces_endpoint;
	const char *base = options->otlp_endpoint;

	if (whole[0] != '\0')
		return arena_dup(arena, whole, strlen(whole));
	return url_below(base[0] != '\0' ? base : "http://localhost:4318",
			 arena);
}

/* ---- pairs */

struct pair {
	char *name, *value;
};

/* In place; false: a '%' that two hexadecimal digits do not follow, or NUL. */
static bool
percent_decode(char *text)
{
	char *out = text;
	uint64_t byte;

	for (; *text != '\0'; text++) {
		byte = (unsigned char)*text;
		if (*text == '%') {
			if (strnlen(text + 1, 2) < 2 ||
			    number_parse_hex(text + 1, 2, &byte) != NUMBER_OK ||
			    byte == 0)
				return false;
			text += 2;
		}
		*out++ = (char)byte;
	}
	*out = '\0';
	return true;
}

static char *
trim(char *text)
{
	size_t length;

	while (text_is_space(*text))
		text++;
	length = strlen(text);
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

/* An entry, in place. */
static bool
pair_read(char *entry, struct pair *out)
{
	char *equals = strchr(entry, '=');

	if (equals == NULL)
		return false;
	*equals = '\0';
	*out = (struct pair){trim(entry), trim(equals + 1)};
	return percent_decode(out->name) && percent_decode(out->value) &&
	       out->name[0] != '\0';
}

/* Cuts the next entry off; NULL: there is none.  Empty ones are none. */
static char *
entry_next(char **list)
{
	char *entry = NULL;

	while (*list != NULL && (entry == NULL || entry[0] == '\0')) {
		char *comma = strchr(*list, ',');

		entry = *list;
		*list = comma != NULL ? comma + 1 : NULL;
		if (comma != NULL)
			*comma = '\0';
		entry = trim(entry);
	}
	return entry != NULL && entry[0] != '\0' ? entry : NULL;
}

static size_t
entries_most(const char *list)
{
	size_t count = 1;

	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* ---- header fields */

/* What the body and the connection need is said by ourselves. */
static const char *const own_fields[] = {"connection",
					 "content-encoding",
					 "content-length",
					 "content-type",
					 "expect",
					 "transfer-encoding",
					 NULL};

/* RFC 9110: a token, and a value without control characters. */
static bool
field_ok(const struct pair *pair)
{
	static const char token[] = "!#$%&'*+-.^_`|~0123456789"
				    "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (const char *const *own = own_fields; *own != NULL; own++)
		if (text_equal_nocase(pair->name, *own))
			return false;
	for (const char *at = pair->value; *at != '\0'; at++)
		if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
			return false;
	return pair->name[strspn(pair->name, token)] == '\0';
}

/* As curl wants it: one without a value ends in ';'. */
static bool
field_add(struct trace_export_settings *settings, const struct pair *pair)
{
	char *line = pair->value[0] != '\0' ?
			     arena_printf(&settings->arena, "%s: %s",
					  pair->name, pair->value) :
			     arena_printf(&settings->arena, "%s;", pair->name);

	if (line == NULL)
		return false;
	settings->fields[settings->field_count++] = line;
	return true;
}

static bool
fields_read(struct trace_export_settings *settings, const char *text)
{
	char *list = arena_dup(&settings->arena, text, strlen(text));
	char *entry;
	struct pair pair;

	settings->fields = arena_alloc(&settings->arena,
				       entries_most(text) * sizeof(char *));
	if (list == NULL || settings->fields == NULL)
		return false;
	while ((entry = entry_next(&list)) != NULL) {
		if (!pair_read(entry, &pair) || !field_ok(&pair))
			settings->fields_wrong++;
		else if (!field_add(settings, &pair))
			return false;
	}
	return true;
}

/* ---- the resource */

/* The last that is said of a name counts. */
static void
resource_put(struct trace_export_settings *settings, const char *name,
	     const char *value)
{
	size_t at = 0;

	if (value == NULL || value[0] == '\0')
		return;
	while (at < settings->resource_count &&
	       strcmp(settings->resource[at].name, name) != 0)
		at++;
	settings->resource[at] = (struct otlp_pair){name, value};
	settings->resource_count += at == settings->resource_count;
}

static const char *
host_name(struct arena *arena)
{
	char host[HOST_MAX + 1] = "";

	if (gethostname(host, HOST_MAX) != 0 ||
	    !text_is_utf8(host, strlen(host)))
		return NULL;
	return arena_dup(arena, host, strlen(host));
}

/*
 * A service is one state directory, whatever processes it has; it stays the
 * same when they are started anew.  In the form of a UUID, of version 8, which
 * is everybody's own.
 */
static const char *
instance_id(const char *host, const char *state, struct arena *arena)
{
	unsigned char b[DIGEST_STRONG_BYTES];
	struct digest_strong digest;

	if (host == NULL)
		host = "";
	digest_strong_begin(&digest);
	digest_strong_add(&digest, host, strlen(host) + 1);
	digest_strong_add(&digest, state, strlen(state));
	digest_strong_end(&digest, b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x80);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return arena_printf(arena,
			    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
			    "%02x%02x%02x%02x%02x%02x",
			    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
			    b[8], b[9], b[10], b[11], b[12], b[13], b[14],
			    b[15]);
}

static bool
is_default_name(const char *service)
{
	const struct option *option = options_table;

	while (option->name != NULL &&
	       strcmp(option->name, "service_name") != 0)
		option++;
	return option->name != NULL && strcmp(option->def, service) == 0;
}

static void
attributes_read(struct trace_export_settings *settings, char *list)
{
	struct pair pair;
	char *entry;

	while ((entry = entry_next(&list)) != NULL) {
		if (!pair_read(entry, &pair) ||
		    !text_is_utf8(pair.name, strlen(pair.name)) ||
		    !text_is_utf8(pair.value, strlen(pair.value)))
			settings->attributes_wrong++;
		else
			resource_put(settings, pair.name, pair.value);
	}
}

/* What the operator says counts, but of what we are. */
static bool
resource_make(struct trace_export_settings *settings,
	      const struct options *options)
{
	struct arena *arena = &settings->arena;
	const char *said = options->service_attributes;
	const char *name = options->service_name;
	char *list = arena_dup(arena, said, strlen(said));
	const char *service = arena_dup(arena, name, strlen(name));
	const char *host = host_name(arena);
	const char *id = instance_id(host, options->state, arena);

	settings->resource =
		arena_alloc(arena, (RESOURCE_OURS + entries_most(said)) *
					   sizeof(*settings->resource));
	if (settings->resource == NULL || list == NULL || service == NULL ||
	    id == NULL)
		return false;
	resource_put(settings, "service.name", service);
	resource_put(settings, "service.version", LIGHTCONE_VERSION);
	resource_put(settings, "service.instance.id", id);
	resource_put(settings, "host.name", host);
	attributes_read(settings, list);
	if (!is_default_name(service))
		resource_put(settings, "service.name", service);
	resource_put(settings, "telemetry.sdk.language", "c");
	resource_put(settings, "telemetry.sdk.name", OTLP_SCOPE);
	resource_put(settings, "telemetry.sdk.version", LIGHTCONE_VERSION);
	return true;
}

/* ---- */

enum lc_rc
trace_export_settings_init(struct trace_export_settings *settings,
			   const struct options *options)
{
	struct arena *arena = &settings->arena;

	*settings = (struct trace_export_settings){
		.json = strcmp(options->otlp_protocol, "http/json") == 0,
		.gzip = strcmp(options->otlp_compression, "gzip") == 0,
		.timeout_ms = options->otlp_timeout_ms,
		.delay_ms = options->trace_delay_ms,
		.batch = (size_t)options->trace_batch,
	};
	arena_init(arena, NULL, 0);
	settings->url = url_make(options, arena);
	settings->certificate = arena_dup(arena, options->otlp_certificate,
					  strlen(options->otlp_certificate));
	return settings->url != NULL && settings->certificate != NULL &&
			       fields_read(settings, options->otlp_headers) &&
			       resource_make(settings, options) ?
		       LC_OK :
		       LC_NO_MEMORY;
}

void
trace_export_settings_release(struct trace_export_settings *settings)
{
	arena_release(&settings->arena);
}
