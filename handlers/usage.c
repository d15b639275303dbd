#include "usage.h"

#define BY_ADDRESS                                         \
	{"burst", .limit = 2000, .window_s = 10},          \
		{"minute", .limit = 6000, .window_s = 60}, \
	{                                                  \
		"day", .limit = 1000000, .window_s = 86400 \
	}

const struct lc_rate usage_limits[] = {BY_ADDRESS, LC_RATES_END};

const struct lc_rate usage_limits_writer[] = {
	BY_ADDRESS,
	{"writes", .limit = 6000, .window_s = 60, .by = LC_BY_KEY},
	LC_RATES_END};

int64_t
usage_picture_cost(int64_t width_px, int64_t height_px)
{
	return 1 + width_px * height_px / USAGE_PIXELS;
}
