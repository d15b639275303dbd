/*
 * A key as a text, for keys.c: its form, its making, its hash; and the names
 * that a key may have.
 */
#ifndef SERVICES_KEYS_TEXT_H
#define SERVICES_KEYS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "services/keys.h"

enum { KEYS_HASH_BYTES = 32, KEYS_TEXT_ID_AT = 3 };

/* Whether a text, which need not end in NUL, has the form of a key. */
bool keys_text_ok(const char *text, size_t length);

/* Makes a key that nobody has had or can guess. */
void keys_text_make(char text[KEYS_TEXT_BYTES]);

/* The BLAKE2b-256 of a text that has the form of a key. */
void keys_text_hash(const char text[KEYS_TEXT_BYTES],
		    unsigned char hash[KEYS_HASH_BYTES]);

/* Whether a key may have this name (keys_add() says which). */
bool keys_text_name_ok(const char *name);

#endif
