/*
 * Starting a runner: a process of the same program, by fork and exec, so that
 * it has nothing of the supervisor's but the board and the options.
 */
#ifndef COMMANDS_WORK_SPAWN_H
#define COMMANDS_WORK_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/options.h"

/*
 * Starts a runner for one slot of the board; -1, with errno.  It dies with
 * the thread that started it.
 */
pid_t work_spawn(const struct options *options, int board, size_t slot);

#endif
