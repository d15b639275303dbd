/*
 * What the ways into the cosmic stream share: how an observer says what it
 * wants, and what it has had.
 */
#ifndef HANDLERS_COSMIC_STREAM_H
#define HANDLERS_COSMIC_STREAM_H

#include "lightcone.h"
#include "lightcone_events.h"

enum { COSMIC_REPLAY_MOST = 10000, COSMIC_POLL_MOST = 1000 };

struct cosmic_query {
	const char *after;
	bool has_after;
	const char *epoch;
	bool has_epoch;
	const char *coordinates;
	bool has_coordinates;
	double radius_deg;
	const char *catalogue;
	bool has_catalogue;
	const char *only;
	bool has_only;
	struct lc_list types; /* of const char * */
	bool has_types;
	int64_t envelope;
	int64_t wait;
	int64_t limit;
	const char *last_event_id;
	bool has_last_event_id;
};

extern const struct lc_field cosmic_params[];

/*
 * What a query wants; LC_INVALID, and the call has words, for what is wrong
 * with it, and what asking the catalogue for a name may end with.
 */
enum lc_rc cosmic_read(struct lc_call *call, const struct cosmic_query *query,
		       struct lc_events *wanted) LC_CHECKED;

extern const struct lc_tag cosmic_tag;

/*
 * For the hub, which has a table of its own: reads what a request by
 * WebSocket wants, and leaves it in the call as the value COSMIC_WANTED.
 */
extern const struct lc_endpoint cosmic_hub_endpoint;

LC_VALUE(cosmic_wanted, struct lc_events)

#endif
