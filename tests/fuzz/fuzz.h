/*
 * A fuzz target: reads some bytes and aborts when the program would do wrong
 * with them.  Linked with a fuzzer, or with replay.c.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The directory of tests/fuzz/corpus that holds its inputs. */
extern const char fuzz_corpus[];

/* What must hold, whatever the input. */
#define MUST(condition)                                                  \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
				__LINE__, #condition);                   \
			abort();                                         \
		}                                                        \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
