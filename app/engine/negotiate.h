/*
 * Content negotiation: which of an endpoint's formats the answer gets.
 *
 * `?format=word` weighs more than Accept (RFC 9110, section 12.5.1).
 */
#ifndef ENGINE_NEGOTIATE_H
#define ENGINE_NEGOTIATE_H

#include "engine/call.h"

/*
 * Sets `call->format`.  LC_NOT_ACCEPTABLE: nothing that the endpoint gives is
 * what Accept wants.  A wrong `format` is added to the call's errors.
 */
enum lc_rc negotiate(struct lc_call *call) LC_CHECKED;

/* Whether a parameter of the query, which ends in NUL, is our own. */
bool negotiate_is_parameter(const struct lc_endpoint *endpoint,
			    const char *name, size_t length);

/* The formats of an endpoint as bits. */
unsigned negotiate_formats(const struct lc_endpoint *endpoint);

/* The one that a client gets who does not choose. */
unsigned negotiate_default(const struct lc_endpoint *endpoint);

/* Whether there is a choice. */
static inline bool
negotiate_has_choice(const struct lc_endpoint *endpoint)
{
	unsigned formats = negotiate_formats(endpoint);

	return (formats & (formats - 1)) != 0;
}

struct format_row {
	unsigned bit;
	const char *word;
	const char *type;     /* "text/html", as Accept names it */
	const char *type_all; /* with its parameters */
};

/* All formats; ends in a bit of 0. */
extern const struct format_row negotiate_table[];

const struct format_row *negotiate_row(unsigned bit);

#endif
