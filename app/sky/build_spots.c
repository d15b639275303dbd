#include "sky/build_spots.h"

#include <math.h>
#include <string.h>

#include "sky/layout.h"
#include "sky/pack.h"
#include "sky/zones.h"

enum {
	SORT_BYTES = 40 << 20,
	READ_BYTES = 1 << 20,
	ASK_EVERY = 1024,
	KEY_BYTES = 2 * sizeof(uint64_t) /* of the zones, and the number */
};

/* What is spooled as the key of a packed object. */
struct spots_key {
	double ra_deg, dec_deg;
	int64_t number;
};

void
build_spots_init(struct build_spots *spots, int directory)
{
	*spots = (struct build_spots){.sorter = NULL};
	spool_init(&spots->spool, directory);
	buf_init(&spots->packed);
}

void
build_spots_release(struct build_spots *spots)
{
	spool_release(&spots->spool);
	sorter_free(spots->sorter);
	buf_release(&spots->packed);
	spots->sorter = NULL;
}

void
build_spots_clear(struct build_spots *spots)
{
	int directory = spots->spool.directory, per_deg = spots->per_deg;

	build_spots_release(spots);
	build_spots_init(spots, directory);
	spots->per_deg = per_deg;
}

const char *
build_spots_why(const struct build_spots *spots)
{
	const char *why = spool_why(&spots->spool);

	return why[0] == '\0' && spots->sorter != NULL ?
		       sorter_why(spots->sorter) :
		       why;
}

/* Notes that something is in this part of the sky. */
static void
spots_mark(struct build_spots *spots, double ra_deg, double dec_deg)
{
	int band = (int)(dec_deg + 90);
	double width;
	int cell;

	if (band >= SPOTS_BANDS)
		band = SPOTS_BANDS - 1;
	width = ceil(360 * cos(angles_radians(band - 89.5)));
	cell = band * 360 + (int)(ra_deg / 360 * width);
	if (spots->cells[cell / 8] >> cell % 8 & 1)
		return;
	spots->cells[cell / 8] |= (unsigned char)(1 << cell % 8);
	spots->cells_used++;
}

enum lc_rc
build_spots_add(struct build_spots *spots, const struct build_owner *owner,
		const struct columns_value *values,
		const enum columns_type *own_types, size_t own_count)
{
	const struct spots_key key = {owner->ra_deg, owner->dec_deg,
				      owner->number};
	const struct pack_head head = {
		.place = angles_vector(owner->ra_deg, owner->dec_deg),
		.number = owner->number};

	buf_reset(&spots->packed);
	pack_write(&spots->packed, &head, values, own_types, own_count);
	if (spots->packed.failed)
		return pack_fits(values, own_types, own_count) ? LC_NO_MEMORY :
								 LC_INVALID;
	spots_mark(spots, owner->ra_deg, owner->dec_deg);
	spots->count++;
	return spool_add(&spots->spool, &key, sizeof(key), spots->packed.bytes,
			 spots->packed.length);
}

/* ---- writing */

static void
spots_big_endian(unsigned char *out, int64_t number)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(number >> (56 - 8 * i));
}

