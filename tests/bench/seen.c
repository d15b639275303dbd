#include "seen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXTS = 1 << 20, /* numbers that are remembered */
	NUMBER_BETWEEN = 4,
};

struct seen_text {
	int64_t number;
	uint64_t digest;
};

void
seen_init(struct seen *seen)
{
	*seen = (struct seen){.texts = calloc(TEXTS, sizeof(struct seen_text))};
	if (seen->texts == NULL) {
		fputs("out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
}

void
seen_release(struct seen *seen)
{
	free(seen->texts);
}

uint64_t
seen_digest(const char *text, size_t length)
{
	uint64_t sum = length, word = 0;

	for (; length >= sizeof(word);
	     text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 29;
	}
	word = 0;
	memcpy(&word, text, length);
	sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 29;
}

int64_t
seen_number(const char *text, size_t length, const char *word)
{
	const char *end = text + length;
	const char *at = memmem(text, length, word, strlen(word));
	int64_t number = -1;

	if (at == NULL)
		return -1;
	at += strlen(word);
	for (int i = 0; i < NUMBER_BETWEEN && at < end; i++, at++)
		if (*at >= '0' && *at <= '9')
			break;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		number = (number < 0 ? 0 : number) * 10 + (*at - '0');
	return number;
}

static void
text_compare(struct seen *seen, int64_t number, const char *text, size_t length)
{
	struct seen_text *had = &seen->texts[number % TEXTS];
	struct seen_text now = {number, seen_digest(text, length)};

	if (had->number < number)
		*had = now;
	else if (had->number == number && had->digest != now.digest)
		seen->altered++;
}

int64_t
seen_event(struct seen *seen, int64_t last, const char *text, size_t length,
	   int64_t now_ns)
{
	int64_t number = seen_number(text, length, "\"seq\":");
	int64_t sent_ns = seen_number(text, length, "sent");

	if (number < 0) {
		seen->strange++;
		return -1;
	}
	if (last >= 0 && number <= last) {
		seen->twice++;
		return last;
	}
	if (last >= 0)
		seen->lost += (uint64_t)(number - last - 1);
	text_compare(seen, number, text, length);
	if (sent_ns >= 0)
		latencies_add(&seen->latencies, now_ns - sent_ns);
	if (seen->events++ == 0)
		seen->first_ns = now_ns;
	seen->bytes += length;
	seen->last_ns = now_ns;
	return number;
}
