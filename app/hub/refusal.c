#include "hub/refusal.h"

#include "base/json.h"
#include "http/problem.h"

void
refusal_write(struct buf *out, enum lc_rc rc, const char *detail)
{
	const struct problem problem = {.rc = rc, .detail = detail};
	struct response response;

	response_init(&response);
	problem_write(&response, &problem);
	if (rc == LC_UPGRADE) {
		response_field_text(&response, "Upgrade", "websocket");
		response_field_text(&response, "Sec-WebSocket-Version", "13");
	} else if (rc == LC_METHOD) {
		response_field_text(&response, "Allow", "GET");
	}
	response_head(&response, false, out);
	buf_add(out, response.body.bytes, response.body.length);
	response_release(&response);
}

void
refusal_answer(struct buf *out, const struct buf *written)
{
	static const char status[] = "Status: ";
	const size_t before = sizeof(status) - 1;
	const char *end = NULL;

	if (!written->failed && written->length > before &&
	    memcmp(written->bytes, status, before) == 0)
		end = memmem(written->bytes, written->length, "\r\n", 2);
	if (end == NULL) {
		buf_add_text(out, "HTTP/1.1 503 Service Unavailable\r\n"
				  "Connection: close\r\n"
				  "Content-Length: 0\r\n\r\n");
		return;
	}
	buf_add_text(out, "HTTP/1.1 ");
	buf_add(out, written->bytes + before,
		(size_t)(end - written->bytes) - before);
	buf_add_text(out, "\r\nConnection: close");
	buf_add(out, end, (size_t)(written->bytes + written->length - end));
}

void
refusal_message(struct buf *out, enum lc_rc rc, const char *detail)
{
	char type[PROBLEM_TYPE_BYTES];
	struct json json;

	problem_type(rc, type);
	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_text(&json, "type", "error");
	json_object_begin(&json, "error");
	json_text(&json, "type", type);
	json_text(&json, "title", rc_title(rc));
	json_int(&json, "status", rc_status(rc));
	json_text(&json, "detail", detail);
	json_object_end(&json);
	json_object_end(&json);
}
