#include "sky/catalogue.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/text.h"
#include "sky/overlay.h"
#include "sky/pointer.h"
#include "sky/reader.h"

enum {
	CATALOGUE_VET_MAX_BYTES = 64 << 20,
	CATALOGUE_TRIES = 8,
	/* Readers that nobody uses and that are kept: each has a cache. */
	CATALOGUE_IDLE_MOST = 8
};

/* What is known of one catalogue; entries live as long as their set. */
struct catalogue_entry {
	struct catalogue_entry *next;
	struct catalogue_set *set;
	char name[CATALOGUE_NAME_MAX + 1];
	struct catalogue *idle; /* under the set's lock */
	int64_t newest;         /* generation opened, under the same */
	/* Under the set's vetting lock: the last file looked through. */
	bool vetted;
	struct pointer_stamp vetted_stamp;
	enum lc_rc verdict;
	char verdict_why[CATALOGUE_WHY_MAX];
	char pointer_path[]; /* STATE/catalogues/NAME.current */
};

struct catalogue_set {
	char *state_dir;
	char *directory; /* STATE/catalogues */
	bool vet;
	struct lock lock;
	struct lock vetting;
	struct catalogue_entry *entries; /* under the lock */
	int idle;                        /* readers in all, under the same */
};

struct catalogue_set *
catalogue_set_new(const char *state_dir, bool vet)
{
	static const char under[] = "/catalogues";
	size_t room = strlen(state_dir) + sizeof(under);
	struct catalogue_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->state_dir = strdup(state_dir);
	set->directory = malloc(room);
	if (set->state_dir == NULL || set->directory == NULL) {
		free(set->state_dir);
		free(set->directory);
		free(set);
		return NULL;
	}
	snprintf(set->directory, room, "%s%s", state_dir, under);
	set->vet = vet;
	lock_init(&set->lock);
	lock_init(&set->vetting);
	return set;
}

static void
catalogue_close_list(struct catalogue *reader)
{
	while (reader != NULL) {
		struct catalogue *next = reader->next;

		reader_close(reader);
		reader = next;
	}
}

void
catalogue_set_free(struct catalogue_set *set)
{
	if (set == NULL)
		return;
	while (set->entries != NULL) {
		struct catalogue_entry *next = set->entries->next;

		catalogue_close_list(set->entries->idle);
		free(set->entries);
		set->entries = next;
	}
	lock_release(&set->lock);
	lock_release(&set->vetting);
	free(set->state_dir);
	free(set->directory);
	free(set);
}

const char *
catalogue_set_directory(const struct catalogue_set *set)
{
	return set->directory;
}

bool
catalogue_name_ok(const char *name)
{
	return text_is_name(name) && strlen(name) <= CATALOGUE_NAME_MAX;
}

/* The entry of that name; with `fresh`, that one when there is none yet. */
static struct catalogue_entry *
catalogue_entry_of(struct catalogue_set *set, const char *name,
		   struct catalogue_entry *fresh)
{
	struct catalogue_entry *entry;

	lock_take(&set->lock);
	for (entry = set->entries; entry != NULL; entry = entry->next)
		if (strcmp(entry->name, name) == 0)
			break;
	if (entry == NULL && fresh != NULL) {
		entry = fresh;
		entry->next = set->entries;
		set->entries = entry;
	}
	lock_give(&set->lock);
	if (entry != fresh)
		free(fresh);
	return entry;
}

static struct catalogue_entry *
catalogue_entry_new(struct catalogue_set *set, const char *name)
{
	static const char ending[] = ".current";
	size_t room =
		strlen(set->directory) + 1 + strlen(name) + sizeof(ending);
	struct catalogue_entry *entry = calloc(1, sizeof(*entry) + room);

	if (entry == NULL)
		return NULL;
	entry->set = set;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	snprintf(entry->pointer_path, room, "%s/%s%s", set->directory, name,
		 ending);
	return entry;
}

/*
 * Finds the entry, and the stamp of its pointer.  A name without a pointer
 * gets no entry: strangers may ask for any.
 */
