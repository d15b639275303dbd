/*
 * About how much a hole magnifies the stars behind it, on which a picture's
 * exposure depends.
 */
#ifndef RELATIVITY_PICTURE_FIRST_H
#define RELATIVITY_PICTURE_FIRST_H

struct picture_first {
	const double *back; /* a unit vector: where the camera looks */
	double fov_rg;
};

/* For struct picture_exposure; `first` is a struct picture_first. */
double picture_first_magnified(const void *first, const double direction[3]);

#endif
