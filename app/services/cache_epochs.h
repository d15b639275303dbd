/*
 * Epochs: how everything that is kept becomes what nobody asks for any more,
 * in one step.  They are part of the keys, so raising one forgets all that
 * was kept under the earlier, wherever it is.
 *
 * There is one for everything and one for each catalogue's name.  They stand
 * in state.sqlite, which does not forget; a word in STATE/cache-epochs.seg
 * says whether any was raised, so asking is one load of it.
 *
 * Any thread may call.
 */
#ifndef SERVICES_CACHE_EPOCHS_H
#define SERVICES_CACHE_EPOCHS_H

#include <stdint.h>

#include "base/rc.h"

struct cache_epochs;

/* NULL only without memory. */
struct cache_epochs *cache_epochs_new(const char *state_dir);
void cache_epochs_free(struct cache_epochs *epochs); /* NULL is harmless */

/*
 * The present one of a catalogue's name, with that of everything; NULL: of
 * everything alone.  0 as long as nothing was raised, or can be read.
 */
uint64_t cache_epoch(struct cache_epochs *epochs, const char *catalogue);

/*
 * Raises it; NULL: that of everything.  When it returns LC_OK no process of
 * this machine asks by the earlier one any more.  LC_UNAVAILABLE, LC_NO_MEMORY.
 */
enum lc_rc cache_epoch_raise(struct cache_epochs *epochs, const char *catalogue)
	LC_CHECKED;

#endif
