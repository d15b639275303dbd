#include "http/request_id.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { HALF_BYTES = (REQUEST_ID_BYTES - 1) / 2, DIGIT_BITS = 5 };

_Static_assert(HALF_BYTES *DIGIT_BITS >= 64, "a half holds 64 bits");

/* Where names come from. */
struct origin {
	char half[HALF_BYTES];
	_Atomic uint64_t counter;
};

/* Made by who needs it first, never freed, and shared with forked children. */
static _Atomic(struct origin *) origin_shared;

bool
request_id_ok(const char *text)
{
	size_t length;

	if (text == NULL)
		return false;
	length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz"
			      "0123456789._~+/=:-");
	return length > 0 && length <= REQUEST_ID_MOST && text[length] == '\0';
}

/* The base32 of RFC 4648, in lower case. */
static void
half_write(char out[HALF_BYTES], uint64_t value)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";

	for (int i = HALF_BYTES; i-- > 0; value >>= DIGIT_BITS)
		out[i] = digits[value & 31];
}

/*
 * Where the kernel has no random numbers to give, the time and the place make
 * do: they differ among processes, and most likely among machines.
 */
static void
numbers_make(uint64_t numbers[2])
{
	const size_t bytes = 2 * sizeof(numbers[0]);
	struct timespec now = {0};
	ssize_t made;

	do
		made = getrandom(numbers, bytes, 0);
	while (made < 0 && errno == EINTR);
	if (made == (ssize_t)bytes)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	numbers[0] = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	numbers[1] = ((uint64_t)getpid() << 48) ^ (uint64_t)(uintptr_t)&now;
}

/* NULL: there is no memory. */
static struct origin *
origin_make(void)
{
	struct origin *made, *first = NULL;
	uint64_t numbers[2];

	made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		return NULL;
	numbers_make(numbers);
	half_write(made->half, numbers[0]);
	atomic_init(&made->counter, numbers[1]);
	if (atomic_compare_exchange_strong(&origin_shared, &first, made))
		return made;
	/* Another thread was quicker; its origin is everybody's. */
	(void)munmap(made, sizeof(*made));
	return first;
}

void
request_id_make(char out[REQUEST_ID_BYTES])
{
	struct origin *origin =
		atomic_load_explicit(&origin_shared, memory_order_acquire);
	uint64_t numbers[2];

	if (origin == NULL)
		origin = origin_make();
	if (origin != NULL) {
		memcpy(out, origin->half, HALF_BYTES);
		numbers[1] = atomic_fetch_add_explicit(&origin->counter, 1,
						       memory_order_relaxed);
	} else {
		numbers_make(numbers);
		half_write(out, numbers[0]);
	}
	half_write(out + HALF_BYTES, numbers[1]);
	out[REQUEST_ID_BYTES - 1] = '\0';
}
