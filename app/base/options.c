#include "base/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "base/text.h"

enum { OPTION_LINE_MAX = 4096, OPTION_NEAR_MOST = 2 };

static const char env_prefix[] = "LIGHTCONE_";

/* Variables that are not options: of this reader, of autogen.sh, of conf/. */
static const char *const env_others[] = {"BIN",   "BIND",   "BUILD",
					 "CONF",  "MOUNT",  "PORT",
					 "PROCS", "SOCKET", NULL};

static const struct option *
option_find(const char *name)
{
	const struct option *option = options_table;

	while (option->name != NULL && !text_equal_nocase(option->name, name))
		option++;
	return option->name == NULL ? NULL : option;
}

static const char *
option_nearest(const char *name)
{
	const char *nearest = NULL;
	unsigned least = OPTION_NEAR_MOST + 1;

	for (const struct option *o = options_table; o->name != NULL; o++) {
		unsigned edits = text_distance(name, o->name, OPTION_NEAR_MOST);

		if (edits < least) {
			least = edits;
			nearest = o->name;
		}
	}
	return nearest;
}

static void
option_say_right(const struct option *option, struct buf *why)
{
	if (option->type == OPTION_INT) {
		buf_printf(why, "; it must be a whole number from %lld to %lld",
			   (long long)option->min, (long long)option->max);
		if (option->unit[0] != '\0')
			buf_printf(why, " (%s)", option->unit);
	} else if (option->type == OPTION_CHOICE) {
		buf_add_text(why, "; it must be one of");
		for (const char *const *c = option->choices; *c != NULL; c++)
			buf_printf(why, " %s", *c);
	} else {
		buf_printf(why, "; it must have from %lld to %lld bytes",
			   (long long)option->min, (long long)option->max);
		if (option->ok != NULL)
			buf_printf(why, " and be %s", option->unit);
	}
	buf_printf(why, ", for example %s = %s", option->name,
		   option->def[0] != '\0' ? option->def : "\"\"");
}

/* In any case of its letters; NULL: it is none. */
static const char *
option_choice(const struct option *option, const char *value)
{
	for (const char *const *c = option->choices; *c != NULL; c++)
		if (text_equal_nocase(*c, value))
			return *c;
	return NULL;
}

static enum lc_rc
option_keep_text(struct options *options, const struct option *option,
		 const char *value)
{
	char **slot = (char **)((char *)options + option->offset);
	char *copy;

	if (value == option->def) {
		*slot = (char *)(uintptr_t)value;
		return LC_OK;
	}
	copy = strdup(value);
	if (copy == NULL)
		return LC_NO_MEMORY;
	for (int i = 0; i < options->owned_count; i++)
		if (options->owned[i] == *slot) {
			free(options->owned[i]);
			options->owned[i] = copy;
			*slot = copy;
			return LC_OK;
		}
	options->owned[options->owned_count++] = copy;
	*slot = copy;
	return LC_OK;
}

/* "https://user:password@...", which other programs take. */
static bool
has_credentials(const char *value)
{
	const char *host = strstr(value, "://");

	return host != NULL && strchr(host, '@') != NULL;
}

/* Sets an option; `where` names the file and line, or the variable. */
static enum lc_rc
option_set(struct options *options, const struct option *option,
	   const char *value, const char *where, struct buf *why)
{
	size_t length = strlen(value);
	int64_t number;

	switch (option->type) {
	case OPTION_INT:
		if (number_parse_int64(value, length, &number) != NUMBER_OK ||
		    number < option->min || number > option->max)
			break;
		*(int64_t *)(void *)((char *)options + option->offset) = number;
		return LC_OK;
	case OPTION_CHOICE:
		if (option_choice(option, value) == NULL)
			break;
		return option_keep_text(options, option,
					option_choice(option, value));
	case OPTION_TEXT:
		if ((int64_t)length < option->min ||
		    (int64_t)length > option->max ||
		    (option->ok != NULL && !option->ok(value)))
			break;
		return option_keep_text(options, option, value);
	}
	buf_printf(why, "%s: %s cannot be ", where, option->name);
	if (option->is_secret || has_credentials(value))
		buf_add_text(why, "what it is there (it is not shown)");
	else
		buf_printf(why, "\"%s\"", value);
	option_say_right(option, why);
	return LC_INVALID;
}

