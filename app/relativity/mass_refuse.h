/*
 * The words that refuse inputs of which no method can be made.
 */
#ifndef RELATIVITY_MASS_REFUSE_H
#define RELATIVITY_MASS_REFUSE_H

#include <stddef.h>
#include <stdint.h>

#include "relativity/mass.h"

/* Nobody's name: all methods are listed. */
void mass_refuse_unknown(const char *name, struct remarks *remarks);

/* Inputs, perhaps none, that are enough for no method: what the nearest
 * ones lack. */
void mass_refuse_none(uint64_t given, struct remarks *remarks);

/* Inputs that are enough for each of several methods. */
void mass_refuse_several(const struct mass_method *const *methods, size_t count,
			 uint64_t given, struct remarks *remarks);

/* Each input that the method needs and that was not given. */
void mass_refuse_missing(const struct mass_method *method, uint64_t given,
			 struct remarks *remarks);

/* Each input that was given and that the method does not take, the relation
 * of m_sigma too. */
void mass_refuse_foreign(const struct mass_method *method, uint64_t given,
			 bool relation_given, struct remarks *remarks);

#endif
