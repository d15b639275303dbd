#include "sky/facts.h"

const char *const facts_words[FACTS__MAX] = {
#define FACTS_WORD(constant, word, doc) [constant] = word,
	FACTS_TABLE(FACTS_WORD)
#undef FACTS_WORD
};
