/*
 * The steps of a job's life, by name: where a process may be killed, and
 * nothing may be lost or done twice.  The tests' worker is, at each of them.
 */
#ifndef SERVICES_JOBS_STEPS_H
#define SERVICES_JOBS_STEPS_H

/* X(constant, name, when) */
#define JOBS_STEP_TABLE(X)                                                   \
	X(JOBS_STEP_ADD, "add", "a job is written, and not committed")       \
	X(JOBS_STEP_ADDED, "added", "it is committed, and nobody is woken")  \
	X(JOBS_STEP_CLAIM, "claim", "it is claimed, and not committed")      \
	X(JOBS_STEP_CLAIMED, "claimed", "that is committed")                 \
	X(JOBS_STEP_RUN, "run", "its function has begun")                    \
	X(JOBS_STEP_RAN, "ran", "its function has ended")                    \
	X(JOBS_STEP_RESULT, "result", "its result is written, not in place") \
	X(JOBS_STEP_PLACED, "placed", "its result is in place")              \
	X(JOBS_STEP_END, "end", "its end is written, and not committed")     \
	X(JOBS_STEP_ENDED, "ended", "its end is committed")                  \
	X(JOBS_STEP_BEAT, "beat", "its lease is renewed, not committed")     \
	X(JOBS_STEP_SWEEP, "sweep", "lost ones are swept up, not committed")

enum jobs_step {
#define JOBS_STEP_ENUM(constant, name, when) constant,
	JOBS_STEP_TABLE(JOBS_STEP_ENUM)
#undef JOBS_STEP_ENUM
		JOBS_STEP__MAX
};

/* Does nothing: a program of the tests has another one. */
void jobs_step(enum jobs_step step);

#endif
