#include "services/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "services/jobs_turn.h"

static const char *const jobs_state_names[JOBS_STATE__MAX] = {
#define JOBS_STATE_NAME(constant, name) [constant] = (name),
	JOBS_STATE_TABLE(JOBS_STATE_NAME)
#undef JOBS_STATE_NAME
};

const char *
jobs_state_name(enum jobs_state state)
{
	return jobs_state_names[state];
}

bool
jobs_state_find(const char *name, enum jobs_state *state)
{
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		if (strcmp(jobs_state_names[i], name) == 0) {
			*state = (enum jobs_state)i;
			return true;
		}
	return false;
}

struct jobs *
jobs_new(const char *state_dir)
{
	const size_t bytes = strlen(state_dir) + 1;
	struct jobs *jobs = calloc(1, sizeof(*jobs) + bytes);

	if (jobs == NULL)
		return NULL;
	memcpy(jobs->state_dir, state_dir, bytes);
	bell_init(&jobs->bell, jobs->state_dir, "jobs.seg");
	bell_init(&jobs->events, jobs->state_dir, "events.seg");
	lock_init(&jobs->lock);
	return jobs;
}

void
jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	state_file_close(&jobs->read);
	state_file_close(&jobs->write);
	bell_release(&jobs->events);
	bell_release(&jobs->bell);
	lock_release(&jobs->lock);
	free(jobs);
}

uint32_t
jobs_heard(struct jobs *jobs)
{
	return bell_heard(&jobs->bell);
}

void
jobs_wait(struct jobs *jobs, uint32_t heard, int64_t ms)
{
	bell_wait(&jobs->bell, heard, ms);
}

void
jobs_ring(struct jobs *jobs)
{
	bell_ring(&jobs->bell);
}
