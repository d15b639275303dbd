/*
 * The stars behind the hole of /singularity.
 */
#include <math.h>

#include "context.h"
#include "objects.h"
#include "relativity/constants.h"
#include "singularity.h"

/* What there are stars from where a catalogue has no magnitudes. */
static const char spare[] = "openngc";

/*
 * The hole's frame has the observer at an angle from the spin axis, z, in
 * the plane of x and z; it stands on the sky with its axis to the north.
 */
struct frame {
	double sight[3], north[3], west[3]; /* in ICRS */
	double sin_i, cos_i;
};

static struct frame
frame_of(const struct singularity *it)
{
	double ra = it->args->ra_deg * RAD_PER_DEG;
	double dec = it->args->dec_deg * RAD_PER_DEG;
	double i = singularity_inclination_deg(it) * RAD_PER_DEG;

	return (struct frame){
		.sight = {cos(dec) * cos(ra), cos(dec) * sin(ra), sin(dec)},
		.north = {-sin(dec) * cos(ra), -sin(dec) * sin(ra), cos(dec)},
		.west = {sin(ra), -cos(ra), 0},
		.sin_i = sin(i),
		.cos_i = cos(i),
	};
}

static double
dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static struct picture_star
star_of(const struct frame *frame, const struct bright_object *object)
{
	double ra = object->ra_deg * RAD_PER_DEG;
	double dec = object->dec_deg * RAD_PER_DEG;
	double icrs[3] = {cos(dec) * cos(ra), cos(dec) * sin(ra), sin(dec)};
	double away = dot(icrs, frame->sight), up = dot(icrs, frame->north);

	return (struct picture_star){
		.x = (float)(-away * frame->sin_i - up * frame->cos_i),
		.y = (float)dot(icrs, frame->west),
		.z = (float)(-away * frame->cos_i + up * frame->sin_i),
		.magnitude = object->magnitude,
		.b_minus_v = object->b_minus_v,
	};
}

static enum lc_rc
stars_copy(const struct singularity *it, const struct bright_list *list,
	   struct singularity_stars *stars)
{
	struct frame frame = frame_of(it);

	stars->list = lc_alloc(it->call, list->count * sizeof(*stars->list));
	if (stars->list == NULL)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < list->count; i++)
		stars->list[i] = star_of(&frame, &list->objects[i]);
	stars->count = list->count;
	return LC_OK;
}

struct stars_wanted {
	const struct singularity *it;
	struct singularity_stars *stars;
};

static enum lc_rc
stars_ask(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct context *context = lc_context(call);
	const struct stars_wanted *wanted = args;
	const struct bright_list *list;
	enum lc_rc rc = bright_acquire(context->bright, catalogue,
				       lc_progress(call), &list);

	if (rc != LC_OK)
		return rc;
	if (list->count > 0)
		rc = stars_copy(wanted->it, list, wanted->stars);
	bright_release(list);
	return rc;
}

/* Without words, and without a star where the catalogue cannot be had. */
static enum lc_rc
stars_try(const char *name, const struct stars_wanted *wanted)
{
	struct lc_call *call = wanted->it->call;
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
	return rc == LC_NOT_FOUND || rc == LC_UNAVAILABLE ? LC_OK : rc;
}

enum lc_rc
singularity_stars_find(const struct singularity *it,
		       struct singularity_stars *stars)
{
	const struct context *context = lc_context(it->call);
	const struct singularity_args *args = it->args;
	const struct stars_wanted wanted = {it, stars};
	enum lc_rc rc;

	if (args->has_catalogue)
		rc = objects_ask(it->call, args->catalogue, stars_ask, &wanted);
	else
		rc = stars_try(context->catalogue, &wanted);
	if (rc == LC_OK && stars->count == 0)
		rc = stars_try(spare, &wanted);
	return rc;
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
	version = objects_state(catalogue_version(catalogue));
	catalogue_release(catalogue);
	return version;
}

enum lc_rc
singularity_stars_version(struct lc_call *call,
			  const struct singularity_args *args,
			  uint64_t *version)
{
	const char *name = args->has_catalogue ? args->catalogue : NULL;
	uint64_t state = 0;
	enum lc_rc rc = objects_version(call, name, &state);

	/* Without the default catalogue there are those of the other. */
	if (rc == LC_UNAVAILABLE && name == NULL)
		rc = LC_OK;
	*version = lc_mix(lc_mix(*version, state), spare_version(call));
	return rc;
}
