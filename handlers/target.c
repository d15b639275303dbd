#include "target.h"

#include <string.h>

#include "sky/coordinates.h"

/* 422 for what is no position and no name: what was tried, what is near. */
static enum lc_rc
name_unknown(struct lc_call *call, struct catalogue *catalogue,
	     const char *param, const char *text,
	     const struct coordinates *read)
{
	const char *near;
	enum lc_rc rc = objects_near(call, catalogue, text, &near);

	if (rc != LC_OK)
		return rc;
	return lc_refuse(call, param, "value_error", text,
			 "Tried as a position%s%s%s and as a name: the "
			 "catalogue %s has no such name%s",
			 read->message[0] != '\0' ? ": " : "", read->message,
			 read->message[0] != '\0' ? ";" : "",
			 catalogue_name(catalogue), near);
}

enum lc_rc
target_find(struct lc_call *call, struct catalogue *catalogue,
	    const char *param, const char *text, struct target *target)
{
	struct catalogue_place place = {.id = 0};
	struct coordinates read;
	enum lc_rc rc;

	switch (coordinates_read(text, strlen(text), &read)) {
	case COORDINATES_POSITION:
		*target = (struct target){read.form, read.ra_deg, read.dec_deg};
		return LC_OK;
	case COORDINATES_ERROR:
		return lc_refuse(call, param, "value_error", text,
				 "%s (at byte %zu)", read.message, read.offset);
	case COORDINATES_NAME:
		break;
	}
	rc = catalogue_find_name(catalogue, text, strlen(text), &place);
	if (rc == LC_NOT_FOUND)
		return name_unknown(call, catalogue, param, text, &read);
	*target = (struct target){"name", place.ra_deg, place.dec_deg};
	return rc;
}
