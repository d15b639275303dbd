/*
 * What is to be said about inputs: those that are refused, and warnings where
 * a model is stretched.
 */
#ifndef RELATIVITY_REMARKS_H
#define RELATIVITY_REMARKS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

enum { REMARKS_MOST = 48, REMARK_WORDS = 300 };

struct remark {
	const char *input; /* the refused one's name; NULL: a warning */
	const char *type;  /* FastAPI's word: "missing", "value_error" */
	char words[REMARK_WORDS];
};

/* Those beyond the most are dropped. */
struct remarks {
	struct remark list[REMARKS_MOST];
	size_t count;
	bool refused; /* an input was */
};

void remarks_warn(struct remarks *remarks, const char *format, ...)
	LC_PRINTF(2, 3);
void remarks_refuse(struct remarks *remarks, const char *input,
		    const char *type, const char *format, ...) LC_PRINTF(4, 5);

#endif
