#include "stars.h"

#include <math.h>

#include "context.h"
#include "objects.h"
#include "relativity/constants.h"

/* What there are stars from where a catalogue has no magnitudes. */
static const char spare[] = "openngc";

static double
dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static struct picture_star
star_of(const struct stars_axes *axes, const struct bright_object *object)
{
	double ra = object->ra_deg * RAD_PER_DEG;
	double dec = object->dec_deg * RAD_PER_DEG;
	double icrs[3] = {cos(dec) * cos(ra), cos(dec) * sin(ra), sin(dec)};

	return (struct picture_star){
		.x = (float)dot(icrs, axes->x),
		.y = (float)dot(icrs, axes->y),
		.z = (float)dot(icrs, axes->z),
		.magnitude = object->magnitude,
		.b_minus_v = object->b_minus_v,
	};
}

struct wanted {
	const struct stars_axes *axes;
	struct stars *stars;
};

static enum lc_rc
stars_copy(struct lc_call *call, const struct bright_list *list,
	   const struct wanted *wanted)
{
	struct stars *stars = wanted->stars;

	stars->list = lc_alloc(call, list->count * sizeof(*stars->list));
	if (stars->list == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < list->count; i++)
		stars->list[i] = star_of(wanted->axes, &list->objects[i]);
	stars->count = list->count;
	return LC_OK;
}

static enum lc_rc
stars_ask(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct context *context = lc_context(call);
	const struct bright_list *list;
	enum lc_rc rc = bright_acquire(context->bright, catalogue,
				       lc_progress(call), &list);

	if (rc != LC_OK)
		return rc;
	if (list->count > 0)
		rc = stars_copy(call, list, args);
	bright_release(list);
	return rc;
}

/* Without words, and without a star where the catalogue cannot be had. */
static enum lc_rc
stars_try(struct lc_call *call, const char *name, const struct wanted *wanted)
{
	const struct context *context = lc_context(call);
	char why[CATALOGUE_WHY_MAX];
	struct catalogue *catalogue;
	enum lc_rc rc;

	rc = catalogue_acquire(context->catalogues, name, &catalogue, why,
			       sizeof(why));
	if (rc == LC_OK) {
		rc = stars_ask(call, catalogue, wanted);
		catalogue_release(catalogue);
	}
	/* It may be there again in a moment. */
	if (rc == LC_UNAVAILABLE)
		lc_set_makeshift(call);
	return rc == LC_NOT_FOUND || rc == LC_UNAVAILABLE ? LC_OK : rc;
}

enum lc_rc
stars_find(struct lc_call *call, const char *param, const char *name,
	   const struct stars_axes *axes, struct stars *stars)
{
	const struct context *context = lc_context(call);
	const struct wanted wanted = {axes, stars};
	enum lc_rc rc;

	if (name != NULL)
		rc = objects_ask_of(call, param, name, stars_ask, &wanted);
	else
		rc = stars_try(call, context->catalogue, &wanted);
	if (rc == LC_OK && stars->count == 0)
		rc = stars_try(call, spare, &wanted);
	return rc;
}

static enum lc_rc
nothing_ask(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	(void)call;
	(void)catalogue;
	(void)args;
	return LC_OK;
}

enum lc_rc
stars_check(struct lc_call *call, const char *param, const char *name)
{
	return objects_ask_of(call, param, name, nothing_ask, NULL);
}

static uint64_t
spare_version(struct lc_call *call)
{
	const struct context *context = lc_context(call);
	char why[CATALOGUE_WHY_MAX];
	struct catalogue *catalogue;
	uint64_t version;

	if (catalogue_acquire(context->catalogues, spare, &catalogue, why,
			      sizeof(why)) != LC_OK)
		return 0;
	version = objects_kept_state(call, catalogue);
	catalogue_release(catalogue);
	return version;
}

enum lc_rc
stars_version(struct lc_call *call, const char *name, uint64_t *version)
{
	uint64_t state = 0;
	enum lc_rc rc = objects_version(call, name, &state);

	/* Without the default catalogue there are those of the other. */
	if (rc == LC_UNAVAILABLE && name == NULL)
		rc = LC_OK;
	*version = lc_mix(lc_mix(*version, state), spare_version(call));
	return rc;
}
