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

/* How wide the columns are that hold what is in no common bounds. */
struct widths {
	int path, limit;
};

static int
longer(int width, size_t length)
{
	return length > (size_t)width ? (int)length : width;
}

static struct widths
widths_find(void)
{
	struct widths widths = {.path = 4, .limit = 5};

	for (size_t i = 0; endpoint_table[i] != NULL; i++) {
		struct buf limit;

		buf_init(&limit);
		limit_print(endpoint_table[i], &limit);
		widths.limit = longer(widths.limit, limit.length);
		widths.path =
			longer(widths.path, strlen(endpoint_table[i]->path));
		buf_release(&limit);
	}
	return widths;
}

static void
route_print(const struct lc_endpoint *endpoint, const struct widths *widths)
{
	static const char *const works[LC_WORK__MAX] = {[LC_QUICK] = "quick",
							[LC_HEAVY] = "heavy",
							[LC_BRIEF] = "brief"};
	struct buf guards, limit;

	buf_init(&guards);
	buf_init(&limit);
	guards_print(endpoint, &guards);
	limit_print(endpoint, &limit);
	printf("%-8s%-*s %-7s%7lld ms  %-*.*s %-10.*s %s\n",
	       method_name(endpoint->method), widths->path, endpoint->path,
	       endpoint->weigh != NULL ? "either" : works[endpoint->work],
	       (long long)endpoint->deadline_ms, widths->limit,
	       (int)limit.length, limit.length > 0 ? limit.bytes : "",
	       (int)guards.length, guards.length > 0 ? guards.bytes : "",
	       endpoint->summary);
	buf_release(&guards);
	buf_release(&limit);
}

static int
routes_run(int argc, char **argv)
{
	const struct widths widths = widths_find();

	(void)argv;
	if (argc != 1) {
		fprintf(stderr, "usage: lightcone routes\n");
		return COMMAND_USAGE;
	}
	printf("%-8s%-*s %-7s%10s  %-*s %-10s %s\n", "METHOD", widths.path,
	       "PATH", "WORK", "DEADLINE", widths.limit, "LIMIT", "GUARDS",
	       "WHAT IT DOES");
	for (size_t i = 0; endpoint_table[i] != NULL; i++)
		route_print(endpoint_table[i], &widths);
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
		"deadline, its limits, its guards and\nwhat it does.",
	.run = routes_run,
};
