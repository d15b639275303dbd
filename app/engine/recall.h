/*
 * Recall: whether an answer comes from the cache, is being made for another
 * call already, or is made now and kept.
 *
 * An endpoint's table says how long its answers may be kept (struct lc_keep);
 * the book (services/cache_book.h) says whether that pays: what is cheaper to
 * make than to fetch is made.  The key has the version of what is answered
 * from, so a change makes all earlier answers ones that nobody asks for.
 *
 * Cache-Status (RFC 9211) says what has happened; Age counts from when an
 * answer was made, or, of an endpoint that tells versions, from when that
 * was found to be still right, which is now.
 */
#ifndef ENGINE_RECALL_H
#define ENGINE_RECALL_H

#include "engine/call.h"
#include "engine/kept.h"

/* Whether the cache has a say in the bound call's answer. */
bool recall_applies(const struct lc_call *call);

/*
 * Looks whether the bound call's answer is kept; then it is recall.given.
 * LC_NOT_KEPT when it is not and the client wants nothing else.
 */
enum lc_rc recall_ask(struct lc_call *call) LC_CHECKED;

/* Whether recall_join() would have it wait, if nothing changes until then. */
bool recall_would_wait(const struct lc_call *call, bool heavy);

/*
 * Before the work: LC_OK, the call makes it, or has been given it meanwhile;
 * LC_PARKED, another makes it, which only heavy work is waited for.
 */
enum lc_rc recall_join(struct lc_call *call, bool heavy) LC_CHECKED;

/*
 * Fills a response with what was given.  The call's function may be at work
 * still, so nothing of its own is touched.
 */
void recall_fill(const struct lc_call *call, struct response *response);

/*
 * The call's function has made the answer, or a problem: lets others have it,
 * and keeps it.  The engine's own fields are not added yet.
 */
void recall_made(struct lc_call *call);

/*
 * The call waited for what another has made: takes that, which it holds, or
 * what is too old, where that is an error of ours.
 */
void recall_collapse(struct lc_call *call, struct kept *kept);

/*
 * Makes what is too old recall.given in place of an error of ours; false: it
 * is none, or there is nothing.
 */
bool recall_rescue(struct lc_call *call);

/*
 * An answer in pieces: begins with its fields, before common ones are added,
 * goes on with each piece, and ends with the last, when all went well.
 */
void recall_pieces_begin(struct lc_call *call);
void recall_pieces_add(struct lc_call *call, const void *bytes, size_t length);
void recall_pieces_end(struct lc_call *call);

/* Cache-Status and Age. */
void recall_fields(const struct lc_call *call, struct response *response);

/* The call has been answered, one way or the other; its memory goes. */
void recall_end(struct lc_call *call);
void recall_release(struct lc_call *call);

/*
 * What the cache has for the key, if it is fresh and was made since then, in
 * ms since 1970, held; or NULL.
 */
struct kept *recall_fetch_fresh(struct cache *cache,
				const struct cache_key *key,
				const struct lc_keep *keep, int64_t since_ms);

#endif
