/*
 * The picture of /singularity.
 */
#include <math.h>
#include <string.h>

#include "relativity/constants.h"
#include "relativity/disc.h"
#include "relativity/picture.h"
#include "singularity.h"
#include "stars.h"

/* Where nothing is said of the disc's temperature and the view's width. */
static const double usual_peak_k = 10000;
static const double usual_fov_rg = 30;

/* The same bounds as where they are given themselves (singularity.c). */
static const double fov_least_rg = 0.001, fov_most_rg = 10000;
static const double peak_least_k = 500, peak_most_k = 1e9;

/* Beyond it the ISCO and the horizon are too close to be told apart. */
static const double spin_most = 0.9999;

/* So much of the work is in the rays; the rest in writing the file. */
static const double rays_part = 0.9;

/* ---- the view */

static double
peak_temperature_k(const struct singularity *it)
{
	const struct singularity_args *args = it->args;

	if (args->has_peak_temperature_k)
		return args->peak_temperature_k;
	if (args->has_accretion_rate_msun_yr)
		return disc_peak_temperature_k(singularity_spin(it),
					       it->answer.mass_msun,
					       args->accretion_rate_msun_yr);
	return usual_peak_k;
}

/* All light arrives redder from a distant hole, as from a cooler disc. */
static double
seen_temperature_k(const struct singularity *it)
{
	double z = it->args->has_redshift ? it->args->redshift : 0;

	return peak_temperature_k(it) / (1 + z);
}

static double
fov_rg(const struct singularity *it)
{
	const struct singularity_args *args = it->args;

	if (args->has_fov_uas)
		return args->fov_uas / singularity_rg_uas(it);
	return args->has_fov_rg ? args->fov_rg : usual_fov_rg;
}

static enum lc_rc
spin_check(const struct singularity *it)
{
	double spin = singularity_spin(it);

	if (fabs(spin) <= spin_most)
		return LC_OK;
	return lc_refuse(it->call, "spin", "value_error", NULL,
			 "A picture's spin should be from -%.4f to %.4f; this "
			 "is %.10g",
			 spin_most, spin_most, spin);
}

static enum lc_rc
fov_check(const struct singularity *it)
{
	const struct singularity_args *args = it->args;
	double width_rg;

	if (!args->has_fov_uas)
		return LC_OK;
	if (args->has_fov_rg)
		return lc_refuse(it->call, "fov_uas", "value_error", NULL,
				 "Give either fov_rg or fov_uas");
	if (singularity_rg_uas(it) <= 0)
		return lc_refuse(it->call, "fov_uas", "value_error", NULL,
				 "A width on the sky needs a mass and "
				 "distance_pc");
	width_rg = fov_rg(it);
	if (width_rg >= fov_least_rg && width_rg <= fov_most_rg)
		return LC_OK;
	return lc_refuse(it->call, "fov_uas", "value_error", NULL,
			 "A picture should be from %g to %g gravitational "
			 "radii wide; this is %.6g",
			 fov_least_rg, fov_most_rg, width_rg);
}

static enum lc_rc
temperature_check(const struct singularity *it)
{
	const struct singularity_args *args = it->args;
	double peak_k;

	if (!args->has_accretion_rate_msun_yr)
		return LC_OK;
	if (args->has_peak_temperature_k)
		return lc_refuse(it->call, "accretion_rate_msun_yr",
				 "value_error", NULL,
				 "Give either peak_temperature_k or "
				 "accretion_rate_msun_yr");
	if (singularity_rg_m(it) <= 0)
		return lc_refuse(it->call, "accretion_rate_msun_yr",
				 "value_error", NULL,
				 "The disc's temperature needs a mass as well");
	peak_k = peak_temperature_k(it);
	if (peak_k >= peak_least_k && peak_k <= peak_most_k)
		return LC_OK;
	return lc_refuse(it->call, "accretion_rate_msun_yr", "value_error",
			 NULL,
			 "The disc's hottest ring should have from %g to %g K; "
			 "by this rate it has %.6g K",
			 peak_least_k, peak_most_k, peak_k);
}

enum lc_rc
singularity_picture_check(const struct singularity *it)
{
	enum lc_rc rc = spin_check(it), other;

	other = fov_check(it);
	rc = rc == LC_OK ? other : rc;
	other = temperature_check(it);
	return rc == LC_OK ? other : rc;
}

