/*
 * What a collector answers: it is read or refused, its words fit on a line,
 * and none of it is said where it is refused.
 */
#include "fuzz.h"

#include <string.h>

#include "services/otlp.h"

const char fuzz_corpus[] = "otlp";

static void
words_check(const char *words, size_t room)
{
	const size_t length = strlen(words);

	MUST(length < room);
	for (size_t i = 0; i < length; i++)
		MUST(words[i] >= ' ' && words[i] <= '~');
	MUST(length == 0 || (words[0] != ' ' && words[length - 1] != ' '));
}

static void
partial_check(bool good, const struct otlp_partial *partial)
{
	words_check(partial->message, sizeof(partial->message));
	MUST(good || (partial->rejected == 0 && partial->message[0] == '\0'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	char words[OTLP_MESSAGE_MAX];
	struct otlp_partial partial;
	bool good;

	good = otlp_read_protobuf(text, length, &partial);
	partial_check(good, &partial);
	good = otlp_read_json(text, length, &partial);
	partial_check(good, &partial);
	good = otlp_read_status(text, length, words);
	words_check(words, sizeof(words));
	MUST(good || words[0] == '\0');
	otlp_words(text, length, words, sizeof(words));
	words_check(words, sizeof(words));
	return 0;
}
