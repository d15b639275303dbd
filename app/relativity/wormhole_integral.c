#include "relativity/wormhole_integral.h"

#include <float.h>
#include <math.h>

#define STEP 0.25

/* So far beyond the scales the tails begin; nearer they would narrow the
 * strip in which the function is analytic. */
#define MARGIN 2.0

/* And there they end: exp(-exp(4.5) / 2) and exp(-exp(3.75)) are nothing. */
#define TAIL_LOW 4.5
#define TAIL_HIGH 3.75

double
wormhole_integral(const struct wormhole_integral *of, double length)
{
	double end = isfinite(length) ? length : 0, unit = end > 0 ? end : 1;
	double low, high, sum = 0;

	if (length <= 0)
		return 0;
	low = log(fmax(of->least / unit, DBL_MIN));
	high = log(of->most / unit);
	/* A way with an end is t = length y / (1 + y), and y has its scale. */
	if (end > 0) {
		low = fmin(low, 0);
		high = 0;
	}
	low -= MARGIN;
	high += MARGIN;
	for (double v = low - TAIL_LOW; v < high + TAIL_HIGH; v += STEP) {
		double before = exp(low - v), after = exp(v - high);
		double y = exp(v + after - before);
		double rate = y * (1 + after + before), t = y;

		if (end > 0) {
			t = end * (y / (1 + y));
			rate *= end / ((1 + y) * (1 + y));
		}
		/* What is out of a double's range counts for nothing. */
		if (t > 0 && rate > 0)
			sum += rate * of->at(of->way, t);
	}
	return sum * STEP;
}
