/*
 * An engine for a test: with options, a state directory that is removed at
 * the end, and threads that empty the outbox as the gate's acceptors do.
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "engine/engine.h"

enum { SCENE_ACCEPTORS_MAX = 4 };

struct scene {
	struct options options;
	struct engine engine;
	char state[64];
	int acceptors;
	pthread_t threads[SCENE_ACCEPTORS_MAX];
	atomic_bool ending;
};

/*
 * Makes the engine; `settings` are variables ("LIGHTCONE_THREADS=2") and end
 * in NULL.  Whatever goes wrong fails the test.
 */
void scene_open(struct scene *scene, const struct lc_endpoint *const *table,
		const char *const *settings, int acceptors);

/* Stops the engine, ends the threads, gives everything back. */
void scene_close(struct scene *scene);

/* How many threads this process has. */
int scene_threads(void);

/* Waits until the condition holds; fails the test after `most_ms`. */
#define UNTIL(condition, most_ms)                                    \
	for (int64_t until_ns = scene_later(most_ms); !(condition);) \
	scene_wait(until_ns, #condition)

int64_t scene_later(int64_t ms);
void scene_wait(int64_t until_ns, const char *what);

#endif
