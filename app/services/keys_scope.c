#include "services/keys.h"

#include <string.h>

static const struct {
	const char *name;
	const char *doc;
} keys_scopes[KEYS_SCOPE__MAX] = {
#define KEYS_SCOPE_ROW(code, name, doc) {name, doc},
	KEYS_SCOPE_TABLE(KEYS_SCOPE_ROW)
#undef KEYS_SCOPE_ROW
};

/* All the names, each with what follows it. */
#define KEYS_SCOPE_LENGTH(code, name, doc) +sizeof(name)
_Static_assert(0 KEYS_SCOPE_TABLE(KEYS_SCOPE_LENGTH) <= KEYS_SCOPES_BYTES,
	       "there is room for the names of all scopes");
#undef KEYS_SCOPE_LENGTH

const char *
keys_scope_name(enum keys_scope scope)
{
	return keys_scopes[scope].name;
}

const char *
keys_scope_doc(enum keys_scope scope)
{
	return keys_scopes[scope].doc;
}

enum keys_scope
keys_scope_find(const char *name, size_t length)
{
	int scope = 0;

	while (scope < KEYS_SCOPE__MAX &&
	       (strlen(keys_scopes[scope].name) != length ||
		memcmp(keys_scopes[scope].name, name, length) != 0))
		scope++;
	return (enum keys_scope)scope;
}

bool
keys_allow(unsigned scopes, enum keys_scope wanted)
{
	return (scopes & (KEYS_BIT(wanted) | KEYS_BIT(KEYS_ADMIN))) != 0;
}

void
keys_scopes_write(unsigned scopes, char out[KEYS_SCOPES_BYTES])
{
	size_t length = 0;

	for (int scope = 0; scope < KEYS_SCOPE__MAX; scope++) {
		const char *name = keys_scopes[scope].name;

		if ((scopes & KEYS_BIT(scope)) == 0)
			continue;
		if (length > 0)
			out[length++] = ' ';
		memcpy(out + length, name, strlen(name));
		length += strlen(name);
	}
	out[length] = '\0';
}

unsigned
keys_scopes_read(const char *text, size_t length)
{
	const char *const end = text + length;
	unsigned scopes = 0;

	while (text < end) {
		const char *space = memchr(text, ' ', (size_t)(end - text));
		const char *stop = space == NULL ? end : space;
		enum keys_scope scope =
			keys_scope_find(text, (size_t)(stop - text));

		if (scope != KEYS_SCOPE__MAX)
			scopes |= KEYS_BIT(scope);
		text = stop + 1;
	}
	return scopes;
}
