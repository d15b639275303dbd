/*
 * lightcone jobs: which jobs there are, and what becomes of them.
 */
#include "commands/jobs.h"

#include <string.h>

#include "base/number.h"
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "services/jobs_prefix.h"

enum { JOBS_LIMIT_MOST = 1000000, JOBS_PREFIX_LEAST = 6 };

/* What the second word asks for, and what goes with it. */
struct jobs_action {
	const char *word;
	size_t least, most; /* how many ids */
	bool state, kind, limit, json, failed;
	int unavailable; /* the exit code where state.sqlite is */
	int (*run)(struct jobs_asked *asked);
};

static const struct jobs_action jobs_actions[] = {
	{.word = "list",
	 .state = true,
	 .kind = true,
	 .limit = true,
	 .json = true,
	 .unavailable = COMMAND_NO_INPUT,
	 .run = jobs_act_list},
	{.word = "show",
	 .least = 1,
	 .most = 1,
	 .json = true,
	 .unavailable = COMMAND_NO_INPUT,
	 .run = jobs_act_show},
	{.word = "retry",
	 .most = SIZE_MAX,
	 .kind = true,
	 .failed = true,
	 .unavailable = COMMAND_NO_WRITE,
	 .run = jobs_act_retry},
	{.word = "cancel",
	 .least = 1,
	 .most = SIZE_MAX,
	 .unavailable = COMMAND_NO_WRITE,
	 .run = jobs_act_cancel},
	{.word = "watch",
	 .unavailable = COMMAND_NO_INPUT,
	 .run = jobs_act_watch},
	{.word = NULL},
};

int
jobs_failed(enum lc_rc rc, const char *why, int unavailable)
{
	return command_say(&command_jobs,
			   rc == LC_UNAVAILABLE ? unavailable : COMMAND_FAILED,
			   "%s",
			   rc == LC_NO_MEMORY ? "out of memory" :
			   why[0] != '\0'     ? why :
			   rc == LC_NOT_FOUND ? "there is no such job" :
						rc_title(rc));
}

int
jobs_whole_id(struct jobs_asked *asked, const char *given,
	      char id[JOBS_ID_BYTES])
{
	char why[JOBS_WHY_MAX] = "";
	enum lc_rc rc;

	if (strlen(given) < JOBS_PREFIX_LEAST)
		return command_say(&command_jobs, COMMAND_FAILED,
				   "'%s' is too short: give at least %d "
				   "characters of an id",
				   given, JOBS_PREFIX_LEAST);
	rc = jobs_prefix_find(asked->jobs, given, id, why, sizeof(why));
	if (rc == LC_NOT_FOUND)
		return command_say(&command_jobs, COMMAND_FAILED,
				   "there is no job '%s'", given);
	if (rc == LC_CONFLICT)
		return command_say(&command_jobs, COMMAND_FAILED,
				   "several jobs begin with '%s'; give more "
				   "characters",
				   given);
	return rc == LC_OK ? COMMAND_OK :
			     jobs_failed(rc, why, COMMAND_NO_INPUT);
}

void
jobs_age(char out[JOBS_AGE_BYTES], int64_t ms)
{
	long long s;

	ms = ms < 0 ? 0 : ms;
	s = ms / 1000;
	if (s < 10)
		snprintf(out, JOBS_AGE_BYTES, "%lld.%d s", s,
			 (int)(ms / 100 % 10));
	else if (s < 60)
		snprintf(out, JOBS_AGE_BYTES, "%lld s", s);
	else if (s < 3600)
		snprintf(out, JOBS_AGE_BYTES, "%lld:%02d", s / 60,
			 (int)(s % 60));
	else if (s < 86400)
		snprintf(out, JOBS_AGE_BYTES, "%lld:%02d:%02d", s / 3600,
			 (int)(s / 60 % 60), (int)(s % 60));
	else
		snprintf(out, JOBS_AGE_BYTES, "%lld d", s / 86400);
}

/* ---- words */

static bool
jobs_read_state(struct jobs_asked *asked, const char *name)
{
	if (name == NULL)
		return true;
	asked->filter.has_state = jobs_state_find(name, &asked->filter.state);
	if (asked->filter.has_state)
		return true;
	fprintf(stderr, "lightcone jobs: a state is one of");
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "",
			jobs_state_name((enum jobs_state)i));
	fprintf(stderr, "\n");
	return false;
}

static bool
jobs_read_limit(struct jobs_asked *asked, const char *text)
{
	int64_t *limit = &asked->filter.limit;

	if (text == NULL ||
	    (number_parse_int64(text, strlen(text), limit) == NUMBER_OK &&
	     *limit > 0 && *limit <= JOBS_LIMIT_MOST))
		return true;
	command_say(&command_jobs, 0, "--limit is a number from 1 to %d",
		    JOBS_LIMIT_MOST);
	return false;
}

