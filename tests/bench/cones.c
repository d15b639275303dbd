#include "cones.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PI 3.14159265358979323846

enum { CENTRES_MOST = 100000 };

static int64_t
text_weight(const char *text, size_t length)
{
	return (int64_t)length + (unsigned char)text[length - 1];
}

void
cones_add(struct cones_sum *sum, const struct cones_row *row)
{
	sum->rows++;
	sum->text_bytes +=
		text_weight(row->name, row->name_length) +
		text_weight(row->spectral_type, row->spectral_type_length);
	sum->numbers += row->ra_deg + row->dec_deg + row->magnitude_v +
			row->separation_deg;
}

double
cones_separation_deg(const struct cones_centre *centre, double ra_deg,
		     double dec_deg)
{
	const double one = PI / 180;
	double ra = sin((ra_deg - centre->ra_deg) * one / 2);
	double dec = sin((dec_deg - centre->dec_deg) * one / 2);

	return 2 / one *
	       asin(sqrt(dec * dec + cos(centre->dec_deg * one) *
					     cos(dec_deg * one) * ra * ra));
}

double
cones_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e6 * (double)now.tv_sec + (double)now.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;

	return first < second ? -1 : first > second;
}

double
cones_median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

struct cones_centre *
cones_read(size_t *count)
{
	struct cones_centre *centres = calloc(CENTRES_MOST, sizeof(*centres));
	struct cones_centre next;

	*count = 0;
	while (centres != NULL && *count < CENTRES_MOST &&
	       scanf("%lf %lf %lf", &next.radius_deg, &next.ra_deg,
		     &next.dec_deg) == 3)
		centres[(*count)++] = next;
	if (*count > 0)
		return centres;
	fprintf(stderr, "there are no centres\n");
	free(centres);
	return NULL;
}

/* Those of one radius. */
static int
cones_measure(int (*search)(void *context, const struct cones_centre *centre,
			    struct cones_sum *sum),
	      void *context, const struct cones_centre *centres, size_t count,
	      double *times_us)
{
	struct cones_sum sum = {0}, warm = {0};

	for (size_t i = 0; i < count; i++)
		if (search(context, &centres[i], &warm) != 0)
			return 1;
	for (size_t i = 0; i < count; i++) {
		double begin_us = cones_now_us();

		if (search(context, &centres[i], &sum) != 0)
			return 1;
		times_us[i] = cones_now_us() - begin_us;
	}
	printf("%.9g %.3f %lld %lld %.4f\n", centres[0].radius_deg,
	       cones_median(times_us, count), (long long)sum.rows,
	       (long long)sum.text_bytes, sum.numbers);
	return 0;
}

int
cones_run(int (*search)(void *context, const struct cones_centre *centre,
			struct cones_sum *sum),
	  void *context)
{
	size_t count, end;
	struct cones_centre *centres = cones_read(&count);
	double *times_us = calloc(CENTRES_MOST, sizeof(*times_us));
	int failed = centres == NULL || times_us == NULL;

	for (size_t i = 0; i < count && !failed; i = end) {
		for (end = i; end < count; end++)
			if (centres[end].radius_deg != centres[i].radius_deg)
				break;
		failed = cones_measure(search, context, centres + i, end - i,
				       times_us);
	}
	free(times_us);
	free(centres);
	return failed;
}
