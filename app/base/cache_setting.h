/*
 * Option `cache`: where answers are kept.
 *
 *   off
 *   local:SIZE                       bytes, or with K, M or G
 *   memcached://HOST:PORT,HOST:PORT  [::1]:PORT as well; the port may be left
 *                                    out
 *   memcached:///PATH.sock
 *
 * After a '?' may stand options of libmemcached, as it writes them:
 * memcached://HOST?--NAMESPACE=NAME.  They are not judged here.
 */
#ifndef BASE_CACHE_SETTING_H
#define BASE_CACHE_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#define CACHE_LOCAL_LEAST_BYTES (INT64_C(1) << 20)
#define CACHE_LOCAL_MOST_BYTES (INT64_C(1) << 30)

enum {
	CACHE_PLACES_MOST = 32,
	CACHE_HOST_MAX = 108 /* as long as a socket's path can be */
};

enum cache_kind { CACHE_OFF, CACHE_LOCAL, CACHE_MEMCACHED };

struct cache_place {
	char host[CACHE_HOST_MAX]; /* a path when it begins with '/' */
	uint16_t port;
};

struct cache_setting {
	enum cache_kind kind;
	int64_t bytes; /* of a local one */
	struct cache_place places[CACHE_PLACES_MOST];
	unsigned count;
	const char *options; /* libmemcached's, within the text; "" */
};

/* Reads the option's value, which must live as long; false: it is none. */
bool cache_setting_read(const char *value, struct cache_setting *setting);

/* Whether it could be read. */
bool cache_setting_ok(const char *value);

#endif
