/*
 * lightcone routes: the table of endpoints, a line each.
 */
#include <stdio.h>

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
route_print(const struct lc_endpoint *endpoint)
{
	static const char *const works[LC_WORK__MAX] = {
		[LC_QUICK] = "quick", [LC_HEAVY] = "heavy"};
	struct buf guards;

	buf_init(&guards);
	guards_print(endpoint, &guards);
	printf("%-8s%-24s%-7s%7lld ms  %-10s %-10.*s %s\n",
	       method_name(endpoint->method), endpoint->path,
	       works[endpoint->work], (long long)endpoint->deadline_ms,
	       endpoint->rate != NULL ? endpoint->rate->name : "-",
	       (int)guards.length, guards.length > 0 ? guards.bytes : "",
	       endpoint->summary);
	buf_release(&guards);
}

static int
routes_run(int argc, char **argv)
{
	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: lightcone routes\n");
		return COMMAND_USAGE;
	}
	printf("%-8s%-24s%-7s%10s  %-10s %-10s %s\n", "METHOD", "PATH", "WORK",
	       "DEADLINE", "LIMIT", "GUARDS", "WHAT IT DOES");
	for (size_t i = 0; endpoint_table[i] != NULL; i++)
		route_print(endpoint_table[i]);
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
	.help = "Of each endpoint: method, path, whether its work is quick or "
		"goes to the pool,\nits deadline, its limit, its guards and "
		"what it does.",
	.run = routes_run,
};