static enum lc_rc
catalogue_look(struct catalogue_set *set, const char *name,
	       struct catalogue_entry **out, struct pointer_stamp *stamp,
	       char *why, size_t why_bytes)
{
	struct catalogue_entry *entry = catalogue_entry_of(set, name, NULL);
	bool fresh = entry == NULL;

	if (fresh)
		entry = catalogue_entry_new(set, name);
	if (entry == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	if (!pointer_stamp(entry->pointer_path, stamp)) {
		bool absent = errno == ENOENT || errno == ENOTDIR;

		if (absent)
			snprintf(why, why_bytes,
				 "catalogue %s is not there: "
				 "%s.current does not exist in the state "
				 "directory; run 'lightcone import'",
				 name, name);
		else
			snprintf(why, why_bytes,
				 "catalogue %s is not there: "
				 "%s.current: %s",
				 name, name, strerror(errno));
		if (fresh)
			free(entry);
		return absent ? LC_NOT_FOUND : LC_UNAVAILABLE;
	}
	*out = fresh ? catalogue_entry_of(set, name, entry) : entry;
	return LC_OK;
}

/*
 * An idle reader that was looked at during this tick of the coarse clock: a
 * busy process saves two system calls for nearly every request.  Once any
 * thread has opened a new generation, none gets an old one this way.
 */
static struct catalogue *
catalogue_take_recent(struct catalogue_set *set, const char *name)
{
	const int64_t now_ns = clock_tick_ns();
	struct catalogue_entry *entry;
	struct catalogue *reader = NULL;

	lock_take(&set->lock);
	for (entry = set->entries; entry != NULL; entry = entry->next)
		if (strcmp(entry->name, name) == 0)
			break;
	if (entry != NULL && entry->idle != NULL &&
	    entry->idle->looked_ns == now_ns &&
	    entry->idle->pointer.generation == entry->newest) {
		reader = entry->idle;
		entry->idle = reader->next;
		set->idle--;
	}
	lock_give(&set->lock);
	return reader;
}

/* An idle reader, if there is one and nothing has changed since. */
static struct catalogue *
catalogue_take_idle(struct catalogue_entry *entry,
		    const struct pointer_stamp *pointer, int64_t now_ns)
{
	struct catalogue *reader, *outdated;

	lock_take(&entry->set->lock);
	reader = entry->idle;
	if (reader != NULL) {
		entry->idle = reader->next;
		entry->set->idle--;
	}
	lock_give(&entry->set->lock);
	if (reader == NULL)
		return NULL;
	if (pointer_stamp_equal(&reader->pointer_stamp, pointer) &&
	    reader_is_fresh(reader)) {
		reader->looked_ns = now_ns;
		return reader;
	}

	/* What is true of this one is most likely true of all. */
	lock_take(&entry->set->lock);
	outdated = entry->idle;
	entry->idle = NULL;
	for (struct catalogue *r = outdated; r != NULL; r = r->next)
		entry->set->idle--;
	lock_give(&entry->set->lock);
	reader->next = outdated;
	catalogue_close_list(reader);
	return NULL;
}

/* Looks through a file that is new to us, once for all threads. */
static enum lc_rc
catalogue_vet(struct catalogue_entry *entry, const char *path,
	      const struct pointer_stamp *stamp, char *why, size_t why_bytes)
{
	struct catalogue_set *set = entry->set;
	struct store *store;
	enum lc_rc rc;

	if (!set->vet || stamp->bytes > CATALOGUE_VET_MAX_BYTES)
		return LC_OK;
	lock_take(&set->vetting);
	if (entry->vetted && pointer_stamp_equal(&entry->vetted_stamp, stamp)) {
		rc = entry->verdict;
		snprintf(why, why_bytes, "%s", entry->verdict_why);
		lock_give(&set->vetting);
		return rc;
	}
	rc = store_open(path, STORE_IMMUTABLE, &store, why, why_bytes);
	if (rc == LC_OK) {
		rc = store_check(store);
		snprintf(why, why_bytes, "it is damaged");
		store_close(store);
	}
	entry->vetted = rc == LC_OK || rc == LC_UNAVAILABLE;
	entry->vetted_stamp = *stamp;
	entry->verdict = rc;
	snprintf(entry->verdict_why, sizeof(entry->verdict_why), "%s", why);
	lock_give(&set->vetting);
	return rc;
}

/* Opens what the pointer names. */
static enum lc_rc
catalogue_open(struct catalogue_entry *entry, struct pointer *pointer,
	       struct catalogue **out, char *why, size_t why_bytes)
{
	struct pointer_stamp stamp;
	char path[PATH_MAX];
	enum lc_rc rc;

	snprintf(path, sizeof(path), "%s/%s", entry->set->directory,
		 pointer->file);
	if (!pointer_stamp(path, &stamp)) {
		snprintf(why, why_bytes, "%s",
			 errno == ENOENT ? "it is missing" : strerror(errno));
		return LC_UNAVAILABLE;
	}
	if (stamp.bytes != pointer->bytes) {
		snprintf(why, why_bytes,
			 "it has %lld bytes and should have "
			 "%lld",
			 (long long)stamp.bytes, (long long)pointer->bytes);
		return LC_UNAVAILABLE;
	}
	rc = catalogue_vet(entry, path, &stamp, why, why_bytes);
	if (rc == LC_OK)
		rc = reader_open(path, &stamp, out, why, why_bytes);
	if (rc == LC_INTERNAL)
		return LC_UNAVAILABLE; /* what is asked is right: it is damage */
	if (rc != LC_OK)
		return rc;
	(*out)->overlay = overlay_new(entry->set->state_dir, entry->name);
	if ((*out)->overlay == NULL) {
		reader_close(*out);
		*out = NULL;
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	return LC_OK;
}

static enum lc_rc
catalogue_open_newest(struct catalogue_entry *entry,
		      const struct pointer_stamp *stamp, struct catalogue **out,
		      char *why, size_t why_bytes)
{
	char what[CATALOGUE_WHY_MAX];
	struct pointer pointer;
	enum lc_rc rc =
		pointer_read(entry->pointer_path, &pointer, what, sizeof(what));

	if (rc != LC_OK) {
		snprintf(why, why_bytes, "catalogue %s: %s", entry->name, what);
		return rc;
	}
	rc = catalogue_open(entry, &pointer, out, what, sizeof(what));
	if (rc != LC_OK) {
		snprintf(why, why_bytes, "catalogue %s: %s cannot be used: %s",
			 entry->name, pointer.file, what);
		return rc;
	}
	(*out)->entry = entry;
	(*out)->pointer = pointer;
	(*out)->pointer_stamp = *stamp;
	lock_take(&entry->set->lock);
	if (pointer.generation > entry->newest)
		entry->newest = pointer.generation;
	lock_give(&entry->set->lock);
	return LC_OK;
}

/* A reader of the newest file, whatever lies over it. */
static enum lc_rc
catalogue_acquire_base(struct catalogue_set *set, const char *name,
		       struct catalogue **out, char *why, size_t why_bytes)
{
	struct catalogue_entry *entry;
	struct pointer_stamp stamp, before = {.inode = 0};
	enum lc_rc rc = LC_UNAVAILABLE;

	*out = NULL;
	if (!catalogue_name_ok(name)) {
		snprintf(why, why_bytes,
			 "a catalogue's name has 1 to %d of "
			 "the characters a-z, 0-9, '_' and, but for the "
			 "first, '-'",
			 CATALOGUE_NAME_MAX);
		return LC_NOT_FOUND;
	}
	*out = catalogue_take_recent(set, name);
	if (*out != NULL)
		return LC_OK;
	/* An import may remove the file between our reading and opening. */
	for (int i = 0; i < CATALOGUE_TRIES && rc == LC_UNAVAILABLE; i++) {
		int64_t now_ns = clock_tick_ns(); /* before the look */

		rc = catalogue_look(set, name, &entry, &stamp, why, why_bytes);
		if (rc != LC_OK)
			return rc;
		*out = catalogue_take_idle(entry, &stamp, now_ns);
		if (*out != NULL)
			return LC_OK;
		if (i > 0 && pointer_stamp_equal(&stamp, &before))
			return LC_UNAVAILABLE;
		before = stamp;
		rc = catalogue_open_newest(entry, &stamp, out, why, why_bytes);
	}
	return rc;
}

enum lc_rc
catalogue_acquire(struct catalogue_set *set, const char *name,
		  struct catalogue **out, char *why, size_t why_bytes)
{
	enum lc_rc rc = catalogue_acquire_base(set, name, out, why, why_bytes);

	if (rc == LC_OK) {
		(*out)->why[0] = '\0';
		rc = catalogue_refresh(*out);
	}
	if (rc != LC_OK && *out != NULL) {
		snprintf(why, why_bytes, "%s", (*out)->why);
		catalogue_release(*out);
		*out = NULL;
	}
	return rc;
}

/*
 * Takes out the idle reader that was used longest ago, if there are too many;
 * under the set's lock.
 */
static struct catalogue *
catalogue_take_oldest(struct catalogue_set *set)
{
	struct catalogue **oldest = NULL, *reader;

	if (set->idle <= CATALOGUE_IDLE_MOST)
		return NULL;
	for (struct catalogue_entry *e = set->entries; e != NULL; e = e->next)
		for (struct catalogue **r = &e->idle; *r != NULL;
		     r = &(*r)->next)
			if (oldest == NULL ||
			    (*r)->looked_ns < (*oldest)->looked_ns)
				oldest = r;
	reader = *oldest;
	*oldest = reader->next;
	set->idle--;
	return reader;
}

void
catalogue_release(struct catalogue *catalogue)
{
	struct catalogue *oldest;
	struct catalogue_set *set;

	if (catalogue == NULL)
		return;
	set = catalogue->entry->set;
	if (catalogue->broken) {
		lock_take(&set->vetting);
		catalogue->entry->vetted = false;
		lock_give(&set->vetting);
		reader_close(catalogue);
		return;
	}
	lock_take(&set->lock);
	catalogue->next = catalogue->entry->idle;
	catalogue->entry->idle = catalogue;
	set->idle++;
	oldest = catalogue_take_oldest(set);
	lock_give(&set->lock);
	reader_close(oldest);
}

const char *
catalogue_name(const struct catalogue *catalogue)
{
	return catalogue->entry->name;
}

struct catalogue_version
catalogue_version(const struct catalogue *catalogue)
{
	return (struct catalogue_version){
		catalogue->pointer.generation, catalogue->made_ns,
		overlay_generation(catalogue->overlay)};
}

const char *
catalogue_why(const struct catalogue *catalogue)
{
	return catalogue->why;
}
