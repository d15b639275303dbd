/* The words and labels around numbers. */
#include "sky/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sky/labels.h"

struct frame_case {
	const char *text;
	const char *rest;
	int frame;           /* -1: none is named */
	const char *refused; /* what stands at refused_offset, or NULL */
};

static const struct frame_case frames[] = {
	{"10 5", "10 5", -1, NULL},
	{"J2000 10 5", "10 5", TURNS_ICRS, NULL},
	{"10 5 J2000", "10 5", TURNS_ICRS, NULL},
	{"10 5, (fk4)", "10 5", TURNS_FK4, NULL},
	{"[eq_FK4] 10 5", "10 5", TURNS_FK4, NULL},
	{"galactic: 10 5", "10 5", TURNS_GALACTIC, NULL},
	{"Gal, 10 5", "10 5", TURNS_GALACTIC, NULL},
	{"10 5(sgal)", "10 5", TURNS_SUPERGALACTIC, NULL},
	{"FK5 10 5 (J2000.0)", "10 5", TURNS_ICRS, NULL},
	{"FK4 B1950 10 5", "10 5", TURNS_FK4, NULL},
	{"(gal 10 5", "(gal 10 5", -1, NULL},
	{"10 5 gal]", "10 5 gal]", -1, NULL},
	{"[gal) 10 5", "[gal) 10 5", -1, NULL},
	{"10 5gal", "10 5gal", -1, NULL},
	{"galaxy", "galaxy", -1, NULL},
	{"galactic", "", TURNS_GALACTIC, NULL},
	{"J2000+1223", "J2000+1223", -1, NULL},
	{"B1950\u2212122", "B1950\u2212122", -1, NULL},
	{"J2000 10 5 B1950", "10 5", TURNS_ICRS, "B1950"},
	{"FK5 (B1950) 10 5", "10 5", TURNS_ICRS, "B1950) 10 5"},
	{"ecliptic 10 5", "10 5", -1, "ecliptic 10 5"},
	{"gal 10 5 ecl_FK5", "10 5", TURNS_GALACTIC, "ecl_FK5"},
};

static void
frame_check(const struct frame_case *c)
{
	struct frames found;
	size_t rest = strlen(c->rest);
	const char *refused;

	frames_strip(&found, c->text, 0, strlen(c->text));
	refused = found.refused == NULL ? NULL : c->text + found.refused_offset;
	if (found.to - found.from != rest ||
	    memcmp(c->text + found.from, c->rest, rest) != 0 ||
	    found.named != (c->frame >= 0) ||
	    (int)found.frame != (c->frame < 0 ? TURNS_ICRS : c->frame) ||
	    (refused == NULL) != (c->refused == NULL) ||
	    (refused != NULL && strcmp(refused, c->refused) != 0))
		fail_msg("\"%s\": from %zu to %zu, frame %d, %s", c->text,
			 found.from, found.to,
			 found.named ? (int)found.frame : -1,
			 refused == NULL ? "-" : refused);
}

static void
frames_are_stripped(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++)
		frame_check(&frames[i]);
}

struct label_case {
	const char *text;
	const char *first, *second; /* from there on; NULL: no pair */
	int frame;
	const char *fault;
};

static const struct label_case labels[] = {
	{"l=1 b=2", "1 b=2", "2", TURNS_GALACTIC, NULL},
	{"L = 1, B = -2", "1, B = -2", "-2", TURNS_GALACTIC, NULL},
	{"l1b2", "1b2", "2", TURNS_GALACTIC, NULL},
	{"l 1 b \u22122", "1 b \u22122", "\u22122", TURNS_GALACTIC, NULL},
	{"lII 1 bII .5", "1 bII .5", ".5", TURNS_GALACTIC, NULL},
	{"glon:1 glat:2", "1 glat:2", "2", TURNS_GALACTIC, NULL},
	{"sgl=1 sgb=2", "1 sgb=2", "2", TURNS_SUPERGALACTIC, NULL},
	{"RA 1 Dec +2", "1 Dec +2", "+2", TURNS_ICRS, NULL},
	{"ra=1 de=2", "1 de=2", "2", TURNS_ICRS, NULL},
	{"l=b=", "b=", "", TURNS_GALACTIC, NULL},
	{"l=1", NULL, NULL, TURNS_ICRS, "b="},
	{"l=1 b", NULL, NULL, TURNS_ICRS, "b="},
	{"sgl=1 b=2", NULL, NULL, TURNS_ICRS, "sgb="},
	{"ra: 1", NULL, NULL, TURNS_ICRS, "declination"},
	{"l 1", NULL, NULL, TURNS_ICRS, NULL},
	{"L 1551", NULL, NULL, TURNS_ICRS, NULL},
	{"Lb 1", NULL, NULL, TURNS_ICRS, NULL},
	{"l", NULL, NULL, TURNS_ICRS, NULL},
	{"", NULL, NULL, TURNS_ICRS, NULL},
	{"b=2 l=1", NULL, NULL, TURNS_ICRS, NULL},
	{"10 5", NULL, NULL, TURNS_ICRS, NULL},
};

static void
label_check(const struct label_case *c)
{
	struct labels found;

	labels_find(&found, c->text, 0, strlen(c->text));
	if (found.found != (c->first != NULL) || (int)found.frame != c->frame ||
	    (found.fault == NULL) != (c->fault == NULL) ||
	    (c->fault != NULL && strstr(found.fault, c->fault) == NULL) ||
	    (found.found &&
	     (strcmp(c->text + found.from, c->first) != 0 ||
	      strcmp(c->text + found.second_to, c->second) != 0)))
		fail_msg("\"%s\": found %d from %zu, %zu to %zu, frame %d, %s",
			 c->text, found.found, found.from, found.second,
			 found.second_to, found.frame,
			 found.fault == NULL ? "-" : found.fault);
}

static void
labels_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		label_check(&labels[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_stripped),
		cmocka_unit_test(labels_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
