#include "commands/work_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"

/* A sanitizer's shadow has more addresses than there are. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SPAWN_LIMITED = 0 };
#else
enum { SPAWN_LIMITED = 1 };
#endif

enum {
	SPAWN_MB = 1 << 20,
	SPAWN_FAILED = 127,
	SPAWN_CLOSE_ON_EXEC = 1 << 2 /* the kernel's */
};

static const char prefix[] = "LIGHTCONE_";

static size_t
environment_count(void)
{
	size_t count = 0;

	while (environ[count] != NULL)
		count++;
	for (const struct option *o = options_table; o->name != NULL; o++)
		count++;
	return count;
}

/* As a variable of the environment, secrets too; NULL without memory. */
static char *
environment_option(const struct options *options, const struct option *option,
		   struct arena *arena)
{
	const void *field = (const char *)options + option->offset;

	if (option->type == OPTION_INT)
		return arena_printf(arena, "%s%s=%lld", prefix, option->name,
				    (long long)*(const int64_t *)field);
	return arena_printf(arena, "%s%s=%s", prefix, option->name,
			    *(const char *const *)field);
}

/*
 * Ours, with all options as they are: their file may have been changed since,
 * or may not be read any more by whom we have become.  NULL without memory.
 */
static char **
environment_make(const struct options *options, struct arena *arena)
{
	char **made =
		arena_alloc(arena, (environment_count() + 1) * sizeof(*made));
	char **at = made;

	if (made == NULL)
		return NULL;
	for (char **e = environ; *e != NULL; e++)
		if (strncmp(*e, prefix, sizeof(prefix) - 1) != 0)
			*at++ = *e;
	for (const struct option *o = options_table; o->name != NULL; o++) {
		*at = environment_option(options, o, arena);
		if (*at++ == NULL)
			return NULL;
	}
	return made;
}

static void
memory_limit(const struct options *options)
{
	const rlim_t most = (rlim_t)options->work_memory_mb * SPAWN_MB;
	struct rlimit limit;

	if (!SPAWN_LIMITED || getrlimit(RLIMIT_AS, &limit) != 0)
		return;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most)
		limit.rlim_max = most;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_AS, &limit);
}

/*
 * Not all that libraries have open says that it is nobody else's: curl's is
 * the exporter's of spans.  Kernels before 5.11 leave that.
 */
static void
descriptors_keep(void)
{
#ifdef SYS_close_range
	syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX,
		SPAWN_CLOSE_ON_EXEC);
#endif
}

/* In the child; comes back only if it cannot. */
static void
spawn_become(const struct options *options, int board, pid_t parent,
	     char **arguments, char **environment)
{
	static char program[] = "/proc/self/exe";

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return;
	/* It may have died before that. */
	if (getppid() != parent)
		return;
	descriptors_keep();
	if (fcntl(board, F_SETFD, 0) != 0)
		return;
	memory_limit(options);
	execve(program, arguments, environment);
}

pid_t
work_spawn(const struct options *options, int board, size_t slot)
{
	const pid_t self = getpid();
	char name[] = "lightcone", verb[] = "work", runner[] = "--runner";
	char *arguments[] = {name, verb, runner, NULL, NULL, NULL};
	char **environment;
	struct arena arena;
	pid_t pid = -1;

	arena_init(&arena, NULL, 0);
	environment = environment_make(options, &arena);
	arguments[3] = arena_printf(&arena, "%d", board);
	arguments[4] = arena_printf(&arena, "%zu", slot);
	if (environment == NULL || arguments[3] == NULL || arguments[4] == NULL)
		errno = ENOMEM;
	else
		pid = fork();
	if (pid == 0) {
		spawn_become(options, board, self, arguments, environment);
		_exit(SPAWN_FAILED);
	}
	arena_release(&arena);
	return pid;
}
