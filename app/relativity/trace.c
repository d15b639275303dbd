#include "relativity/trace.h"

#include "relativity/trace_kernels.h"

static const char *const kernel_names[TRACE_KERNEL__MAX] = {
	[TRACE_BASELINE] = "baseline",
	[TRACE_AVX2] = "avx2",
	[TRACE_AVX512] = "avx512",
};

static void (*const kernels[TRACE_KERNEL__MAX])(const struct trace_scene *scene,
						const double *alpha,
						const double *beta,
						size_t count,
						struct trace_hits *hits,
						struct trace_hits *mirrored) = {
	[TRACE_BASELINE] = trace_baseline_run,
#if TRACE_X86
	[TRACE_AVX2] = trace_avx2_run,
	[TRACE_AVX512] = trace_avx512_run,
#endif
};

/*
 * gcc's address sanitizer aligns a function's variables to 32 bytes, not to
 * the 64 that vectors of eight want.
 */
#ifdef __SANITIZE_ADDRESS__
#define TRACE_ALIGNS_64 false
#else
#define TRACE_ALIGNS_64 true
#endif

static bool
kernel_runs_here(enum trace_kernel kernel)
{
#if TRACE_X86
	if (kernel == TRACE_AVX2)
		return __builtin_cpu_supports("avx2") &&
		       __builtin_cpu_supports("fma");
	if (kernel == TRACE_AVX512)
		return TRACE_ALIGNS_64 && __builtin_cpu_supports("avx512f") &&
		       __builtin_cpu_supports("avx512dq") &&
		       __builtin_cpu_supports("avx512vl");
#endif
	return kernel == TRACE_BASELINE;
}

enum trace_kernel
trace_best(void)
{
	if (kernel_runs_here(TRACE_AVX512))
		return TRACE_AVX512;
	return kernel_runs_here(TRACE_AVX2) ? TRACE_AVX2 : TRACE_BASELINE;
}

const char *
trace_kernel_name(enum trace_kernel kernel)
{
	return kernel_names[kernel];
}

void
trace_rays(const struct trace_scene *scene, const double *alpha,
	   const double *beta, size_t count, struct trace_hits *hits)
{
	kernels[trace_best()](scene, alpha, beta, count, hits, NULL);
}

void
trace_mirrored(const struct trace_scene *scene, const double *alpha,
	       const double *beta, size_t count, struct trace_hits *hits,
	       struct trace_hits *mirrored)
{
	kernels[trace_best()](scene, alpha, beta, count, hits, mirrored);
}

bool
trace_by(enum trace_kernel kernel, const struct trace_scene *scene,
	 const double *alpha, const double *beta, size_t count,
	 struct trace_hits *hits, struct trace_hits *mirrored)
{
	if (!kernel_runs_here(kernel))
		return false;
	kernels[kernel](scene, alpha, beta, count, hits, mirrored);
	return true;
}
