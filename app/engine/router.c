#include "engine/router.h"

#include <string.h>

/* ---- templates */

static bool
has_variables(const char *template)
{
	return strchr(template, '{') != NULL;
}

size_t
router_segment(const char *path)
{
	return 1 + strcspn(path + 1, "/");
}

bool
router_is_variable(const char *segment, size_t length)
{
	return length > 3 && segment[1] == '{' && segment[length - 1] == '}';
}

bool
router_fits(const char *template, const char *path)
{
	while (*template == '/' && *path == '/') {
		size_t wanted = router_segment(template);
		size_t length = router_segment(path);

		if (router_is_variable(template, wanted) ?
			    length == 1 :
			    length != wanted ||
				    memcmp(template, path, length) != 0)
			return false;
		template += wanted;
		path += length;
	}
	return *template == '\0' && *path == '\0';
}

const char *
router_capture(const char *template, const char *path, const char *name,
	       size_t *length)
{
	size_t name_length = strlen(name);

	while (*template == '/' && *path == '/') {
		size_t wanted = router_segment(template);

		*length = router_segment(path) - 1;
		if (router_is_variable(template, wanted) &&
		    wanted == name_length + 3 &&
		    memcmp(template + 2, name, name_length) == 0)
			return path + 1;
		template += wanted;
		path += *length + 1;
	}
	return NULL;
}

/* ---- finding */

static bool
path_fits(const struct lc_endpoint *endpoint, const char *path, bool variables)
{
	return variables ? has_variables(endpoint->path) &&
				   router_fits(endpoint->path, path) :
			   strcmp(endpoint->path, path) == 0;
}

enum lc_rc
router_find(const struct lc_endpoint *const *table, enum lc_method method,
	    const char *path, const struct lc_endpoint **endpoint)
{
	bool known = false;

	*endpoint = NULL;
	if (method == LC_HEAD)
		method = LC_GET;
	for (int variables = 0; variables < 2; variables++)
		for (size_t i = 0; table[i] != NULL; i++) {
			if (!path_fits(table[i], path, variables != 0))
				continue;
			known = true;
			if (table[i]->method == method) {
				*endpoint = table[i];
				return LC_OK;
			}
		}
	return known ? LC_METHOD : LC_NOT_FOUND;
}

const char *
router_allow(const struct lc_endpoint *const *table, const char *path,
	     struct arena *arena)
{
	bool listed[LC_METHOD__MAX] = {[LC_OPTIONS] = true};
	const char *allow = "";

	for (size_t i = 0; table[i] != NULL; i++)
		if (path_fits(table[i], path, false) ||
		    path_fits(table[i], path, true)) {
			listed[table[i]->method] = true;
			listed[LC_HEAD] |= table[i]->method == LC_GET;
		}
	for (int m = 0; allow != NULL && m < LC_METHOD__MAX; m++)
		if (listed[m])
			allow = arena_printf(arena, "%s%s%s", allow,
					     allow[0] != '\0' ? ", " : "",
					     method_name((enum lc_method)m));
	return allow;
}
