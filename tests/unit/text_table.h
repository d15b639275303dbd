/*
 * What the tests of delimited text share: a file of their own, with bytes of
 * theirs.
 */
#ifndef TESTS_TEXT_TABLE_H
#define TESTS_TEXT_TABLE_H

#include <stddef.h>

#include "sky/table.h"

/* For cmocka: a directory for the file is made, and removed. */
int text_table_set_up(void **state);
int text_table_tear_down(void **state);

/* Writes the file; its path. */
const char *text_table_file(const void *bytes, size_t length);

/* Writes the file and opens it as the table which it must be. */
struct table *text_table_open(const void *bytes, size_t length);

#endif
