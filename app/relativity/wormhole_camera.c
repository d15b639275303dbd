#include "relativity/wormhole_camera.h"

#include <math.h>

#include "relativity/constants.h"

struct wormhole_camera
wormhole_camera_of(const struct wormhole_view *view, double radius)
{
	double theta = view->theta_deg * RAD_PER_DEG;
	double phi = view->phi_deg * RAD_PER_DEG;
	double look = view->look_deg * RAD_PER_DEG;
	double side = view->camera_l < 0 ? -1 : 1;

	return (struct wormhole_camera){
		.width_px = view->width_px,
		.height_px = view->height_px,
		.pixel = 2 * tan(view->fov_deg / 2 * RAD_PER_DEG) /
			 view->width_px,
		.ahead = {cos(look), sin(look)},
		.aside = {-sin(look), cos(look)},
		.place = {sin(theta) * cos(phi), sin(theta) * sin(phi),
			  cos(theta)},
		.right = {-side * sin(phi), side * cos(phi), 0},
		.north = {-cos(theta) * cos(phi), -cos(theta) * sin(phi),
			  sin(theta)},
		.critical_rad = asin(1 / fmax(radius, 1)),
	};
}

void
wormhole_camera_look(const struct wormhole_camera *camera, double x, double y,
		     struct wormhole_look *look)
{
	double across = (x - 0.5 * camera->width_px) * camera->pixel;
	double up = (0.5 * camera->height_px - y) * camera->pixel;
	double unit = 1 / sqrt(1 + across * across + up * up);
	double right = (camera->ahead[1] + across * camera->aside[1]) * unit;
	double north = up * unit;
	double sine = sqrt(right * right + north * north);

	look->cosine = (camera->ahead[0] + across * camera->aside[0]) * unit;
	look->sine = sine;
	look->right = sine > 0 ? right / sine : 1;
	look->north = sine > 0 ? north / sine : 0;
	look->pixel_rad = camera->pixel * unit;
}

void
wormhole_camera_along(const struct wormhole_camera *camera,
		      const struct wormhole_look *look, double along[3])
{
	for (int i = 0; i < 3; i++)
		along[i] = look->right * camera->right[i] +
			   look->north * camera->north[i];
}
