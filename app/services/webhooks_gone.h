/*
 * Webhooks that their other side wants no more: it has answered 410.  They
 * lie in state.sqlite, and nothing is sent there until the operator allows
 * it again.
 *
 * Any thread may call.  Failure: LC_UNAVAILABLE when state.sqlite cannot be
 * used, LC_NO_MEMORY; `why` (STATE_WHY_MAX bytes) has words.
 */
#ifndef SERVICES_WEBHOOKS_GONE_H
#define SERVICES_WEBHOOKS_GONE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

/* Harmless when it is there already. */
enum lc_rc webhooks_gone_add(const char *state_dir, const char *url, char *why,
			     size_t why_bytes) LC_CHECKED;

enum lc_rc webhooks_gone_has(const char *state_dir, const char *url, bool *has,
			     char *why, size_t why_bytes) LC_CHECKED;

/* Allows it again; LC_NOT_FOUND, with words: it was not there. */
enum lc_rc webhooks_gone_remove(const char *state_dir, const char *url,
				char *why, size_t why_bytes) LC_CHECKED;

/* All of them, the latest first, with the time of the answer. */
enum lc_rc webhooks_gone_list(const char *state_dir,
			      void (*each)(void *arg, const char *url,
					   const char *since),
			      void *arg, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
