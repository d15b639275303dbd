/*
 * A request as CGI (RFC 3875) and FastCGI hand it over: a list of variables
 * and a body.
 *
 * The application may be mounted anywhere.  The route is PATH_INFO; where a
 * server gives none, REQUEST_URI's path less the mount.  A trailing slash is
 * the same route.  The variables and the body belong to the caller and must
 * live as long as the request.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"

/* X(constant, name) */
#define LC_METHOD_TABLE(X)     \
	X(LC_GET, "GET")       \
	X(LC_HEAD, "HEAD")     \
	X(LC_POST, "POST")     \
	X(LC_PUT, "PUT")       \
	X(LC_PATCH, "PATCH")   \
	X(LC_DELETE, "DELETE") \
	X(LC_OPTIONS, "OPTIONS")

enum lc_method {
#define LC_METHOD_ENUM(constant, name) constant,
	LC_METHOD_TABLE(LC_METHOD_ENUM)
#undef LC_METHOD_ENUM
		LC_METHOD__MAX /* any other */
};

/*
 * The header fields that the engine itself looks at; X(constant, variable).
 * Two have no HTTP_ before them in CGI.
 */
#define REQUEST_FIELD_TABLE(X)                                            \
	X(REQUEST_ACCEPT, "HTTP_ACCEPT")                                  \
	X(REQUEST_PREFLIGHT_METHOD, "HTTP_ACCESS_CONTROL_REQUEST_METHOD") \
	X(REQUEST_AUTHORIZATION, "HTTP_AUTHORIZATION")                    \
	X(REQUEST_CACHE_CONTROL, "HTTP_CACHE_CONTROL")                    \
	X(REQUEST_IDEMPOTENCY_KEY, "HTTP_IDEMPOTENCY_KEY")                \
	X(REQUEST_IF_MATCH, "HTTP_IF_MATCH")                              \
	X(REQUEST_IF_NONE_MATCH, "HTTP_IF_NONE_MATCH")                    \
	X(REQUEST_ORIGIN, "HTTP_ORIGIN")                                  \
	X(REQUEST_PRAGMA, "HTTP_PRAGMA")                                  \
	X(REQUEST_PREFER, "HTTP_PREFER")                                  \
	X(REQUEST_TRANSFER_ENCODING, "HTTP_TRANSFER_ENCODING")            \
	X(REQUEST_TRACEPARENT, "HTTP_TRACEPARENT")                        \
	X(REQUEST_TRACESTATE, "HTTP_TRACESTATE")                          \
	X(REQUEST_API_KEY, "HTTP_X_API_KEY")                              \
	X(REQUEST_FORWARDED_FOR, "HTTP_X_FORWARDED_FOR")                  \
	X(REQUEST_ID, "HTTP_X_REQUEST_ID")                                \
	X(REQUEST_CONTENT_LENGTH, "CONTENT_LENGTH")                       \
	X(REQUEST_CONTENT_TYPE, "CONTENT_TYPE")                           \
	X(REQUEST_REMOTE_ADDR, "REMOTE_ADDR")

enum request_field {
#define REQUEST_FIELD_ENUM(constant, name) constant,
	REQUEST_FIELD_TABLE(REQUEST_FIELD_ENUM)
#undef REQUEST_FIELD_ENUM
		REQUEST_FIELD__MAX
};

struct request {
	enum lc_method method;
	const char *method_name;
	const char *mount; /* "" or "/api", never ending in a slash */
	const char *path;  /* "/galaxy"; decoded, no trailing slash but "/" */
	const char *query; /* as it came */
	size_t query_length;
	const char *body;
	size_t body_length;
	char *const *variables; /* "NAME=value", ends in NULL */
	size_t header_bytes;    /* of the client's fields, names and values */
	const char *fields[REQUEST_FIELD__MAX]; /* NULL: not sent */
};

/*
 * Reads the variables.  LC_BAD_REQUEST: the path holds a NUL or is not
 * UTF-8; LC_NO_MEMORY.
 */
enum lc_rc request_read(struct request *request, char *const *variables,
			struct arena *arena) LC_CHECKED;

/* A variable's value, e.g. of "HTTP_ACCEPT" or "REMOTE_ADDR"; or NULL. */
const char *request_variable(const struct request *request, const char *name);

const char *method_name(enum lc_method method);

#endif
