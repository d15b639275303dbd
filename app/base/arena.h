/*
 * An arena: memory that is taken piece by piece and given back at once.
 *
 * A request's call has one; what lives as long as the request is allocated
 * there.  One thread at a time may use an arena.  Nothing is freed singly.
 * Every allocating function returns NULL when memory is exhausted, and the
 * arena stays usable.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/rc.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* the newest first */
	char *next;
	char *end;
};

/* Starts an arena on `first`, memory of the caller's, which may be NULL. */
void arena_init(struct arena *arena, void *first, size_t first_bytes);

/* Frees everything that was allocated; the arena is empty after it. */
void arena_release(struct arena *arena);

/* `bytes` of zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t bytes) LC_CHECKED;

/* A NUL-terminated copy of `length` bytes. */
char *arena_dup(struct arena *arena, const char *text, size_t length)
	LC_CHECKED;

/* A formatted string. */
char *arena_printf(struct arena *arena, const char *format, ...)
	LC_CHECKED LC_PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list list)
	LC_CHECKED LC_PRINTF(2, 0);

#endif
