#include "base/single.h"

#include <float.h>
#include <math.h>
#include <stdint.h>

#include "base/number.h"
#include "base/shortest.h"

enum {
	TENS_LEAST = -46,
	TENS_MOST = 54,
	TENS_EXACT = 22, /* the largest power that a double holds exactly */
	/* All decimals of so many digits are different singles. */
	DIGITS_SURE = FLT_DIG,
	DIGITS_MOST = FLT_DECIMAL_DIG
};

#define TENS10(e)                                                             \
	1e##e##0, 1e##e##1, 1e##e##2, 1e##e##3, 1e##e##4, 1e##e##5, 1e##e##6, \
		1e##e##7, 1e##e##8, 1e##e##9
#define TENS10_BELOW(e)                                                   \
	1e-##e##9, 1e-##e##8, 1e-##e##7, 1e-##e##6, 1e-##e##5, 1e-##e##4, \
		1e-##e##3, 1e-##e##2, 1e-##e##1, 1e-##e##0

static const double tens[TENS_MOST - TENS_LEAST + 1] = {
	1e-46,
	1e-45,
	1e-44,
	1e-43,
	1e-42,
	1e-41,
	1e-40,
	TENS10_BELOW(3),
	TENS10_BELOW(2),
	TENS10_BELOW(1),
	1e-9,
	1e-8,
	1e-7,
	1e-6,
	1e-5,
	1e-4,
	1e-3,
	1e-2,
	1e-1,
	TENS10(0),
	TENS10(1),
	TENS10(2),
	TENS10(3),
	TENS10(4),
	1e50,
	1e51,
	1e52,
	1e53,
	1e54,
};

static double
ten_to(int exponent)
{
	return tens[exponent - TENS_LEAST];
}

/* The exponent of the first digit: 2 for 123.4. */
static int
leading_exponent(double magnitude)
{
	int binary, decimal;

	(void)frexp(magnitude, &binary);
	decimal = (int)floor((binary - 1) * 0.30102999566398120);
	return magnitude >= ten_to(decimal + 1) ? decimal + 1 : decimal;
}

/* digits / 10^places, rounded once. */
static double
decimal_value(int64_t digits, int places)
{
	char text[2 * SHORTEST_MAX];
	double value = 0;
	size_t length;

	if (places >= 0 && places <= TENS_EXACT)
		return (double)digits / ten_to(places);
	if (places < 0 && places >= -TENS_EXACT)
		return (double)digits * ten_to(-places);
	length = shortest_format_int64(digits, text);
	text[length++] = 'e';
	length += shortest_format_int64(-places, text + length);
	if (number_parse_double(text, length, &value) != NUMBER_OK)
		return 0;
	return value;
}

double
single_shortest(float value)
{
	double magnitude = fabs((double)value);
	bool denormal = magnitude < (double)FLT_MIN;
	int leading;

	if (!isfinite(value) || magnitude == 0)
		return (double)value;
	leading = leading_exponent(magnitude);
	for (int count = denormal ? 1 : DIGITS_SURE; count <= DIGITS_MOST;
	     count++) {
		int places = count - 1 - leading;
		double scaled = places >= 0 ? magnitude * ten_to(places) :
					      magnitude / ten_to(-places);
		int64_t digits = llrint(scaled);

		/*
		 * Below a power of two the singles lie closer than above it:
		 * there the nearest decimal may fail and the next one serve.
		 */
		for (int64_t next = 0; next <= 1; next++) {
			double decimal = decimal_value(digits + next, places);

			if ((double)(float)decimal == magnitude)
				return signbit(value) ? -decimal : decimal;
		}
	}
	return (double)value;
}

bool
single_round(double value, float *out)
{
	/* Halfway from the largest single to what would be the next one. */
	if (fabs(value) >= 0x1.ffffffp+127)
		return false;
	*out = (float)value;
	return true;
}
