/*
 * NAME.about, which stands beside NAME.csv and says what the catalogue is:
 *
 *   title: Messier objects
 *   citation: Messier, C. 1781, Connoissance des Temps for 1784, 227,
 *     and who uses it says so.
 *
 * A line that begins with a space goes on with the one before; empty lines
 * and those that begin with '#' say nothing.
 */
#ifndef COMMANDS_ABOUT_H
#define COMMANDS_ABOUT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/rc.h"
#include "sky/facts.h"

enum { ABOUT_MAX_BYTES = 1 << 16, ABOUT_WHY_MAX = 256 };

/* Of the facts that people write: texts that end in NUL; no bytes: not said. */
struct about {
	struct buf values[FACTS__MAX];
};

void about_init(struct about *about);
void about_release(struct about *about);

/*
 * Reads the file.  LC_NOT_FOUND, without words, when it is not there;
 * LC_INVALID, with words that begin with the line, when it is none such;
 * LC_UNAVAILABLE when it cannot be read.
 */
enum lc_rc about_read(struct about *about, const char *path, char *why,
		      size_t why_bytes) LC_CHECKED;

/* NULL: it does not say. */
const char *about_value(const struct about *about, enum facts_fact which);

#endif
