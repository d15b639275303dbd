#include "keeping.h"

#include <math.h>

/* FNV-1a: classes are counted by the dozen, and strangers gain nothing. */
static unsigned
part_add(unsigned class, unsigned part)
{
	return (class ^ part) * 16777619U;
}

unsigned
keeping_word(unsigned class, const char *word)
{
	for (; *word != '\0'; word++)
		class = part_add(class, (unsigned char)*word);
	return part_add(class, 0);
}

/*
 * What is smaller takes no less time, and the book has room for so many
 * classes only.
 */
enum { KEEPING_EXPONENT_LEAST = -8 };

unsigned
keeping_amount(unsigned class, double amount)
{
	int exponent = KEEPING_EXPONENT_LEAST;

	if (amount > 0 && ilogb(amount) > exponent)
		exponent = ilogb(amount);
	return part_add(class, (unsigned)exponent);
}
