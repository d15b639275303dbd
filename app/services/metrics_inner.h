/*
 * What the files of services/metrics share: the segment's layout, and what a
 * process keeps of it.
 *
 * Everything in the segment is whole at any instant at which a process may be
 * killed.  A series is published by the count of them, after its entry was
 * written; an entry that was not is written over by the next.  Cells are
 * atomics of their own.  What somebody else may have written over the file
 * makes wrong numbers, but neither wild addresses nor a bad page: entries
 * carry a checksum.
 */
#ifndef SERVICES_METRICS_INNER_H
#define SERVICES_METRICS_INNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lock.h"
#include "services/metrics.h"
#include "services/segment.h"

/* Upper bounds of buckets, in ns, and in seconds as OpenMetrics has them. */
#define METRICS_BOUND_TABLE(X)       \
	X(INT64_C(100000), "0.0001") \
	X(250000, "0.00025")         \
	X(500000, "0.0005")          \
	X(1000000, "0.001")          \
	X(2500000, "0.0025")         \
	X(5000000, "0.005")          \
	X(10000000, "0.01")          \
	X(25000000, "0.025")         \
	X(50000000, "0.05")          \
	X(75000000, "0.075")         \
	X(100000000, "0.1")          \
	X(250000000, "0.25")         \
	X(500000000, "0.5")          \
	X(750000000, "0.75")         \
	X(1000000000, "1.0")         \
	X(2500000000, "2.5")         \
	X(5000000000, "5.0")         \
	X(7500000000, "7.5")         \
	X(10000000000, "10.0")

#define METRICS_BOUND_ONE(ns, text) +1

enum {
	METRICS_CELLS = 12288, /* of a slot */
	METRICS_SERIES = 1024,
	/* No family has more of either, whatever its labels come to. */
	METRICS_SERIES_MOST = METRICS_SERIES / 4 * 3,
	METRICS_CELLS_MOST = METRICS_CELLS / 4 * 3,
	METRICS_BUCKETS = 1 METRICS_BOUND_TABLE(METRICS_BOUND_ONE),
	METRICS_HISTOGRAM_CELLS = METRICS_BUCKETS + 1, /* the sum, in ns */
	METRICS_TEXT_MAX = 296,
	METRICS_EXEMPLAR_WORDS = 6,
	METRICS_SHARED_SLOT = METRICS_SLOTS
};

/* Which one it is: its family, and the values of its labels. */
struct metrics_key {
	uint64_t hash;
	uint64_t kind;               /* of the family: all but its help */
	uint32_t type;               /* enum metrics_type */
	uint32_t length;             /* of the text */
	char text[METRICS_TEXT_MAX]; /* name, values, each with its NUL */
};

struct metrics_entry {
	struct metrics_key key;
	uint32_t first; /* cell */
	uint32_t cells;
	uint64_t check; /* of all of it */
};

struct metrics_example {
	_Atomic uint64_t words[METRICS_EXEMPLAR_WORDS];
};

struct metrics_slot {
	_Atomic int64_t pid;   /* 0: nobody's, or somebody's from now on */
	_Atomic int64_t space; /* its namespace of pids; 0: it has no /proc */
	_Atomic int64_t role;
	_Atomic int64_t start_ticks; /* as /proc has it */
	_Atomic int64_t start_ms;    /* since 1970 */
	_Atomic int64_t cpu_ns;      /* what its role's cell had before it */
	_Alignas(SEGMENT_ALIGNMENT) _Atomic int64_t cells[METRICS_CELLS];
};

struct metrics_area {
	_Atomic uint32_t series; /* so many entries are whole */
	_Atomic uint32_t slots;  /* so many were ever used, but the last */
	_Alignas(SEGMENT_ALIGNMENT) _Atomic uint64_t hashes[METRICS_SERIES];
	struct metrics_entry entries[METRICS_SERIES];
	struct metrics_example examples[METRICS_CELLS]; /* of each bucket */
	_Alignas(SEGMENT_ALIGNMENT) struct metrics_slot slot[METRICS_SLOTS + 1];
};

