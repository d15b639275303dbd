/*
 * What the program gives its handlers: see lc_context().  One for a process;
 * all its threads use it at once.
 */
#ifndef HANDLERS_CONTEXT_H
#define HANDLERS_CONTEXT_H

#include "base/options.h"
#include "lightcone.h"
#include "relativity/wormhole_tables.h"
#include "sky/bright.h"
#include "sky/catalogue.h"
#include "sky/edits.h"

/* What webhooks and mail need of the options; "" or NULL: it is not set. */
struct context_outbound {
	const char *state; /* the directory */
	const char *webhook_secret;
	bool webhook_private;
	const char *changes_webhook; /* a URL */
	const char *smtp_url, *smtp_user, *smtp_password;
	const char *mail_from;
};

static inline bool
context_is_set(const char *option)
{
	return option != NULL && option[0] != '\0';
}

struct cache_epochs;
struct companion;

struct context {
	struct catalogue_set *catalogues;
	struct edits *edits;
	struct bright *bright;
	struct wormhole_tables *wormholes;
	struct cache_epochs *epochs;        /* NULL: there are none */
	const char *catalogue;              /* the default one's name */
	const char *state;                  /* the state directory */
	const struct companion *companions; /* handlers/companions.h */
	struct context_outbound outbound;
};

/*
 * Makes it from options, which must live as long, without companions;
 * `stays`: for a process that runs on while catalogues change.  LC_NO_MEMORY:
 * there is nothing to release.
 */
enum lc_rc context_init(struct context *context, const struct options *options,
			bool stays) LC_CHECKED;
void context_release(struct context *context);

/*
 * Since when answers of this catalogue that were kept count, for versions:
 * `lightcone cache flush` makes it another one.
 */
uint64_t context_epoch(const struct context *context, const char *catalogue);

#endif
