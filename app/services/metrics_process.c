#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"
#include "services/metrics_inner.h"

/* Fields of /proc/PID/stat, as proc(5) numbers them. */
enum {
	STAT_FIRST = 3, /* after the name, which may have anything in it */
	STAT_THREADS = 20,
	STAT_START = 22,
	STAT_VSIZE = 23,
	STAT_RSS = 24,
	STAT__MAX,
	STAT_TEXT_MAX = 1024
};

/* What a process has written down of itself in its slot. */
struct record {
	int64_t pid, space, role, start_ticks, start_ms, cpu_ns;
};

/* ---- /proc */

/* By its directory: one that has this pid later is not taken for it. */
static int
proc_open(int64_t pid)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/%lld", (long long)pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool
proc_read(int directory, int64_t stat[STAT__MAX])
{
	const int file = openat(directory, "stat", O_RDONLY | O_CLOEXEC);
	char text[STAT_TEXT_MAX];
	const char *at;
	ssize_t length;

	if (file < 0)
		return false;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	if (length <= 0)
		return false;
	text[length] = '\0';
	at = strrchr(text, ')');
	if (at == NULL || at[1] != ' ')
		return false;
	at += 2;
	for (int field = STAT_FIRST; field < STAT__MAX; field++) {
		const size_t width = strcspn(at, " ");

		/* The state, a letter, is no number; nobody asks for it. */
		if (number_parse_int64(at, width, &stat[field]) != NUMBER_OK &&
		    field > STAT_FIRST)
			return false;
		at += width + (at[width] == ' ');
	}
	return true;
}

/* From Linux 6.2 on the directory has their number as its size. */
static int64_t
proc_descriptors(int directory)
{
	struct stat status;
	int64_t count = -2; /* . and .. */
	DIR *listing;
	int file;

	if (fstatat(directory, "fd", &status, 0) == 0 && status.st_size > 0)
		return status.st_size;
	file = openat(directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	listing = file >= 0 ? fdopendir(file) : NULL;
	if (listing == NULL) {
		if (file >= 0)
			close(file);
		return 0;
	}
	while (readdir(listing) != NULL)
		count++;
	closedir(listing);
	return count;
}

static int64_t
proc_space(void)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) == 0 ?
		       (int64_t)status.st_ino :
		       0;
}

/* ---- CPU time */

/* A process's clock is read by anybody; -1: there is no such process. */
static int64_t
cpu_of(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &used) != 0)
		return -1;
	return (int64_t)used.tv_sec * CLOCK_NS_PER_S + used.tv_nsec;
}

static int64_t
ticks_ns(int64_t ticks)
{
	return ticks * (CLOCK_NS_PER_S / sysconf(_SC_CLK_TCK));
}

/*
 * Raises it to what was there before the process, and what that has used;
 * several may look at once, and one of them later than the process itself.
 */
static void
cpu_raise(_Atomic int64_t *cell, int64_t before_ns, int64_t used_ns)
{
	const int64_t ns = (int64_t)((uint64_t)before_ns + (uint64_t)used_ns);
	int64_t seen = metrics_load(cell);

	while (seen < ns && !atomic_compare_exchange_weak(cell, &seen, ns))
		continue;
}

/* ---- our own */

/* By the calendar, once: it would be another one each time. */
static int64_t
start_unix_ms(int64_t start_ticks)
{
	struct timespec now;

	if (start_ticks == 0)
		return clock_unix_ms();
	clock_gettime(CLOCK_BOOTTIME, &now);
	return clock_unix_ms() - (int64_t)now.tv_sec * 1000 -
	       now.tv_nsec / CLOCK_NS_PER_MS +
	       ticks_ns(start_ticks) / CLOCK_NS_PER_MS;
}

/* In order, here and where it is read: its pid is 0 until all is there. */
static void
record_write(struct metrics_slot *slot, const struct record *record)
{
	atomic_store(&slot->space, record->space);
	atomic_store(&slot->role, record->role);
	atomic_store(&slot->start_ticks, record->start_ticks);
	atomic_store(&slot->start_ms, record->start_ms);
	atomic_store(&slot->cpu_ns, record->cpu_ns);
	atomic_store(&slot->pid, record->pid);
}

