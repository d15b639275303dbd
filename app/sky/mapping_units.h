/*
 * Units as catalogues write them: "mas/yr", "mas.yr**-1", "arcsec", "h:m:s",
 * VOUnit and others' habits alike, letters' case aside.
 */
#ifndef SKY_MAPPING_UNITS_H
#define SKY_MAPPING_UNITS_H

#include <stdbool.h>

enum mapping_dimension {
	MAPPING_NUMBER, /* no unit at all */
	MAPPING_ANGLE,
	MAPPING_HOURS, /* an angle in hours */
	MAPPING_HMS,   /* text of hours, minutes and seconds */
	MAPPING_DMS,
	MAPPING_RATE, /* of an angle */
	MAPPING_SPEED,
	MAPPING_MAGNITUDE,
	MAPPING_SURFACE_BRIGHTNESS
};

/*
 * A unit is times / over of its dimension's base: milliarcseconds, hours,
 * milliarcseconds a year, metres a second, magnitudes.  Two numbers, so that
 * what can be exact is.
 */
struct mapping_unit {
	enum mapping_dimension dimension;
	double times, over;
};

/* False when the text is no unit known here. */
bool mapping_units_read(const char *text, struct mapping_unit *out);

/*
 * How to convert a number from one unit to the other: value * times / over.
 * False when it cannot be.  Hours become angles.
 */
bool mapping_units_convert(const struct mapping_unit *from,
			   const struct mapping_unit *to, double *times,
			   double *over);

#endif
