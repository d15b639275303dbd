/*
 * lightcone catalogues: lists what can be asked, and what is not right.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "sky/catalogue.h"
#include "sky/edits.h"

enum {
	CATALOGUES_NAME,
	CATALOGUES_OBJECTS,
	CATALOGUES_NAMES,
	CATALOGUES_EDITS,
	CATALOGUES_GENERATION,
	CATALOGUES_BYTES,
	CATALOGUES_IMPORTED,
	CATALOGUES_TITLE,
	CATALOGUES_COLUMNS
};

/* A line of the list; texts are the arena's. */
struct catalogues_line {
	struct catalogues_line *next;
	const char *cells[CATALOGUES_COLUMNS];
	const char *wrong; /* in place of all but the name; or NULL */
};

struct catalogues {
	const char *state;
	struct catalogue_set *set;
	struct arena arena;
	struct catalogues_line *first, **last;
	bool no_memory, damaged;
};

static const char *const catalogues_head[CATALOGUES_COLUMNS] = {
	"NAME",       "OBJECTS", "NAMES",    "EDITS",
	"GENERATION", "BYTES",   "IMPORTED", "TITLE"};

/* Numbers stand below the ends of their heads. */
static bool
catalogues_is_number(int column)
{
	return column >= CATALOGUES_OBJECTS && column <= CATALOGUES_BYTES;
}

static const char *
catalogues_number(struct catalogues *all, int64_t number)
{
	return arena_printf(&all->arena, "%lld", (long long)number);
}

/* Reads all that is said of one; or `why` not. */
static enum lc_rc
catalogues_fill(struct catalogues *all, struct catalogue *catalogue,
		struct catalogues_line *line, char *why, size_t why_bytes)
{
	int64_t objects = 0, names = 0, edits = 0, bytes = 0;
	enum lc_rc rc = catalogue_count(catalogue, &objects);

	if (rc == LC_OK)
		rc = catalogue_size(catalogue, &bytes, &names);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_IMPORTED, &all->arena,
				    &line->cells[CATALOGUES_IMPORTED]);
	if (rc == LC_OK)
		rc = catalogue_fact(catalogue, FACTS_TITLE, &all->arena,
				    &line->cells[CATALOGUES_TITLE]);
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "%s", catalogue_why(catalogue));
		return rc;
	}
	rc = edits_count(all->state, catalogue_name(catalogue), &edits, why,
			 why_bytes);
	line->cells[CATALOGUES_OBJECTS] = catalogues_number(all, objects);
	line->cells[CATALOGUES_NAMES] = catalogues_number(all, names);
	line->cells[CATALOGUES_EDITS] = catalogues_number(all, edits);
	line->cells[CATALOGUES_GENERATION] =
		catalogues_number(all, catalogue_version(catalogue).generation);
	line->cells[CATALOGUES_BYTES] = catalogues_number(all, bytes);
	return rc;
}

static void
catalogues_gather(void *context, const char *name)
{
	struct catalogues *all = context;
	struct catalogues_line *line = arena_alloc(&all->arena, sizeof(*line));
	char why[CATALOGUE_WHY_MAX] = "";
	struct catalogue *catalogue;
	enum lc_rc rc;

	if (line == NULL) {
		all->no_memory = true;
		return;
	}
	*line = (struct catalogues_line){.next = NULL};
	line->cells[CATALOGUES_NAME] =
		arena_dup(&all->arena, name, strlen(name));
	*all->last = line;
	all->last = &line->next;
	rc = catalogue_acquire(all->set, name, &catalogue, why, sizeof(why));
	if (rc == LC_OK)
		rc = catalogues_fill(all, catalogue, line, why, sizeof(why));
	catalogue_release(catalogue);
	if (rc == LC_OK)
		return;
	all->damaged = true;
	line->wrong = arena_dup(&all->arena, why, strlen(why));
}

