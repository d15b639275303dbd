/*
 * Runs a fuzz target over files without a fuzzer: those that are named, or
 * every file of the target's corpus.
 */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { REPLAY_BYTES_MAX = 1 << 20, REPLAY_FILES_MIN = 30 };

static bool
replay(const char *path)
{
	uint8_t *bytes = malloc(REPLAY_BYTES_MAX), *exact;
	FILE *file = fopen(path, "re");
	size_t length;

	if (bytes == NULL || file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(bytes);
		return false;
	}
	length = fread(bytes, 1, REPLAY_BYTES_MAX, file);
	fclose(file);
	/* No byte more than there are: a reading beyond them is seen. */
	exact = realloc(bytes, length + (length == 0));
	if (exact == NULL)
		abort();
	LLVMFuzzerTestOneInput(exact, length);
	free(exact);
	return true;
}

static int
replay_corpus(void)
{
	const char *source = getenv("srcdir");
	char directory[1024], path[2048];
	struct dirent **entries;
	int count, done = 0;

	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
		 source != NULL ? source : ".", fuzz_corpus);
	count = scandir(directory, &entries, NULL, alphasort);
	if (count < 0) {
		fprintf(stderr, "%s: %s\n", directory, strerror(errno));
		return EXIT_FAILURE;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory,
			 entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && replay(path))
			printf("ok %d - %s\n", ++done, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	printf("1..%d\n", done);
	return done >= REPLAY_FILES_MIN ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	bool read = true;

	if (argc < 2)
		return replay_corpus();
	for (int i = 1; i < argc; i++)
		read = replay(argv[i]) && read;
	return read ? EXIT_SUCCESS : EXIT_FAILURE;
}
