/* The kernel in what every machine has: vectors of two with SSE2, or one. */
#include "relativity/trace_kernels.h"

#define KERNEL_RUN trace_baseline_run

#if defined(__SSE2__)

#include <emmintrin.h>

enum { LANES = 2 };

typedef __m128d vec;
typedef __m128d mask;

static inline vec
vec_set(double value)
{
	return _mm_set1_pd(value);
}

static inline vec
vec_load(const double *from)
{
	return _mm_loadu_pd(from);
}

static inline void
vec_store(double *to, vec a)
{
	_mm_storeu_pd(to, a);
}

/* a b + c */
static inline vec
vec_fma(vec a, vec b, vec c)
{
	return a * b + c;
}

static inline vec
vec_sqrt(vec a)
{
	return _mm_sqrt_pd(a);
}

static inline vec
vec_min(vec a, vec b)
{
	return _mm_min_pd(a, b);
}

static inline vec
vec_max(vec a, vec b)
{
	return _mm_max_pd(a, b);
}

static inline vec
vec_abs(vec a)
{
	return _mm_andnot_pd(_mm_set1_pd(-0.0), a);
}

static inline vec
vec_select(mask which, vec yes, vec no)
{
	return _mm_or_pd(_mm_and_pd(which, yes), _mm_andnot_pd(which, no));
}

static inline mask
mask_less(vec a, vec b)
{
	return _mm_cmplt_pd(a, b);
}

static inline mask
mask_and(mask a, mask b)
{
	return _mm_and_pd(a, b);
}

static inline mask
mask_or(mask a, mask b)
{
	return _mm_or_pd(a, b);
}

/* a without b */
static inline mask
mask_without(mask a, mask b)
{
	return _mm_andnot_pd(b, a);
}

static inline bool
mask_any(mask a)
{
	return _mm_movemask_pd(a) != 0;
}

#else

#include <math.h>

enum { LANES = 1 };

typedef double vec;
typedef bool mask;

static inline vec
vec_set(double value)
{
	return value;
}

static inline vec
vec_load(const double *from)
{
	return *from;
}

static inline void
vec_store(double *to, vec a)
{
	*to = a;
}

/* a b + c */
static inline vec
vec_fma(vec a, vec b, vec c)
{
	return a * b + c;
}

static inline vec
vec_sqrt(vec a)
{
	return sqrt(a);
}

static inline vec
vec_min(vec a, vec b)
{
	return a < b ? a : b;
}

static inline vec
vec_max(vec a, vec b)
{
	return a > b ? a : b;
}

static inline vec
vec_abs(vec a)
{
	return fabs(a);
}

static inline vec
vec_select(mask which, vec yes, vec no)
{
	return which ? yes : no;
}

static inline mask
mask_less(vec a, vec b)
{
	return a < b;
}

static inline mask
mask_and(mask a, mask b)
{
	return a && b;
}

static inline mask
mask_or(mask a, mask b)
{
	return a || b;
}

/* a without b */
static inline mask
mask_without(mask a, mask b)
{
	return a && !b;
}

static inline bool
mask_any(mask a)
{
	return a;
}

#endif

#include "relativity/trace_kernel.h"
