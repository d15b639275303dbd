#include "http/published.h"

#include <math.h>

#include "http/json_c.h"

static bool
number_of(struct json_object *object, const char *name, double *out)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    (json_object_get_type(value) != json_type_int &&
	     json_object_get_type(value) != json_type_double))
		return false;
	*out = json_object_get_double(value);
	return true;
}

enum lc_rc
published_read(const char *text, size_t length, struct published *out,
	       struct json_fault *fault)
{
	struct json_object *tree;
	enum lc_rc rc = json_parse(text, length, &tree, fault);
	double ra, dec;

	*out = (struct published){.placed = false};
	if (rc != LC_OK)
		return rc;
	if (json_object_get_type(tree) == json_type_object &&
	    number_of(tree, "ra_deg", &ra) &&
	    number_of(tree, "dec_deg", &dec) && ra >= 0 && ra <= 360 &&
	    fabs(dec) <= 90)
		*out = (struct published){true, ra, dec};
	json_object_put(tree);
	return LC_OK;
}

void
published_copy(char *to, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
}
