/*
 * Result codes: one table gives each code its HTTP status, its label (used
 * in problem types, metrics and logs) and its title.
 *
 * Every function that can fail in a way a client may see returns one of
 * these.  LC_OK is zero.  LC_PARKED is no failure: the answer comes later.
 */
#ifndef BASE_RC_H
#define BASE_RC_H

/* X(code, HTTP status, label, title) */
#define LC_RC_TABLE(X)                                                        \
	X(LC_OK, 200, "ok", "OK")                                             \
	X(LC_PARKED, 200, "parked", "Parked")                                 \
	X(LC_BAD_REQUEST, 400, "bad-request", "Bad request")                  \
	X(LC_UNAUTHORIZED, 401, "unauthorized", "Unauthorized")               \
	X(LC_FORBIDDEN, 403, "forbidden", "Forbidden")                        \
	X(LC_NOT_FOUND, 404, "not-found", "Not found")                        \
	X(LC_METHOD, 405, "method-not-allowed", "Method not allowed")         \
	X(LC_NOT_ACCEPTABLE, 406, "not-acceptable", "Not acceptable")         \
	X(LC_TIMEOUT, 408, "request-timeout", "Request timeout")              \
	X(LC_CONFLICT, 409, "conflict", "Conflict")                           \
	X(LC_LENGTH_REQUIRED, 411, "length-required", "Length required")      \
	X(LC_PRECONDITION, 412, "precondition-failed", "Precondition failed") \
	X(LC_TOO_LARGE, 413, "content-too-large", "Content too large")        \
	X(LC_URI_TOO_LONG, 414, "uri-too-long", "URI too long")               \
	X(LC_MEDIA_TYPE, 415, "unsupported-media-type",                       \
	  "Unsupported media type")                                           \
	X(LC_INVALID, 422, "invalid-input", "Invalid input")                  \
	X(LC_UPGRADE, 426, "upgrade-required", "Upgrade required")            \
	X(LC_RATE, 429, "quota-exceeded", "Too many requests")                \
	X(LC_FIELDS_TOO_LARGE, 431, "header-too-large",                       \
	  "Header fields too large")                                          \
	X(LC_CANCELLED, 499, "cancelled", "Client closed the request")        \
	X(LC_INTERNAL, 500, "internal", "Internal error")                     \
	X(LC_UNAVAILABLE, 503, "unavailable", "Unavailable")                  \
	X(LC_NO_MEMORY, 503, "out-of-memory", "Out of memory")                \
	X(LC_QUEUE_FULL, 503, "queue-full", "Queue full")                     \
	X(LC_STOPPING, 503, "stopping", "Stopping")                           \
	X(LC_NOT_KEPT, 504, "not-in-cache", "Not in the cache")               \
	X(LC_DEADLINE, 504, "deadline", "Deadline passed")

enum lc_rc {
#define LC_RC_ENUM(code, status, label, title) code,
	LC_RC_TABLE(LC_RC_ENUM)
#undef LC_RC_ENUM
		LC_RC__MAX
};

#define LC_CHECKED __attribute__((warn_unused_result))
#define LC_PRINTF(template, first) \
	__attribute__((format(printf, template, first)))

/* The HTTP status that goes with a code. */
int rc_status(enum lc_rc rc);

/* A short stable word for a code: "invalid-input". */
const char *rc_label(enum lc_rc rc);

/* What a person reads as the problem's title: "Invalid input". */
const char *rc_title(enum lc_rc rc);

#endif
