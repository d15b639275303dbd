#include "notify.h"

#include "context.h"
#include "services/outbound_address.h"

enum { NOTIFY_WHY_MAX = 200 };

enum lc_rc
notify_check(struct lc_call *call, const char *param, const char *url)
{
	const struct context *context = lc_context(call);
	char why[NOTIFY_WHY_MAX];

	if (!context_is_set(context->outbound.webhook_secret))
		return lc_refuse(call, param, "value_error", url,
				 "No webhooks are sent from here, as the "
				 "operator has set no webhook_secret; leave it "
				 "out");
	if (outbound_url_check(url, context->outbound.webhook_private, why,
			       sizeof(why)) != LC_OK)
		return lc_refuse(call, param, "value_error", url, "%s", why);
	return LC_OK;
}

enum lc_rc
notify_check_mail(struct lc_call *call, const char *param, const char *address)
{
	const struct context *context = lc_context(call);

	if (!context_is_set(context->outbound.smtp_url) ||
	    !context_is_set(context->outbound.mail_from))
		return lc_refuse(call, param, "value_error", address,
				 "No mail is sent from here, as the operator "
				 "has set no smtp_url and mail_from; leave it "
				 "out");
	if (!outbound_mail_ok(address))
		return lc_refuse(call, param, "value_error", address,
				 "It must be one mail address in ASCII, such "
				 "as observer@example.org, and nothing else");
	return LC_OK;
}
