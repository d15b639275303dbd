/*
 * What a client says of caches on its way (RFC 9111 section 5.2.1): the
 * directives of a request's Cache-Control that Lightcone honours, and
 * Pragma: no-cache where that is not sent (section 5.4).
 *
 * Names are read in any case, values may be quoted, unknown directives are
 * ignored.  Of a directive that is repeated the strictest counts; an age that
 * is not a whole number of seconds, and nothing else, counts as the strictest
 * there is.
 */
#ifndef HTTP_CACHE_CONTROL_H
#define HTTP_CACHE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct cache_control {
	bool no_cache; /* nothing that was kept, whatever its age */
	bool no_store; /* and what is answered shall not be kept */
	bool only_if_cached;
	int64_t max_age_s;   /* INT64_MAX: any */
	int64_t min_fresh_s; /* how long it must be fresh yet */
	int64_t max_stale_s; /* how long it may have been stale; 0: unsaid */
	bool none_stale;     /* 0 was said */
};

/* Reads both fields, either of which may be NULL. */
void cache_control_read(struct cache_control *control, const char *field,
			const char *pragma);

#endif
