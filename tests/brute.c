/*
 * Compares the cone search of an imported catalogue with looking at every
 * object:
 *
 *	tests/brute STATE CATALOGUE CONES
 *
 * Prints what it did, or what is wrong, and then the exit status is 1.
 */
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "unit/brute.h"

static int
compare(struct catalogue *catalogue, size_t cones)
{
	const char *why;
	struct brute *brute = brute_new(catalogue, &why);
	bool same;

	if (brute == NULL) {
		fprintf(stderr, "brute: %s\n", why);
		return 1;
	}
	same = brute_check_random(brute, cones) && brute_check_special(brute);
	if (same)
		printf("%zu cones agree: %zu rows, of %zu objects\n",
		       brute_cones(brute), brute_matched(brute),
		       brute_count(brute));
	else
		fprintf(stderr, "brute: %s\n", brute_why(brute));
	brute_free(brute);
	return same ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct catalogue_set *set;
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX] = "out of memory";
	int64_t cones;
	int status = 1;

	if (argc != 4 ||
	    number_parse_int64(argv[3], strlen(argv[3]), &cones) != NUMBER_OK) {
		fprintf(stderr, "brute STATE CATALOGUE CONES\n");
		return 2;
	}
	set = catalogue_set_new(argv[1], false);
	if (set != NULL && catalogue_acquire(set, argv[2], &catalogue, why,
					     sizeof(why)) == LC_OK) {
		status = compare(catalogue, (size_t)cones);
		catalogue_release(catalogue);
	} else {
		fprintf(stderr, "brute: %s\n", why);
	}
	catalogue_set_free(set);
	return status;
}
