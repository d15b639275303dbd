/*
 * lightcone routes: the table of endpoints, a line each.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "commands/command.h"
#include "table.h"

static void
guards_print(const struct lc_endpoint *endpoint, struct buf *out)
{
	const struct lc_guard *const *guard = endpoint->guards;

	if (guard == NULL || *guard == NULL) {
		buf_add_char(out, '-');
		return;
	}
	for (; *guard != NULL; guard++)
		buf_printf(out, "%s%s", guard == endpoint->guards ? "" : ",",
			   (*guard)->name);
}

static void
limit_print(const struct lc_endpoint *endpoint, struct buf *out)
{
	const struct lc_rate *rate = endpoint->rates;

	if (rate == NULL)
		buf_add_char(out, '-');
	for (; rate != NULL && rate->name != NULL; rate++)
		buf_printf(out, "%s%s:%lld/%llds",
			   rate == endpoint->rates ? "" : ",", rate->name,
			   (long long)rate->limit, (long long)rate->window_s);
}

static void
route_print(const struct lc_endpoint *endpoint, int path_width)
{
	static const char *const works[LC_WORK__MAX] = {[LC_QUICK] = "quick",
							[LC_HEAVY] = "heavy",
							[LC_BRIEF] = "brief"};
	struct buf guards, limit;

	buf_init(&guards);
	buf_init(&limit);
	guards_print(endpoint, &guards);
	limit_print(endpoint, &limit);
	printf("%-8s%-*s %-7s%7lld ms  %-14.*s %-10.*s %s\n",
	       method_name(endpoint->method), path_width, endpoint->path,
	       endpoint->weigh != NULL ? "either" : works[endpoint->work],
	       (long long)endpoint->deadline_ms, (int)limit.length,
	       limit.length > 0 ? limit.bytes : "", (int)guards.length,
	       guards.length > 0 ? guards.bytes : "", endpoint->summary);
	buf_release(&guards);
	buf_release(&limit);
}

static int
routes_run(int argc, char **argv)
{
	int path_width = 4;

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: lightcone routes\n");
		return COMMAND_USAGE;
	}
	for (size_t i = 0; endpoint_table[i] != NULL; i++)
		if ((int)strlen(endpoint_table[i]->path) > path_width)
			path_width = (int)strlen(endpoint_table[i]->path);
	printf("%-8s%-*s %-7s%10s  %-14s %-10s %s\n", "METHOD", path_width,
	       "PATH", "WORK", "DEADLINE", "LIMIT", "GUARDS", "WHAT IT DOES");
	for (size_t i = 0; endpoint_table[i] != NULL; i++)
		route_print(endpoint_table[i], path_width);
	if (fflush(stdout) != 0) {
		perror("lightcone routes");
		return COMMAND_FAILED;
	}
	return COMMAND_OK;
}

const struct command command_routes = {
	.name = "routes",
	.arguments = "",
	.summary = "Prints the table of endpoints.",
	.help = "Of each endpoint: method, path, whether its work is quick, "
		"heavy (it goes to\nthe pool) or either, by what is asked; its "
		"deadline, its limit, its guards and\nwhat it does.",
	.run = routes_run,
};
