/*
 * How jobs of one kind are treated; see services/jobs.h.
 */
#ifndef SERVICES_JOBS_POLICY_H
#define SERVICES_JOBS_POLICY_H

#include <stdint.h>

struct jobs_policy {
	const char *kind;        /* "webhook"; of a-z, 0-9, - and _ */
	int64_t attempts;        /* at most; 1 or more */
	int64_t timeout_ms;      /* of one attempt */
	int64_t concurrency;     /* that run at once, of all workers; 0: any */
	int64_t backoff_ms;      /* before the second attempt; then doubled,
	                            and up to a quarter more, by chance */
	int64_t backoff_most_ms; /* at most */
	int64_t keep_s;          /* after its end, with its result */
	int64_t every_s;         /* added at whole multiples of it since 1970,
	                            once for all workers; 0: not by itself */
	int64_t priority;        /* the greater goes first; 0 as a rule */
};

#endif
