/*
 * POST /wormhole: what a wormhole is like, the way through it, what holds it
 * open, and what is seen of it.
 */
#include "wormhole.h"

#include "keeping.h"
#include "kinds.h"
#include "stars.h"
#include "table.h"
#include "usage.h"

/* So many rays are followed in some milliseconds. */
enum { RAYS_BRIEF = 200 };

/* Raised when the same question gets another answer. */
enum { WORMHOLE_REVISION = 1 };

static const struct lc_field wormhole_params[] = {
	LC_PARAM(wormhole_args, settings, .in = LC_IN_BODY,
		 .members = wormhole_settings_members,
		 .doc = "Which wormhole, who travels, and from where it is "
			"seen."),
	LC_PARAM(wormhole_args, timeout, .in = LC_IN_BODY, .nullable = true,
		 .min = "1", .max = "60000", .def = "5000", .unit = "ms",
		 .aside = true,
		 .doc = "The time until there is an answer, or else 504."),
	LC_FIELD_END};

static enum lc_rc
wormhole_run(struct lc_call *call, const void *arguments)
{
	const struct wormhole_args *args = arguments;
	struct wormhole_question question;
	enum lc_rc rc;

	rc = wormhole_settings_take(call, &args->settings, &question);
	if (rc != LC_OK)
		return rc;
	return lc_format(call) == LC_AS_JSON ? wormhole_reply_write(&question) :
					       wormhole_image_write(&question);
}

/* What would be refused is refused before it becomes a job. */
static enum lc_rc
wormhole_notify(struct lc_call *call, const void *arguments,
		struct lc_notify *notify)
{
	const struct wormhole_args *args = arguments;
	const struct wormhole_notify *wanted = &args->settings.notify;
	struct wormhole_question question;

	notify->webhook = wanted->has_webhook ? wanted->webhook : NULL;
	notify->email = wanted->has_email ? wanted->email : NULL;
	return wormhole_settings_take(call, &args->settings, &question);
}

static enum lc_work
wormhole_weigh(struct lc_call *call, const void *arguments)
{
	const struct wormhole_args *args = arguments;

	switch (lc_format(call)) {
	case LC_AS_SVG:
		return LC_BRIEF;
	case LC_AS_PNG:
		return LC_HEAVY;
	default:
		return args->settings.rays_deg.count > RAYS_BRIEF ? LC_HEAVY :
								    LC_BRIEF;
	}
}

/* What would be refused is refused here, and never what is kept. */
static enum lc_rc
wormhole_version(struct lc_call *call, const void *arguments, uint64_t *version)
{
	const struct wormhole_args *args = arguments;
	const struct wormhole_settings *settings = &args->settings;
	struct wormhole_question question;
	enum lc_rc rc = wormhole_settings_take(call, settings, &question);

	*version = WORMHOLE_REVISION;
	if (rc != LC_OK || lc_format(call) != LC_AS_PNG ||
	    !wormhole_image_has_stars(settings))
		return rc;
	return stars_version(
		call, settings->has_catalogue ? settings->catalogue : NULL,
		version);
}

static unsigned
wormhole_class(const struct lc_call *call, const void *arguments)
{
	const struct wormhole_args *args = arguments;

	return lc_format(call) == LC_AS_PNG ?
		       wormhole_image_class(&args->settings) :
		       keeping_amount(0, (double)args->settings.rays_deg.count);
}

static int64_t
wormhole_cost(struct lc_call *call, const void *arguments)
{
	const struct wormhole_args *args = arguments;

	return lc_format(call) == LC_AS_PNG ?
		       wormhole_image_cost(&args->settings) :
		       1 + (int64_t)args->settings.rays_deg.count / USAGE_RAYS;
}

static const struct lc_tag wormhole_tag = {
	"wormhole", "Wormholes: their geometry, the way through, the matter "
		    "that holds them open, rays and pictures."};

static const enum lc_rc wormhole_problems[] = {LC_UNAVAILABLE, LC_OK};

static const struct lc_example wormhole_examples[] = {
	{"The film's", "/wormhole",
	 "{\"settings\": {\"preset\": \"film\", \"rays_deg\": [1, 8, 9, 60]}}",
	 200},
	{"An Ellis wormhole", "/wormhole",
	 "{\"settings\": {\"kind\": \"ellis\", \"throat_radius_m\": 1000, "
	 "\"speed_m_s\": 2000}, \"timeout\": 2000}",
	 200},
	{"A long one, from the inside", "/wormhole",
	 "{\"settings\": {\"throat_radius_m\": 1000, \"length_m\": 5000, "
	 "\"lensing_width_m\": 200, \"camera_l_m\": 0}}",
	 200},
	{"What does not go together", "/wormhole",
	 "{\"settings\": {\"kind\": \"ellis\", \"throat_radius_m\": 1000, "
	 "\"length_m\": 10}}",
	 422},
	{.target = NULL}};

const struct lc_endpoint wormhole_endpoint = {
	.method = LC_POST,
	.path = "/wormhole",
	.tag = &wormhole_tag,
	.summary = "What a wormhole is like, the way through it, and what is "
		   "seen of it.",
	.details = "As image/png it is what the camera sees, where an image, a "
		   "camera or a preset is given; otherwise the embedding "
		   "diagram, which it is as image/svg+xml always. When "
		   "`timeout` passes first the answer is 504, and the work "
		   "ends. With Prefer: respond-async it goes on as a job, and "
		   "settings.notify says whom to tell when it is done.",
	.params = wormhole_params,
	.args_size = sizeof(struct wormhole_args),
	.body_max_bytes = 1 << 20,
	.weigh = wormhole_weigh,
	.rates = usage_limits,
	.cost = {wormhole_cost, USAGE_PICTURE_MOST, USAGE_PICTURE_COST},
	.deadline_ms = 5000,
	.deadline_from = "timeout",
	.job = &wormhole_job,
	.cache = {.keep = KEEPING_BY_VERSION(wormhole_class)},
	.version = wormhole_version,
	.formats = LC_AS_JSON | LC_AS_SVG | LC_AS_PNG,
	.reply = wormhole_reply,
	.problems = wormhole_problems,
	.warns = true,
	.examples = wormhole_examples,
	.run = wormhole_run,
};

const struct lc_job_kind wormhole_job = {
	.policy = {.kind = "wormhole",
		   .attempts = 3,
		   .timeout_ms = 600000,
		   .backoff_ms = 2000,
		   .backoff_most_ms = 60000,
		   .keep_s = 7 * 86400},
	.doc = "The answer to one POST /wormhole.",
	.work = &wormhole_endpoint,
	.notify = wormhole_notify,
};