/* Ids, or --failed in their place. */
static bool
jobs_words_fit(const struct jobs_asked *asked, const struct jobs_action *action)
{
	if (action->failed && asked->failed == (asked->count > 0)) {
		command_say(&command_jobs, 0,
			    "retry takes either ids or --failed");
		return false;
	}
	if (asked->filter.kind != NULL && action->failed && !asked->failed) {
		command_say(&command_jobs, 0, "--kind goes with --failed");
		return false;
	}
	if (asked->count >= action->least)
		return true;
	arguments_usage(&command_jobs);
	return false;
}

/* argv[0] is the action's word, or the verb. */
static bool
jobs_read_words(struct jobs_asked *asked, const struct jobs_action *action,
		int argc, char **argv)
{
	const char *state = NULL, *limit = NULL;
	struct arguments_option options[6] = {{.name = NULL}};
	size_t most = (size_t)argc;
	int count = 0;

	if (action->state)
		options[count++] =
			(struct arguments_option){"--state", .value = &state};
	if (action->kind)
		options[count++] = (struct arguments_option){
			"--kind", .value = &asked->filter.kind};
	if (action->limit)
		options[count++] =
			(struct arguments_option){"--limit", .value = &limit};
	if (action->json)
		options[count++] = (struct arguments_option){
			"--json", .flag = &asked->json};
	if (action->failed)
		options[count++] = (struct arguments_option){
			"--failed", .flag = &asked->failed};
	asked->ids = arena_alloc(&asked->arena, most * sizeof(*asked->ids));
	if (asked->ids == NULL ||
	    !arguments_read(&command_jobs, argc, argv, options, asked->ids,
			    action->most < most ? action->most : most))
		return false;
	while (asked->count < most && asked->ids[asked->count] != NULL)
		asked->count++;
	return jobs_read_state(asked, state) && jobs_read_limit(asked, limit) &&
	       jobs_words_fit(asked, action);
}

/* The first is what is meant where none is named. */
static const struct jobs_action *
jobs_action_find(const char *word)
{
	const struct jobs_action *action = jobs_actions;

	if (word == NULL || word[0] == '-')
		return action;
	while (action->word != NULL && strcmp(action->word, word) != 0)
		action++;
	return action->word != NULL ? action : NULL;
}

static int
jobs_act(struct jobs_asked *asked, const struct jobs_action *action)
{
	struct options options;
	int code = command_load_options(&command_jobs, &options);

	if (code != COMMAND_OK)
		return code;
	asked->state_dir = options.state;
	asked->jobs = jobs_new(options.state);
	if (asked->jobs == NULL)
		code = jobs_failed(LC_NO_MEMORY, "", COMMAND_FAILED);
	else if (privilege_become_owner(options.state) != LC_OK)
		code = action->unavailable;
	else
		code = action->run(asked);
	jobs_free(asked->jobs);
	options_release(&options);
	return code;
}

static int
jobs_run(int argc, char **argv)
{
	const struct jobs_action *action =
		jobs_action_find(argc > 1 ? argv[1] : NULL);
	struct jobs_asked asked = {.jobs = NULL};
	int skip, code = COMMAND_USAGE;

	if (action == NULL) {
		command_say(&command_jobs, 0, "'%s' is none of its words",
			    argv[1]);
		return arguments_usage(&command_jobs);
	}
	arena_init(&asked.arena, NULL, 0);
	skip = argc > 1 && argv[1][0] != '-' ? 1 : 0;
	if (jobs_read_words(&asked, action, argc - skip, argv + skip))
		code = jobs_act(&asked, action);
	arena_release(&asked.arena);
	return code;
}

const struct command command_jobs = {
	.name = "jobs",
	.arguments = "[list] [--state STATE] [--kind KIND] [--limit N] "
		     "[--json] | show ID [--json] | retry ID ... | "
		     "retry --failed [--kind KIND] | cancel ID ... | watch",
	.summary = "Lists, shows, retries and cancels jobs, or watches them.",
	.help = "A job is work that was accepted and that nobody waits for; "
		"'lightcone work' does it.\nOf an ID the beginning is enough, "
		"6 characters at least, if no other begins so.\n\n"
		"list    the newest 100, or N; of one STATE or KIND\n"
		"show    all that is known of one\n"
		"retry   queues those that failed or were cancelled anew, with "
		"all their attempts\n"
		"cancel  at once where it waits, soon where it runs\n"
		"watch   a live view, until Ctrl-C; one snapshot where there "
		"is no terminal\n\n"
		"Exit codes: 0 done; 1 failed, or there is no such job, or it "
		"is in another state;\n2 wrong usage; 66 the state cannot be "
		"read; 73 it cannot be written; 78 a wrong\noption.",
	.run = jobs_run,
};
