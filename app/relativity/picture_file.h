/*
 * Pixels as a PNG file.
 */
#ifndef RELATIVITY_PICTURE_FILE_H
#define RELATIVITY_PICTURE_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/rc.h"

struct picture_file {
	const uint8_t *pixels; /* rows from the top, three bytes of sRGB each */
	int width_px, height_px;
	const char *title, *words; /* what it shows, in ASCII */
};

/*
 * The progress goes on to 1 from where it is.  LC_NO_MEMORY, or why it
 * stopped.
 */
enum lc_rc picture_file_png(const struct picture_file *file,
			    struct lc_progress *progress, struct buf *out)
	LC_CHECKED;

#endif
