/*
 * What keeping an answer costs, and having it back, as a table for RESULTS.md.
 *
 *	bench_cache
 *
 * For a ring in a fresh directory below /tmp, and for a Memcached that is
 * started there, on a socket; it needs `memcached`.  Bodies of text are what
 * LZ4 makes smaller, bodies of noise are not.  Microseconds by the clock, the
 * median of several, so one that was held up does not count; a miss is a
 * question for what is not there.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/cache.h"

enum {
	TRIES = 301,
	KEYS = 8,
	RING_MB = 256,
	START_TRIES = 500,
	BODY_MOST = 2 << 20,
	PATH_BYTES = 96
};

static const struct {
	const char *name;
	size_t bytes;
} sizes[] = {{"1 KB", 1000}, {"100 KB", 100000}, {"2 MB", 2000000}};

static struct cache_key
key_of(unsigned number)
{
	/* As even as a digest. */
	const uint64_t bits = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	struct cache_key key;

	for (size_t i = 0; i < sizeof(key.bytes); i += sizeof(bits))
		memcpy(key.bytes + i, &bits, sizeof(bits));
	return key;
}

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *times)
{
	qsort(times, TRIES, sizeof(*times), compare);
	return times[TRIES / 2];
}

/* A busy machine can make Memcached look as if it were away for a while. */
static bool
is_away(enum lc_rc rc)
{
	const struct timespec pause = {.tv_nsec = 10 * CLOCK_NS_PER_MS};

	if (rc != LC_UNAVAILABLE)
		return false;
	nanosleep(&pause, NULL);
	return true;
}

static double
put_us(struct cache *cache, const struct cache_entry *entry)
{
	double times[TRIES];

	for (unsigned i = 0; i < TRIES; i++) {
		const struct cache_key key = key_of(i % KEYS);
		int64_t began_ns;
		enum lc_rc rc;

		do {
			began_ns = clock_mono_ns();
			rc = cache_put(cache, &key, entry, 1000);
		} while (is_away(rc));
		if (rc != LC_OK) {
			fprintf(stderr, "%zu bytes cannot be kept\n",
				entry->body_length);
			exit(EXIT_FAILURE);
		}
		times[i] = (double)(clock_mono_ns() - began_ns) / 1000;
	}
	return median(times);
}

static double
get_us(struct cache *cache, unsigned first, enum lc_rc expected)
{
	struct cache_entry entry;
	double times[TRIES];
	struct buf bytes;

	buf_init(&bytes);
	for (unsigned i = 0; i < TRIES; i++) {
		const struct cache_key key = key_of(first + i % KEYS);
		int64_t began_ns;
		enum lc_rc rc;

		do {
			began_ns = clock_mono_ns();
			rc = cache_get(cache, &key, &bytes, &entry);
		} while (is_away(rc));
		if (rc != expected) {
			fprintf(stderr, "what was kept is not there\n");
			exit(EXIT_FAILURE);
		}
		times[i] = (double)(clock_mono_ns() - began_ns) / 1000;
	}
	buf_release(&bytes);
	return median(times);
}

static void
print_rows(const char *setting, const char *directory, const char *name,
	   const char *text, const char *noise)
{
	const char *const bodies[] = {text, noise};
	char why[CACHE_WHY_MAX];
	struct cache *cache = NULL;

	if (cache_new(setting, directory, &cache, why, sizeof(why)) != LC_OK ||
	    cache == NULL) {
		fprintf(stderr, "%s: %s\n", setting, why);
		exit(EXIT_FAILURE);
	}
	printf("| %s | a miss | | %.1f |\n", name,
	       get_us(cache, KEYS, LC_NOT_FOUND));
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct cache_entry entry = {
			.status = 200,
			.media_type = "application/json",
			.tag = "\"0123456789abcdef\"",
			.fields = "",
			.body = bodies[i % 2],
			.body_length = sizes[i / 2].bytes};
		const double put = put_us(cache, &entry);

		printf("| %s | %s of %s | %.1f | %.1f |\n", name,
		       sizes[i / 2].name, i % 2 == 0 ? "text" : "noise", put,
		       get_us(cache, 0, LC_OK));
	}
	cache_free(cache);
}

static pid_t
memcached_start(const char *socket)
{
	const struct timespec pause = {.tv_nsec = 10 * CLOCK_NS_PER_MS};
	pid_t child = fork();

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("memcached", "memcached", "-u", "root", "-m", "256",
		       "-s", socket, (char *)NULL);
		perror("memcached");
		_exit(127);
	}
	for (int i = 0; i < START_TRIES && access(socket, F_OK) != 0; i++)
		nanosleep(&pause, NULL);
	return child;
}

static void
fill(char *text, char *noise)
{
	static const char object[] = "{\"ra_deg\": 10.684, \"dec_deg\": 41.26}";
	uint64_t state = 88172645463325252;

	for (size_t i = 0; i < BODY_MOST; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		noise[i] = (char)(state >> 32);
		/* Digits differ from one object to the next. */
		text[i] = object[i % (sizeof(object) - 1)];
		if (text[i] >= '0' && text[i] <= '9')
			text[i] = (char)('0' + state % 10);
	}
}

int
main(void)
{
	char directory[] = "/tmp/bench-cache-XXXXXX", setting[2 * PATH_BYTES];
	char path[PATH_BYTES];
	char *text = malloc(BODY_MOST), *noise = malloc(BODY_MOST);
	pid_t server;

	if (text == NULL || noise == NULL || mkdtemp(directory) == NULL) {
		perror("bench_cache");
		return EXIT_FAILURE;
	}
	fill(text, noise);
	printf("| cache | body | keep, µs | have, µs |\n"
	       "| --- | --- | ---: | ---: |\n");
	snprintf(setting, sizeof(setting), "local:%dM", RING_MB);
	print_rows(setting, directory, "ring", text, noise);
	snprintf(path, sizeof(path), "%s/m.sock", directory);
	snprintf(setting, sizeof(setting), "memcached://%s", path);
	server = memcached_start(path);
	print_rows(setting, directory, "Memcached", text, noise);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s/cache.seg", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/cache.seg.lock", directory);
	unlink(path);
	rmdir(directory);
	free(text);
	free(noise);
	return EXIT_SUCCESS;
}
