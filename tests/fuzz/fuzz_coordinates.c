/*
 * A coordinates string: what is read lies on the sky and is read again from
 * its own numbers, in every frame; what is refused says why and where.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/shortest.h"
#include "base/text.h"
#include "sky/angles.h"
#include "sky/coordinates.h"
#include "sky/turns.h"

const char fuzz_corpus[] = "coordinates";

static void
result_check(const struct coordinates *c, size_t length)
{
	enum turns_frame frame;

	MUST(c->offset <= length);
	MUST(memchr(c->message, '\0', sizeof(c->message)) != NULL);
	MUST(text_is_utf8(c->message, strlen(c->message)));
	MUST(c->kind != COORDINATES_ERROR || c->message[0] != '\0');
	if (c->kind != COORDINATES_POSITION)
		return;
	MUST(c->message[0] == '\0');
	MUST(c->ra_deg >= 0 && c->ra_deg < 360 && !signbit(c->ra_deg));
	MUST(fabs(c->dec_deg) <= 90);
	MUST(turns_find(c->frame, &frame));
	MUST(strcmp(turns_name(frame), c->frame) == 0);
	MUST(strcmp(c->form, "degrees") == 0 ||
	     strcmp(c->form, "sexagesimal") == 0 ||
	     strcmp(c->form, "designation") == 0);
}

/* Blanks around a text change nothing. */
static void
blanks_check(const char *text, size_t length, const struct coordinates *c)
{
	struct coordinates again;
	struct buf buf;

	if (length == 0 || length + 2 > COORDINATES_MAX_BYTES)
		return;
	buf_init(&buf);
	buf_add_char(&buf, ' ');
	buf_add(&buf, text, length);
	buf_add_char(&buf, '\t');
	MUST(!buf.failed);
	coordinates_read(buf.bytes, buf.length, &again);
	buf_release(&buf);
	MUST(again.kind == c->kind);
	MUST(again.ra_deg == c->ra_deg && again.dec_deg == c->dec_deg);
	MUST(again.form == c->form && again.frame == c->frame);
}

/* The numbers with the frame's word before them are the same position. */
static void
numbers_check(const struct coordinates *c, enum turns_frame frame)
{
	double lon_deg, lat_deg;
	char number[SHORTEST_MAX];
	struct coordinates again;
	struct buf buf;

	turns_from_icrs(frame, c->ra_deg, c->dec_deg, &lon_deg, &lat_deg);
	buf_init(&buf);
	buf_add_text(&buf, turns_name(frame));
	buf_add_char(&buf, ' ');
	buf_add(&buf, number, shortest_format(lon_deg, number));
	buf_add_char(&buf, ',');
	buf_add(&buf, number, shortest_format(lat_deg, number));
	MUST(!buf.failed);
	MUST(coordinates_read(buf.bytes, buf.length, &again) ==
	     COORDINATES_POSITION);
	buf_release(&buf);
	MUST(angles_separation_deg(angles_vector(again.ra_deg, again.dec_deg),
				   angles_vector(c->ra_deg, c->dec_deg)) <
	     1e-12);
	if (frame == TURNS_ICRS)
		MUST(again.ra_deg == c->ra_deg && again.dec_deg == c->dec_deg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	struct coordinates c;

	MUST(coordinates_read(text, length, &c) == c.kind);
	result_check(&c, length);
	blanks_check(text, length, &c);
	if (c.kind == COORDINATES_POSITION)
		for (int i = 0; i <= TURNS_SUPERGALACTIC; i++)
			numbers_check(&c, (enum turns_frame)i);
	return 0;
}
