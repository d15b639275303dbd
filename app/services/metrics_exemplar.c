#include "base/clock.h"
#include "services/metrics_inner.h"

enum { EXAMPLE_HIGH, EXAMPLE_LOW, EXAMPLE_SPAN, EXAMPLE_NS, EXAMPLE_MS };

_Static_assert(EXAMPLE_MS + 2 == METRICS_EXEMPLAR_WORDS,
	       "and the last word is the checksum");

static uint64_t
example_check(const uint64_t words[METRICS_EXEMPLAR_WORDS])
{
	uint64_t check = 1; /* that of zeros is not 0: there is none yet */

	for (int i = 0; i < METRICS_EXEMPLAR_WORDS - 1; i++)
		check = metrics_mix(check, words[i]);
	return check;
}

/* Two that write at once leave one that its checksum gives away. */
void
metrics_example_put(struct metrics *metrics, int cell, int64_t ns,
		    const struct metrics_exemplar *exemplar)
{
	struct metrics_example *example = &metrics->area->examples[cell];
	uint64_t words[METRICS_EXEMPLAR_WORDS] = {
		[EXAMPLE_HIGH] = exemplar->trace_high,
		[EXAMPLE_LOW] = exemplar->trace_low,
		[EXAMPLE_SPAN] = exemplar->span,
		[EXAMPLE_NS] = (uint64_t)ns,
		[EXAMPLE_MS] = (uint64_t)clock_unix_ms()};

	words[METRICS_EXEMPLAR_WORDS - 1] = example_check(words);
	for (int i = 0; i < METRICS_EXEMPLAR_WORDS; i++)
		atomic_store_explicit(&example->words[i], words[i],
				      memory_order_relaxed);
}

bool
metrics_example_get(const struct metrics *metrics, int cell,
		    struct metrics_example_read *out)
{
	struct metrics_example *example = &metrics->area->examples[cell];
	uint64_t words[METRICS_EXEMPLAR_WORDS];

	for (int i = 0; i < METRICS_EXEMPLAR_WORDS; i++)
		words[i] = atomic_load_explicit(&example->words[i],
						memory_order_relaxed);
	*out = (struct metrics_example_read){
		.of = {.trace_high = words[EXAMPLE_HIGH],
		       .trace_low = words[EXAMPLE_LOW],
		       .span = words[EXAMPLE_SPAN]},
		.ns = (int64_t)words[EXAMPLE_NS],
		.unix_ms = (int64_t)words[EXAMPLE_MS]};
	return words[METRICS_EXEMPLAR_WORDS - 1] == example_check(words);
}
