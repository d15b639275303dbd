/*
 * lightcone cache: what our cache was good for, and making it forget.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "services/cache.h"
#include "services/cache_book.h"
#include "services/cache_epochs.h"
#include "sky/catalogue.h"

enum { SHOW_WORD = 12, SHOW_COUNT = 12, SHOW_ASKS = 64 };

/* ---- show */

/*
 * Asks for what nobody has kept, so often that each of several servers is
 * asked; one that does not answer is not asked again.
 */
static void
show_ask(struct cache *cache)
{
	struct cache_entry entry;
	struct buf bytes;

	buf_init(&bytes);
	for (int i = 0; i < SHOW_ASKS; i++) {
		const struct cache_key key = {.bytes = {(unsigned char)i}};

		/* What it is comes to be seen as the cache's state. */
		if (cache_get(cache, &key, &bytes, &entry) == LC_NO_MEMORY)
			break;
	}
	buf_release(&bytes);
}

/* The kind, and whether it answers; nothing where none is configured. */
static int
show_cache(const struct options *options)
{
	struct cache_view view;
	char why[CACHE_WHY_MAX];
	struct cache *cache;

	if (cache_new(options->cache, options->state, &cache, why,
		      sizeof(why)) != LC_OK)
		return command_say(&command_cache, COMMAND_NO_INPUT, "%s", why);
	if (cache == NULL)
		return COMMAND_OK;
	show_ask(cache);
	cache_look(cache, &view);
	printf("%-*s  %s\n", SHOW_WORD, "kind", view.kind);
	printf("%-*s  %s", SHOW_WORD, "state",
	       view.away == 0 ? "answers" : "does not answer");
	if (view.away > 0)
		printf(": %u of %u", view.away, view.servers);
	if (view.why[0] != '\0') {
		printf(", ");
		command_print(stdout, view.why);
	}
	printf("\n");
	cache_free(cache);
	return COMMAND_OK;
}

static int
show_counts(const char *state_dir)
{
	static const char *const docs[CACHE_COUNT__MAX] = {
#define SHOW_DOC(constant, word, doc) [constant] = doc,
		CACHE_COUNT_TABLE(SHOW_DOC)
#undef SHOW_DOC
	};
	char why[CACHE_WHY_MAX];
	struct cache_book *book = cache_book_new(state_dir, why, sizeof(why));

	if (book == NULL || why[0] != '\0') {
		cache_book_free(book);
		return command_say(&command_cache, COMMAND_NO_INPUT, "%s", why);
	}
	for (enum cache_count i = 0; i < CACHE_COUNT__MAX; i++)
		printf("%-*s  %*lld  %s\n", SHOW_WORD, cache_count_word(i),
		       SHOW_COUNT, (long long)cache_book_total(book, i),
		       docs[i]);
	cache_book_free(book);
	return COMMAND_OK;
}

static int
cache_show(const struct options *options)
{
	int code = show_cache(options);

	if (code == COMMAND_OK)
		code = show_counts(options->state);
	return code == COMMAND_OK ? command_end_output(&command_cache) : code;
}

/* ---- flush */

/* The catalogues that there are, and whether the one is among them. */
struct flush_search {
	const char *name;
	bool found;
	struct arena arena;
	const char *others;
};

static void
flush_look(void *context, const char *name)
{
	struct flush_search *search = context;

	if (strcmp(name, search->name) == 0)
		search->found = true;
	else if (search->others != NULL)
		search->others = arena_printf(
			&search->arena, "%s%s%s", search->others,
			search->others[0] != '\0' ? ", " : "; there are: ",
			name);
}

static int
flush_check(const char *state_dir, const char *name)
{
	struct flush_search search = {.name = name, .others = ""};
	struct catalogue_set *set = catalogue_set_new(state_dir, false);
	char why[CATALOGUE_WHY_MAX] = "out of memory";
	int code = COMMAND_OK;

	arena_init(&search.arena, NULL, 0);
	if (set == NULL ||
	    catalogue_list(set, flush_look, &search, why, sizeof(why)) != LC_OK)
		code = command_say(&command_cache, COMMAND_NO_INPUT, "%s", why);
	else if (!search.found)
		code = command_say(&command_cache, COMMAND_NO_INPUT,
				   "there is no catalogue \"%s\"%s", name,
				   search.others != NULL ? search.others : "");
	arena_release(&search.arena);
	catalogue_set_free(set);
	return code;
}

static int
cache_flush(const struct options *options, const char *name)
{
	struct cache_epochs *epochs;
	enum lc_rc rc = LC_NO_MEMORY;
	int code = COMMAND_OK;

	if (name != NULL)
		code = flush_check(options->state, name);
	if (code != COMMAND_OK)
		return code;
	epochs = cache_epochs_new(options->state);
	if (epochs != NULL)
		rc = cache_epoch_raise(epochs, name);
	cache_epochs_free(epochs);
	if (rc == LC_OK)
		return COMMAND_OK;
	return command_say(&command_cache,
			   rc == LC_UNAVAILABLE ? COMMAND_NO_WRITE :
						  COMMAND_FAILED,
			   rc == LC_UNAVAILABLE ?
				   "state.sqlite or cache-epochs.seg cannot be "
				   "written; nothing is forgotten" :
				   "out of memory");
}

/* ---- the verb */

static int
cache_act(const struct options *options, const char *const words[2])
{
	bool shows = words[0] == NULL || strcmp(words[0], "show") == 0;

	if (privilege_become_owner(options->state) != LC_OK)
		return shows ? COMMAND_NO_INPUT : COMMAND_NO_WRITE;
	return shows ? cache_show(options) : cache_flush(options, words[1]);
}

static int
cache_run(int argc, char **argv)
{
	static const struct arguments_option none[] = {{.name = NULL}};
	const char *words[2] = {NULL, NULL};
	struct options options;
	int code;

	if (!arguments_read(&command_cache, argc, argv, none, words, 2))
		return COMMAND_USAGE;
	if (words[0] != NULL && strcmp(words[0], "flush") != 0 &&
	    (strcmp(words[0], "show") != 0 || words[1] != NULL))
		return arguments_usage(&command_cache);
	code = command_load_options(&command_cache, &options);
	if (code != COMMAND_OK)
		return code;
	code = cache_act(&options, words);
	options_release(&options);
	return code;
}

const struct command command_cache = {
	.name = "cache",
	.arguments = "[show | flush [CATALOGUE]]",
	.summary = "Shows what the cache was good for, or makes it forget.",
	.help = "Shows the kind of the cache and whether it answers, if there "
		"is one, and how often\nwhat has happened since its counts "
		"were begun.  flush: no answer that was kept\nbefore is given "
		"any more, by any process of this machine, when it returns; "
		"with a\nCATALOGUE, none that was made from that.\n"
		"Exit codes: 0 done; 1 failed; 2 wrong usage; 66 there is no "
		"such catalogue, or\nthe state cannot be read; 73 it cannot be "
		"written; 78 a wrong option.",
	.run = cache_run,
};