struct metrics {
	struct segment *segment; /* NULL: the area is our own memory */
	struct metrics_area *area;
	struct metrics_slot *mine;
	int number;         /* of our slot */
	int locks;          /* STATE/metrics.lock; -1: the area is ours alone */
	struct lock adding; /* threads: their process has one lock for all */
	enum metrics_role role;
	int64_t space; /* our namespace of pids; 0: there is no /proc */
	int cpu;       /* the series of our role */
	uint64_t kinds[METRIC__MAX];
};

extern const char *const metrics_role_names[METRICS_ROLE__MAX];

static inline int64_t
metrics_load(_Atomic int64_t *cell)
{
	return atomic_load_explicit(cell, memory_order_relaxed);
}

static inline void
metrics_store(_Atomic int64_t *cell, int64_t value)
{
	atomic_store_explicit(cell, value, memory_order_relaxed);
}

/* One word more into a digest, which defends against nobody. */
static inline uint64_t
metrics_mix(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ digest >> 29;
}

/* ---- metrics_directory.c: which series has which cells */

/* What tells families apart, those of other versions of the program too. */
uint64_t metrics_kind(const struct metrics_family *family);

/* How many bytes of a label's value count: whole characters, and not many. */
size_t metrics_value_length(const char *value);

/* False: it is too long to be a series. */
bool metrics_key_make(const struct metrics *metrics, enum metric family,
		      const char *const *values, struct metrics_key *out);

/* The first cell; 0, which is that of lost updates: there is none. */
int metrics_find(const struct metrics *metrics, const struct metrics_key *key);
int metrics_find_or_add(struct metrics *metrics, const struct metrics_key *key);

/* How many entries may be read. */
uint32_t metrics_series_count(const struct metrics *metrics);

/* An entry below that; NULL: it was damaged. */
const struct metrics_entry *metrics_entry_at(const struct metrics *metrics,
					     uint32_t at);

/* ---- metrics_slots.c: which process has which slot */

/* False, and errno: there are no locks to be had. */
bool metrics_slots_open(struct metrics *metrics, const char *state_dir);
void metrics_slots_close(struct metrics *metrics);

/* Whether a process has it; ours has its own, and nobody the shared one. */
bool metrics_slot_held(const struct metrics *metrics, int number);

/* The lock for adding series; false: another has kept it for too long. */
bool metrics_adding_begin(struct metrics *metrics);
void metrics_adding_end(struct metrics *metrics);

/* ---- metrics_exemplar.c */

struct metrics_example_read {
	struct metrics_exemplar of;
	int64_t ns, unix_ms;
};

void metrics_example_put(struct metrics *metrics, int cell, int64_t ns,
			 const struct metrics_exemplar *exemplar);

/* False: there is none, or one that is being written. */
bool metrics_example_get(const struct metrics *metrics, int cell,
			 struct metrics_example_read *out);

/* ---- metrics_process.c: the processes themselves */

/* Of the processes of a role that run, all in all. */
struct metrics_processes {
	int64_t processes; /* those of which the rest is known: */
	int64_t known;
	int64_t resident_bytes, virtual_bytes, threads, fds;
	int64_t fds_most; /* the least of them */
	int64_t start_ms; /* the newest of them */
};

struct metrics_seen {
	uint64_t live; /* a bit for each slot whose process runs */
	struct metrics_processes roles[METRICS_ROLE__MAX];
};

_Static_assert(METRICS_SLOTS <= 64, "a bit for each");

/* Writes down who we are, in our slot, and that we have started. */
void metrics_process_begin(struct metrics *metrics);
/* Writes down what we have used. */
void metrics_process_end(struct metrics *metrics);

/* Looks at all of them, and brings the CPU time of each up to date. */
void metrics_process_look(struct metrics *metrics, struct metrics_seen *seen);

#endif
