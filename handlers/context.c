#include "context.h"

#include <string.h>

#include "companions.h"
#include "services/cache_epochs.h"

enum lc_rc
context_init(struct context *context, const struct options *options, bool stays)
{
	static const struct companion nobody[] = {{.name = NULL}};

	*context = (struct context){
		.catalogues = catalogue_set_new(options->state, stays),
		.edits = edits_new(options->state),
		.bright = bright_new(),
		.wormholes = wormhole_tables_new(),
		.epochs = cache_epochs_new(options->state),
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
	if (context->catalogues != NULL && context->edits != NULL &&
	    context->bright != NULL && context->wormholes != NULL &&
	    context->epochs != NULL)
		return LC_OK;
	context_release(context);
	return LC_NO_MEMORY;
}

void
context_release(struct context *context)
{
	cache_epochs_free(context->epochs);
	wormhole_tables_free(context->wormholes);
	bright_free(context->bright);
	edits_free(context->edits);
	catalogue_set_free(context->catalogues);
}

uint64_t
context_epoch(const struct context *context, const char *catalogue)
{
	return context->epochs != NULL ?
		       cache_epoch(context->epochs, catalogue) :
		       0;
}
