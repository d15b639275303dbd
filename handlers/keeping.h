/*
 * How long our own cache keeps answers, and which requests take about as long
 * as each other: what endpoints' tables say of both.
 *
 * A class is made of parts, one after the other, beginning with 0.
 */
#ifndef HANDLERS_KEEPING_H
#define HANDLERS_KEEPING_H

/*
 * Of an endpoint that tells versions: what was kept is never wrong, as
 * another version has another key, so a day is as good as an hour.
 */
#define KEEPING_BY_VERSION(classes)                                   \
	{                                                             \
		.fresh_s = 86400, .stale_s = 86400, .error_s = 86400, \
		.early = 1, .size_class = (classes)                   \
	}

/* A part that is a word: a catalogue's name, a format. */
unsigned keeping_word(unsigned class, const char *word);

/*
 * One that is an amount of work; to a power of two it is the same class, and
 * so is all that is less than 1/128.
 */
unsigned keeping_amount(unsigned class, double amount);

#endif
