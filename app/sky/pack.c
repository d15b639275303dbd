#include "sky/pack.h"

#include <math.h>
#include <stddef.h>

_Static_assert(COLUMNS__MAX < 32, "the mask has 32 bits, and one is spare");

/* What stands before a value of a catalogue's own column. */
enum pack_tag {
	PACK_ABSENT,
	PACK_TEXT,
	PACK_REAL,
	PACK_INT64,
	PACK_INT32,
	PACK_TRUE,
	PACK_FALSE
};

static bool
pack_is_text(enum columns_type type)
{
	return type == COLUMNS_TEXT || type == COLUMNS_LIST;
}

static bool
pack_is_real(enum columns_type type)
{
	return type == COLUMNS_REAL || type == COLUMNS_SINGLE;
}

static bool
pack_text_fits(const struct columns_value *value)
{
	return !value->present || value->length <= UINT16_MAX;
}

bool
pack_fits(const struct columns_value *values,
	  const enum columns_type *own_types, size_t own_count)
{
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (pack_is_text(columns_table[i].type) &&
		    !pack_text_fits(&values[i]))
			return false;
	for (size_t i = 0; i < own_count; i++)
		if (pack_is_text(own_types[i]) &&
		    !pack_text_fits(&values[COLUMNS__MAX + i]))
			return false;
	return true;
}

static void
pack_text(struct buf *out, const struct columns_value *value)
{
	uint16_t length = (uint16_t)value->length;

	if (value->length > UINT16_MAX)
		out->failed = true;
	buf_add(out, &length, sizeof(length));
	buf_add(out, value->text, length);
	buf_add_char(out, '\0');
}

static void
pack_tagged(struct buf *out, enum pack_tag tag, const void *bytes,
	    size_t length)
{
	buf_add_char(out, (char)tag);
	buf_add(out, bytes, length);
}

static void
pack_integer(struct buf *out, int64_t value)
{
	int32_t small = (int32_t)value;

	if (small == value)
		pack_tagged(out, PACK_INT32, &small, sizeof(small));
	else
		pack_tagged(out, PACK_INT64, &value, sizeof(value));
}

static void
pack_own(struct buf *out, const struct columns_value *value,
	 enum columns_type type)
{
	if (!value->present) {
		pack_tagged(out, PACK_ABSENT, NULL, 0);
		return;
	}
	switch (type) {
	case COLUMNS_TEXT:
	case COLUMNS_LIST:
		pack_tagged(out, PACK_TEXT, NULL, 0);
		pack_text(out, value);
		break;
	case COLUMNS_INTEGER:
		pack_integer(out, value->integer);
		break;
	case COLUMNS_BOOL:
		pack_tagged(out, value->truth ? PACK_TRUE : PACK_FALSE, NULL,
			    0);
		break;
	case COLUMNS_REAL:
	case COLUMNS_SINGLE:
	case COLUMNS_TYPE__MAX:
		pack_tagged(out, PACK_REAL, &value->real, sizeof(double));
		break;
	}
}

void
pack_write(struct buf *out, const struct pack_head *head,
	   const struct columns_value *values,
	   const enum columns_type *own_types, size_t own_count)
{
	struct pack_head own_head = *head;
	const size_t from = out->length;

	own_head.present = 0;
	for (int i = 0; i < COLUMNS__MAX; i++)
		if (values[i].present)
			own_head.present |= UINT32_C(1) << i;
	buf_add(out, &own_head, sizeof(own_head));
	for (int i = 0; i < COLUMNS__MAX; i++) {
		if (!values[i].present)
			continue;
		if (columns_table[i].type == COLUMNS_REAL)
			buf_add(out, &values[i].real, sizeof(double));
		else
			pack_text(out, &values[i]);
	}
	for (size_t i = 0; i < own_count; i++)
		pack_own(out, &values[COLUMNS__MAX + i], own_types[i]);
	if (out->failed)
		return;
	own_head.bytes = (uint32_t)(out->length - from);
	memcpy(out->bytes + from, &own_head, sizeof(own_head));
}

void
pack_set_key(char *object, int64_t key)
{
	memcpy(object + offsetof(struct pack_head, key), &key, sizeof(key));
}

