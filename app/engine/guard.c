#include "engine/guard.h"

#include <string.h>

#include "base/text.h"
#include "engine/caller.h"
#include "engine/engine.h"
#include "http/client.h"
#include "services/keys.h"

static const struct lc_guard *
guard_standing_for(const struct engine *engine, const struct lc_guard *guard)
{
	for (const struct guard_replacement *r = engine->replacements;
	     r != NULL && r->guard != NULL; r++)
		if (r->guard == guard)
			return r->by;
	return guard;
}

enum lc_rc
guards_pass(struct lc_call *call)
{
	enum lc_rc rc = LC_OK;

	for (const struct lc_guard *const *g = call->endpoint->guards;
	     rc == LC_OK && g != NULL && *g != NULL; g++)
		rc = guard_standing_for(call->engine, *g)->check(call, *g);
	return rc;
}

/* ---- values */

enum lc_rc
lc_put(struct lc_call *call, const char *name, const void *value)
{
	struct call_value *kept = arena_alloc(&call->arena, sizeof(*kept));

	if (kept == NULL)
		return LC_NO_MEMORY;
	*kept = (struct call_value){name, value, call->values};
	call->values = kept;
	return LC_OK;
}

const void *
lc_value(const struct lc_call *call, const char *name)
{
	const struct call_value *value = call->values;

	while (value != NULL && strcmp(value->name, name) != 0)
		value = value->next;
	return value != NULL ? value->value : NULL;
}

/* ---- keys */

/* The key that came with a request; NULL: none. */
static const char *
key_sent(const struct request *request)
{
	static const char scheme[] = "Bearer ";
	const char *field = request->fields[REQUEST_AUTHORIZATION];

	/* Another scheme may be the web server's own, as of a staging site. */
	if (field == NULL || !text_begins_nocase(field, scheme))
		return request->fields[REQUEST_API_KEY];
	field += sizeof(scheme) - 1;
	return field + strspn(field, " ");
}

static enum lc_rc
key_keep(struct lc_call *call, const struct keys_key *found)
{
	struct lc_key *key = arena_alloc(&call->arena, sizeof(*key));

	if (key == NULL)
		return LC_NO_MEMORY;
	key->id = arena_dup(&call->arena, found->id, strlen(found->id));
	key->name = arena_dup(&call->arena, found->name, strlen(found->name));
	if (key->id == NULL || key->name == NULL)
		return LC_NO_MEMORY;
	return lc_key_put(call, key);
}

static enum lc_rc
key_check(struct lc_call *call, const struct lc_guard *guard)
{
	const char *text = key_sent(&call->request);
	char why[KEYS_WHY_MAX] = "";
	struct keys_key key;
	enum lc_rc rc;

	call->is_private = true;
	if (text == NULL || text[0] == '\0')
		return lc_fail(call, LC_UNAUTHORIZED,
			       "This needs a key with the scope %s; send it "
			       "as Authorization: Bearer KEY.",
			       guard->scope);
	rc = keys_check(call->engine->keys, text, strlen(text), &key, why,
			sizeof(why));
	if (rc == LC_NOT_FOUND)
		return lc_fail(call, LC_UNAUTHORIZED,
			       "This key is unknown, or was revoked.");
	if (rc != LC_OK)
		return why[0] != '\0' ? lc_fail(call, rc, "%s", why) : rc;
	if (!keys_allow(key.scopes,
			keys_scope_find(guard->scope, strlen(guard->scope))))
		return lc_fail(call, LC_FORBIDDEN,
			       "The key %s has not the scope %s.", key.name,
			       guard->scope);
	return key_keep(call, &key);
}

static const enum lc_rc key_refusals[] = {LC_UNAUTHORIZED, LC_FORBIDDEN, LC_OK};

#define KEY_GUARD(word)                                         \
	const struct lc_guard lc_guard_##word = {               \
		.name = "key_" #word,                           \
		.doc = "Needs a key with the scope " #word ".", \
		.check = key_check,                             \
		.scope = #word,                                 \
		.refusals = key_refusals,                       \
	}

KEY_GUARD(read);
KEY_GUARD(write);
KEY_GUARD(publish);
KEY_GUARD(admin);

static enum lc_rc
stream_check(struct lc_call *call, const struct lc_guard *guard)
{
	(void)guard;
	if (strcmp(call->engine->options->stream_publish, "anyone") == 0)
		return LC_OK;
	return key_check(call, &lc_guard_publish);
}

const struct lc_guard lc_guard_stream = {
	.name = "stream",
	.doc = "Where option stream_publish is \"key\": needs a key with the "
	       "scope publish.",
	.check = stream_check,
	.refusals = key_refusals,
};

/* ---- whose request it is */

static enum lc_rc
client_check(struct lc_call *call, const struct lc_guard *guard)
{
	struct lc_client *client = arena_alloc(&call->arena, sizeof(*client));
	struct client_address address;
	char *text = arena_alloc(&call->arena, CLIENT_TEXT_BYTES);

	(void)guard;
	if (client == NULL || text == NULL)
		return LC_NO_MEMORY;
	if (caller_address(call, &address))
		client_write(&address, text);
	client->address = text;
	return lc_client_put(call, client);
}

const struct lc_guard lc_guard_client = {
	.name = "client",
	.doc = "The client's address is found through trusted proxies.",
	.check = client_check,
};
