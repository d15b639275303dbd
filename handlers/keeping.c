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

unsigned
keeping_amount(unsigned class, double amount)
{
	int exponent = -1;

	if (amount > 0)
		exponent = ilogb(amount);
	return part_add(class, (unsigned)exponent);
}
