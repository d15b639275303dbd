/*
 * What the tests of segments share: a state directory, and opening in it.
 */
#ifndef TESTS_SEGMENT_FIXTURE_H
#define TESTS_SEGMENT_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "services/segment.h"
#include "state_dir.h"

enum { BYTES = 8192 };

extern const char layout[];
extern char directory[STATE_DIR_MAX];

int set_up(void **state);
int tear_down(void **state);

/* A file of the directory; the next call overwrites the text. */
const char *path_of(const char *name);
bool is_there(const char *name);

struct segment *open_well(void);
void open_badly(const char *where, const char *name, size_t bytes,
		enum lc_rc rc, const char *words);

/* Changes a byte of a.seg. */
void overwrite(off_t at);

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
