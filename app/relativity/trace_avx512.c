/* The kernel in vectors of eight, with AVX-512. */
#include "relativity/trace_kernels.h"

#if TRACE_X86

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                     \
	__attribute__((target("avx512f,avx512dq,avx512vl,fma"))), \
	apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,fma")
#endif

#define KERNEL_RUN trace_avx512_run

enum { LANES = 8 };

typedef __m512d vec;
typedef __mmask8 mask;

static inline vec
vec_set(double value)
{
	return _mm512_set1_pd(value);
}

static inline vec
vec_load(const double *from)
{
	return _mm512_loadu_pd(from);
}

static inline void
vec_store(double *to, vec a)
{
	_mm512_storeu_pd(to, a);
}

/* a b + c */
static inline vec
vec_fma(vec a, vec b, vec c)
{
	return _mm512_fmadd_pd(a, b, c);
}

static inline vec
vec_sqrt(vec a)
{
	return _mm512_sqrt_pd(a);
}

static inline vec
vec_min(vec a, vec b)
{
	return _mm512_min_pd(a, b);
}

static inline vec
vec_max(vec a, vec b)
{
	return _mm512_max_pd(a, b);
}

static inline vec
vec_abs(vec a)
{
	return _mm512_abs_pd(a);
}

static inline vec
vec_select(mask which, vec yes, vec no)
{
	return _mm512_mask_blend_pd(which, no, yes);
}

static inline mask
mask_less(vec a, vec b)
{
	return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}

static inline mask
mask_and(mask a, mask b)
{
	return a & b;
}

static inline mask
mask_or(mask a, mask b)
{
	return a | b;
}

/* a without b */
static inline mask
mask_without(mask a, mask b)
{
	return (mask)(a & ~b);
}

static inline bool
mask_any(mask a)
{
	return a != 0;
}

#include "relativity/trace_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

#endif
