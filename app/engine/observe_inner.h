/*
 * What the files of engine/observe.h share: observe.c has a call's way,
 * observe_count.c the metrics, observe_span.c the spans, observe_line.c the
 * lines of the log, observe_shown.c what may stand in both.
 */
#ifndef ENGINE_OBSERVE_INNER_H
#define ENGINE_OBSERVE_INNER_H

#include "engine/observe.h"

enum { OBSERVE_CELLS = 512, OBSERVE_SHOWN_MAX = 1200 };

struct observer {
	/*
	 * The series of METRIC_REQUEST that were met: 32 bits of endpoint,
	 * method and status, and the number of the series.
	 */
	_Atomic uint64_t requests[OBSERVE_CELLS];
	_Atomic int64_t again_ns; /* when one that failed is asked for again */
	int stages[CALL_STAGE__MAX];
	int received, sent, active, parked, queued, computing;
};

/* A stage as it was when the call was over; false: it did not happen. */
bool observe_stage(const struct lc_call *call, enum call_stage stage,
		   int64_t end_ns, int64_t *from_ns, int64_t *to_ns);

/* "/galaxy/{name}"; "other" where there is nothing. */
const char *observe_route(const struct lc_call *call);

/* "GET"; "other" of a method that we do not know. */
const char *observe_method(const struct lc_call *call);

/* What the client was told; 499: nothing, as it had gone. */
int observe_status(const struct lc_call *call);

/* What stands in Cache-Status, in one word; NULL: it was not asked. */
const char *observe_cache(const struct lc_call *call);

/*
 * A path, or words with one, as others may see it: of a job's id, which is a
 * secret of whom it was given to, they see the beginning, as in the worker's
 * log.  That is `text` itself where there is nothing to hide; NULL of NULL.
 */
const char *observe_shown(const char *text, char out[OBSERVE_SHOWN_MAX]);

const char *observe_stage_name(enum call_stage stage);

void observe_count_start(struct engine *engine);
void observe_count(struct lc_call *call, int64_t end_ns);
void observe_spans(struct lc_call *call, int64_t end_ns);
void observe_line(struct lc_call *call, int64_t end_ns);

/* A message about an answer that nobody should have had to get. */
void observe_complain(const struct lc_call *call);

#endif
