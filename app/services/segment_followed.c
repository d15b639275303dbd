#include "services/segment_followed.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "services/segment.h"

struct segment_followed_file {
	struct segment_followed_file *older;
	struct segment *segment;
	dev_t device;
	ino_t inode;
};

/* Which file has the name now; false for none. */
static bool
segment_followed_mark(const struct segment_followed *followed,
		      const char *state_dir, struct stat *out)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", state_dir,
			      followed->name);

	return length > 0 && length < (int)sizeof(path) &&
	       lstat(path, out) == 0;
}

void *
segment_followed_find(struct segment_followed *followed, const char *state_dir)
{
	struct segment_followed_file *last = followed->files, *next;
	struct stat mark = {0};
	bool there = segment_followed_mark(followed, state_dir, &mark);
	char why[SEGMENT_WHY_MAX];

	if (there && last != NULL && mark.st_dev == last->device &&
	    mark.st_ino == last->inode)
		return segment_bytes(last->segment);
	next = calloc(1, sizeof(*next));
	if (next == NULL)
		return NULL;
	if (segment_open(state_dir, followed->name, followed->layout,
			 followed->bytes, &next->segment, why,
			 sizeof(why)) != LC_OK) {
		free(next);
		return NULL;
	}
	/* One that comes between the two looks is found the next time. */
	if (there || segment_followed_mark(followed, state_dir, &mark)) {
		next->device = mark.st_dev;
		next->inode = mark.st_ino;
	}
	next->older = last;
	followed->files = next;
	return segment_bytes(next->segment);
}

void
segment_followed_release(struct segment_followed *followed)
{
	while (followed->files != NULL) {
		struct segment_followed_file *older = followed->files->older;

		segment_close(followed->files->segment);
		free(followed->files);
		followed->files = older;
	}
}
