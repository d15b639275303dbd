#include "commands/work_export.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "services/outbound.h"
#include "services/trace_export.h"

enum { EXPORT_WHY_MAX = 200 };

struct work_export {
	struct trace_export *exporter;
	pthread_t thread;
	atomic_bool over;
};

static void *
export_main(void *arg)
{
	struct work_export *export = arg;

	trace_export_run(export->exporter);
	atomic_store(&export->over, true);
	return NULL;
}

/* All signals are the supervisor's. */
static bool
thread_start(struct work_export *export)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	started =
		pthread_create(&export->thread, NULL, export_main, export) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static struct work_export *
export_start(const struct options *options, char *why, size_t why_bytes)
{
	struct work_export *export = calloc(1, sizeof(*export));

	if (export == NULL)
		return NULL;
	atomic_init(&export->over, false);
	export->exporter = trace_export_new(options, why, why_bytes);
	if (export->exporter != NULL && thread_start(export))
		return export;
	trace_export_free(export->exporter);
	free(export);
	return NULL;
}

struct work_export *
work_export_start(const struct options *options)
{
	char why[EXPORT_WHY_MAX] = "no memory or threads for it";
	struct work_export *export;

	if (!trace_export_wanted(options))
		return NULL;
	if (outbound_start() != LC_OK) {
		log_error("spans are not exported: %s", why);
		return NULL;
	}
	export = export_start(options, why, sizeof(why));
	if (export == NULL) {
		log_error("spans are not exported: %s", why);
		outbound_stop();
	}
	return export;
}

void
work_export_stop(struct work_export *export, int64_t last_ms)
{
	if (export != NULL)
		trace_export_stop(export->exporter, last_ms);
}

bool
work_export_over(const struct work_export *export)
{
	return export == NULL || atomic_load(&export->over);
}

void
work_export_free(struct work_export *export)
{
	if (export == NULL)
		return;
	pthread_join(export->thread, NULL);
	trace_export_free(export->exporter);
	outbound_stop();
	free(export);
}
