#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_CHUNK_BYTES = 4096 };

struct arena_chunk {
	struct arena_chunk *older;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *arena, void *first, size_t first_bytes)
{
	arena->chunks = NULL;
	arena->next = first;
	arena->end = first == NULL ? NULL : (char *)first + first_bytes;
}

void
arena_release(struct arena *arena)
{
	while (arena->chunks != NULL) {
		struct arena_chunk *older = arena->chunks->older;

		free(arena->chunks);
		arena->chunks = older;
	}
	arena->next = arena->end = NULL;
}

static char *
arena_grow(struct arena *arena, size_t bytes)
{
	size_t room = bytes > ARENA_CHUNK_BYTES ? bytes : ARENA_CHUNK_BYTES;
	struct arena_chunk *chunk;

	if (room > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = malloc(sizeof(*chunk) + room);
	if (chunk == NULL)
		return NULL;
	chunk->older = arena->chunks;
	arena->chunks = chunk;
	/* A big piece gets a chunk of its own; small ones go on as before. */
	if (bytes > ARENA_CHUNK_BYTES / 2)
		return chunk->bytes;
	arena->next = chunk->bytes + bytes;
	arena->end = chunk->bytes + room;
	return chunk->bytes;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
	const size_t grain = alignof(max_align_t);
	char *piece = arena->next;
	size_t padding = (grain - (uintptr_t)piece % grain) % grain;

	if (bytes > SIZE_MAX - grain)
		return NULL;
	if (piece != NULL && (size_t)(arena->end - piece) >= padding + bytes) {
		piece += padding;
		arena->next = piece + bytes;
	} else {
		piece = arena_grow(arena, bytes);
		if (piece == NULL)
			return NULL;
	}
	return memset(piece, 0, bytes);
}

char *
arena_dup(struct arena *arena, const char *text, size_t length)
{
	char *copy;

	if (length == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, length + 1);
	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list list)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, list);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)length + 1);
	if (text != NULL)
		vsnprintf(text, (size_t)length + 1, format, list);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	text = arena_vprintf(arena, format, list);
	va_end(list);
	return text;
}
