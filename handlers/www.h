/*
 * The pages of conf/www, which are a part of the program: it needs none of
 * its files at run time.  conf/setup/embed.sh makes the table when the
 * program is built.
 *
 * docs.html and stream.html hold <base href="/"> once, in the place of the
 * application's own mount: whoever sends such a page puts <base href="MOUNT/">
 * there.  Its links are then right wherever the page itself stands: the others
 * of these files are at www/NAME, the description of the API is at
 * openapi.json, and the pages are at docs and stream.
 *
 * The pages hold no script and no style inside their markup, so that they run
 * under
 *   default-src 'none'; script-src 'self'; style-src 'self';
 *   connect-src 'self'; img-src 'self' blob: data:; base-uri 'self'
 */
#ifndef HANDLERS_WWW_H
#define HANDLERS_WWW_H

#include <stddef.h>

struct www_file {
	const char *name;           /* "docs.css" */
	const char *media_type;     /* "text/css; charset=utf-8" */
	const unsigned char *bytes; /* a NUL follows, which does not count */
	size_t length;
};

/* Ends in a NULL name. */
extern const struct www_file www_files[];

#endif
