/*
 * What must be so of a method's inputs together, and no single range tells.
 */
#ifndef RELATIVITY_MASS_RULES_H
#define RELATIVITY_MASS_RULES_H

#include "relativity/mass.h"

/* Refuses two spellings of one input, an error without its value, an angle
 * without distance, and tilts without spins. */
void mass_rules_check(const struct mass_method *method,
		      const struct mass_question *question,
		      struct remarks *remarks);

#endif
