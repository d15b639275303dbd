/*
 * Names of objects: when two spellings are the same name, and in which order
 * names stand.
 *
 * Folding makes one key of "NGC 224", "ngc0224" and "NGC-224": letters in
 * upper case, no spaces, apostrophes or separators, no leading zeros in the
 * numbers of catalogues, and "Messier", "Caldwell", "Melotte", "Collinder",
 * "Barnard", "Harvard" and "Hickson" as the catalogue's short word.  Signs
 * within numbers stay: MCG +04-01-025 is not MCG -04-01-025.  Import and
 * look-up fold alike, so that a key needs no second rule.  Bytes beyond
 * ASCII pass unchanged, so valid UTF-8 stays valid.  Any thread may call.
 */
#ifndef SKY_NAMES_H
#define SKY_NAMES_H

#include <stddef.h>

enum {
	NAMES_MAX_BYTES = 128,   /* of a name, and so of its key */
	NAMES_ORDER_BYTES = 1024 /* room for the order of any name */
};

/*
 * Writes the key of a name and a NUL; returns its length.  0 for a name with
 * nothing in it or longer than NAMES_MAX_BYTES.
 */
size_t names_fold(const char *name, size_t length,
		  char key[NAMES_MAX_BYTES + 1]);

/*
 * Writes a text that sorts, byte by byte, as the name does in natural order:
 * NGC 2 before NGC 10.  Returns its length; a name longer than
 * NAMES_MAX_BYTES is cut.
 */
size_t names_order(const char *name, size_t length,
		   char order[NAMES_ORDER_BYTES]);

#endif
