#include "relativity/picture_file.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

/* How hard zlib tries, and what is done to a row before. */
enum { LEVEL = 4, FILTER = PNG_FILTER_SUB };

struct writer {
	png_structp png;
	png_infop info;
};

static void
on_error(png_structp png, png_const_charp words)
{
	(void)words;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp words)
{
	(void)png;
	(void)words;
}

static png_voidp
on_malloc(png_structp png, png_alloc_size_t bytes)
{
	(void)png;
	return malloc(bytes);
}

static void
on_free(png_structp png, png_voidp memory)
{
	(void)png;
	free(memory);
}

static void
on_write(png_structp png, png_bytep bytes, size_t length)
{
	struct buf *out = png_get_io_ptr(png);

	buf_add(out, bytes, length);
	if (out->failed)
		png_error(png, "no memory");
}

static void
on_flush(png_structp png)
{
	(void)png;
}

/* ---- in the scope of the setjmp() of write_all() */

static void
write_head(const struct writer *writer, const struct picture_file *file)
{
	/* libpng takes texts as variable, and copies them. */
	png_text texts[] = {
		{.key = (png_charp) "Title", .text = (png_charp)file->title},
		{.key = (png_charp) "Software",
		 .text = (png_charp) "Lightcone"},
		{.key = (png_charp) "Description",
		 .text = (png_charp)file->words},
	};
	const int count = sizeof(texts) / sizeof(texts[0]);

	for (int i = 0; i < count; i++)
		texts[i].compression = PNG_TEXT_COMPRESSION_NONE;
	png_set_IHDR(writer->png, writer->info, (png_uint_32)file->width_px,
		     (png_uint_32)file->height_px, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	png_set_sRGB(writer->png, writer->info, PNG_sRGB_INTENT_PERCEPTUAL);
	png_set_text(writer->png, writer->info, texts, count);
	png_set_compression_level(writer->png, LEVEL);
	png_set_filter(writer->png, PNG_FILTER_TYPE_BASE, FILTER);
	png_write_info(writer->png, writer->info);
}

static enum lc_rc
write_rows(const struct writer *writer, const struct picture_file *file,
	   struct lc_progress *progress)
{
	double from = progress != NULL ? progress_done(progress) : 0;
	size_t bytes = 3 * (size_t)file->width_px;

	for (int y = 0; y < file->height_px; y++) {
		enum lc_rc rc = progress_stopped(progress);

		if (rc != LC_OK)
			return rc;
		png_write_row(writer->png, file->pixels + (size_t)y * bytes);
		progress_report(progress,
				from + (1 - from) * (y + 1) / file->height_px);
	}
	return LC_OK;
}

static enum lc_rc
write_all(const struct writer *writer, const struct picture_file *file,
	  struct lc_progress *progress)
{
	enum lc_rc rc;

	/* With pixels and texts that are right only memory can fail. */
	if (setjmp(png_jmpbuf(writer->png)) != 0)
		return LC_NO_MEMORY;
	write_head(writer, file);
	rc = write_rows(writer, file, progress);
	if (rc == LC_OK)
		png_write_end(writer->png, NULL);
	return rc;
}

/* ---- */

enum lc_rc
picture_file_png(const struct picture_file *file, struct lc_progress *progress,
		 struct buf *out)
{
	struct writer writer = {NULL, NULL};
	enum lc_rc rc = LC_NO_MEMORY;

	writer.png =
		png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, on_error,
					  on_warning, NULL, on_malloc, on_free);
	if (writer.png == NULL)
		return LC_NO_MEMORY;
	writer.info = png_create_info_struct(writer.png);
	if (writer.info != NULL) {
		png_set_write_fn(writer.png, out, on_write, on_flush);
		rc = write_all(&writer, file, progress);
	}
	png_destroy_write_struct(&writer.png, &writer.info);
	return rc;
}
