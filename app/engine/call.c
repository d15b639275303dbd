#include "engine/call.h"

#include <string.h>

#include "base/clock.h"
#include "engine/after.h"
#include "engine/at_once.h"
#include "engine/deadline.h"
#include "engine/engine.h"
#include "engine/observe.h"
#include "engine/recall.h"
#include "engine/reply.h"

#define CALL_OF(item, member)                                               \
	((struct lc_call *)(void *)((char *)(item)-offsetof(struct lc_call, \
							    member)))

static void
answer_act(struct outbox_item *item)
{
	call_answer(CALL_OF(item, answer_item));
}

static void
call_drop(struct lc_call *call, int holders)
{
	if (atomic_fetch_sub(&call->holders, holders) != holders)
		return;
	recall_release(call);
	at_once_give(call);
	response_release(&call->response);
	arena_release(&call->arena);
	call->transport->free(call);
}

static void
release_act(struct outbox_item *item)
{
	call_drop(CALL_OF(item, release_item), 1);
}

static void
after_act(struct outbox_item *item)
{
	call_drop(CALL_OF(item, after_item), 1);
}

void
call_init(struct lc_call *call, struct engine *engine,
	  const struct transport *transport)
{
	memset(call, 0, offsetof(struct lc_call, first));
	call->engine = engine;
	call->transport = transport;
	call->arrived_ns = clock_mono_ns();
	arena_init(&call->arena, call->first, sizeof(call->first));
	response_init(&call->response);
	call->errors_end = &call->errors;
	call->warnings_end = &call->warnings;
	atomic_init(&call->state, CALL_OPEN);
	atomic_init(&call->holders, 1);
	call->answer_holders = 1;
	call->request_id = call->made_id;
	call->answer_item.act = answer_act;
	call->release_item.act = release_act;
	call->after_item.act = after_act;
	call->listed = CALL_NOT_LISTED;
	progress_init(&call->progress, 0);
}

enum lc_rc
call_take_variables(struct lc_call *call, char *const *variables)
{
	size_t count = 0, bytes = 0;
	char **copies;
	char *room;

	for (; variables[count] != NULL; count++)
		bytes += strlen(variables[count]) + 1;
	copies = arena_alloc(&call->arena,
			     (count + 1) * sizeof(*copies) + bytes);
	if (copies == NULL)
		return LC_NO_MEMORY;
	room = (char *)(copies + count + 1);
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(variables[i]) + 1;

		copies[i] = memcpy(room, variables[i], length);
		room += length;
	}
	return request_read(&call->request, copies, &call->arena);
}

bool
call_claim(struct lc_call *call, enum call_state by, enum lc_rc verdict)
{
	int open = CALL_OPEN;

	if (!atomic_compare_exchange_strong(&call->state, &open, (int)by))
		return false;
	call->verdict = verdict;
	return true;
}

void
call_answer(struct lc_call *call)
{
	struct engine *engine = call->engine;
	int holders = call->answer_holders;

	deadlines_remove(engine->deadlines, call);
	observe_enter(call, CALL_ENCODE);
	if (atomic_load(&call->state) == CALL_BY_ENGINE) {
		reply_send_late(call);
	} else {
		/* Who has the answer may ask again at once. */
		at_once_give(call);
		if (call->reply != NULL)
			call->verdict = call->reply(call, call->reply_arg);
		reply_send(call);
	}
	recall_end(call);
	call->transport->finish(call);
	observe_end(call);
	afters_take(engine->afters, call);
	call_drop(call, holders);
	atomic_fetch_sub(&engine->open, 1);
}

void
call_release(struct lc_call *call)
{
	call_drop(call, 1);
}

void
call_end_job(struct lc_call *call, enum lc_rc rc)
{
	/* An answer in pieces was claimed with its first piece. */
	if (call->streaming)
		call->verdict = rc;
	if (call->streaming || call_claim(call, CALL_BY_RUN, rc))
		call_post_answer(call, 2);
	else
		call_post_release(call);
}

void
call_post_answer(struct lc_call *call, int holders)
{
	call->answer_holders = holders;
	outbox_put(call->engine->outbox, &call->answer_item);
}

void
call_post_release(struct lc_call *call)
{
	outbox_put(call->engine->outbox, &call->release_item);
}

void
call_post_after(struct lc_call *call)
{
	outbox_put(call->engine->outbox, &call->after_item);
}
