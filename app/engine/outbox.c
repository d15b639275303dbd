#include "engine/outbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct outbox {
	_Atomic(struct outbox_item *) arrived; /* the newest first */
	pthread_mutex_t takers;
	struct outbox_item *ordered; /* under `takers`: the oldest first */
	int descriptor;
};

struct outbox *
outbox_new(void)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));

	if (outbox == NULL)
		return NULL;
	atomic_init(&outbox->arrived, NULL);
	outbox->descriptor =
		eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
	if (outbox->descriptor < 0) {
		free(outbox);
		return NULL;
	}
	pthread_mutex_init(&outbox->takers, NULL);
	return outbox;
}

void
outbox_free(struct outbox *outbox)
{
	if (outbox == NULL)
		return;
	while (outbox_act(outbox))
		;
	pthread_mutex_destroy(&outbox->takers);
	close(outbox->descriptor);
	free(outbox);
}

void
outbox_put(struct outbox *outbox, struct outbox_item *item)
{
	const uint64_t one = 1;
	struct outbox_item *head = atomic_load(&outbox->arrived);

	do {
		item->next = head;
	} while (!atomic_compare_exchange_weak(&outbox->arrived, &head, item));
	/* Fails only when 2^64 - 2 are waiting, or never. */
	if (write(outbox->descriptor, &one, sizeof(one)) < 0)
		return;
}

int
outbox_descriptor(const struct outbox *outbox)
{
	return outbox->descriptor;
}

/* All that has arrived, turned round so that the oldest comes first. */
static struct outbox_item *
outbox_collect(struct outbox *outbox)
{
	struct outbox_item *item = atomic_exchange(&outbox->arrived, NULL);
	struct outbox_item *ordered = NULL;

	while (item != NULL) {
		struct outbox_item *next = item->next;

		item->next = ordered;
		ordered = item;
		item = next;
	}
	return ordered;
}

bool
outbox_act(struct outbox *outbox)
{
	struct outbox_item *item;
	uint64_t one;

	pthread_mutex_lock(&outbox->takers);
	/*
	 * The count goes down before the item is looked for.  A putter may
	 * have put its item and not counted it yet: then a later reading
	 * finds no item, and no item is ever without its wake-up.
	 */
	if (read(outbox->descriptor, &one, sizeof(one)) < 0)
		one = 0;
	if (outbox->ordered == NULL)
		outbox->ordered = outbox_collect(outbox);
	item = outbox->ordered;
	if (item != NULL)
		outbox->ordered = item->next;
	pthread_mutex_unlock(&outbox->takers);
	if (item == NULL)
		return false;
	item->act(item);
	return true;
}
