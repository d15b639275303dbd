#include "scene.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

enum { SCENE_LOOK_MS = 5, SCENE_STOP_MS = 10000, SCENE_PAUSE_US = 200 };

static void *
acceptor_run(void *arg)
{
	struct scene *scene = arg;
	struct outbox *outbox = scene->engine.outbox;
	struct pollfd ready = {.fd = outbox_descriptor(outbox),
			       .events = POLLIN};

	while (!atomic_load(&scene->ending)) {
		poll(&ready, 1, SCENE_LOOK_MS);
		outbox_act(outbox);
	}
	return NULL;
}

void
scene_open(struct scene *scene, const struct lc_endpoint *const *table,
	   const char *const *settings, int acceptors)
{
	struct buf why;

	buf_init(&why);
	memset(scene, 0, sizeof(*scene));
	snprintf(scene->state, sizeof(scene->state), "/tmp/scene-XXXXXX");
	if (mkdtemp(scene->state) == NULL)
		fail_msg("%s: %s", scene->state, strerror(errno));
	if (options_load_from(&scene->options, NULL,
			      (char *const *)(uintptr_t)settings,
			      &why) != LC_OK)
		fail_msg("%.*s", (int)why.length, why.bytes);
	scene->options.state = scene->state;
	if (engine_init(&scene->engine, &scene->options, table, NULL, &why) !=
	    LC_OK)
		fail_msg("%.*s", (int)why.length, why.bytes);
	buf_release(&why);
	atomic_init(&scene->ending, false);
	for (; scene->acceptors < acceptors; scene->acceptors++)
		if (pthread_create(&scene->threads[scene->acceptors], NULL,
				   acceptor_run, scene) != 0)
			fail_msg("no thread");
}

void
scene_close(struct scene *scene)
{
	static const char *const made[] = {
		"slots.lock",
		"limits.seg",
		"limits.seg.lock",
		"events.seg",
		"events.seg.lock",
		"jobs.seg",
		"jobs.seg.lock",
		"state.sqlite",
		"state.sqlite-wal",
		"state.sqlite-shm",
		"work.lock",
		"cache.seg",
		"cache.seg.lock",
		"cache-book.seg",
		"cache-book.seg.lock",
		"cache-epochs.seg",
		"cache-epochs.seg.lock",
		"metrics.seg",
		"metrics.seg.lock",
		"metrics.lock",
		"spans.seg",
		"spans.seg.lock",
		"spans.lock",
		"access.log",
	};
	char path[128];

	assert_true(engine_stop(&scene->engine, scene_later(SCENE_STOP_MS)));
	assert_int_equal(atomic_load(&scene->engine.open), 0);
	atomic_store(&scene->ending, true);
	for (int i = 0; i < scene->acceptors; i++)
		pthread_join(scene->threads[i], NULL);
	engine_release(&scene->engine);
	options_release(&scene->options);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->state, made[i]);
		unlink(path);
	}
	if (rmdir(scene->state) != 0)
		fail_msg("%s: %s", scene->state, strerror(errno));
}

int
scene_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	int count = 0;

	assert_non_null(tasks);
	while ((task = readdir(tasks)) != NULL)
		count += task->d_name[0] != '.';
	closedir(tasks);
	return count;
}

int64_t
scene_later(int64_t ms)
{
	return clock_mono_ns() + ms * CLOCK_NS_PER_MS;
}

void
scene_wait(int64_t until_ns, const char *what)
{
	const struct timespec pause = {.tv_nsec = SCENE_PAUSE_US * 1000};

	if (clock_mono_ns() > until_ns)
		fail_msg("waited in vain until %s", what);
	nanosleep(&pause, NULL);
}
