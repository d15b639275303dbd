#include "engine/engine.h"

#include <time.h>

#include "base/clock.h"
#include "engine/reply.h"
#include "engine/router.h"

enum lc_rc
engine_init(struct engine *engine, const struct options *options,
	    const struct lc_endpoint *const *table, void *context,
	    struct buf *why)
{
	enum lc_rc rc = router_check(table, why);

	*engine = (struct engine){
		.options = options, .table = table, .context = context};
	if (rc != LC_OK)
		return rc;
	atomic_init(&engine->open, 0);
	response_init(&engine->fields);
	reply_fields(&engine->fields, options);
	engine->outbox = outbox_new();
	engine->deadlines = deadlines_new();
	engine->pool = pool_new(options);
	if (engine->outbox == NULL || engine->deadlines == NULL ||
	    engine->pool == NULL || engine->fields.fields.failed) {
		engine_release(engine);
		buf_add_text(why, "no memory or descriptors for the engine");
		return LC_NO_MEMORY;
	}
	return LC_OK;
}

bool
engine_stop(struct engine *engine, int64_t until_ns)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	deadlines_stop(engine->deadlines);
	if (!pool_stop(engine->pool, until_ns))
		return false;
	while (atomic_load(&engine->open) > 0) {
		if (clock_mono_ns() >= until_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void
engine_release(struct engine *engine)
{
	deadlines_free(engine->deadlines);
	pool_free(engine->pool);
	outbox_free(engine->outbox);
	response_release(&engine->fields);
}
