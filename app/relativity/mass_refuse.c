#include "relativity/mass_refuse.h"

#include <stdio.h>

#include "relativity/mass_table.h"

/* Of the methods that lack something, as many as this are named at most. */
#define NEAREST_MOST 3

struct words {
	char text[REMARK_WORDS];
	size_t length;
};

static void LC_PRINTF(2, 3) say(struct words *words, const char *format, ...)
{
	size_t room = sizeof(words->text) - words->length;
	va_list list;
	int length;

	va_start(list, format);
	length = vsnprintf(words->text + words->length, room, format, list);
	va_end(list);
	if (length > 0)
		words->length +=
			(size_t)length < room ? (size_t)length : room - 1;
}

/* What stands before the i-th of a list: "a, b and c". */
static const char *
before(size_t i, size_t count, const char *last)
{
	if (i == 0)
		return "";
	return i + 1 == count ? last : ", ";
}

static size_t
set_count(uint64_t set)
{
	size_t count = 0;

	for (; set != 0; set &= set - 1)
		count++;
	return count;
}

static void
say_inputs(struct words *words, uint64_t set, const char *last)
{
	size_t count = set_count(set);
	size_t said = 0;

	for (size_t i = 0; i < INPUT__MAX; i++)
		if (set & UINT64_C(1) << i)
			say(words, "%s%s", before(said++, count, last),
			    inputs_name((enum input)i));
}

static void
say_methods(struct words *words, const struct mass_method *const *methods,
	    size_t count)
{
	for (size_t i = 0; i < count; i++)
		say(words, "%s%s", before(i, count, " and "), methods[i]->name);
}

static size_t
all_methods(const struct mass_method *methods[MASS_METHODS_MOST])
{
	size_t count = 0;

	for (; mass_methods[count].name != NULL; count++)
		methods[count] = &mass_methods[count];
	return count;
}

void
mass_refuse_unknown(const char *name, struct remarks *remarks)
{
	const struct mass_method *methods[MASS_METHODS_MOST];
	struct words words = {.length = 0};

	say_methods(&words, methods, all_methods(methods));
	remarks_refuse(remarks, "method", "enum",
		       "No method is called %.40s: there are %s", name,
		       words.text);
}

/* How many of the sets that the method needs have no input among these. */
static size_t
lacking(const struct mass_needs *needs, uint64_t given)
{
	size_t count = 0;

	for (size_t i = 0; i < MASS_GROUPS_MOST; i++)
		if (needs->required[i] != 0 && !(needs->required[i] & given))
			count++;
	return count;
}

static void
say_lacking(struct words *words, const struct mass_method *method,
	    uint64_t given)
{
	size_t count = lacking(method->needs, given);
	size_t said = 0;

	say(words, "%s lacks ", method->name);
	for (size_t i = 0; i < MASS_GROUPS_MOST; i++) {
		uint64_t group = method->needs->required[i];

		if (group == 0 || (group & given))
			continue;
		say(words, "%s", before(said++, count, " and "));
		say_inputs(words, group, " or ");
	}
}

/*
 * How far these inputs are from the method: those of other methods count
 * most, then what lacks.  SIZE_MAX: it takes none of them.
 */
static size_t
distance(const struct mass_needs *needs, uint64_t given)
{
	uint64_t takes = mass_table_takes(needs);

	if (!(given & takes))
		return SIZE_MAX;
	return set_count(given & ~takes) * (MASS_GROUPS_MOST + 1) +
	       lacking(needs, given);
}

static size_t
nearest_methods(uint64_t given, const struct mass_method *methods[NEAREST_MOST])
{
	size_t least = SIZE_MAX;
	size_t count = 0;

	for (size_t i = 0; mass_methods[i].name != NULL; i++) {
		size_t far = distance(mass_methods[i].needs, given);

		if (far < least)
			count = 0;
		if (far > least || far == SIZE_MAX || count == NEAREST_MOST)
			continue;
		least = far;
		methods[count++] = &mass_methods[i];
	}
	return count;
}

void
mass_refuse_none(uint64_t given, struct remarks *remarks)
{
	const struct mass_method *methods[MASS_METHODS_MOST];
	struct words words = {.length = 0};
	size_t count = nearest_methods(given & ~MASS_OF_ALL, methods);

	if (count == 0) {
		say_methods(&words, methods, all_methods(methods));
		remarks_refuse(remarks, "method", "missing",
			       "Say what the mass is computed from, by the "
			       "inputs of one of %s",
			       words.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		say(&words, "%s", i == 0 ? "" : "; ");
		say_lacking(&words, methods[i], given);
	}
	remarks_refuse(remarks, "method", "missing",
		       "These inputs are not enough for any method: %s",
		       words.text);
}

void
mass_refuse_several(const struct mass_method *const *methods, size_t count,
		    uint64_t given, struct remarks *remarks)
{
	struct words words = {.length = 0};

	for (size_t i = 0; i < count; i++) {
		uint64_t takes = mass_table_takes(methods[i]->needs);

		say(&words, "%s%s (", before(i, count, " and "),
		    methods[i]->name);
		say_inputs(&words, given & takes & ~MASS_OF_ALL, ", ");
		say(&words, ")");
	}
	remarks_refuse(remarks, "method", "value_error",
		       "Name one method and leave the inputs of others out: "
		       "these are of %s",
		       words.text);
}

void
mass_refuse_missing(const struct mass_method *method, uint64_t given,
		    struct remarks *remarks)
{
	for (size_t i = 0; i < MASS_GROUPS_MOST; i++) {
		uint64_t group = method->needs->required[i];
		struct words words = {.length = 0};
		size_t first = 0;

		if (group == 0 || (group & given))
			continue;
		while (!(group & UINT64_C(1) << first))
			first++;
		say_inputs(&words, group, " or ");
		remarks_refuse(remarks, inputs_name((enum input)first),
			       "missing", "Method %s needs %s", method->name,
			       words.text);
	}
}

static void
refuse_input(const struct mass_method *method, enum input input,
	     struct remarks *remarks)
{
	const struct mass_method *takers[MASS_METHODS_MOST];
	struct words words = {.length = 0};
	size_t count = 0;

	for (size_t i = 0; mass_methods[i].name != NULL; i++)
		if (mass_table_takes(mass_methods[i].needs) & UINT64_C(1)
								      << input)
			takers[count++] = &mass_methods[i];
	say_methods(&words, takers, count);
	remarks_refuse(remarks, inputs_name(input), "extra_forbidden",
		       "%s is not of method %s, but of %s", inputs_name(input),
		       method->name, words.text);
}

void
mass_refuse_foreign(const struct mass_method *method, uint64_t given,
		    bool relation_given, struct remarks *remarks)
{
	uint64_t foreign = given & ~mass_table_takes(method->needs);

	for (size_t i = 0; i < INPUT__MAX; i++)
		if (foreign & UINT64_C(1) << i)
			refuse_input(method, (enum input)i, remarks);
	if (relation_given && !method->needs->takes_relation)
		remarks_refuse(remarks, "relation", "extra_forbidden",
			       "relation is not of method %s, but of m_sigma",
			       method->name);
}
