#include "http/response.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/shortest.h"

/* The phrases of RFC 9110, and of RFC 6585 for 429 and 431. */
static const struct {
	int status;
	const char *phrase;
} status_table[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{304, "Not Modified"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Content"},
	{426, "Upgrade Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{499, "Client Closed Request"},
	{500, "Internal Server Error"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

const char *
status_phrase(int status)
{
	size_t count = sizeof(status_table) / sizeof(status_table[0]);

	for (size_t i = 0; i < count; i++)
		if (status_table[i].status == status)
			return status_table[i].phrase;
	return "Unknown";
}

void
response_init(struct response *response)
{
	*response = (struct response){.status = 200};
	buf_init(&response->fields);
	buf_init(&response->body);
}

void
response_release(struct response *response)
{
	buf_release(&response->fields);
	buf_release(&response->body);
}

void
response_reset(struct response *response)
{
	response->status = 200;
	buf_reset(&response->fields);
	response_no_body(response);
}

void
response_no_body(struct response *response)
{
	response->media_type = NULL;
	response->shared = NULL;
	buf_reset(&response->body);
}

const char *
response_body(const struct response *response, size_t *length)
{
	*length = response->shared != NULL ? response->shared_length :
					     response->body.length;
	return response->shared != NULL ? response->shared :
					  response->body.bytes;
}

void
response_field_text(struct response *response, const char *name,
		    const char *value)
{
	buf_add_text(&response->fields, name);
	buf_add(&response->fields, ": ", 2);
	buf_add_text(&response->fields, value);
	buf_add(&response->fields, "\r\n", 2);
}

void
response_field(struct response *response, const char *name, const char *format,
	       ...)
{
	char value[1024];
	va_list list;

	va_start(list, format);
	vsnprintf(value, sizeof(value), format, list);
	va_end(list);
	for (char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	response_field_text(response, name, value);
}

void
response_head(const struct response *response, bool streamed, struct buf *out)
{
	char *room = buf_room(out, 3 * SHORTEST_MAX);
	size_t length;

	if (room == NULL)
		return;
	buf_add(out, "Status: ", 8);
	out->length += shortest_format_int64(response->status,
					     out->bytes + out->length);
	buf_add_char(out, ' ');
	buf_add_text(out, status_phrase(response->status));
	buf_add(out, "\r\n", 2);
	if (response->media_type != NULL) {
		buf_add_text(out, "Content-Type: ");
		buf_add_text(out, response->media_type);
		buf_add(out, "\r\n", 2);
	}
	if (!streamed && response->media_type != NULL) {
		buf_add_text(out, "Content-Length: ");
		room = buf_room(out, SHORTEST_MAX);
		response_body(response, &length);
		if (room != NULL)
			out->length +=
				shortest_format_int64((int64_t)length, room);
		buf_add(out, "\r\n", 2);
	}
	buf_add(out, response->fields.bytes, response->fields.length);
	buf_add(out, "\r\n", 2);
	if (response->fields.failed || response->body.failed)
		out->failed = true;
}
