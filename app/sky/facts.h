/*
 * What is known of a catalogue as a whole, for people: one table of the words
 * under which it is kept and shown.
 */
#ifndef SKY_FACTS_H
#define SKY_FACTS_H

/* X(constant, word, documentation) */
#define FACTS_TABLE(X)                                                    \
	X(FACTS_TITLE, "title", "What the catalogue is called.")          \
	X(FACTS_DESCRIPTION, "description", "What it holds.")             \
	X(FACTS_LICENCE, "licence", "Under which licence it stands.")     \
	X(FACTS_CITATION, "citation", "What users of it are to cite.")    \
	X(FACTS_LICENCE_TEXT, "licence_text", "The licence as a whole.")  \
	X(FACTS_SOURCE, "source", "The file from which it was imported.") \
	X(FACTS_IMPORTED, "imported", "When, in UTC.")

enum facts_fact {
#define FACTS_ENUM(constant, word, doc) constant,
	FACTS_TABLE(FACTS_ENUM)
#undef FACTS_ENUM
		FACTS__MAX
};

extern const char *const facts_words[FACTS__MAX];

#endif
