#include "hub/message.h"

#include <stdio.h>
#include <stdlib.h>

#include "http/published.h"

static void
fault_say(const struct json_fault *fault, char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "This is not JSON: %s (line %zu, column %zu)",
		 fault->message, fault->line, fault->column);
}

enum lc_rc
message_read(const char *text, size_t length, struct message **out, char *why,
	     size_t why_bytes)
{
	struct published published;
	struct json_fault fault;
	struct message *message;
	enum lc_rc rc = published_read(text, length, &published, &fault);

	*out = NULL;
	if (rc == LC_INVALID)
		fault_say(&fault, why, why_bytes);
	message = rc == LC_OK ? malloc(sizeof(*message) + length) : NULL;
	if (message == NULL) {
		if (rc != LC_INVALID)
			snprintf(why, why_bytes, "out of memory");
		return rc == LC_OK ? LC_NO_MEMORY : rc;
	}
	published_copy(message->text, text, length);
	*message = (struct message){.event = {
					    .type = EVENTS_MESSAGE,
					    .data = message->text,
					    .length = length,
					    .placed = published.placed,
					    .ra_deg = published.ra_deg,
					    .dec_deg = published.dec_deg,
				    }};
	*out = message;
	return LC_OK;
}