/* Cuts white space off both ends, and a pair of quotes. */
static char *
line_trim(char *text)
{
	size_t length;

	while (text_is_space(*text))
		text++;
	length = strlen(text);
	while (length > 0 && text_is_space(text[length - 1]))
		length--;
	if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
		text++;
		length -= 2;
	}
	text[length] = '\0';
	return text;
}

/* How much of a wrong line may be shown: a word, and no secret. */
static int
line_shown(const char *text)
{
	for (const struct option *o = options_table; o->name != NULL; o++)
		if (o->is_secret && text_begins_nocase(text, o->name))
			return (int)strlen(o->name);
	return (int)strcspn(text, " \t");
}

static enum lc_rc
line_read(struct options *options, char *line, const char *where,
	  struct buf *why)
{
	const struct option *option;
	char *text = line_trim(line);
	char *equals;
	const char *name, *nearest;

	if (*text == '\0' || *text == '#')
		return LC_OK;
	equals = strchr(text, '=');
	if (equals == NULL) {
		buf_printf(why, "%s: \"%.*s\" has no '='; write name = value",
			   where, line_shown(text), text);
		return LC_INVALID;
	}
	*equals = '\0';
	name = line_trim(text);
	option = option_find(name);
	if (option == NULL) {
		nearest = option_nearest(name);
		buf_printf(why, "%s: there is no option \"%.*s\"", where,
			   line_shown(name), name);
		if (nearest != NULL)
			buf_printf(why, "; did you mean \"%s\"?", nearest);
		else
			buf_add_text(why, "; 'lightcone options' lists them");
		return LC_INVALID;
	}
	return option_set(options, option, line_trim(equals + 1), where, why);
}

static enum lc_rc
file_read(struct options *options, const char *path, struct buf *why)
{
	char line[OPTION_LINE_MAX];
	char where[PATH_MAX + 32];
	enum lc_rc rc = LC_OK;
	FILE *file = fopen(path, "re");
	int number = 0;

	if (file == NULL) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		return LC_INVALID;
	}
	while (rc == LC_OK && fgets(line, sizeof(line), file) != NULL) {
		snprintf(where, sizeof(where), "%s:%d", path, ++number);
		if (strlen(line) == sizeof(line) - 1 &&
		    line[sizeof(line) - 2] != '\n') {
			buf_printf(why, "%s: the line is longer than %d bytes",
				   where, OPTION_LINE_MAX - 2);
			rc = LC_INVALID;
			break;
		}
		rc = line_read(options, line, where, why);
	}
	if (rc == LC_OK && ferror(file)) {
		buf_printf(why, "%s: %s", path, strerror(errno));
		rc = LC_INVALID;
	}
	fclose(file);
	return rc;
}

static bool
env_is_other(const char *name)
{
	for (const char *const *o = env_others; *o != NULL; o++)
		if (strcmp(*o, name) == 0)
			return true;
	return false;
}

static enum lc_rc
env_read(struct options *options, const char *variable, struct buf *why)
{
	const size_t prefix = sizeof(env_prefix) - 1;
	const char *equals = strchr(variable, '=');
	const struct option *option;
	char name[128];
	size_t length;

	if (equals == NULL || strncmp(variable, env_prefix, prefix) != 0)
		return LC_OK;
	length = (size_t)(equals - variable);
	if (length >= sizeof(name))
		return LC_OK;
	memcpy(name, variable, length);
	name[length] = '\0';
	if (env_is_other(name + prefix))
		return LC_OK;
	option = option_find(name + prefix);
	if (option == NULL) {
		/* Another program's variable, perhaps: no reason to stop. */
		log_warning("the variable %s names no option; "
			    "'lightcone options' lists them",
			    name);
		return LC_OK;
	}
	return option_set(options, option, equals + 1, name, why);
}

