/*
 * The bell: a word in STATE/jobs.seg that all processes of the directory wait
 * at.  Whoever rings it counts it up and wakes them all.
 */
#ifndef SERVICES_JOBS_BELL_H
#define SERVICES_JOBS_BELL_H

#include "services/segment_followed.h"

/* As it is before it is looked for. */
extern const struct segment_followed jobs_bell_first;

#endif
