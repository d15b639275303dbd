/*
 * One angle as a cell of a table writes it: a decimal number, or one to three
 * fields like "00 42 44.35", "-16:42:58" or "10d41m04s".
 */
#ifndef SKY_MAPPING_ANGLE_H
#define SKY_MAPPING_ANGLE_H

#include <stdbool.h>
#include <stddef.h>

enum mapping_angle_form {
	MAPPING_ANGLE_WRONG,
	MAPPING_ANGLE_NUMBER, /* in the column's unit, whatever that is */
	MAPPING_ANGLE_HOURS,  /* the value is in degrees all the same */
	MAPPING_ANGLE_DEGREES
};

/*
 * Several fields without letters are in hours if `hours`, else in degrees.
 * After MAPPING_ANGLE_WRONG `fault` says what is wrong.
 */
enum mapping_angle_form mapping_angle_read(const char *text, size_t length,
					   bool hours, double *value,
					   const char **fault);

#endif
