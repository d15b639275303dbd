/*
 * lightcone jobs: many of them, page by page.
 */
#include "commands/jobs.h"

enum { PAGES_ONE = 1000 };

int
jobs_pages(struct jobs *jobs, const struct jobs_filter *filter, int64_t most,
	   int (*page)(void *arg, const struct jobs_view *jobs, size_t count),
	   void *arg)
{
	struct jobs_filter asked = *filter;
	char after[JOBS_ID_BYTES], why[JOBS_WHY_MAX] = "";
	int code = COMMAND_OK;
	bool more = true;

	while (code == COMMAND_OK && more && most > 0) {
		struct jobs_view *views;
		struct arena arena;
		size_t count = 0;
		enum lc_rc rc;

		asked.limit = most < PAGES_ONE ? most : PAGES_ONE;
		arena_init(&arena, NULL, 0);
		rc = jobs_list(jobs, &asked, &arena, &views, &count, &more, why,
			       sizeof(why));
		more = rc == LC_OK && more && count > 0;
		if (more) {
			snprintf(after, sizeof(after), "%s",
				 views[count - 1].id);
			asked.after = after;
		}
		most -= (int64_t)count;
		code = rc == LC_OK ? page(arg, views, count) :
				     jobs_failed(rc, why, COMMAND_NO_INPUT);
		arena_release(&arena);
	}
	return code;
}
