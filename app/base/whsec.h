/*
 * The secrets that webhooks are signed with, as Standard Webhooks writes them:
 * "whsec_" and base64.  Several with spaces between them are those of a time
 * when one takes another's place.
 */
#ifndef BASE_WHSEC_H
#define BASE_WHSEC_H

#include <stdbool.h>
#include <stddef.h>

enum { WHSEC_BYTES_MIN = 24, WHSEC_BYTES_MAX = 64 };

/*
 * Reads the first secret of *list, and leaves *list behind it.  Returns how
 * many bytes it has: 0 when there is none or it cannot be read, and *list is
 * then where that is.
 */
size_t whsec_next(const char **list, unsigned char out[WHSEC_BYTES_MAX]);

/* Whether a text is such secrets of WHSEC_BYTES_MIN bytes or more; or "". */
bool whsec_list_ok(const char *list);

#endif
