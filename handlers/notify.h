/*
 * Whom a request wants told of its job's end: whether that can be done.
 */
#ifndef HANDLERS_NOTIFY_H
#define HANDLERS_NOTIFY_H

#include "lightcone.h"

/*
 * Refuses a URL to which no webhook would be sent; `param` is where it stands
 * ("settings.notify.webhook").
 */
enum lc_rc notify_check(struct lc_call *call, const char *param,
			const char *url) LC_CHECKED;

/* The same of a mail address. */
enum lc_rc notify_check_mail(struct lc_call *call, const char *param,
			     const char *address) LC_CHECKED;

#endif
