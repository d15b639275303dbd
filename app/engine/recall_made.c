/*
 * What becomes of an answer that was made, or was not: see engine/recall.h.
 */
#include "engine/recall.h"

#include "base/clock.h"
#include "engine/conditional.h"
#include "engine/engine.h"
#include "engine/flight.h"
#include "engine/freshness.h"

/* Of an answer in pieces, of which one is kept only when all are. */
enum { RECALL_PIECES_MOST = 16 << 20 };

/* ---- whole answers */

/*
 * Whether others that ask the same can be told so.  Wrong input (LC_INVALID)
 * is shown as it was spelled, and by where it stood.
 */
static bool
is_for_all(const struct lc_call *call)
{
	/* An error in a form of its own may have any status. */
	if (call->verdict != LC_OK && call->endpoint->problem != NULL)
		return false;
	switch (call->verdict) {
	case LC_OK:
	case LC_NOT_FOUND:
	case LC_CONFLICT:
	case LC_TOO_LARGE:
	case LC_INTERNAL:
	case LC_UNAVAILABLE:
		return true;
	default:
		return false;
	}
}

/* How long the cache is to have it; 0: not at all. */
static int64_t
kept_for_s(const struct lc_call *call)
{
	const struct lc_keep *keep = &call->endpoint->cache.keep;

	if (call->recall.unkept)
		return 0;
	switch (call->verdict) {
	case LC_OK:
		return freshness_kept_s(keep, false);
	case LC_NOT_FOUND:
		return freshness_kept_s(keep, true);
	default:
		return 0;
	}
}

/* Others are given it, and it is kept; takes the caller's hold. */
static void
recall_spread(struct lc_call *call, struct kept *kept)
{
	struct call_recall *recall = &call->recall;
	int64_t kept_s = kept_for_s(call);

	kept->entry.made_ms = clock_unix_ms();
	kept->entry.cost_us = (call->run_ns - call->bound_ns) / 1000;
	recall->made = kept;
	recall->stored = kept_s > 0;
	flight_end(call->engine->flights, call, kept, kept_s);
}

/* How long it took, of what was made in the end. */
static void
recall_cost(struct lc_call *call)
{
	if (call->recall.asked && call->run_ns > call->bound_ns &&
	    call->verdict == LC_OK)
		cache_book_took(call->engine->book, call->recall.cost_name,
				call->run_ns - call->bound_ns);
}

static bool
is_whole(const struct lc_call *call)
{
	const struct response *response = &call->response;

	return response->media_type != NULL && !call->length_unknown &&
	       !response->body.failed && !response->fields.failed &&
	       (call->verdict != LC_OK || response->status == 200);
}

void
recall_made(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;
	struct response *response = &call->response;
	struct kept *kept;

	recall_cost(call);
	if (!recall->keyed || recall->unshared || recall->made != NULL ||
	    call->run_ns == 0 || !is_for_all(call) || !is_whole(call))
		return;
	if (call->verdict == LC_OK)
		conditional_tag(call);
	kept = kept_new();
	if (kept == NULL || !kept_fill(kept, response, call->tag)) {
		kept_drop(kept);
		return;
	}
	kept->entry.status = call->verdict == LC_OK ? response->status :
						      rc_status(call->verdict);
	kept_take_body(kept, &response->body);
	response->shared = kept->body.bytes != NULL ? kept->body.bytes : "";
	response->shared_length = kept->body.length;
	recall_spread(call, kept);
}

/* ---- answers in pieces */

void
recall_pieces_begin(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;

	if (!recall->keyed || recall->unshared ||
	    call->request.method == LC_HEAD || call->response.status != 200)
		return;
	recall->pieces = kept_new();
	if (recall->pieces == NULL ||
	    kept_fill(recall->pieces, &call->response, call->tag))
		return;
	kept_drop(recall->pieces);
	recall->pieces = NULL;
}

void
recall_pieces_add(struct lc_call *call, const void *bytes, size_t length)
{
	struct kept *pieces = call->recall.pieces;

	if (pieces == NULL)
		return;
	if (pieces->body.length + length <= RECALL_PIECES_MOST)
		buf_add(&pieces->body, bytes, length);
	else
		pieces->body.failed = true;
	if (!pieces->body.failed)
		return;
	kept_drop(pieces);
	call->recall.pieces = NULL;
}

void
recall_pieces_end(struct lc_call *call)
{
	struct kept *pieces = call->recall.pieces;
	struct buf body;

	recall_cost(call);
	/* Of a 304 there were none to add. */
	if (pieces == NULL || call->recall.unshared || call->closed ||
	    call->response.status != 200)
		return;
	body = pieces->body;
	buf_init(&pieces->body);
	kept_take_body(pieces, &body);
	call->recall.pieces = NULL;
	recall_spread(call, pieces);
}

/* ---- none */

/* Gives what is too old, as making it anew has ended with this status. */
static void
fallback_give(struct call_recall *recall, int failed)
{
	recall->given = recall->fallback;
	recall->fallback = NULL;
	recall->outcome = CACHE_RESCUED;
	recall->failed = failed;
}

void
recall_collapse(struct lc_call *call, struct kept *kept)
{
	struct call_recall *recall = &call->recall;

	if (recall->fallback != NULL && kept->entry.status >= 500) {
		fallback_give(recall, kept->entry.status);
		kept_drop(kept);
		return;
	}
	recall->given = kept;
	recall->outcome = CACHE_COLLAPSED;
}

bool
recall_rescue(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;

	/* Who asked for what is kept alone did not ask for what is too old. */
	if (recall->fallback == NULL || call->verdict == LC_CANCELLED ||
	    call->verdict == LC_NOT_KEPT || rc_status(call->verdict) < 500)
		return false;
	fallback_give(recall, rc_status(call->verdict));
	return true;
}

void
recall_end(struct lc_call *call)
{
	if (call->recall.joined)
		flight_end(call->engine->flights, call, NULL, 0);
}

void
recall_release(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;

	kept_drop(recall->given);
	kept_drop(recall->fallback);
	kept_drop(recall->made);
	kept_drop(recall->pieces);
	if (recall->joined)
		flight_leave(call->engine->flights, call);
}
