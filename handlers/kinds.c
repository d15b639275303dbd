#include "kinds.h"

const struct lc_job_kind *const job_kinds[] = {
#define JOB_KIND_LIST(name) &name##_job,
	JOB_KIND_TABLE(JOB_KIND_LIST)
#undef JOB_KIND_LIST
		NULL,
};
