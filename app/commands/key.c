/*
 * lightcone key: makes, lists and revokes the keys with which clients show
 * who they are.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"
#include "commands/command.h"
#include "commands/privilege.h"
#include "services/keys.h"

enum { KEY_SCOPES_WIDTH = 24 };

struct key {
	const char *name; /* or ID */
	unsigned scopes;
	bool all;
	struct keys *keys;
	struct keys_key *list;
	size_t count, room;
	bool no_memory;
};

static int
key_failed(enum lc_rc rc, const char *why, int unavailable)
{
	fprintf(stderr, "lightcone key: %s\n", why);
	switch (rc) {
	case LC_INVALID:
		return COMMAND_DATA_REFUSED;
	case LC_UNAVAILABLE:
		return unavailable;
	default:
		return COMMAND_FAILED;
	}
}

/* ---- add */

/*
 * A key that nobody has seen is of no use, and cannot be shown again.
 */
static int
key_take_back(struct key *key)
{
	char id[KEYS_ID_BYTES], why[KEYS_WHY_MAX];
	enum lc_rc rc = keys_revoke(key->keys, key->name, id, why, sizeof(why));

	perror("lightcone key: standard output");
	if (rc != LC_OK)
		return key_failed(rc, why, COMMAND_NO_WRITE);
	fprintf(stderr, "lightcone key: the new key was not printed and is "
			"revoked\n");
	return COMMAND_FAILED;
}

static int
key_add(struct key *key)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX];
	enum lc_rc rc;

	/* A reader who leaves is seen when the key cannot be printed. */
	signal(SIGPIPE, SIG_IGN);
	rc = keys_add(key->keys, key->name, key->scopes, text, why,
		      sizeof(why));
	if (rc != LC_OK)
		return key_failed(rc, why, COMMAND_NO_WRITE);
	if (printf("%s\n", text) < 0 || fflush(stdout) != 0)
		return key_take_back(key);
	fprintf(stderr, "lightcone key: this is the only time that the key is "
			"shown; keep it safe\n");
	return COMMAND_OK;
}

/* ---- list */

static void
key_gather(void *context, const struct keys_key *one)
{
	struct key *key = context;
	size_t room = key->room * 2 + 8;
	struct keys_key *list = key->list;

	if (key->no_memory || (!key->all && one->revoked[0] != '\0'))
		return;
	if (key->count == key->room) {
		list = realloc(list, room * sizeof(*list));
		key->no_memory = list == NULL;
		if (list == NULL)
			return;
		key->list = list;
		key->room = room;
	}
	list[key->count++] = *one;
}

/* How many characters a name has; a terminal gives most of them one cell. */
static int
key_width(const char *name)
{
	int width = 0;

	for (; *name != '\0'; name++)
		width += ((unsigned char)*name & 0xc0) != 0x80;
	return width;
}

static void
key_print(const struct key *key, const struct keys_key *one, int width)
{
	char scopes[KEYS_SCOPES_BYTES];

	keys_scopes_write(one->scopes, scopes);
	printf("%-8s  %s%*s  %-*s  %s", one->id, one->name,
	       width - key_width(one->name), "", KEY_SCOPES_WIDTH, scopes,
	       one->created);
	if (key->all)
		printf("  %s", one->revoked[0] == '\0' ? "-" : one->revoked);
	printf("\n");
}

static int
key_print_all(const struct key *key)
{
	int width = key_width("NAME");

	if (key->count == 0)
		fprintf(stderr, "lightcone key: there are no keys\n");
	for (size_t i = 0; i < key->count; i++)
		if (key_width(key->list[i].name) > width)
			width = key_width(key->list[i].name);
	if (key->count > 0)
		printf("%-8s  %-*s  %-*s  %s\n", "ID", width, "NAME",
		       KEY_SCOPES_WIDTH, "SCOPES",
		       key->all ? "CREATED               REVOKED" : "CREATED");
	for (size_t i = 0; i < key->count; i++)
		key_print(key, &key->list[i], width);
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return COMMAND_OK;
	perror("lightcone key: standard output");
	return COMMAND_FAILED;
}

static int
key_list(struct key *key)
{
	char why[KEYS_WHY_MAX];
	enum lc_rc rc = keys_list(key->keys, key_gather, key, why, sizeof(why));
	int code;

	if (rc != LC_OK)
		code = key_failed(rc, why, COMMAND_NO_INPUT);
	else if (key->no_memory)
		code = key_failed(LC_NO_MEMORY, "out of memory",
				  COMMAND_FAILED);
	else
		code = key_print_all(key);
	free(key->list);
	return code;
}

/* ---- revoke */

static int
key_revoke(struct key *key)
{
	char id[KEYS_ID_BYTES], why[KEYS_WHY_MAX];
	enum lc_rc rc = keys_revoke(key->keys, key->name, id, why, sizeof(why));

	if (rc != LC_OK)
		return key_failed(rc, why, COMMAND_NO_WRITE);
	fprintf(stderr, "lightcone key: %s is revoked\n", id);
	return COMMAND_OK;
}

