/*
 * lightcone webhooks: those that are not sent any more, and allowing one
 * again.
 */
#include "commands/arguments.h"
#include "commands/privilege.h"
#include "services/state.h"
#include "services/webhooks_gone.h"

static void
webhook_print(void *arg, const char *url, const char *since)
{
	(void)arg;
	command_print(stdout, since);
	printf("  ");
	command_print(stdout, url);
	printf("\n");
}

static int
webhooks_list(const char *state_dir)
{
	char why[STATE_WHY_MAX];

	if (webhooks_gone_list(state_dir, webhook_print, NULL, why,
			       sizeof(why)) != LC_OK)
		return command_say(&command_webhooks, COMMAND_NO_INPUT, "%s",
				   why);
	return command_end_output(&command_webhooks);
}

static int
webhook_allow(const char *state_dir, const char *url)
{
	char why[STATE_WHY_MAX];

	switch (webhooks_gone_remove(state_dir, url, why, sizeof(why))) {
	case LC_OK:
		return COMMAND_OK;
	case LC_NOT_FOUND:
		return command_say(&command_webhooks, COMMAND_FAILED, "%s",
				   why);
	default:
		return command_say(&command_webhooks, COMMAND_NO_WRITE, "%s",
				   why);
	}
}

static int
webhooks_run(int argc, char **argv)
{
	static const struct arguments_option none[] = {{.name = NULL}};
	const char *url = NULL;
	struct options options;
	int code;

	if (!arguments_read(&command_webhooks, argc, argv, none, &url, 1))
		return COMMAND_USAGE;
	code = command_load_options(&command_webhooks, &options);
	if (code != COMMAND_OK)
		return code;
	if (privilege_become_owner(options.state) != LC_OK)
		code = COMMAND_NO_WRITE;
	else if (url == NULL)
		code = webhooks_list(options.state);
	else
		code = webhook_allow(options.state, url);
	options_release(&options);
	return code;
}

const struct command command_webhooks = {
	.name = "webhooks",
	.arguments = "[URL]",
	.summary = "Lists webhooks that are not sent any more, or allows one.",
	.help = "Who answers a webhook with 410 (Gone) is sent nothing more at "
		"that URL.  With a\nURL, what is new is sent there again.\n"
		"Exit codes: 0 done; 1 there is no such URL; 2 wrong usage; "
		"66 the state cannot be\nread; 73 it cannot be written; 78 a "
		"wrong option.",
	.run = webhooks_run,
};
