/*
 * A lock for rooms that share something among threads without knowing more
 * of threads.  It must not be held during input or output that can wait,
 * but where its owner says so.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <pthread.h>

struct lock {
	pthread_mutex_t mutex;
};

static inline void
lock_init(struct lock *lock)
{
	pthread_mutex_init(&lock->mutex, NULL);
}

static inline void
lock_release(struct lock *lock)
{
	pthread_mutex_destroy(&lock->mutex);
}

static inline void
lock_take(struct lock *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

static inline void
lock_give(struct lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

#endif