void
metrics_process_begin(struct metrics *metrics)
{
	const char *role = metrics_role_names[metrics->role];
	const int directory = proc_open(getpid());
	int64_t stat[STAT__MAX] = {0};
	struct record record = {.pid = getpid(), .role = metrics->role};

	if (directory >= 0 && proc_read(directory, stat)) {
		metrics->space = proc_space();
		record.start_ticks = stat[STAT_START];
	}
	if (directory >= 0)
		close(directory);
	record.space = metrics->space;
	record.start_ms = start_unix_ms(record.start_ticks);
	metrics->cpu = metrics_series(metrics, METRIC_CPU, &role);
	record.cpu_ns = metrics_load(&metrics->mine->cells[metrics->cpu]);
	if (metrics->number != METRICS_SHARED_SLOT)
		record_write(metrics->mine, &record);
	metrics_count(metrics, METRIC_STARTS, role, 1);
}

void
metrics_process_end(struct metrics *metrics)
{
	_Atomic int64_t *cell = &metrics->mine->cells[metrics->cpu];

	if (metrics->cpu == 0)
		return;
	/* Of those that share a slot nobody else can tell. */
	if (metrics->number == METRICS_SHARED_SLOT)
		atomic_fetch_add(cell, cpu_of(0));
	else
		cpu_raise(cell, metrics_load(&metrics->mine->cpu_ns),
			  cpu_of(0));
}

/* ---- all of them */

/* False: it is nobody's, or about to be another's. */
static bool
record_read(struct metrics_slot *slot, struct record *out)
{
	out->pid = atomic_load(&slot->pid);
	out->space = atomic_load(&slot->space);
	out->role = atomic_load(&slot->role);
	out->start_ticks = atomic_load(&slot->start_ticks);
	out->start_ms = atomic_load(&slot->start_ms);
	out->cpu_ns = atomic_load(&slot->cpu_ns);
	return out->pid > 0 && out->role >= 0 &&
	       out->role < METRICS_ROLE__MAX &&
	       out->pid == atomic_load(&slot->pid);
}

static void
process_add(struct metrics_processes *sum, const struct record *record,
	    int directory, const int64_t stat[STAT__MAX])
{
	struct rlimit limit;

	sum->known++;
	sum->resident_bytes += stat[STAT_RSS] * sysconf(_SC_PAGESIZE);
	sum->virtual_bytes += stat[STAT_VSIZE];
	sum->threads += stat[STAT_THREADS];
	sum->fds += proc_descriptors(directory);
	if (record->start_ms > sum->start_ms)
		sum->start_ms = record->start_ms;
	if (prlimit((pid_t)record->pid, RLIMIT_NOFILE, NULL, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY &&
	    (sum->fds_most == 0 || (int64_t)limit.rlim_cur < sum->fds_most))
		sum->fds_most = (int64_t)limit.rlim_cur;
}

/*
 * Whether the slot's process runs.  Its lock alone does not tell: a process
 * that it has forked may hold it still, and a new one may hold it that has
 * not yet written down who it is.
 */
static bool
process_look(struct metrics *metrics, struct metrics_slot *slot, int cpu,
	     const struct record *record, struct metrics_processes *sum)
{
	int64_t stat[STAT__MAX];
	int directory;
	bool same;

	/* Elsewhere, or we cannot see: the lock has to do. */
	if (record->space != metrics->space || metrics->space == 0)
		return true;
	directory = proc_open(record->pid);
	if (directory < 0)
		return false;
	same = proc_read(directory, stat) &&
	       stat[STAT_START] == record->start_ticks;
	if (same) {
		process_add(sum, record, directory, stat);
		if (cpu != 0)
			cpu_raise(&slot->cells[cpu], record->cpu_ns,
				  cpu_of((pid_t)record->pid));
	}
	close(directory);
	return same;
}

void
metrics_process_look(struct metrics *metrics, struct metrics_seen *seen)
{
	const uint32_t slots = atomic_load(&metrics->area->slots);
	int cpu[METRICS_ROLE__MAX];
	struct metrics_key key;
	struct record record;

	*seen = (struct metrics_seen){0};
	for (int i = 0; i < METRICS_ROLE__MAX; i++)
		cpu[i] = metrics_key_make(metrics, METRIC_CPU,
					  &metrics_role_names[i], &key) ?
				 metrics_find(metrics, &key) :
				 0;
	for (int i = 0; i < METRICS_SLOTS && (uint32_t)i < slots; i++) {
		struct metrics_slot *slot = &metrics->area->slot[i];

		if (!metrics_slot_held(metrics, i) ||
		    !record_read(slot, &record) ||
		    !process_look(metrics, slot, cpu[record.role], &record,
				  &seen->roles[record.role]))
			continue;
		seen->live |= UINT64_C(1) << i;
		seen->roles[record.role].processes++;
	}
}
