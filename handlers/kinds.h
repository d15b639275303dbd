/*
 * The kinds of jobs.  A new one is a file in this directory, which defines
 * NAME_job, and a line here.  Only who does them needs the table: what some
 * of them do is not in every program.
 */
#ifndef HANDLERS_KINDS_H
#define HANDLERS_KINDS_H

#include "lightcone.h"

/* X(NAME) */
#define JOB_KIND_TABLE(X) \
	X(mail)           \
	X(singularity)    \
	X(webhook)        \
	X(wormhole)

#define JOB_KIND_DECLARE(name) extern const struct lc_job_kind name##_job;
JOB_KIND_TABLE(JOB_KIND_DECLARE)
#undef JOB_KIND_DECLARE

enum { WEBHOOK_ATTEMPTS = 10 };

/* Ends in NULL. */
extern const struct lc_job_kind *const job_kinds[];

#endif
