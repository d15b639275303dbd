#include "relativity/mass.h"

#include <string.h>

#include "relativity/mass_refuse.h"
#include "relativity/mass_rules.h"
#include "relativity/mass_table.h"

static bool
has_required(const struct mass_needs *needs, uint64_t given)
{
	for (size_t i = 0; i < MASS_GROUPS_MOST; i++)
		if (needs->required[i] != 0 && !(needs->required[i] & given))
			return false;
	return true;
}

/* Whether another method that the inputs allow takes all that this one takes
 * of them, and more. */
static bool
is_lesser(const struct mass_method *method, uint64_t given)
{
	uint64_t takes = mass_table_takes(method->needs) & given;

	for (size_t i = 0; mass_methods[i].name != NULL; i++) {
		const struct mass_needs *needs = mass_methods[i].needs;
		uint64_t others = mass_table_takes(needs) & given;

		if (has_required(needs, given) && (takes & ~others) == 0 &&
		    others != takes)
			return true;
	}
	return false;
}

/* The only one that the inputs allow; refuses when there is none or more. */
static const struct mass_method *
infer(uint64_t given, struct remarks *remarks)
{
	const struct mass_method *fitting[MASS_METHODS_MOST];
	size_t count = 0;

	for (size_t i = 0; mass_methods[i].name != NULL; i++)
		if (has_required(mass_methods[i].needs, given) &&
		    !is_lesser(&mass_methods[i], given))
			fitting[count++] = &mass_methods[i];
	if (count == 1)
		return fitting[0];
	if (count == 0)
		mass_refuse_none(given, remarks);
	else
		mass_refuse_several(fitting, count, given, remarks);
	return NULL;
}

static const struct mass_method *
look_up(const char *name, struct remarks *remarks)
{
	for (size_t i = 0; mass_methods[i].name != NULL; i++)
		if (strcmp(mass_methods[i].name, name) == 0)
			return &mass_methods[i];
	mass_refuse_unknown(name, remarks);
	return NULL;
}

enum lc_rc
mass_choose(const struct mass_question *question,
	    const struct mass_method **method, struct remarks *remarks)
{
	uint64_t given = mass_table_given(&question->inputs);

	*method = question->method != NULL ?
			  look_up(question->method, remarks) :
			  infer(given, remarks);
	if (*method == NULL)
		return LC_INVALID;
	mass_refuse_missing(*method, given, remarks);
	mass_refuse_foreign(*method, given, question->relation_given, remarks);
	mass_rules_check(*method, question, remarks);
	return remarks->refused ? LC_INVALID : LC_OK;
}

bool
mass_asked(const struct mass_question *question)
{
	const struct inputs *inputs = &question->inputs;

	if (question->method != NULL || question->relation_given)
		return true;
	for (size_t i = 0; i < INPUT__MAX; i++)
		if (!(MASS_OF_ALL & UINT64_C(1) << i) &&
		    (inputs->given[i] || inputs->error_given[i]))
			return true;
	return false;
}
