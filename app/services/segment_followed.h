/*
 * A segment that is followed by its name: somebody may take its file away
 * while programs run, and who makes another one in its place shall be heard.
 *
 * What has been mapped stays so until the release, as other threads may still
 * be looking at it.  segment_followed_find() is for one thread at a time;
 * what it has found may be used by all.
 */
#ifndef SERVICES_SEGMENT_FOLLOWED_H
#define SERVICES_SEGMENT_FOLLOWED_H

#include <stddef.h>

struct segment_followed_file;

/* The first three are segment_open()'s, and its holder's to set. */
struct segment_followed {
	const char *name, *layout;
	size_t bytes;
	struct segment_followed_file *files; /* the last one first */
};

/*
 * The bytes of the file that is there now, which is made if it is missing;
 * NULL where none can be had.  It costs one look at the name as a rule.
 */
void *segment_followed_find(struct segment_followed *followed,
			    const char *state_dir);

void segment_followed_release(struct segment_followed *followed);

#endif
