/*
 * The pictures of /wormhole: what the camera sees, and the embedding.
 */
#include <math.h>
#include <string.h>

#include "context.h"
#include "keeping.h"
#include "relativity/wormhole_embed.h"
#include "stars.h"
#include "usage.h"
#include "wormhole.h"

/* The embedding as PNG, where no picture is asked for. */
enum { EMBEDDING_WIDTH_PX = 800, EMBEDDING_HEIGHT_PX = 800 };

/* How a picture is taken where nothing is said of it. */
static const struct wormhole_image usual_image = {800, 450, 40, "stars",
						  "grid"};

/* So much of the work is in the rays; the rest in writing the file. */
static const double rays_part = 0.9;

/* The skies' pole is the Earth's. */
static const struct stars_axes icrs = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};

/* Whether a PNG is what the camera sees, and not the embedding. */
static bool
is_view(const struct wormhole_settings *settings)
{
	return settings->has_image || settings->has_camera_l_m ||
	       settings->has_preset;
}

static const struct wormhole_image *
image_of(const struct wormhole_settings *settings)
{
	return settings->has_image ? &settings->image : &usual_image;
}

bool
wormhole_image_has_stars(const struct wormhole_settings *settings)
{
	const struct wormhole_image *image = image_of(settings);

	return is_view(settings) && (strcmp(image->near_sky, "stars") == 0 ||
				     strcmp(image->far_sky, "stars") == 0);
}

unsigned
wormhole_image_class(const struct wormhole_settings *settings)
{
	const struct wormhole_image *image = image_of(settings);
	unsigned class;

	if (!is_view(settings))
		return 0;
	class = keeping_word(0, image->near_sky);
	class = keeping_word(class, image->far_sky);
	return keeping_amount(class,
			      (double)(image->width_px * image->height_px));
}

int64_t
wormhole_image_cost(const struct wormhole_settings *settings)
{
	const struct wormhole_image *image = image_of(settings);

	return usage_picture_cost(image->width_px, image->height_px);
}

static enum picture_sky
sky_of(const char *word)
{
	return strcmp(word, "stars") == 0 ? PICTURE_STARS :
	       strcmp(word, "grid") == 0  ? PICTURE_GRID :
					    PICTURE_NO_SKY;
}

static struct wormhole_view
view_of(const struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;
	const struct wormhole_image *image = image_of(settings);

	return (struct wormhole_view){
		.camera_l = question->camera_l,
		.theta_deg = settings->camera_theta_deg,
		.phi_deg = settings->camera_phi_deg,
		.look_deg = settings->look_deg,
		.width_px = (int)image->width_px,
		.height_px = (int)image->height_px,
		.fov_deg = image->fov_deg,
		.near_sky = sky_of(image->near_sky),
		.far_sky = sky_of(image->far_sky),
	};
}

/* The file's own description. */
static const char *
view_words(const struct wormhole_question *question,
	   const struct wormhole_view *view)
{
	return arena_printf(
		lc_arena(question->call),
		"%s wormhole with a throat of %.6g m radius, seen from %.6g "
		"throat radii %s its middle, %.6g degrees away from that; the "
		"view is %.6g degrees wide.",
		question->shape.kind == WORMHOLE_ELLIS ? "Ellis" : "Dneg",
		question->throat_m, fabs(view->camera_l),
		view->camera_l < 0 ? "on the far side of" : "from",
		view->look_deg, view->fov_deg);
}

static enum lc_rc
sky_find(const struct wormhole_question *question,
	 const struct wormhole_view *view, struct stars *stars)
{
	const struct wormhole_settings *settings = question->settings;

	if (view->near_sky != PICTURE_STARS && view->far_sky != PICTURE_STARS)
		return LC_OK;
	return stars_find(question->call, "settings.catalogue",
			  settings->has_catalogue ? settings->catalogue : NULL,
			  &icrs, stars);
}

static enum lc_rc
part(void *arg, size_t index, struct lc_progress *progress)
{
	return wormhole_picture_part(arg, index, progress);
}

static enum lc_rc
picture_draw(const struct wormhole_question *question,
	     const struct wormhole_view *view,
	     const struct wormhole_table *table, struct stars *stars)
{
	struct lc_call *call = question->call;
	const char *words = view_words(question, view);
	struct wormhole_picture *picture;
	enum lc_rc rc;

	if (words == NULL)
		return LC_NO_MEMORY;
	picture = wormhole_picture_new(table, view, stars->list, stars->count,
				       lc_progress(call));
	if (picture == NULL) {
		rc = progress_stopped(lc_progress(call));
		return rc != LC_OK ? rc : LC_NO_MEMORY;
	}
	rc = lc_parts(call, wormhole_picture_parts(picture), part, picture,
		      rays_part);
	if (rc == LC_OK)
		rc = wormhole_picture_png(picture, words, lc_progress(call),
					  lc_body(call, NULL));
	wormhole_picture_free(picture);
	return rc;
}

static enum lc_rc
picture_write(const struct wormhole_question *question)
{
	const struct context *context = lc_context(question->call);
	struct wormhole_view view = view_of(question);
	struct stars stars = {.count = 0};
	struct wormhole_tables_share *share;
	enum lc_rc rc = sky_find(question, &view, &stars);

	if (rc != LC_OK)
		return rc;
	rc = wormhole_tables_acquire(context->wormholes, &question->shape,
				     lc_progress(question->call), &share);
	if (rc != LC_OK)
		return rc;
	rc = picture_draw(question, &view, wormhole_tables_of(share), &stars);
	wormhole_tables_release(share);
	return rc;
}

enum lc_rc
wormhole_image_write(const struct wormhole_question *question)
{
	struct buf *out = lc_body(question->call, NULL);

	if (lc_format(question->call) == LC_AS_SVG) {
		wormhole_embed_svg(&question->shape, question->throat_m, out);
		return out->failed ? LC_NO_MEMORY : LC_OK;
	}
	if (is_view(question->settings))
		return picture_write(question);
	return wormhole_embed_png(&question->shape, question->throat_m,
				  EMBEDDING_WIDTH_PX, EMBEDDING_HEIGHT_PX,
				  lc_progress(question->call), out);
}