/* Reads a text; NULL when it does not fit. */
static const char *
pack_read_text(const char *at, const char *end, struct columns_value *value)
{
	uint16_t length;

	if (end - at < (ptrdiff_t)sizeof(length))
		return NULL;
	memcpy(&length, at, sizeof(length));
	at += sizeof(length);
	if (end - at <= (ptrdiff_t)length || at[length] != '\0')
		return NULL;
	value->text = at;
	value->length = length;
	return at + length + 1;
}

static const char *
pack_read_bytes(const char *at, const char *end, void *out, size_t length)
{
	if (end - at < (ptrdiff_t)length)
		return NULL;
	memcpy(out, at, length);
	return at + length;
}

static const char *
pack_read_real(const char *at, const char *end, struct columns_value *value)
{
	at = pack_read_bytes(at, end, &value->real, sizeof(value->real));
	return at != NULL && isfinite(value->real) ? at : NULL;
}

/*
 * The columns of columns_table up to `until`, and where the next ones are;
 * NULL when damaged.
 */
static const char *
pack_read_known(const char *at, const char *end, int until,
		struct columns_value *values)
{
	struct pack_head head;

	if (!pack_read_head(at, (size_t)(end - at), &head) ||
	    head.present >> COLUMNS__MAX != 0)
		return NULL;
	at += sizeof(head);
	for (int i = 0; i < until && at != NULL; i++) {
		values[i].present = head.present >> i & 1;
		if (!values[i].present)
			continue;
		if (columns_table[i].type == COLUMNS_REAL)
			at = pack_read_real(at, end, &values[i]);
		else
			at = pack_read_text(at, end, &values[i]);
	}
	return at;
}

/* A value as its column has it: an integer may stand in a column of reals. */
static const char *
pack_read_own(const char *at, const char *end, enum columns_type type,
	      struct columns_value *value)
{
	int64_t integer = 0;
	int32_t small;
	char tag;

	at = pack_read_bytes(at, end, &tag, 1);
	if (at == NULL)
		return NULL;
	value->present = tag != PACK_ABSENT;
	switch (tag) {
	case PACK_ABSENT:
		return at;
	case PACK_TEXT:
		return pack_is_text(type) ? pack_read_text(at, end, value) :
					    NULL;
	case PACK_REAL:
		return pack_is_real(type) ? pack_read_real(at, end, value) :
					    NULL;
	case PACK_TRUE:
	case PACK_FALSE:
		value->truth = tag == PACK_TRUE;
		return type == COLUMNS_BOOL ? at : NULL;
	case PACK_INT32:
		at = pack_read_bytes(at, end, &small, sizeof(small));
		integer = at == NULL ? 0 : small;
		break;
	case PACK_INT64:
		at = pack_read_bytes(at, end, &integer, sizeof(integer));
		break;
	default:
		return NULL;
	}
	if (type == COLUMNS_INTEGER)
		value->integer = integer;
	else if (pack_is_real(type))
		value->real = (double)integer;
	else
		return NULL;
	return at;
}

bool
pack_read(const char *bytes, size_t length, const struct columns_set *set,
	  struct columns_value *values)
{
	const char *end = bytes + length;
	const char *at = pack_read_known(bytes, end, COLUMNS__MAX, values);

	for (size_t i = 0; i < set->own_count && at != NULL; i++)
		at = pack_read_own(at, end, set->own[i].type,
				   &values[COLUMNS__MAX + i]);
	return at == end;
}

bool
pack_read_column(const char *bytes, size_t length, int column,
		 struct columns_value *value)
{
	struct columns_value values[COLUMNS__MAX];

	if (pack_read_known(bytes, bytes + length, column + 1, values) == NULL)
		return false;
	*value = values[column];
	return true;
}

bool
pack_read_place(const char *bytes, size_t length, double *ra_deg,
		double *dec_deg)
{
	struct columns_value values[COLUMNS__MAX];

	if (pack_read_known(bytes, bytes + length, COLUMNS_DEC + 1, values) ==
		    NULL ||
	    !values[COLUMNS_RA].present || !values[COLUMNS_DEC].present)
		return false;
	*ra_deg = values[COLUMNS_RA].real;
	*dec_deg = values[COLUMNS_DEC].real;
	return true;
}
