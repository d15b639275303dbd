/* The embedded pages: that they are conf/www, and keep what www.h promises. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "www.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The directory of the pages in the source tree. */
static void
directory_path(char *path, size_t bytes)
{
	const char *srcdir = getenv("srcdir");
	int length;

	length = snprintf(path, bytes, "%s/conf/www",
			  srcdir != NULL ? srcdir : ".");
	assert_in_range(length, 1, bytes - 1);
}

static const struct www_file *
file_find(const char *name)
{
	for (const struct www_file *file = www_files; file->name != NULL;
	     file++)
		if (strcmp(file->name, name) == 0)
			return file;
	fail_msg("%s is not embedded", name);
	return NULL;
}

static const char *
file_text(const struct www_file *file)
{
	return (const char *)file->bytes;
}

static void
bytes_compare(const struct www_file *file, const char *directory)
{
	char path[4096];
	unsigned char piece[4096];
	size_t at = 0, got;
	FILE *stream;

	assert_in_range(
		snprintf(path, sizeof(path), "%s/%s", directory, file->name), 1,
		sizeof(path) - 1);
	stream = fopen(path, "rb");
	assert_non_null(stream);
	while ((got = fread(piece, 1, sizeof(piece), stream)) > 0) {
		assert_true(got <= file->length - at);
		assert_memory_equal(piece, file->bytes + at, got);
		at += got;
	}
	assert_int_equal(ferror(stream), 0);
	fclose(stream);
	assert_int_equal(at, file->length);
	assert_int_equal(file->bytes[at], 0);
}

static void
test_bytes(void **state)
{
	char directory[3072];

	(void)state;
	directory_path(directory, sizeof(directory));
	for (const struct www_file *file = www_files; file->name != NULL;
	     file++)
		bytes_compare(file, directory);
}

/* A page that Makefile.am forgets would only be missed by a browser. */
static void
test_all_are_there(void **state)
{
	char path[3072];
	size_t files = 0, embedded = 0;
	struct dirent *entry;
	DIR *directory;

	(void)state;
	directory_path(path, sizeof(path));
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.') {
			file_find(entry->d_name);
			files++;
		}
	closedir(directory);
	while (www_files[embedded].name != NULL)
		embedded++;
	assert_int_equal(files, embedded);
}

static void
test_media_types(void **state)
{
	static const struct {
		const char *name, *media_type;
	} cases[] = {
		{"docs.html", "text/html; charset=utf-8"},
		{"docs.css", "text/css; charset=utf-8"},
		{"docs.js", "text/javascript; charset=utf-8"},
		{"stream.js", "text/javascript; charset=utf-8"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(file_find(cases[i].name)->media_type,
				    cases[i].media_type);
}

/* Where the mount goes. */
static void
test_base(void **state)
{
	static const char base[] = "<base href=\"/\">";
	static const char *const names[] = {"docs.html", "stream.html"};
	const char *page, *place;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		page = file_text(file_find(names[i]));
		place = strstr(page, "<head>\n");
		assert_non_null(place);
		place += strlen("<head>\n");
		assert_ptr_equal(strstr(page, base), place);
		assert_null(strstr(place + 1, base));
	}
}

/* What the policy forbids, and ways in which data could become markup. */
static void
test_policy(void **state)
{
	static const char *const forbidden[] = {
		"<style",
		" style=",
		"<script>",
		" onclick=",
		"innerHTML",
		"outerHTML",
		"insertAdjacentHTML",
		"document.write",
		"eval(",
		"new Function",
		".cssText",
		"@import",
	};

	(void)state;
	for (const struct www_file *file = www_files; file->name != NULL;
	     file++)
		for (size_t i = 0; i < COUNT(forbidden); i++)
			if (strstr(file_text(file), forbidden[i]) != NULL)
				fail_msg("%s holds %s", file->name,
					 forbidden[i]);
}

/* Each file that the pages and their scripts ask for is one of these. */
static void
references_follow(const struct www_file *file, const char *before)
{
	const char *at = file_text(file);
	char name[64];

	while ((at = strstr(at, before)) != NULL) {
		size_t length;

		at += strlen(before);
		length = strcspn(at, "\"");
		assert_in_range(length, 1, sizeof(name) - 1);
		memcpy(name, at, length);
		name[length] = '\0';
		file_find(name);
	}
}

static void
test_references(void **state)
{
	(void)state;
	for (const struct www_file *file = www_files; file->name != NULL;
	     file++) {
		references_follow(file, "\"www/");
		references_follow(file, "from \"./");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_all_are_there),
		cmocka_unit_test(test_media_types),
		cmocka_unit_test(test_base),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
