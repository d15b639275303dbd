#include "wormhole_fixture.h"

#include <math.h>
#include <stdbool.h>

static const long double pi = 3.14159265358979323846264338327950288L;

const struct wormhole_fixture *
wormhole_fixtures(void)
{
#define DNEG(a, w)                                            \
	{                                                     \
		"a = " #a ", W = " #w,                        \
		{                                             \
			WORMHOLE_DNEG, a, w / 1.4295268191803 \
		}                                             \
	}
	static const struct wormhole_fixture fixtures[WORMHOLE_FIXTURES] = {
		{"Ellis", {WORMHOLE_ELLIS, 0, 0}},
		DNEG(0.005, 0.05),
		DNEG(0, 0.05),
		DNEG(0, 1e-4),
		DNEG(0, 1),
		DNEG(0, 10),
		DNEG(1e-4, 1e-4),
		DNEG(0.5, 0.01),
		DNEG(1, 1),
		DNEG(3, 10),
		DNEG(100, 1e-4),
		DNEG(100, 10),
	};
#undef DNEG

	return fixtures;
}

long double
wormhole_plain_excess(const struct wormhole *shape, long double out)
{
	long double m = (long double)shape->mass, x;

	if (shape->kind == WORMHOLE_ELLIS)
		return out * out / (1 + sqrtl(1 + out * out));
	x = 2 * out / (pi * m);
	return m * (x * atanl(x) - log1pl(x * x) / 2);
}

/* ---- the rule */

enum { NODES = 10 };

static const long double nodes[NODES / 2] = {
	0.148874338981631210884826001129719984L,
	0.433395394129247190799265943165784162L,
	0.679409568299024406234327365114873576L,
	0.865063366688984510732096688423493049L,
	0.973906528517171720077964012084452053L,
};
static const long double weights[NODES / 2] = {
	0.295524224714752870173815619188769332L,
	0.269266719309996355091226921569469353L,
	0.219086362515982043995534934228163192L,
	0.149451349150580593145863396957697332L,
	0.066671344308688137593568809893331793L,
};

/* t = u^2, so that a turning point is no edge. */
static long double
piece(wormhole_plain_fn *f, const void *way, long double from, long double to)
{
	long double middle = (from + to) / 2, half = (to - from) / 2, sum = 0;

	for (int i = 0; i < NODES; i++) {
		long double u =
			middle + (i % 2 == 0 ? half : -half) * nodes[i / 2];

		sum += weights[i / 2] * 2 * u * f(way, u * u);
	}
	return sum * half;
}

long double
wormhole_plain_integral(wormhole_plain_fn *f, const void *way,
			long double length)
{
	long double end = isinf(length) ? 1e9L : sqrtl(length);
	long double from = 0, to = 1e-14L, sum = 0;

	for (; from < end; from = to, to *= 2)
		sum += piece(f, way, from, fminl(to, end));
	/* It is t^-2 from there. */
	return isinf(length) ? sum + f(way, end * end) * end * end : sum;
}

/* ---- rays */

struct way {
	const struct wormhole *shape;
	long double from, spare, impact; /* spare: r - B at the start */
};

static long double
slope(const struct wormhole *shape, long double out)
{
	if (shape->kind == WORMHOLE_ELLIS)
		return out / sqrtl(1 + out * out);
	return 2 / pi * atanl(2 * out / (pi * (long double)shape->mass));
}

/* r(from + t) - r(from), by Gauss' three places of r' when t is short. */
static long double
rise(const struct wormhole *shape, long double from, long double t)
{
	long double unit =
		shape->kind == WORMHOLE_ELLIS ? 1 : (long double)shape->mass;
	long double apart = t * sqrtl(0.15L), middle = from + t / 2;

	if (t > unit / 100)
		return wormhole_plain_excess(shape, from + t) -
		       wormhole_plain_excess(shape, from);
	return t *
	       (5 * slope(shape, middle - apart) + 8 * slope(shape, middle) +
		5 * slope(shape, middle + apart)) /
	       18;
}

static long double
rate(const void *way, long double t)
{
	const struct way *of = way;
	long double over = of->spare + rise(of->shape, of->from, t);

	return of->impact /
	       ((of->impact + over) * sqrtl(over * (over + 2 * of->impact)));
}

long double
wormhole_plain_sweep(const struct wormhole *shape, long double from,
		     long double to, long double impact, long double spare)
{
	struct way way = {shape, from, spare, impact};

	return wormhole_plain_integral(rate, &way, to - from);
}

long double
wormhole_plain_turn(const struct wormhole *shape, long double impact)
{
	long double low = 0, high = 4 + 2 * impact;

	if (shape->kind == WORMHOLE_DNEG)
		high += 8 * (long double)shape->mass;
	for (;;) {
		long double middle = (low + high) / 2;
		bool under = wormhole_plain_excess(shape, middle) < impact - 1;

		if (middle == low || middle == high)
			return middle;
		*(under ? &low : &high) = middle;
	}
}
