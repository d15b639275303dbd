/*
 * The kernels behind trace.h: one source (trace_kernel.h), compiled for each
 * set of instructions.
 *
 * Each follows `count` rays, at most TRACE_BATCH, and those with -beta too if
 * `mirrored` is not NULL.  Only the baseline may be called on any machine;
 * the others are there with TRACE_X86 only.
 */
#ifndef RELATIVITY_TRACE_KERNELS_H
#define RELATIVITY_TRACE_KERNELS_H

#include "relativity/trace.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TRACE_X86 1
#else
#define TRACE_X86 0
#endif

void trace_baseline_run(const struct trace_scene *scene, const double *alpha,
			const double *beta, size_t count,
			struct trace_hits *hits, struct trace_hits *mirrored);
void trace_avx2_run(const struct trace_scene *scene, const double *alpha,
		    const double *beta, size_t count, struct trace_hits *hits,
		    struct trace_hits *mirrored);
void trace_avx512_run(const struct trace_scene *scene, const double *alpha,
		      const double *beta, size_t count, struct trace_hits *hits,
		      struct trace_hits *mirrored);

#endif
