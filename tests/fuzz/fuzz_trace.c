/*
 * The fields of a trace's context, a traceparent and, after a line's end, a
 * tracestate: what is taken is told to others as a field that is right, and
 * what others may be told of is right by a second reader's reckoning.
 */
#include "fuzz.h"

#include <string.h>

#include "services/trace.h"

enum { MEMBERS = 32 };

const char fuzz_corpus[] = "trace";

static bool
all_of(const char *text, size_t length, const char *signs)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0' || strchr(signs, text[i]) == NULL)
			return false;
	return true;
}

static bool
parent_is_right(const char *text)
{
	static const char hex[] = "0123456789abcdef";

	return strlen(text) == TRACE_PARENT_BYTES - 1 &&
	       memcmp(text, "00-", 3) == 0 && all_of(text + 3, 32, hex) &&
	       text[35] == '-' && all_of(text + 36, 16, hex) &&
	       text[52] == '-' && text[53] == '0' &&
	       (text[54] == '0' || text[54] == '1') &&
	       !all_of(text + 3, 32, "0") && !all_of(text + 36, 16, "0");
}

static void
parent_try(const char *text)
{
	struct trace_context context, again;
	char told[TRACE_PARENT_BYTES], told_again[TRACE_PARENT_BYTES];

	if (!trace_parent_read(text, &context)) {
		MUST((context.high | context.low | context.span) == 0);
		return;
	}
	trace_parent_write(&context, told);
	MUST(parent_is_right(told));
	/* What identifies it stood there so, and only once. */
	told[53] = '\0';
	MUST(strstr(text, told + 2) != NULL);
	MUST(strchr(text, ',') == NULL);
	trace_parent_write(&context, told);
	MUST(trace_parent_read(told, &again));
	trace_parent_write(&again, told_again);
	MUST(strcmp(told, told_again) == 0);
}

/* From the first sign of a member to the last. */
static void
member_check(const char *from, size_t length)
{
	static const char key_signs[] =
		"abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
	const char *equals = memchr(from, '=', length);
	size_t key, value;

	MUST(equals != NULL);
	key = (size_t)(equals - from);
	value = length - key - 1;
	MUST(key >= 1 && key <= 256 && value >= 1 && value <= 256);
	MUST(all_of(from, key, key_signs));
	MUST(strchr("_-*/@", from[0]) == NULL && equals[-1] != '@');
	for (size_t i = 1; i <= value; i++)
		MUST(equals[i] >= ' ' && equals[i] <= '~' && equals[i] != ',' &&
		     equals[i] != '=');
	MUST(equals[value] != ' ');
}

static void
state_check(const char *text)
{
	char seen[MEMBERS][TRACE_STATE_MAX + 1];
	int count = 0;

	MUST(strlen(text) <= TRACE_STATE_MAX);
	while (*text != '\0') {
		size_t blank = strspn(text, " \t,");
		size_t length = strcspn(text + blank, ","), key;

		text += blank;
		for (blank = length; blank > 0 && (text[blank - 1] == ' ' ||
						   text[blank - 1] == '\t');)
			blank--;
		if (blank > 0) {
			member_check(text, blank);
			MUST(count < MEMBERS);
			key = strcspn(text, "=");
			memcpy(seen[count], text, key);
			seen[count][key] = '\0';
			for (int i = 0; i < count; i++)
				MUST(strcmp(seen[i], seen[count]) != 0);
			count++;
		}
		text += length;
	}
	MUST(count > 0);
}

static void
begin_try(const char *parent, const char *state)
{
	struct trace_context context, told;
	const bool known = trace_parent_read(parent, &told);

	tracer_begin(NULL, parent, state, &context);
	MUST((context.high | context.low) != 0 && context.span != 0);
	MUST(known == context.remote && known == (context.parent != 0));
	MUST(!known || (context.high == told.high && context.low == told.low &&
			context.parent == told.span));
	MUST(context.state == (known && trace_state_ok(state) ? state : NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = malloc(length + 1), *state;

	if (text == NULL)
		return 0;
	memcpy(text, bytes, length);
	text[length] = '\0';
	state = strchr(text, '\n');
	if (state != NULL)
		*state++ = '\0';
	else
		state = text + length;
	parent_try(text);
	if (trace_state_ok(state))
		state_check(state);
	begin_try(text, state);
	free(text);
	return 0;
}