/* Its value among the variables, NULL where it is not set, or is empty. */
static const char *
env_value(char *const *environment, const char *name)
{
	const size_t length = strlen(name);

	for (char *const *e = environment; *e != NULL; e++)
		if (strncmp(*e, name, length) == 0 && (*e)[length] == '=')
			return (*e)[length + 1] != '\0' ? *e + length + 1 :
							  NULL;
	return NULL;
}

/*
 * What other programs' variables say of an option.  They are not ours alone,
 * so one that we cannot use is no reason to stop.
 */
static enum lc_rc
env_read_also(struct options *options, const struct option *option,
	      char *const *environment)
{
	const char *value = NULL, *const *name = option->also;
	enum lc_rc rc = LC_OK;
	struct buf why;

	for (; value == NULL && *name != NULL; name++)
		value = env_value(environment, *name);
	if (value == NULL)
		return LC_OK;
	buf_init(&why);
	rc = option_set(options, option, value, name[-1], &why);
	if (rc == LC_INVALID) {
		log_warning("%.*s; it is ignored", (int)why.length, why.bytes);
		rc = LC_OK;
	}
	buf_release(&why);
	return rc;
}

enum lc_rc
options_load_from(struct options *options, const char *path,
		  char *const *environment, struct buf *why)
{
	enum lc_rc rc = LC_OK;

	*options = (struct options){.owned_count = 0};
	for (const struct option *o = options_table; o->name != NULL; o++) {
		rc = option_set(options, o, o->def, "default", why);
		if (rc != LC_OK)
			return rc;
	}
	if (path != NULL)
		rc = file_read(options, path, why);
	for (const struct option *o = options_table;
	     rc == LC_OK && o->name != NULL; o++)
		if (o->also != NULL)
			rc = env_read_also(options, o, environment);
	for (char *const *e = environment; rc == LC_OK && *e != NULL; e++)
		rc = env_read(options, *e, why);
	if (rc != LC_OK)
		options_release(options);
	return rc;
}

/* lightcone.conf beside the program, if it is there. */
static bool
file_beside(char path[PATH_MAX])
{
	static const char name[] = "lightcone.conf";
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (length <= 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL || slash + 1 + sizeof(name) > path + PATH_MAX)
		return false;
	memcpy(slash + 1, name, sizeof(name));
	return access(path, F_OK) == 0;
}

enum lc_rc
options_load(struct options *options, struct buf *why)
{
	static const char installed[] = LIGHTCONE_CONF_DIR "/lightcone.conf";
	const char *named = getenv("LIGHTCONE_CONF");
	char beside[PATH_MAX];
	const char *path = NULL;

	if (named != NULL && named[0] != '\0')
		path = named;
	else if (file_beside(beside))
		path = beside;
	else if (access(installed, F_OK) == 0)
		path = installed;
	return options_load_from(options, path, environ, why);
}

void
options_release(struct options *options)
{
	for (int i = 0; i < options->owned_count; i++)
		free(options->owned[i]);
	options->owned_count = 0;
}

void
options_print(const struct options *options, const struct option *option,
	      struct buf *out)
{
	const char *field = (const char *)options + option->offset;

	if (option->type == OPTION_INT)
		buf_printf(out, "%lld",
			   (long long)*(const int64_t *)(const void *)field);
	else if (option->is_secret)
		buf_add_text(out, **(char *const *)(const void *)field != '\0' ?
					  "(set)" :
					  "");
	else
		buf_add_text(out, *(char *const *)(const void *)field);
}
