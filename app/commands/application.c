#include "commands/application.h"

#include <string.h>

#include "base/clock.h"
#include "table.h"

enum { APPLICATION_STOP_MS = 1000 };

static void
context_release(struct context *context)
{
	wormhole_tables_free(context->wormholes);
	bright_free(context->bright);
	edits_free(context->edits);
	catalogue_set_free(context->catalogues);
}

enum lc_rc
application_init(struct application *application, const struct options *options,
		 bool stays, struct buf *why)
{
	static const struct companion nobody[] = {{.name = NULL}};
	struct context *context = &application->context;
	enum lc_rc rc = LC_NO_MEMORY;

	*context = (struct context){
		.catalogues = catalogue_set_new(options->state, stays),
		.edits = edits_new(options->state),
		.bright = bright_new(),
		.wormholes = wormhole_tables_new(),
		.catalogue = options->catalogue,
		.state = options->state,
		.companions = nobody,
		.outbound =
			{
				.state = options->state,
				.webhook_secret = options->webhook_secret,
				.changes_webhook = options->changes_webhook,
				.webhook_private =
					strcmp(options->webhook_private,
					       "on") == 0,
				.smtp_url = options->smtp_url,
				.smtp_user = options->smtp_user,
				.smtp_password = options->smtp_password,
				.mail_from = options->mail_from,
			},
	};
	if (context->catalogues == NULL || context->edits == NULL ||
	    context->bright == NULL || context->wormholes == NULL)
		buf_add_text(why, "out of memory");
	else
		rc = engine_init(&application->engine, options, endpoint_table,
				 context, why);
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
