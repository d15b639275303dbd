/*
 * What goes out by itself: webhooks and mail, by libcurl.
 *
 * Both end within 20 s and ask `progress` all the while.  Any thread may
 * call; outbound_start() once before.  No secret is ever in `why`.
 *
 * Failure: LC_UNAVAILABLE is worth another try (the other side is not there,
 * is slow, says 5xx or 429), LC_INVALID is not (a wrong address, one in a
 * private network, 4xx), LC_NOT_FOUND is the other side's wish to be told no
 * more (410); or why the progress stopped it.  `why` has words.
 */
#ifndef SERVICES_OUTBOUND_H
#define SERVICES_OUTBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/rc.h"

enum { OUTBOUND_WHY_MAX = 400, OUTBOUND_BODY_MAX = 20000 };

enum lc_rc outbound_start(void) LC_CHECKED;
void outbound_stop(void);

struct outbound_webhook {
	const char *url;    /* http or https */
	const char *id;     /* of the message: the same at each try */
	const char *secret; /* "whsec_..." */
	const char *body;   /* JSON, at most OUTBOUND_BODY_MAX bytes */
	size_t body_length;
	bool allow_private;      /* also to private and loopback networks */
	const char *traceparent; /* W3C Trace Context; NULL: none */
};

/*
 * Sends it as Standard Webhooks (webhook-id, webhook-timestamp,
 * webhook-signature: v1).  *retry_after_s is what the other side asks for,
 * or 0.  Redirects are not followed; names are checked once resolved.
 */
enum lc_rc outbound_webhook(const struct outbound_webhook *webhook,
			    struct lc_progress *progress,
			    int64_t *retry_after_s, char *why, size_t why_bytes)
	LC_CHECKED;

struct outbound_mail {
	const char *server;          /* "smtp://localhost:25", "smtps://..." */
	const char *user, *password; /* "": none */
	const char *from, *to;       /* addresses alone */
	const char *subject;         /* UTF-8, one line */
	const char *text;            /* UTF-8 */
	const char *id;              /* of the message: the same at each try */
};

enum lc_rc outbound_mail(const struct outbound_mail *mail,
			 struct lc_progress *progress, char *why,
			 size_t why_bytes) LC_CHECKED;

#endif
