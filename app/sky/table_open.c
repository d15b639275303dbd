#include "sky/table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "sky/table_kinds.h"

enum { START_BYTES = 1024 };

struct magic {
	const char *bytes;
	size_t count;
	const char *what;
};

#define MAGIC(bytes, what)                     \
	{                                      \
		bytes, sizeof(bytes) - 1, what \
	}

/* Files that begin so are none that can be read; the first that fits counts. */
static const struct magic magics[] = {
	MAGIC("PK\3\4", "a zip archive or a spreadsheet: unpack it, or save "
			"the sheet as CSV"),
	MAGIC("PK\5\6", "an empty zip archive"),
	MAGIC("\x1f\x8b", "compressed with gzip: unpack it first"),
	MAGIC("\x1f\x9d", "compressed with compress: unpack it first"),
	MAGIC("BZh", "compressed with bzip2: unpack it first"),
	MAGIC("\xfd"
	      "7zXZ",
	      "compressed with xz: unpack it first"),
	MAGIC("\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"),
	MAGIC("7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
	MAGIC("SIMPLE  =", "FITS: save the table as CSV or VOTable"),
	MAGIC("SQLite format 3", "an SQLite database: export the table as CSV"),
	MAGIC("\xd0\xcf\x11\xe0", "an Excel file: save the sheet as CSV"),
	MAGIC("PAR1\x15", "Parquet: save the table as CSV or VOTable"),
	MAGIC("\x89HDF", "HDF5: save the table as CSV or VOTable"),
	MAGIC("%PDF-", "PDF, which holds no table that can be read"),
	MAGIC("\xff\xfe", "UTF-16 text: save it as UTF-8"),
	MAGIC("\xfe\xff", "UTF-16 text: save it as UTF-8"),
};

/* Where the text begins, after a byte-order mark and spaces. */
static const char *
text_start(const char *start)
{
	if (strncmp(start, "\xef\xbb\xbf", 3) == 0)
		start += 3;
	while (text_is_space(*start))
		start++;
	return start;
}

/* "[Fe/H],name" is a header: a bracket alone does not make JSON. */
static bool
is_json(const char *text)
{
	char after = text_start(text + (*text != '\0'))[0];

	if (*text == '{')
		return after == '"' || after == '}';
	return *text == '[' && after != '\0' &&
	       strchr("{[]\"-0123456789", after) != NULL;
}

static bool
is_utf16_xml(const char *start, size_t length)
{
	return length >= 4 && (memcmp(start, "\xff\xfe<\0", 4) == 0 ||
			       memcmp(start, "\xfe\xff\0<", 4) == 0);
}

/* What the file is, if it is none that can be read; otherwise NULL. */
static const char *
start_refuse(const char *start, size_t length)
{
	const char *text = text_start(start);
	size_t nuls = 0;

	if (length == 0)
		return "empty";
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (length >= magics[i].count &&
		    memcmp(start, magics[i].bytes, magics[i].count) == 0)
			return magics[i].what;
	for (size_t i = 0; i < length; i++)
		nuls += start[i] == '\0';
	if (nuls > length / 8)
		return "binary, or UTF-16 text";
	if (is_json(text))
		return "JSON: save the table as CSV or VOTable";
	if (text_begins_nocase(text, "<!doctype html") ||
	    text_begins_nocase(text, "<html"))
		return "a web page (HTML) and not a table";
	return NULL;
}

/* Finds out the kind from the file's start and opens it as that. */
static enum lc_rc
file_open(FILE *file, struct table **out, char *why, size_t why_bytes)
{
	char start[START_BYTES + 1];
	size_t length = fread(start, 1, START_BYTES, file);
	const char *what;

	start[length] = '\0';
	if (ferror(file) || fseek(file, 0, SEEK_SET) != 0) {
		snprintf(why, why_bytes, "%s", strerror(errno));
		fclose(file);
		return LC_UNAVAILABLE;
	}
	if (is_utf16_xml(start, length))
		return table_votable_open(file, out, why, why_bytes);
	what = start_refuse(start, length);
	if (what != NULL) {
		snprintf(why, why_bytes, "the file is %s", what);
		fclose(file);
		return LC_INVALID;
	}
	if (*text_start(start) == '<')
		return table_votable_open(file, out, why, why_bytes);
	return table_text_open(file, out, why, why_bytes);
}

/* Whether the descriptor is of a file that can be read twice. */
static enum lc_rc
descriptor_check(int descriptor, int64_t *bytes, char *why, size_t why_bytes)
{
	struct stat status;
	int error = 0;

	if (descriptor < 0 || fstat(descriptor, &status) != 0)
		error = errno;
	else if (S_ISDIR(status.st_mode))
		error = EISDIR;
	if (error != 0) {
		snprintf(why, why_bytes, "%s", strerror(error));
		return LC_UNAVAILABLE;
	}
	if (!S_ISREG(status.st_mode)) {
		snprintf(why, why_bytes,
			 "it is a pipe or a device: save the table to a file "
			 "first, for it is read twice");
		return LC_INVALID;
	}
	*bytes = status.st_size;
	return LC_OK;
}

/* The descriptor is taken, also on failure. */
static enum lc_rc
descriptor_open(int descriptor, struct table **out, char *why, size_t why_bytes)
{
	FILE *file = NULL;
	int64_t bytes = 0;
	enum lc_rc rc = descriptor_check(descriptor, &bytes, why, why_bytes);

	*out = NULL;
	if (rc == LC_OK) {
		file = fdopen(descriptor, "r");
		if (file == NULL) {
			snprintf(why, why_bytes, "out of memory");
			rc = LC_NO_MEMORY;
		}
	}
	if (file == NULL) {
		if (descriptor >= 0)
			close(descriptor);
		return rc;
	}
	rc = file_open(file, out, why, why_bytes);
	if (rc == LC_OK)
		(*out)->bytes_total = bytes;
	return rc;
}

enum lc_rc
table_open(const char *path, struct table **out, char *why, size_t why_bytes)
{
	/* A pipe without a writer is not waited for. */
	int descriptor =
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return descriptor_open(descriptor, out, why, why_bytes);
}
