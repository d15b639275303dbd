/* The kernel in vectors of four, with AVX2 and FMA. */
#include "relativity/trace_kernels.h"

#if TRACE_X86

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), \
			     apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define KERNEL_RUN trace_avx2_run

enum { LANES = 4 };

typedef __m256d vec;
typedef __m256d mask;

static inline vec
vec_set(double value)
{
	return _mm256_set1_pd(value);
}

static inline vec
vec_load(const double *from)
{
	return _mm256_loadu_pd(from);
}

static inline void
vec_store(double *to, vec a)
{
	_mm256_storeu_pd(to, a);
}

/* a b + c */
static inline vec
vec_fma(vec a, vec b, vec c)
{
	return _mm256_fmadd_pd(a, b, c);
}

static inline vec
vec_sqrt(vec a)
{
	return _mm256_sqrt_pd(a);
}

static inline vec
vec_min(vec a, vec b)
{
	return _mm256_min_pd(a, b);
}

static inline vec
vec_max(vec a, vec b)
{
	return _mm256_max_pd(a, b);
}

static inline vec
vec_abs(vec a)
{
	return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}

static inline vec
vec_select(mask which, vec yes, vec no)
{
	return _mm256_blendv_pd(no, yes, which);
}

static inline mask
mask_less(vec a, vec b)
{
	return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}

static inline mask
mask_and(mask a, mask b)
{
	return _mm256_and_pd(a, b);
}

static inline mask
mask_or(mask a, mask b)
{
	return _mm256_or_pd(a, b);
}

/* a without b */
static inline mask
mask_without(mask a, mask b)
{
	return _mm256_andnot_pd(b, a);
}

static inline bool
mask_any(mask a)
{
	return _mm256_movemask_pd(a) != 0;
}

#include "relativity/trace_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
