/*
 * Named formats of texts, as JSON Schema has them (2020-12, validation,
 * section 7.3), for declared parameters.
 *
 * They are subsets, stricter than the standards where a stranger's text goes
 * on to a mail server or a web server: no format lets a space, a control
 * character or a byte beyond ASCII through.
 */
#ifndef HTTP_FORMATS_H
#define HTTP_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

struct format {
	const char *name; /* "date-time", "date", "email", "uri", "uuid" */
	bool (*ok)(const char *text, size_t length);
	/* What it asks for: "an e-mail address such as ada@example.org". */
	const char *sentence;
};

/* The format of this name; NULL if there is none. */
const struct format *format_find(const char *name);

#endif
