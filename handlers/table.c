#include "table.h"

const struct lc_endpoint *const endpoint_table[] = {
	&home_endpoint,
	&galaxy_endpoint,
	&health_endpoint,
	NULL,
};
