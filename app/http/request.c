#include "http/request.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "http/query.h"

static const char *const method_names[LC_METHOD__MAX] = {
#define LC_METHOD_ROW(constant, name) [constant] = name,
	LC_METHOD_TABLE(LC_METHOD_ROW)
#undef LC_METHOD_ROW
};

const char *
method_name(enum lc_method method)
{
	return method < LC_METHOD__MAX ? method_names[method] : "";
}

static enum lc_method
method_read(const char *name)
{
	enum lc_method method = LC_GET;

	while (method < LC_METHOD__MAX &&
	       strcmp(method_names[method], name) != 0)
		method++;
	return method;
}

const char *
request_variable(const struct request *request, const char *name)
{
	size_t length = strlen(name);

	for (char *const *v = request->variables; *v != NULL; v++)
		if (strncmp(*v, name, length) == 0 && (*v)[length] == '=')
			return *v + length + 1;
	return NULL;
}

static size_t
length_without_slashes(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] == '/')
		length--;
	return length;
}

/* REQUEST_URI's path, decoded; also of the absolute form. */
static enum lc_rc
uri_path(const char *uri, struct arena *arena, const char **path,
	 size_t *path_length)
{
	const char *scheme = strstr(uri, "://");
	size_t length;
	char *room;

	if (uri[0] != '/' && scheme != NULL) {
		uri = scheme + 3 + strcspn(scheme + 3, "/?#");
		if (*uri != '/')
			uri = "/";
	}
	length = strcspn(uri, "?#");
	room = arena_alloc(arena, length + 1);
	if (room == NULL)
		return LC_NO_MEMORY;
	*path_length = query_decode(room, uri, length, false);
	*path = room;
	return LC_OK;
}

/*
 * How much of `path` is the mount: the script's name, or the directory that
 * it stands in where the server rewrites (SCRIPT_NAME /a/lightcone.fcgi).
 */
static size_t
mount_length(const char *path, const char *script)
{
	size_t length = length_without_slashes(script, strlen(script));

	while (length > 0) {
		if (strncmp(path, script, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			return length;
		while (length > 0 && script[length - 1] != '/')
			length--;
		length = length_without_slashes(script, length);
	}
	return 0;
}

/*
 * Whether what stands before the route can be a mount.  A client chooses the
 * URI: "//host/..%2f" is the route "/" for a server that cleans paths, and
 * links that begin with it would lead to another host.
 */
static bool
mount_is_clean(const char *path, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *next = path + i + 1;

		if (path[i] == '\\' || (unsigned char)path[i] < ' ')
			return false;
		if (path[i] == '/' && i + 1 < length &&
		    (*next == '/' ||
		     (next[0] == '.' &&
		      (next[1] == '/' || (next[1] == '.' && next[2] == '/')))))
			return false;
	}
	return true;
}

/* Splits the URI's path into mount and route. */
static enum lc_rc
request_route(struct request *request, const char *uri, const char *info,
	      const char *script, struct arena *arena)
{
	const char *path = "/";
	size_t path_length = 1, info_length, mount;
	enum lc_rc rc;

	if (uri != NULL) {
		rc = uri_path(uri, arena, &path, &path_length);
		if (rc != LC_OK)
			return rc;
	}
	if (strlen(path) != path_length || !text_is_utf8(path, path_length))
		return LC_BAD_REQUEST;
	if (info == NULL || info[0] == '\0') {
		mount = mount_length(path, script);
		info = path + mount;
	} else {
		info_length = strlen(info);
		if (!text_is_utf8(info, info_length))
			return LC_BAD_REQUEST;
		if (path_length >= info_length &&
		    strcmp(path + path_length - info_length, info) == 0 &&
		    mount_is_clean(path, path_length - info_length)) {
			mount = path_length - info_length;
		} else {
			path = script;
			mount = strlen(script);
		}
	}
	request->mount =
		arena_dup(arena, path, length_without_slashes(path, mount));
	info_length = length_without_slashes(info, strlen(info));
	request->path =
		info_length == 0 ? "/" : arena_dup(arena, info, info_length);
	return request->mount == NULL || request->path == NULL ? LC_NO_MEMORY :
								 LC_OK;
}

/* A variable that is wanted, and where its value goes. */
struct wanted {
	const char *name;
	size_t length;
	const char **value;
};

static bool
wanted_take(const struct wanted *wanted, const char *variable)
{
	if (strncmp(variable, wanted->name, wanted->length) != 0 ||
	    variable[wanted->length] != '=')
		return false;
	*wanted->value = variable + wanted->length + 1;
	return true;
}

/* A header field that the engine looks at; the others stay where they are. */
static void
field_take(struct request *request, const char *variable)
{
	static const struct {
		const char *name;
		size_t length;
	} names[REQUEST_FIELD__MAX] = {
#define REQUEST_FIELD_NAME(constant, name) {name, sizeof(name) - 1},
		REQUEST_FIELD_TABLE(REQUEST_FIELD_NAME)
#undef REQUEST_FIELD_NAME
	};
	/* All names of the client's fields begin alike. */
	size_t tells = variable[0] == 'H' ? sizeof("HTTP_") - 1 : 0;

	for (int i = 0; i < REQUEST_FIELD__MAX; i++) {
		struct wanted wanted = {names[i].name, names[i].length,
					&request->fields[i]};

		if (names[i].name[tells] == variable[tells] &&
		    wanted_take(&wanted, variable))
			return;
	}
}

/* Goes through the variables once: every request pays for it. */
static void
variables_take(struct request *request, const char **uri, const char **info,
	       const char **script)
{
	const struct wanted wanted[] = {
		{"REQUEST_METHOD", 14, &request->method_name},
		{"QUERY_STRING", 12, &request->query},
		{"REQUEST_URI", 11, uri},
		{"PATH_INFO", 9, info},
		{"SCRIPT_NAME", 11, script},
	};

	for (char *const *v = request->variables; *v != NULL; v++) {
		size_t at = 0;

		if (strncmp(*v, "HTTP_", 5) == 0) {
			request->header_bytes += strlen(*v) - 5;
			field_take(request, *v);
			continue;
		}
		while (at < sizeof(wanted) / sizeof(wanted[0]) &&
		       !(wanted[at].name[0] == (*v)[0] &&
			 wanted_take(&wanted[at], *v)))
			at++;
		if (at == sizeof(wanted) / sizeof(wanted[0]) &&
		    ((*v)[0] == 'C' || (*v)[0] == 'R'))
			field_take(request, *v);
	}
}

enum lc_rc
request_read(struct request *request, char *const *variables,
	     struct arena *arena)
{
	const char *uri = NULL, *info = NULL, *script = "";

	*request = (struct request){.method_name = "GET",
				    .query = "",
				    .mount = "",
				    .path = "/",
				    .body = "",
				    .variables = variables};
	variables_take(request, &uri, &info, &script);
	request->method = method_read(request->method_name);
	request->query_length = strlen(request->query);
	return request_route(request, uri, info, script, arena);
}