static struct picture_view
view_of(const struct singularity *it)
{
	const struct singularity_args *args = it->args;

	return (struct picture_view){
		.spin = singularity_spin(it),
		.inclination_deg = singularity_inclination_deg(it),
		.width_px = (int)args->width_px,
		.height_px = (int)args->height_px,
		.fov_rg = fov_rg(it),
		.disc_outer_rg = args->disc_outer_rg,
		.peak_temperature_k = seen_temperature_k(it),
		.sky = strcmp(args->sky, "stars") == 0 ? PICTURE_STARS :
		       strcmp(args->sky, "grid") == 0  ? PICTURE_GRID :
							 PICTURE_NO_SKY,
		.colour = strcmp(args->colour, "physical") == 0 ?
				  PICTURE_PHYSICAL :
			  strcmp(args->colour, "redshift") == 0 ?
				  PICTURE_REDSHIFT :
				  PICTURE_ORDER,
	};
}

/* The file's own description. */
static const char *
view_words(const struct singularity *it, const struct picture_view *view)
{
	const char *scale = "", *disc = "no disc";

	if (singularity_rg_uas(it) > 0)
		scale = arena_printf(lc_arena(it->call),
				     " (%.6g microarcseconds)",
				     view->fov_rg * singularity_rg_uas(it));
	if (view->disc_outer_rg > 0)
		disc = arena_printf(lc_arena(it->call),
				    "a thin disc out to %.6g GM/c2 of at most "
				    "%.6g K",
				    view->disc_outer_rg,
				    peak_temperature_k(it));
	if (scale == NULL || disc == NULL)
		return NULL;
	return arena_printf(lc_arena(it->call),
			    "Kerr black hole of spin %.6g, seen at an "
			    "inclination of %.6g degrees, with %s; the view "
			    "is %.6g GM/c2%s wide.",
			    view->spin, view->inclination_deg, disc,
			    view->fov_rg, scale);
}

/* ---- the picture */

/*
 * The hole's frame has the observer at an angle from the spin axis, z, in
 * the plane of x and z; it stands on the sky with its axis to the north.
 */
static struct stars_axes
axes_of(const struct singularity *it)
{
	double ra = it->args->ra_deg * RAD_PER_DEG;
	double dec = it->args->dec_deg * RAD_PER_DEG;
	double i = singularity_inclination_deg(it) * RAD_PER_DEG;
	double sight[3] = {cos(dec) * cos(ra), cos(dec) * sin(ra), sin(dec)};
	double north[3] = {-sin(dec) * cos(ra), -sin(dec) * sin(ra), cos(dec)};
	struct stars_axes axes = {.y = {sin(ra), -cos(ra), 0}};

	for (int k = 0; k < 3; k++) {
		axes.x[k] = -sight[k] * sin(i) - north[k] * cos(i);
		axes.z[k] = -sight[k] * cos(i) + north[k] * sin(i);
	}
	return axes;
}

static enum lc_rc
sky_find(const struct singularity *it, struct stars *stars)
{
	const struct singularity_args *args = it->args;
	struct stars_axes axes = axes_of(it);

	return stars_find(it->call, "catalogue",
			  args->has_catalogue ? args->catalogue : NULL, &axes,
			  stars);
}

static enum lc_rc
part(void *arg, size_t index, struct lc_progress *progress)
{
	return picture_part(arg, index, progress);
}

enum lc_rc
singularity_picture_write(const struct singularity *it)
{
	struct picture_view view = view_of(it);
	const char *words = view_words(it, &view);
	struct lc_call *call = it->call;
	struct stars stars = {.count = 0};
	struct picture *picture;
	enum lc_rc rc = LC_OK;

	if (words == NULL)
		return LC_NO_MEMORY;
	if (view.sky == PICTURE_STARS)
		rc = sky_find(it, &stars);
	if (rc != LC_OK)
		return rc;
	picture = picture_new(&view, stars.list, stars.count);
	if (picture == NULL)
		return LC_NO_MEMORY;
	rc = lc_parts(call, picture_parts(picture), part, picture, rays_part);
	if (rc == LC_OK)
		rc = picture_png(picture, words, lc_progress(call),
				 lc_body(call, NULL));
	picture_free(picture);
	return rc;
}