/* ---- words */

/* What the verb's second word asks for, and what that one takes. */
struct key_action {
	const char *word;
	bool name, scopes, all;
	int (*run)(struct key *key);
};

static const struct key_action key_actions[] = {
	{"add", true, true, false, key_add},
	{"list", false, false, true, key_list},
	{"revoke", true, false, false, key_revoke},
	{.word = NULL},
};

static bool
key_scope(struct key *key, const char *name)
{
	enum keys_scope scope = KEYS_SCOPE__MAX;

	if (name != NULL)
		scope = keys_scope_find(name, strlen(name));
	if (scope != KEYS_SCOPE__MAX) {
		key->scopes |= KEYS_BIT(scope);
		return true;
	}
	fprintf(stderr, "lightcone key: a scope is one of\n");
	for (int i = 0; i < KEYS_SCOPE__MAX; i++)
		fprintf(stderr, "  %-8s %s\n",
			keys_scope_name((enum keys_scope)i),
			keys_scope_doc((enum keys_scope)i));
	return false;
}

/* An option and perhaps its value, which is the next argument or in it. */
static bool
key_option(struct key *key, const struct key_action *action, char **argv,
	   int *at)
{
	static const char scope[] = "--scope=";
	const char *argument = argv[*at];

	if (action->all && strcmp(argument, "--all") == 0)
		return key->all = true;
	if (action->scopes && strcmp(argument, "--scope") == 0) {
		/* argv ends in NULL. */
		if (argv[*at + 1] == NULL)
			return key_scope(key, NULL);
		return key_scope(key, argv[++*at]);
	}
	if (action->scopes && strncmp(argument, scope, sizeof(scope) - 1) == 0)
		return key_scope(key, argument + sizeof(scope) - 1);
	fprintf(stderr, "lightcone key: %s is no option here\n", argument);
	return false;
}

static bool
key_arguments(struct key *key, const struct key_action *action, int argc,
	      char **argv)
{
	bool options = true;

	for (int at = 2; at < argc; at++) {
		if (options && strcmp(argv[at], "--") == 0) {
			options = false;
		} else if (options && argv[at][0] == '-') {
			if (!key_option(key, action, argv, &at))
				return false;
		} else if (!action->name || key->name != NULL) {
			fprintf(stderr, "lightcone key: '%s' is too much\n",
				argv[at]);
			return false;
		} else {
			key->name = argv[at];
		}
	}
	if (action->name && key->name == NULL)
		return false;
	return !action->scopes || key->scopes != 0 || key_scope(key, NULL);
}

static int
key_act(struct key *key, const struct key_action *action)
{
	struct options options;
	int code = COMMAND_FAILED;
	struct buf why;

	buf_init(&why);
	if (options_load(&options, &why) != LC_OK) {
		fprintf(stderr, "lightcone key: %.*s\n", (int)why.length,
			why.bytes);
		buf_release(&why);
		return COMMAND_WRONG_OPTION;
	}
	buf_release(&why);
	key->keys = keys_new(options.state);
	if (key->keys == NULL)
		code = key_failed(LC_NO_MEMORY, "out of memory",
				  COMMAND_FAILED);
	else if (privilege_become_owner(options.state) != LC_OK)
		code = COMMAND_NO_WRITE;
	else
		code = action->run(key);
	keys_free(key->keys);
	options_release(&options);
	return code;
}

static int
key_run(int argc, char **argv)
{
	const struct key_action *action = key_actions;
	struct key key = {.name = NULL};

	while (action->word != NULL &&
	       (argc < 2 || strcmp(action->word, argv[1]) != 0))
		action++;
	if (action->word != NULL && key_arguments(&key, action, argc, argv))
		return key_act(&key, action);
	fprintf(stderr, "usage: lightcone key add NAME --scope SCOPE ...\n"
			"       lightcone key list [--all]\n"
			"       lightcone key revoke NAME|ID\n");
	return COMMAND_USAGE;
}

#define KEY_SCOPE_HELP(code, name, doc) "  " name ": " doc "\n"

const struct command command_key = {
	.name = "key",
	.arguments = "add NAME --scope SCOPE ... | list [--all] | "
		     "revoke NAME|ID",
	.summary = "Makes, lists and revokes API keys.",
	.help = "add prints a new key on standard output, where it is shown "
		"this once: only a hash\nof it is kept.  NAME is 1 to 64 bytes "
		"of printable text that no other key has.\n\nSCOPE is one "
		"of\n" KEYS_SCOPE_TABLE(
			KEY_SCOPE_HELP) "\n"
					"list shows the ID, name, scopes and "
					"time of each key; with "
					"--all also of those that\nare "
					"revoked.  revoke ends a key at "
					"once and for good, in all running "
					"programs.\n"
					"Exit codes: 0 done; 1 failed, or no "
					"such key; 2 wrong usage; "
					"65 the name was\nrefused; 66 the "
					"state cannot be read; 73 it "
					"cannot be written; 78 a wrong option.",
	.run = key_run,
};
