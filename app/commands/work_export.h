/*
 * The export of spans beside the jobs: a thread of the supervisor that has
 * nothing to do with theirs.
 */
#ifndef COMMANDS_WORK_EXPORT_H
#define COMMANDS_WORK_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"

struct work_export;

/*
 * Starts it, where options want it.  NULL: they do not, or it cannot be, which
 * is said in the log; all below is harmless with NULL.
 */
struct work_export *work_export_start(const struct options *options);

/*
 * Has it send what is there and end, within `last_ms`; said again that can
 * only become less.
 */
void work_export_stop(struct work_export *export, int64_t last_ms);

/* Whether it has ended. */
bool work_export_over(const struct work_export *export);

/* Waits for the end, for which it must have been told. */
void work_export_free(struct work_export *export);

#endif
