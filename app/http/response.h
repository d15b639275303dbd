/*
 * A response in the making: status, header fields and a body, and its text
 * as CGI and FastCGI want it ("Status: 200 OK", RFC 3875 section 6).
 *
 * Failure (memory) is remembered by the buffers.  A header's value never
 * carries a line's end further: control characters become spaces.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include "base/buf.h"

struct response {
	int status;
	const char *media_type; /* NULL: no body */
	struct buf fields;      /* "Name: value\r\n" … */
	struct buf body;
	const char *shared; /* not NULL: the body, which others have too */
	size_t shared_length;
};

void response_init(struct response *response);
void response_release(struct response *response);

/* Forgets all that was said so far. */
void response_reset(struct response *response);

/* Forgets the body alone. */
void response_no_body(struct response *response);

/* The body, its own or a shared one. */
const char *response_body(const struct response *response, size_t *length);

/* Adds a header field; the value is formatted. */
void response_field(struct response *response, const char *name,
		    const char *format, ...) LC_PRINTF(3, 4);

/* Adds a field whose value is a constant of ours. */
void response_field_text(struct response *response, const char *name,
			 const char *value);

/*
 * Writes status line, fields and the empty line into `out`; with
 * Content-Length unless `streamed`.
 */
void response_head(const struct response *response, bool streamed,
		   struct buf *out);

/* "Not Found" for 404; "Unknown" for what has no name. */
const char *status_phrase(int status);

#endif
