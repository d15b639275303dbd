#include "commands/application.h"

#include "base/clock.h"
#include "table.h"

enum { APPLICATION_STOP_MS = 1000 };

enum lc_rc
application_init(struct application *application, const struct options *options,
		 bool stays, struct buf *why)
{
	struct context *context = &application->context;
	enum lc_rc rc = context_init(context, options, stays);

	if (rc != LC_OK) {
		buf_add_text(why, "out of memory");
		return rc;
	}
	rc = engine_init(&application->engine, options, endpoint_table, context,
			 why);
	if (rc != LC_OK)
		context_release(context);
	return rc;
}

void
application_release(struct application *application)
{
	const int64_t until_ns =
		clock_mono_ns() + APPLICATION_STOP_MS * CLOCK_NS_PER_MS;

	if (!engine_stop(&application->engine, until_ns))
		return;
	engine_release(&application->engine);
	context_release(&application->context);
}
