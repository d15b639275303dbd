/*
 * Errors for people and programs: problem details (RFC 9457), with the list
 * of wrong inputs in FastAPI's members and vocabulary.
 */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "base/json.h"
#include "base/rc.h"
#include "http/response.h"

/* A step on the way to a wrong input: a name, or an index where it is NULL. */
struct problem_step {
	const struct problem_step *before; /* NULL: this is "query", "body" … */
	const char *name;
	int64_t index;
};

/* One wrong input. */
struct problem_error {
	const struct problem_step *at;
	const char *type; /* FastAPI's word: "missing", "int_parsing" … */
	const char *message;
	const char *input; /* NULL: there was none */
	size_t input_length;
	struct problem_error *next;
};

/* A sentence that stands beside an answer, or beside a problem. */
struct problem_warning {
	const char *text;
	struct problem_warning *next;
};

struct problem {
	enum lc_rc rc;
	const char *detail;                 /* NULL: the code's title */
	const char *const *violated;        /* limits, ends in NULL; or NULL */
	const struct problem_error *errors; /* in the order they were found */
	const struct problem_warning *warnings;
	double elapsed_ms; /* of a deadline; else 0 */
	double progress;   /* 0 to 1, with elapsed_ms */
};

enum {
	PROBLEM_INPUT_MAX = 100,   /* bytes of an input that are given back */
	PROBLEM_RETRY_AFTER_S = 2, /* when a 503 is worth another try */
	PROBLEM_TYPE_BYTES = 96,
};

/* The URI that names the kind of a problem. */
void problem_type(enum lc_rc rc, char type[PROBLEM_TYPE_BYTES]);

/*
 * Turns `response` into the problem.  What it already said is forgotten.
 */
void problem_write(struct response *response, const struct problem *problem);

/* Writes the member `warnings`, if there are any. */
void problem_warnings(struct json *json,
		      const struct problem_warning *warnings);

#endif
