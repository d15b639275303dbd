#include "engine/keeper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

struct keeper {
	int (*look)(void *arg);
	void *arg;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool started, ending;
	struct keeper_item *first, *last;
	size_t count, bytes; /* of all that is not done yet */
	int64_t look_ns;     /* when; 0: not */
};

static struct timespec
moment(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / CLOCK_NS_PER_S,
				 .tv_nsec = ns % CLOCK_NS_PER_S};
}

/* Under the lock: until there is something to do. */
static void
keeper_wait(struct keeper *keeper)
{
	while (keeper->first == NULL && !keeper->ending) {
		struct timespec until = moment(keeper->look_ns);

		if (keeper->look_ns == 0)
			pthread_cond_wait(&keeper->changed, &keeper->lock);
		else if (clock_mono_ns() >= keeper->look_ns)
			return;
		else
			pthread_cond_timedwait(&keeper->changed, &keeper->lock,
					       &until);
	}
}

/* Under the lock, which it lets go of meanwhile. */
static void
keeper_do(struct keeper *keeper)
{
	struct keeper_item *item = keeper->first;
	size_t bytes = item->bytes;

	keeper->first = item->next;
	pthread_mutex_unlock(&keeper->lock);
	item->act(item);
	pthread_mutex_lock(&keeper->lock);
	keeper->count--;
	keeper->bytes -= bytes;
	pthread_cond_broadcast(&keeper->changed);
}

/* The same. */
static void
keeper_look_now(struct keeper *keeper)
{
	int64_t again_ns;
	int ms;

	keeper->look_ns = 0;
	pthread_mutex_unlock(&keeper->lock);
	ms = keeper->look(keeper->arg);
	pthread_mutex_lock(&keeper->lock);
	again_ns = clock_mono_ns() + ms * CLOCK_NS_PER_MS;
	if (ms > 0 && (keeper->look_ns == 0 || again_ns < keeper->look_ns))
		keeper->look_ns = again_ns;
}

static void *
keeper_run(void *arg)
{
	struct keeper *keeper = arg;

	pthread_mutex_lock(&keeper->lock);
	while (!keeper->ending) {
		keeper_wait(keeper);
		if (keeper->look_ns != 0 && clock_mono_ns() >= keeper->look_ns)
			keeper_look_now(keeper);
		if (keeper->first != NULL)
			keeper_do(keeper);
	}
	pthread_mutex_unlock(&keeper->lock);
	return NULL;
}

/* Under the lock. */
static bool
keeper_start(struct keeper *keeper)
{
	sigset_t all, before;

	if (keeper->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	keeper->started =
		pthread_create(&keeper->thread, NULL, keeper_run, keeper) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return keeper->started;
}

struct keeper *
keeper_new(int (*look)(void *arg), void *arg)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	pthread_condattr_t attributes;

	if (keeper == NULL)
		return NULL;
	keeper->look = look;
	keeper->arg = arg;
	pthread_mutex_init(&keeper->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return keeper;
}

void
keeper_free(struct keeper *keeper)
{
	if (keeper == NULL)
		return;
	pthread_mutex_lock(&keeper->lock);
	keeper->ending = true;
	pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
	if (keeper->started)
		pthread_join(keeper->thread, NULL);
	pthread_cond_destroy(&keeper->changed);
	pthread_mutex_destroy(&keeper->lock);
	free(keeper);
}

bool
keeper_add(struct keeper *keeper, struct keeper_item *item)
{
	bool taken;

	pthread_mutex_lock(&keeper->lock);
	taken = keeper->count < KEEPER_ITEMS_MOST &&
		keeper->bytes + item->bytes <= KEEPER_BYTES_MOST &&
		!keeper->ending && keeper_start(keeper);
	if (taken) {
		item->next = NULL;
		if (keeper->first == NULL)
			keeper->first = item;
		else
			keeper->last->next = item;
		keeper->last = item;
		keeper->count++;
		keeper->bytes += item->bytes;
		pthread_cond_broadcast(&keeper->changed);
	}
	pthread_mutex_unlock(&keeper->lock);
	return taken;
}

void
keeper_look(struct keeper *keeper)
{
	pthread_mutex_lock(&keeper->lock);
	keeper->look_ns = clock_mono_ns();
	if (keeper_start(keeper))
		pthread_cond_broadcast(&keeper->changed);
	pthread_mutex_unlock(&keeper->lock);
}

bool
keeper_stop(struct keeper *keeper, int64_t until_ns)
{
	const struct timespec until = moment(until_ns);
	bool done;

	pthread_mutex_lock(&keeper->lock);
	while (keeper->count > 0 &&
	       pthread_cond_timedwait(&keeper->changed, &keeper->lock,
				      &until) == 0)
		;
	done = keeper->count == 0;
	pthread_mutex_unlock(&keeper->lock);
	return done;
}
