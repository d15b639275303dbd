/*
 * API keys: who may do what, kept in state.sqlite.
 *
 * A key is the text "lc_ID_SECRET": ID are 8 of a-z and 2-7, public, and
 * SECRET is 32 random bytes in base64url.  It is shown once, when it is made;
 * kept is its BLAKE2b-256, which needs no salt and no slowness because nobody
 * can guess 256 random bits.  A key is found by its ID and the hashes are
 * compared in constant time, also when there is no such ID.  No secret is
 * ever in `why` or in a log.
 *
 * A key counts from when it was added until it is revoked, in all processes
 * and at once: each look-up reads what is committed at that moment.
 *
 * Any thread may call.  A look-up holds a lock while SQLite reads, which is
 * from its cache as a rule; where a crashed process has to be cleaned up
 * after it can wait for 0.2 s.
 *
 * Failure: LC_UNAVAILABLE when state.sqlite cannot be used, LC_NO_MEMORY; and
 * LC_INVALID or LC_NOT_FOUND where it is said.  `why` then has words, but for
 * keys_check()'s LC_NOT_FOUND, which has no more to tell.
 */
#ifndef SERVICES_KEYS_H
#define SERVICES_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

/* X(code, name, what it allows) */
#define KEYS_SCOPE_TABLE(X)                                               \
	X(KEYS_READ, "read", "Read what is not open to everybody.")       \
	X(KEYS_WRITE, "write", "Change objects and start jobs.")          \
	X(KEYS_PUBLISH, "publish", "Publish events to those who listen.") \
	X(KEYS_ADMIN, "admin", "Everything.")

enum keys_scope {
#define KEYS_SCOPE_ENUM(code, name, doc) code,
	KEYS_SCOPE_TABLE(KEYS_SCOPE_ENUM)
#undef KEYS_SCOPE_ENUM
		KEYS_SCOPE__MAX
};

/* A set of scopes is an unsigned with one bit for each. */
#define KEYS_BIT(scope) (1U << (scope))

enum {
	KEYS_ID_BYTES = 9,    /* these and the following with a NUL */
	KEYS_TEXT_BYTES = 56, /* "lc_", the ID, '_', the secret */
	KEYS_NAME_BYTES = 65,
	KEYS_TIME_BYTES = 21,
	KEYS_SCOPES_BYTES = 32,
	KEYS_WHY_MAX = 256
};

struct keys;

/* What is known of a key; its secret is not. */
struct keys_key {
	char id[KEYS_ID_BYTES];
	char name[KEYS_NAME_BYTES];
	unsigned scopes;
	char created[KEYS_TIME_BYTES]; /* RFC 3339, UTC */
	char revoked[KEYS_TIME_BYTES]; /* the same, or "" */
};

/* "write", and the sentence that goes with it. */
const char *keys_scope_name(enum keys_scope scope);
const char *keys_scope_doc(enum keys_scope scope);

/* The scope of that name; KEYS_SCOPE__MAX for none. */
enum keys_scope keys_scope_find(const char *name, size_t length);

/* Whether a key with these scopes may do it; admin may everything. */
bool keys_allow(unsigned scopes, enum keys_scope wanted);

/* The names with spaces between them: "read write". */
void keys_scopes_write(unsigned scopes, char out[KEYS_SCOPES_BYTES]);

/* The scopes of such a text; what is the name of none does not count. */
unsigned keys_scopes_read(const char *text, size_t length);

/*
 * The keys of a state directory, one for a process.  Nothing is opened yet.
 * NULL when there is no memory.
 */
struct keys *keys_new(const char *state_dir);

/* Nobody may be calling any more.  NULL is harmless. */
void keys_free(struct keys *keys);

/*
 * Looks whose key a text is, which need not end in NUL.  LC_OK with *out;
 * LC_NOT_FOUND when it is no key, an unknown or a revoked one.  Where there
 * is no state.sqlite there are no keys, and none is made.
 */
enum lc_rc keys_check(struct keys *keys, const char *text, size_t length,
		      struct keys_key *out, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * Makes a key with at least one scope and writes its text to `text`, the only
 * time that it can be had.  LC_INVALID when the name is not 1 to 64 bytes of
 * printable UTF-8 that neither begin nor end with a space, or is that of
 * another key that is not revoked.
 */
enum lc_rc keys_add(struct keys *keys, const char *name, unsigned scopes,
		    char text[KEYS_TEXT_BYTES], char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * Revokes the key that has this name or ID, for good, and puts its ID into
 * `id`.  LC_NOT_FOUND when no key that is not revoked has it; LC_INVALID when
 * it is the name of one and the ID of another.
 */
enum lc_rc keys_revoke(struct keys *keys, const char *id_or_name,
		       char id[KEYS_ID_BYTES], char *why, size_t why_bytes)
	LC_CHECKED;

/* Calls `each` for all keys, also those revoked, the oldest first. */
enum lc_rc keys_list(struct keys *keys,
		     void (*each)(void *context, const struct keys_key *key),
		     void *context, char *why, size_t why_bytes) LC_CHECKED;

#endif
