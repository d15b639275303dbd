/*
 * When a companion is asked, and when it is left alone.
 */
#include "services/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * What happens, one letter each: g and s, an ordinary question is answered, or
 * fails slowly; q, it fails quickly; t, a trial begins that fails; T, one that
 * does not; b, one begins; n, none may; a number, so many hundred ms pass.
 */
static void
step(struct breaker *breaker, char what, int64_t *now_ns)
{
	switch (what) {
	case 'g':
		breaker_good(breaker);
		break;
	case 's':
	case 'q':
		breaker_bad(breaker, what == 's', *now_ns);
		break;
	case 't':
	case 'T':
		assert_true(breaker_try(breaker, *now_ns));
		assert_int_equal(breaker_state(breaker), BREAKER_HALF_OPEN);
		breaker_tried(breaker, what == 'T', *now_ns);
		break;
	case 'b':
		assert_true(breaker_try(breaker, *now_ns));
		break;
	case 'n':
		assert_false(breaker_try(breaker, *now_ns));
		break;
	default:
		*now_ns += (what - '0') * 100 * CLOCK_NS_PER_MS;
	}
}

static void
test_steps(void **state)
{
	static const struct {
		const char *steps;
		enum breaker_state state;
		int64_t since_ms;  /* the start */
		int64_t failed_ms; /* after it; 0: nothing is said */
	} cases[] = {
		{"", BREAKER_CLOSED, 0, 0},
		{"1ggn", BREAKER_CLOSED, 0, 0},
		{"1qq", BREAKER_CLOSED, 0, 0},
		{"1qqgqqg", BREAKER_CLOSED, 0, 0},
		{"1qq1q", BREAKER_OPEN, 200, 200},
		{"1s", BREAKER_OPEN, 100, 100},
		{"1sss", BREAKER_OPEN, 100, 100},
		/* tried after 100 ms, by one */
		{"1sn1b", BREAKER_HALF_OPEN, 100, 100},
		{"1s1bnn", BREAKER_HALF_OPEN, 100, 100},
		{"1s1T", BREAKER_CLOSED, 200, 0},
		{"1s9T", BREAKER_CLOSED, 1000, 0},
		/* then after 200, 400 and 800 more, and each second */
		{"1s1t1n", BREAKER_OPEN, 100, 200},
		{"1s1t2t3n1t7n1t9n1t9n1t", BREAKER_OPEN, 100, 3600},
		{"1s1t2t4t8T", BREAKER_CLOSED, 1600, 0},
		/* and from the start when it was closed meanwhile */
		{"1s1t2t4T5s1T", BREAKER_CLOSED, 1400, 0},
		{"1s1t2t4T5sn", BREAKER_OPEN, 1300, 1300},
		/* what failed before it answered again does not count */
		{"1qqq1Tqqn", BREAKER_CLOSED, 200, 0},
		{"1qqq1Tqqq", BREAKER_OPEN, 200, 200},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t now_ns = CLOCK_NS_PER_S;
		struct breaker breaker;

		breaker_init(&breaker, now_ns);
		for (const char *at = cases[i].steps; *at != '\0'; at++)
			step(&breaker, *at, &now_ns);
		if (breaker_state(&breaker) != cases[i].state)
			fail_msg("%s", cases[i].steps);
		assert_true(breaker_is_closed(&breaker) ==
			    (cases[i].state == BREAKER_CLOSED));
		assert_int_equal(breaker.since_ns,
				 CLOCK_NS_PER_S +
					 cases[i].since_ms * CLOCK_NS_PER_MS);
		if (breaker_failed_ns(&breaker) !=
		    (cases[i].failed_ms == 0 ?
			     0 :
			     CLOCK_NS_PER_S +
				     cases[i].failed_ms * CLOCK_NS_PER_MS))
			fail_msg("%s: it failed at another time",
				 cases[i].steps);
	}
}

static void
test_names(void **state)
{
	static const char *const names[] = {"closed", "open", "half-open"};

	(void)state;
	for (int i = 0; i < BREAKER_STATE__MAX; i++)
		assert_string_equal(breaker_state_name(i), names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
