#include "base/log_repeat.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* ---- what is the same */

/* Whether there are letters but for those of conversions. */
static bool
format_has_words(const char *format)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (; *format != '\0'; format++) {
		if (*format == '%') {
			format += strspn(format + 1, "#0- +123456789.*hljzt");
			if (*++format == '\0')
				break;
		} else if (strchr(letters, *format) != NULL) {
			return true;
		}
	}
	return false;
}

/* FNV-1a. */
static uint64_t
words_hash(const char *words)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *words != '\0'; words++)
		hash = (hash ^ (unsigned char)*words) * UINT64_C(0x100000001b3);
	return hash;
}

/* A constant's address is as good as its words, and an odd number is none. */
static uint64_t
key_of(const char *format, const char *words)
{
	if (format_has_words(format))
		return (uint64_t)(uintptr_t)format << 1;
	return words_hash(words) | 1;
}

/* ---- places */

static bool
place_is_over(const struct log_repeat_place *place, int64_t now_ns)
{
	return now_ns - place->begun_ns >= LOG_REPEAT_S * CLOCK_NS_PER_S;
}

/* Whether one gives way rather than the other: nobody waits for its count. */
static bool
place_gives_way(const struct log_repeat_place *place,
		const struct log_repeat_place *other)
{
	bool counts = place->left_out.count > 0;

	if (counts != (other->left_out.count > 0))
		return !counts;
	return place->begun_ns < other->begun_ns;
}

/* Its place, perhaps a new one. */
static struct log_repeat_place *
place_find(struct log_repeats *repeats, uint64_t key, int64_t now_ns)
{
	struct log_repeat_place *best = repeats->places;

	for (int i = 0; i < LOG_REPEAT_PLACES; i++) {
		struct log_repeat_place *place = &repeats->places[i];

		if (place->key == key)
			return place;
		if (best->key != 0 &&
		    (place->key == 0 || place_gives_way(place, best)))
			best = place;
	}
	repeats->left_out -= best->left_out.count;
	best->key = key;
	best->begun_ns = now_ns;
	best->written = 0;
	best->left_out.count = 0;
	return best;
}

bool
log_repeat_may(struct log_repeats *repeats, const char *format,
	       const char *words, enum log_level level, int64_t now_ns)
{
	uint64_t key = key_of(format, words);
	struct log_repeat_place *place;
	bool may;

	lock_take(&repeats->lock);
	place = place_find(repeats, key, now_ns);
	if (place_is_over(place, now_ns) && place->left_out.count == 0) {
		place->begun_ns = now_ns;
		place->written = 0;
	}
	may = place->written < LOG_REPEAT_MOST;
	if (may) {
		place->written++;
	} else {
		place->left_out.count++;
		place->left_out.level = level;
		snprintf(place->left_out.words, sizeof(place->left_out.words),
			 "%s", words);
		repeats->left_out++;
	}
	lock_give(&repeats->lock);
	return may;
}

bool
log_repeat_take(struct log_repeats *repeats, int64_t now_ns, bool all,
		struct log_left_out *left_out)
{
	bool found = false;

	lock_take(&repeats->lock);
	for (int i = 0; repeats->left_out > 0 && i < LOG_REPEAT_PLACES; i++) {
		struct log_repeat_place *place = &repeats->places[i];

		if (place->left_out.count == 0 ||
		    (!all && !place_is_over(place, now_ns)))
			continue;
		*left_out = place->left_out;
		repeats->left_out -= place->left_out.count;
		place->left_out.count = 0;
		found = true;
		break;
	}
	lock_give(&repeats->lock);
	return found;
}
