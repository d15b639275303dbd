/*
 * What the tests of state.sqlite share: a directory of their own, and looks
 * at what is in it.
 */
#ifndef TESTS_STATE_DIR_H
#define TESTS_STATE_DIR_H

#include <stdbool.h>
#include <stddef.h>

enum { STATE_DIR_MAX = 128 };

/* Makes an empty directory; removes it with all in it. */
void state_dir_make(char path[STATE_DIR_MAX]);
void state_dir_remove(const char *path);

/* How many files are in it. */
int state_dir_count(const char *path);

/* The path of a file in it, as a text that the next call overwrites. */
const char *state_dir_file(const char *path, const char *file);

/* Writes a file in it, from the start and with nothing after. */
void state_dir_write(const char *path, const char *file, const void *bytes,
		     size_t length);

/* Whether any of its files has these bytes somewhere. */
bool state_dir_holds(const char *path, const char *bytes, size_t length);

/* The file's permissions; -1 if it is not there. */
int state_dir_mode(const char *path, const char *file);

/*
 * Makes the directory and its files unwritable and runs something there in a
 * child who is not root; the child's exit code.
 */
int state_dir_unwritable(const char *path, int (*run)(const char *path));

#endif
