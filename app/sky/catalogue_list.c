/* Which catalogues there are: those whose pointers stand in the directory. */
#include "sky/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sky/reader.h"

struct list_name {
	char text[CATALOGUE_NAME_MAX + 1];
};

struct list {
	struct list_name *names;
	size_t count, room;
};

/* The name in NAME.current; false for any other file. */
static bool
list_name_of(const char *file, struct list_name *name)
{
	static const char ending[] = ".current";
	size_t length = strlen(file);

	if (length <= sizeof(ending) - 1)
		return false;
	length -= sizeof(ending) - 1;
	if (length > CATALOGUE_NAME_MAX || strcmp(file + length, ending) != 0)
		return false;
	memcpy(name->text, file, length);
	name->text[length] = '\0';
	return catalogue_name_ok(name->text);
}

static enum lc_rc
list_add(struct list *list, const struct list_name *name)
{
	size_t room = list->room * 2 + 8;

	if (list->count == list->room) {
		struct list_name *names =
			realloc(list->names, room * sizeof(*names));

		if (names == NULL)
			return LC_NO_MEMORY;
		list->names = names;
		list->room = room;
	}
	list->names[list->count++] = *name;
	return LC_OK;
}

static int
list_compare(const void *a, const void *b)
{
	const struct list_name *one = a, *other = b;

	return strcmp(one->text, other->text);
}

/* All names that the directory has; LC_UNAVAILABLE with errno. */
static enum lc_rc
list_read(struct list *list, DIR *directory)
{
	const struct dirent *file;
	struct list_name name;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK) {
		errno = 0;
		file = readdir(directory);
		if (file == NULL)
			return errno == 0 ? LC_OK : LC_UNAVAILABLE;
		if (list_name_of(file->d_name, &name))
			rc = list_add(list, &name);
	}
	return rc;
}

enum lc_rc
catalogue_list(const struct catalogue_set *set,
	       void (*each)(void *context, const char *name), void *context,
	       char *why, size_t why_bytes)
{
	DIR *directory = opendir(catalogue_set_directory(set));
	struct list list = {.names = NULL};
	enum lc_rc rc = LC_UNAVAILABLE;

	if (directory == NULL && errno == ENOENT)
		return LC_OK;
	if (directory != NULL)
		rc = list_read(&list, directory);
	if (rc != LC_OK)
		snprintf(why, why_bytes, "the catalogues cannot be listed: %s",
			 rc == LC_NO_MEMORY ? "out of memory" :
					      strerror(errno));
	if (directory != NULL)
		closedir(directory);
	if (list.count > 0)
		qsort(list.names, list.count, sizeof(*list.names),
		      list_compare);
	for (size_t i = 0; i < list.count && rc == LC_OK; i++)
		each(context, list.names[i].text);
	free(list.names);
	return rc;
}
