/*
 * Several threads at once, for tests; to be included after cmocka.h.
 */
#ifndef UNIT_THREADS_H
#define UNIT_THREADS_H

#include <pthread.h>

static inline void
threads_run(pthread_t *threads, int count, void *(*run)(void *), void *arg)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, arg),
				 0);
}

static inline void
threads_join(const pthread_t *threads, int count)
{
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

#endif
