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
