#include "engine/flight_table.h"

#include <stdlib.h>
#include <string.h>

/* The key is a digest: any byte of it will do. */
static struct flight **
bucket_of(const struct flight_table *table, const struct cache_key *key)
{
	_Static_assert(FLIGHT_BUCKETS == 256, "one for each value of a byte");
	return (struct flight **)&table->buckets[key->bytes[0]];
}

struct flight *
flight_table_find(const struct flight_table *table, const struct cache_key *key)
{
	struct flight *flight = *bucket_of(table, key);

	while (flight != NULL && memcmp(&flight->key, key, sizeof(*key)) != 0)
		flight = flight->next;
	return flight;
}

struct flight *
flight_table_add(struct flight_table *table, const struct cache_key *key,
		 bool dear)
{
	struct flight **bucket = bucket_of(table, key);
	struct flight *flight = calloc(1, sizeof(*flight));

	if (flight == NULL)
		return NULL;
	flight->key = *key;
	flight->dear = dear;
	flight->holders = 1;
	flight->next = *bucket;
	flight->link = bucket;
	if (flight->next != NULL)
		flight->next->link = &flight->next;
	*bucket = flight;
	return flight;
}

void
flight_table_remove(struct flight *flight)
{
	if (flight->link == NULL)
		return;
	*flight->link = flight->next;
	if (flight->next != NULL)
		flight->next->link = flight->link;
	flight->link = NULL;
	flight_release(flight);
}

struct flight *
flight_hold(struct flight *flight)
{
	flight->holders++;
	return flight;
}

void
flight_release(struct flight *flight)
{
	if (--flight->holders == 0)
		free(flight);
}

void
flight_add_follower(struct flight *flight, struct lc_call *call)
{
	call->recall.next = NULL;
	call->recall.previous = flight->last;
	if (flight->last != NULL)
		flight->last->recall.next = call;
	else
		flight->first = call;
	flight->last = call;
}

bool
flight_unfollow(struct flight *flight, struct lc_call *call)
{
	struct call_recall *recall = &call->recall;

	if (recall->previous == NULL && flight->first != call)
		return false;
	if (recall->previous != NULL)
		recall->previous->recall.next = recall->next;
	else
		flight->first = recall->next;
	if (recall->next != NULL)
		recall->next->recall.previous = recall->previous;
	else
		flight->last = recall->previous;
	recall->next = recall->previous = NULL;
	return true;
}

struct lc_call *
flight_take_followers(struct flight *flight)
{
	struct lc_call *first = flight->first;

	for (struct lc_call *c = first; c != NULL; c = c->recall.next)
		c->recall.previous = NULL;
	flight->first = flight->last = NULL;
	return first;
}

struct lc_call *
flight_promote(struct flight *flight)
{
	struct lc_call *call = flight->first;

	if (call != NULL)
		flight_unfollow(flight, call);
	flight->leader = call;
	return call;
}
