#include "commands/work_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "kinds.h"

bool
work_kinds_init(struct work_kinds *kinds)
{
	size_t count = 0;

	while (job_kinds[count] != NULL)
		count++;
	kinds->count = count;
	/* Of none there is memory, too. */
	kinds->policies = calloc(count + 1, sizeof(*kinds->policies));
	if (kinds->policies == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		kinds->policies[i] = job_kinds[i]->policy;
	return true;
}

void
work_kinds_release(struct work_kinds *kinds)
{
	free(kinds->policies);
	kinds->policies = NULL;
}

size_t
work_kinds_index(const struct work_kinds *kinds,
		 const struct jobs_policy *policy)
{
	return (size_t)(policy - kinds->policies);
}

const struct lc_job_kind *
work_kinds_at(size_t index)
{
	return job_kinds[index];
}

const struct jobs_policy *
work_kinds_policy(const struct work_kinds *kinds, const char *kind)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (strcmp(kinds->policies[i].kind, kind) == 0)
			return &kinds->policies[i];
	return NULL;
}