/* Whether some text has found no memory, too. */
static bool
catalogues_complete(const struct catalogues *all)
{
	for (const struct catalogues_line *line = all->first; line != NULL;
	     line = line->next)
		for (int i = 0; i < CATALOGUES_COLUMNS; i++)
			if (line->cells[i] == NULL &&
			    (i == CATALOGUES_NAME || line->wrong == NULL))
				return false;
	return !all->no_memory;
}

static void
catalogues_widen(int widths[CATALOGUES_COLUMNS], const char *const *cells)
{
	for (int i = 0; i < CATALOGUES_COLUMNS; i++)
		if (cells[i] != NULL && (int)strlen(cells[i]) > widths[i])
			widths[i] = (int)strlen(cells[i]);
}

static void
catalogues_print_line(const int widths[CATALOGUES_COLUMNS],
		      const char *const *cells)
{
	for (int i = 0; i < CATALOGUES_TITLE; i++)
		printf("%*s  ",
		       catalogues_is_number(i) ? widths[i] : -widths[i],
		       cells[i]);
	command_print(stdout, cells[CATALOGUES_TITLE]);
	printf("\n");
}

static void
catalogues_print(const struct catalogues *all)
{
	int widths[CATALOGUES_COLUMNS] = {0};

	catalogues_widen(widths, catalogues_head);
	for (const struct catalogues_line *line = all->first; line != NULL;
	     line = line->next)
		catalogues_widen(widths, line->cells);
	catalogues_print_line(widths, catalogues_head);
	for (const struct catalogues_line *line = all->first; line != NULL;
	     line = line->next) {
		if (line->wrong == NULL) {
			catalogues_print_line(widths, line->cells);
			continue;
		}
		printf("%-*s  ", widths[0], line->cells[CATALOGUES_NAME]);
		command_print(stdout, line->wrong);
		printf("\n");
	}
}

static int
catalogues_show(struct catalogues *all)
{
	char why[CATALOGUE_WHY_MAX] = "";
	enum lc_rc rc = catalogue_list(all->set, catalogues_gather, all, why,
				       sizeof(why));

	if (rc == LC_NO_MEMORY || !catalogues_complete(all))
		return command_say(&command_catalogues, COMMAND_FAILED,
				   "out of memory");
	if (rc != LC_OK)
		return command_say(&command_catalogues, COMMAND_NO_INPUT, "%s",
				   why);
	if (all->first == NULL)
		return command_say(&command_catalogues, COMMAND_OK,
				   "there are no catalogues; 'lightcone "
				   "import' makes one");
	catalogues_print(all);
	if (command_end_output(&command_catalogues) != COMMAND_OK)
		return COMMAND_FAILED;
	return all->damaged ? COMMAND_NO_INPUT : COMMAND_OK;
}

static int
catalogues_run(int argc, char **argv)
{
	const struct arguments_option none = {.name = NULL};
	struct catalogues all = {.first = NULL};
	struct options options;
	int code;

	if (!arguments_read(&command_catalogues, argc, argv, &none, NULL, 0))
		return COMMAND_USAGE;
	code = command_load_options(&command_catalogues, &options);
	if (code != COMMAND_OK)
		return code;
	all.last = &all.first;
	all.state = options.state;
	arena_init(&all.arena, NULL, 0);
	if (privilege_become_owner(options.state) != LC_OK)
		code = COMMAND_NO_INPUT;
	else
		all.set = catalogue_set_new(options.state, true);
	if (all.set != NULL)
		code = catalogues_show(&all);
	else if (code == COMMAND_OK)
		code = command_say(&command_catalogues, COMMAND_FAILED,
				   "out of memory");
	catalogue_set_free(all.set);
	arena_release(&all.arena);
	options_release(&options);
	return code;
}

const struct command command_catalogues = {
	.name = "catalogues",
	.arguments = "",
	.summary = "Lists the catalogues that there are.",
	.help = "Objects and names as they are found now, with the edits that "
		"lie over the\ncatalogue; the size of its file, and when it "
		"was imported.  A catalogue that\ncannot be read is listed "
		"with the reason.\n"
		"Exit codes: 0 all can be read; 1 failed; 2 wrong usage; 66 "
		"some cannot be read;\n78 a wrong option.",
	.run = catalogues_run,
};
