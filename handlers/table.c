#include "table.h"

const struct lc_endpoint *const endpoint_table[] = {
#define ENDPOINT_LIST(name) &name##_endpoint,
	ENDPOINT_TABLE(ENDPOINT_LIST)
#undef ENDPOINT_LIST
		NULL,
};
