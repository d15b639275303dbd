/*
 * The document of an engine's endpoints: OpenAPI 3.1, from the same tables
 * that routing and binding read.
 *
 * It is made anew for each who asks, which takes less than a millisecond, so
 * that its examples are what the endpoints answer now: the engine asks
 * itself, in place, and leaves out an example that does not answer with the
 * status it should have.
 */
#ifndef ENGINE_OPENAPI_H
#define ENGINE_OPENAPI_H

#include "engine/engine.h"
#include "engine/own_call.h"

/* Adds the document, for an application at `mount` ("" or "/api"). */
enum lc_rc openapi_write(struct engine *engine, const char *mount,
			 struct buf *out) LC_CHECKED;

/* ---- for the parts of the document */

struct openapi {
	struct engine *engine;
	const char *mount;
	struct json json;
	struct arena arena;
	bool used[LC_RC__MAX]; /* the problems that were referred to */
	bool secured;          /* some endpoint needs a key */
};

/* What an endpoint answered to one of its examples. */
struct openapi_answer {
	const struct lc_example *example;
	struct buf text;
	struct own_answer said; /* status 0: not what it should have been */
};

enum { OPENAPI_EXAMPLES_MOST = 8 };

struct openapi_answers {
	struct openapi_answer list[OPENAPI_EXAMPLES_MOST];
	size_t count;
};

/* One operation, as the member that its method names. */
enum lc_rc openapi_operation(struct openapi *doc,
			     const struct lc_endpoint *endpoint) LC_CHECKED;

/* The member `requestBody` of an operation that takes one. */
void openapi_body(struct openapi *doc, const struct lc_endpoint *endpoint);

/* The member `responses` of an operation. */
void openapi_replies(struct openapi *doc, const struct lc_endpoint *endpoint,
		     const struct openapi_answers *answers);

/* Which problems an operation may end with. */
void openapi_problems(const struct lc_endpoint *endpoint,
		      bool problems[LC_RC__MAX]);

/* The member `headers` of a reply with this status, where it has one. */
void openapi_headers(struct json *json, int status);

/* Asks; the answer's text is the caller's to release also after failure. */
enum lc_rc openapi_ask(struct openapi *doc, const struct lc_endpoint *endpoint,
		       const struct lc_example *example,
		       struct openapi_answer *answer) LC_CHECKED;

#endif
