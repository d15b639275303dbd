/*
 * Metrics: counts, levels and distributions of all processes of a state
 * directory, in STATE/metrics.seg.
 *
 * The families are const (services/metrics_table.h).  A series is a family
 * and values of its labels; the segment has a directory of the series that
 * were ever used, by name, so that programs of different versions share it
 * and an upgrade loses nothing.  Each series has a cell, or one for each
 * bucket and one for the sum, at the same place in each of METRICS_SLOTS
 * slots.
 *
 * A process has a slot to itself, by a lock that the kernel takes away when
 * it is killed; whoever finds no free one shares the last.  Counters in a
 * slot are never reset: the next process goes on from where the last one
 * stopped, so nothing has to be folded, nothing is counted twice or lost
 * whoever is killed when, and no sum ever falls.  Levels are set to 0 by the
 * next one, and count only while the slot has its process.
 *
 * An update is an atomic addition without a lock.  Any thread may call;
 * metrics_series() takes a lock when a series is new, so threads of the CPU
 * pool only use what others have found.
 */
#ifndef SERVICES_METRICS_H
#define SERVICES_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/rc.h"
#include "services/metrics_table.h"

struct metrics;
struct metrics_page;

enum metrics_type {
	METRICS_COUNTER,
	METRICS_GAUGE,
	METRICS_HISTOGRAM,
	METRICS_INFO
};

/* In what it is counted, and how that is printed. */
enum metrics_unit {
	METRICS_NUMBER,
	METRICS_SECONDS, /* counted in ns */
	METRICS_BYTES
};

struct metrics_family {
	const char *name;
	enum metrics_type type;
	enum metrics_unit unit;
	const char *labels;
	const char *help;
};

extern const struct metrics_family metrics_families[METRIC__MAX];

/* What a process is; X(constant, name). */
#define METRICS_ROLE_TABLE(X)       \
	X(METRICS_WEB, "web")       \
	X(METRICS_RUNNER, "runner") \
	X(METRICS_WORK, "work")     \
	X(METRICS_STREAM, "stream")

enum metrics_role {
#define METRICS_ROLE_ENUM(constant, name) constant,
	METRICS_ROLE_TABLE(METRICS_ROLE_ENUM)
#undef METRICS_ROLE_ENUM
		METRICS_ROLE__MAX
};

enum {
	METRICS_SLOTS = 64, /* and the last one besides */
	METRICS_LABELS_MOST = 3,
	METRICS_VALUE_MAX = 80, /* of a label; what is longer is cut */
	METRICS_WHY_MAX = 160
};

/*
 * Joins in.  Where the segment cannot be had the numbers are the process's
 * own, and `why`, else "", says so.  NULL: there is no memory.
 */
struct metrics *metrics_new(const char *state_dir, enum metrics_role role,
			    char *why, size_t why_bytes);
void metrics_free(struct metrics *metrics); /* NULL is harmless */

/* ---- updates; `metrics` may be NULL, which does nothing */

/*
 * The series of a family with these values, one for each of its labels (NULL:
 * it has none): a number to keep.  Where there is no room for it the number
 * is one of a cell that counts such updates.
 */
int metrics_series(struct metrics *metrics, enum metric family,
		   const char *const *values);

/* Adds to a counter, or to a level, which may be less than 0. */
void metrics_add(struct metrics *metrics, int series, int64_t n);

/* Sets the level of this process. */
void metrics_set(struct metrics *metrics, int series, int64_t n);

/* The request that was an example of a value; trace 0: there is none. */
struct metrics_exemplar {
	uint64_t trace_high, trace_low, span;
};

/* Adds a value, in ns, to a distribution; `exemplar` may be NULL. */
void metrics_observe(struct metrics *metrics, int series, int64_t ns,
		     const struct metrics_exemplar *exemplar);

/* For what is rare: the same by names, with one label or (NULL) none. */
void metrics_count(struct metrics *metrics, enum metric family,
		   const char *value, int64_t n);

/* ---- the page */

enum metrics_format { METRICS_TEXT, METRICS_OPENMETRICS };

/* The media types of both. */
extern const char *const metrics_media[];

/* A page in the arena, without anything yet; NULL without memory. */
struct metrics_page *metrics_page_new(struct metrics *metrics,
				      struct arena *arena);

/*
 * Adds a sample of what somebody else counts, in the family's unit as it is
 * printed (seconds).  Values are copied.
 */
void metrics_page_put(struct metrics_page *page, enum metric family,
		      double value, const char *const *values);
/* The same with one label, or none. */
void metrics_page_put_one(struct metrics_page *page, enum metric family,
			  double value, const char *label_value);

/* Writes all families that have samples, those of processes among them. */
enum lc_rc metrics_page_write(struct metrics_page *page,
			      enum metrics_format format, struct buf *out)
	LC_CHECKED;

#endif
