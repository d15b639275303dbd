/*
 * GET /metrics: what all processes have counted, for Prometheus.
 */
#include "companions.h"
#include "context.h"
#include "services/metrics.h"
#include "table.h"

enum { MS_PER_S = 1000 };

static void
catalogue_tell(const struct context *context, struct metrics_page *page)
{
	struct catalogue *catalogue = NULL;
	char why[CATALOGUE_WHY_MAX];
	int64_t objects = 0;

	if (catalogue_acquire(context->catalogues, context->catalogue,
			      &catalogue, why, sizeof(why)) == LC_OK &&
	    catalogue_count(catalogue, &objects) == LC_OK)
		metrics_page_put_one(page, METRIC_CATALOGUE, (double)objects,
				     context->catalogue);
	catalogue_release(catalogue);
}

/* Of one that is off there is nothing to say. */
static void
companions_tell(const struct companion *companion, struct metrics_page *page)
{
	struct companion_view view;

	for (; companion->name != NULL; companion++) {
		companion_look(companion, &view);
		if (view.state == COMPANION_OFF)
			continue;
		metrics_page_put_one(page, METRIC_UP,
				     view.state == COMPANION_OK,
				     companion->name);
		metrics_page_put_one(page, METRIC_SINCE,
				     (double)view.since_ms / MS_PER_S,
				     companion->name);
	}
}

static enum lc_rc
metrics_run(struct lc_call *call, const void *args)
{
	enum metrics_format format = lc_format(call) == LC_AS_OPENMETRICS ?
					     METRICS_OPENMETRICS :
					     METRICS_TEXT;
	const struct context *context = lc_context(call);
	struct metrics_page *page = lc_metrics_page(call);

	(void)args;
	if (page == NULL)
		return LC_NO_MEMORY;
	catalogue_tell(context, page);
	companions_tell(context->companions, page);
	lc_set_makeshift(call); /* it says something else each time */
	return metrics_page_write(page, format,
				  lc_body(call, metrics_media[format]));
}

const struct lc_endpoint metrics_endpoint = {
	.method = LC_GET,
	.path = "/metrics",
	.tag = &operation_tag,
	.summary = "Metrics of all processes, for Prometheus.",
	.details = "Text 0.0.4, or OpenMetrics 1.0 with exemplars for who "
		   "accepts application/openmetrics-text.",
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.formats = LC_AS_TEXT | LC_AS_OPENMETRICS,
	.default_format = LC_AS_TEXT,
	.run = metrics_run,
};
