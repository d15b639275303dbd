#include "services/jobs_kinds.h"

#include <string.h>

#include "services/digest.h"

void
jobs_kinds_write(const struct jobs_policy *policies, size_t count,
		 struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%c\"%s\":%lld", i == 0 ? '{' : ',',
			   policies[i].kind,
			   (long long)policies[i].concurrency);
	buf_add_text(out, count == 0 ? "{}" : "}");
}

const struct jobs_policy *
jobs_kinds_find(const struct jobs_policy *policies, size_t count,
		const char *kind, size_t length)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(policies[i].kind) == length &&
		    memcmp(policies[i].kind, kind, length) == 0)
			return &policies[i];
	return NULL;
}

int64_t
jobs_kinds_backoff_ms(const struct jobs_policy *policy, int64_t attempt)
{
	int64_t wait_ms = policy->backoff_ms;
	uint32_t chance;

	for (; attempt > 1 && wait_ms < policy->backoff_most_ms; attempt--)
		wait_ms *= 2;
	if (wait_ms > policy->backoff_most_ms)
		wait_ms = policy->backoff_most_ms;
	digest_random(&chance, sizeof(chance));
	return wait_ms + (int64_t)(chance % (uint64_t)(wait_ms / 4 + 1));
}
