#include "services/events_resume.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"

static const char *const gap_words[EVENTS_GAP__MAX] = {
#define EVENTS_GAP_WORD(constant, word, doc) [constant] = (word),
	EVENTS_GAP_TABLE(EVENTS_GAP_WORD)
#undef EVENTS_GAP_WORD
};

struct events_resume
events_resume(const struct events_position *position,
	      const struct events_had *had, int64_t most)
{
	struct events_resume resume = {.after = had->after};

	if (!had->says)
		return (struct events_resume){.after = position->last};
	if (had->epoch[0] != '\0' && strcmp(had->epoch, position->epoch) != 0)
		resume = (struct events_resume){0, EVENTS_GAP_EPOCH};
	else if (had->after > position->last)
		return (struct events_resume){position->last,
					      EVENTS_GAP_FUTURE};
	if (resume.after < position->first - 1) {
		resume.after = position->first - 1;
		if (resume.gap == EVENTS_NO_GAP)
			resume.gap = EVENTS_GAP_GONE;
	}
	if (position->last - resume.after > most) {
		resume.after = position->last - most;
		if (resume.gap == EVENTS_NO_GAP)
			resume.gap = EVENTS_GAP_MANY;
	}
	return resume;
}

bool
events_id_read(const char *text, size_t length, struct events_had *out)
{
	const char *dash = memchr(text, '-', length);
	size_t epoch = dash == NULL ? 0 : (size_t)(dash - text);
	const char *number = dash == NULL ? text : dash + 1;

	if (epoch >= sizeof(out->epoch) || (dash != NULL && epoch == 0))
		return false;
	memcpy(out->epoch, text, epoch);
	out->epoch[epoch] = '\0';
	out->says = true;
	return number_parse_int64(number, length - (size_t)(number - text),
				  &out->after) == NUMBER_OK &&
	       out->after >= 0;
}

void
events_id_write(const char *epoch, int64_t seq, struct buf *out)
{
	buf_printf(out, "%s-%lld", epoch, (long long)seq);
}

void
events_gap_write(const struct events_position *position,
		 const struct events_had *had,
		 const struct events_resume *resume, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_text(&json, "type", "gap");
	json_text(&json, "epoch", position->epoch);
	json_int(&json, "after", had->after);
	json_int(&json, "next", resume->after + 1);
	json_text(&json, "reason", gap_words[resume->gap]);
	json_object_end(&json);
}