static int64_t
spots_from_big_endian(const unsigned char *bytes)
{
	int64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* Gives all that are wanted to the sorter. */
static enum lc_rc
spots_sort(struct build_spots *spots, const struct build_names *names,
	   int per_deg, struct lc_progress *progress)
{
	struct spool_reader reader;
	struct spool_record record;
	int64_t read = 0;
	bool there = true;
	enum lc_rc rc = spool_flush(&spots->spool);

	reader.buffer = NULL;
	if (rc == LC_OK)
		rc = spool_reader_init(&reader, &spots->spool, 0,
				       spool_end(&spots->spool), READ_BYTES);
	while (rc == LC_OK &&
	       (rc = spool_read(&reader, &record, &there)) == LC_OK && there) {
		unsigned char key[KEY_BYTES];
		struct spots_key spot;

		memcpy(&spot, record.key, sizeof(spot));
		if (build_names_dropped(names, spot.number))
			continue;
		spots_big_endian(key,
				 zones_key(per_deg, spot.ra_deg, spot.dec_deg));
		spots_big_endian(key + 8, spot.number);
		rc = sorter_add(spots->sorter, key, sizeof(key), record.value,
				record.value_length);
		if (rc == LC_OK && ++read % ASK_EVERY == 0)
			rc = progress_stopped(progress);
	}
	spool_reader_release(&reader);
	return rc == LC_OK ? sorter_sort(spots->sorter) : rc;
}

/* Writes a row of the objects gathered in `packed`. */
static enum lc_rc
spots_write_row(struct build_spots *spots, struct store_query *query,
		int64_t last)
{
	enum lc_rc rc;

	store_bind_int64(query, 1, last);
	store_bind_blob(query, 2, spots->packed.bytes, spots->packed.length);
	rc = store_run(query);
	buf_reset(&spots->packed);
	return rc;
}

/* Adds an object to the row, or to the next one when it is full. */
static enum lc_rc
spots_gather(struct build_spots *spots, struct store_query *query,
	     const struct spool_record *object, int64_t last, int64_t key)
{
	struct buf *row = &spots->packed;
	enum lc_rc rc = LC_OK;

	if (row->length > 0 &&
	    row->length + object->value_length > LAYOUT_SPOT_BYTES)
		rc = spots_write_row(spots, query, last);
	buf_add(row, object->value, object->value_length);
	if (row->failed)
		return LC_NO_MEMORY;
	pack_set_key(row->bytes + row->length - object->value_length, key);
	return rc;
}

static enum lc_rc
spots_insert(struct build_spots *spots, struct store_query *query,
	     struct lc_progress *progress, const struct build_report *report,
	     struct build_counts *counts)
{
	struct spool_record record;
	int64_t last = -1;
	bool there = true;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK &&
	       (rc = sorter_next(spots->sorter, &record, &there)) == LC_OK &&
	       there) {
		int64_t key = spots_from_big_endian(record.key);

		if (last >= key + ZONES_SHIFT_MAX)
			return LC_INVALID;
		key = last >= key ? last + 1 : key;
		rc = spots_gather(spots, query, &record, last, key);
		last = key;
		if (rc == LC_OK && ++counts->objects % ASK_EVERY == 0)
			rc = progress_stopped(progress);
		if (report->advance != NULL && counts->objects % ASK_EVERY == 0)
			report->advance(report->context,
					(double)counts->objects /
						(double)spots->count);
	}
	if (rc == LC_OK && spots->packed.length > 0)
		rc = spots_write_row(spots, query, last);
	return rc;
}

enum lc_rc
build_spots_write(struct build_spots *spots, const struct build_names *names,
		  struct store *store, struct lc_progress *progress,
		  const struct build_report *report,
		  struct build_counts *counts)
{
	int64_t area_deg2 = spots->cells_used > 0 ? spots->cells_used : 1;
	int per_deg = spots->per_deg;
	struct store_query *query = NULL;
	enum lc_rc rc;

	if (per_deg == 0)
		per_deg = zones_for_density((double)spots->count /
					    (double)area_deg2);
	spots->sorter = sorter_new(SORT_BYTES, spots->spool.directory);
	if (spots->sorter == NULL)
		return LC_NO_MEMORY;
	rc = spots_sort(spots, names, per_deg, progress);
	if (rc == LC_OK) {
		spool_clear(&spots->spool);
		buf_reset(&spots->packed);
		rc = store_prepare(store, "INSERT INTO spot VALUES (?1, ?2)",
				   &query);
	}
	if (rc == LC_OK)
		rc = spots_insert(spots, query, progress, report, counts);
	store_finish(query);
	if (rc == LC_OK)
		sorter_clear(spots->sorter);
	counts->zones_per_deg = per_deg;
	counts->objects_per_deg2 = (spots->count + area_deg2 - 1) / area_deg2;
	return rc;
}
