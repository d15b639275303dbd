/*
 * Options: which source counts, and that a wrong value is refused with the
 * place it stands in and what would be right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { LINE_LONGEST = 4094 };

static char directory[64], path[128];
static char *const nothing[] = {NULL};

static void
file_write(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* Loads a file with the text and one variable, either of which may be NULL. */
static enum lc_rc
load(struct options *options, const char *text, const char *variable,
     char why[1024])
{
	char *environment[] = {(char *)(uintptr_t)variable, NULL};
	struct buf buf;
	enum lc_rc rc;

	if (text != NULL)
		file_write(text);
	buf_init(&buf);
	rc = options_load_from(options, text != NULL ? path : NULL, environment,
			       &buf);
	snprintf(why, 1024, "%.*s", (int)buf.length,
		 buf.length > 0 ? buf.bytes : "");
	assert_false(buf.failed);
	buf_release(&buf);
	if (rc == LC_OK)
		assert_string_equal(why, "");
	return rc;
}

/* Each option alone: its default is what the table says. */
static void
test_defaults(void **state)
{
	struct options options;
	struct buf value;
	char why[1024];

	(void)state;
	assert_int_equal(load(&options, NULL, NULL, why), LC_OK);
	buf_init(&value);
	for (const struct option *o = options_table; o->name != NULL; o++) {
		buf_reset(&value);
		options_print(&options, o, &value);
		buf_add_char(&value, '\0');
		assert_string_equal(value.bytes, o->def);
		assert_true(o->doc[0] != '\0');
	}
	buf_release(&value);
	options_release(&options);
	options_release(&options);
}

/* File over default, environment over file, the last line over the first. */
static void
test_precedence(void **state)
{
	static const struct {
		const char *text, *variable;
		int64_t threads;
	} cases[] = {
		{NULL, NULL, 2},
		{"", NULL, 2},
		{"threads = 5", NULL, 5},
		{NULL, "LIGHTCONE_THREADS=6", 6},
		{"threads = 5\n", "LIGHTCONE_THREADS=6", 6},
		{"threads = 5\nthreads = 7\n", NULL, 7},
		{"threads = 5\n", "THREADS=6", 5},
		{"threads = 5\n", "LIGHTCONE_THREADS", 5},
		{"threads = 5\n", "LIGHTCONE_THREADS_=6", 5},
		{"threads = 5\n", "LIGHTCONE_CONF=/nowhere", 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		char why[1024];

		assert_int_equal(
			load(&options, cases[i].text, cases[i].variable, why),
			LC_OK);
		assert_int_equal(options.threads, cases[i].threads);
		options_release(&options);
	}
}

/* How a line may be written: the text that `catalogue` gets. */
static void
test_lines(void **state)
{
	static const struct {
		const char *text, *origin;
	} cases[] = {
		{"cors_origin=a", "a"},
		{"cors_origin = a\n", "a"},
		{" \t cors_origin\t=  a \t\r\n", "a"},
		{"CORS_ORIGIN = a\n", "a"},
		{"cors_origin = \"a b\"\n", "a b"},
		{"cors_origin = \" a \"\n", " a "},
		{"cors_origin = \"\n", "\""},
		{"cors_origin = a=b\n", "a=b"},
		{"cors_origin = a # b\n", "a # b"},
		{"# cors_origin = b\n\n   # and\n\t\ncors_origin = a\n", "a"},
		{"cors_origin = b\ncors_origin = c\ncors_origin = a\n", "a"},
		{"cors_origin = b\ncors_origin = *\n", "*"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		char why[1024];

		if (load(&options, cases[i].text, NULL, why) != LC_OK)
			fail_msg("%s", why);
		assert_string_equal(options.cors_origin, cases[i].origin);
		options_release(&options);
	}
}

/* What is said of what is wrong: WHERE stands for the file. */
static void
test_wrong(void **state)
{
	static const struct {
		const char *text, *variable;
		const char *says[4];
	} cases[] = {
		{"\nthreads = many\n",
		 NULL,
		 {":2: threads", "\"many\"", "from 1 to 64", "threads = 2"}},
		{"threads = 0", NULL, {":1: threads", "\"0\"", "from 1 to 64"}},
		{"threads = 65", NULL, {":1: threads", "\"65\""}},
		{"threads =", NULL, {":1: threads", "\"\""}},
		{"cache = foo", NULL, {":1: cache", "\"foo\"", "memcached://"}},
		{"catalogue = ../x", NULL, {":1: catalogue", "\"../x\""}},
		{"threads = 4.0", NULL, {":1: threads", "\"4.0\""}},
		{"threads = 99999999999999999999", NULL, {":1: threads"}},
		{"query_max_bytes = 63",
		 NULL,
		 {":1:", "from 64 to 32768", "(bytes)"}},
		{"#\n#\nlog_level = loud\n",
		 NULL,
		 {":3: log_level", "\"loud\"", "one of error warning notice"}},
		{"catalogue = \"\"",
		 NULL,
		 {":1: catalogue", "from 1 to 64 bytes", "= openngc"}},
		{"thread = 4",
		 NULL,
		 {":1: there is no option \"thread\"", "\"threads\"?"}},
		{"pool_quuee = 4", NULL, {":1:", "mean \"pool_queue\"?"}},
		{"colour = red",
		 NULL,
		 {":1:", "\"colour\"", "'lightcone options'"}},
		{"= 4", NULL, {":1:", "no option \"\""}},
		{"threads\n", NULL, {":1:", "no '='", "name = value"}},
		{"threads = 4\nthreads 5\nthreads = x", NULL, {":2:"}},
		{"threads = 4",
		 "LIGHTCONE_THREADS=0",
		 {"LIGHTCONE_THREADS: threads", "\"0\"", "from 1 to 64"}},
		{NULL,
		 "LIGHTCONE_LOG_LEVEL=",
		 {"LIGHTCONE_LOG_LEVEL: log_level", "one of"}},
		{NULL, "LIGHTCONE_STATE=", {"LIGHTCONE_STATE: state"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		char why[1024];

		assert_int_equal(
			load(&options, cases[i].text, cases[i].variable, why),
			LC_INVALID);
		if (cases[i].variable == NULL &&
		    strncmp(why, path, strlen(path)) != 0)
			fail_msg("it does not name the file: %s", why);
		for (int j = 0; j < 4 && cases[i].says[j] != NULL; j++)
			if (strstr(why, cases[i].says[j]) == NULL)
				fail_msg("no %s in: %s", cases[i].says[j], why);
	}
}

/* A secret is taken, and shown nowhere. */
static void
test_secrets(void **state)
{
	static const struct {
		const char *text, *variable;
		enum lc_rc rc;
	} cases[] = {
		{"smtp_password = hunter2\n", NULL, LC_OK},
		{NULL, "LIGHTCONE_SMTP_PASSWORD=hunter2", LC_OK},
		{"webhook_secret = hunter2\n", NULL, LC_INVALID},
		{"webhook_secret = whsec_hunter2hunter2\n", NULL, LC_INVALID},
		{NULL, "LIGHTCONE_WEBHOOK_SECRET=hunter2", LC_INVALID},
		{"smtp_password hunter2\n", NULL, LC_INVALID},
		{"SMTP_Password:hunter2\n", NULL, LC_INVALID},
		{"smtp_pasword hunter2\n", NULL, LC_INVALID},
		{"smtp_password:hunter2 = \n", NULL, LC_INVALID},
		{"smtp_pasword hunter2 = \n", NULL, LC_INVALID},
		{"changes_webhook = https://me:hunter2@a.example/\n", NULL,
		 LC_INVALID},
		{NULL, "LIGHTCONE_OTLP_ENDPOINT=http://me:hunter2@a.example",
		 LC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		char why[1024];
		struct buf value;

		assert_int_equal(
			load(&options, cases[i].text, cases[i].variable, why),
			cases[i].rc);
		assert_null(strstr(why, "hunter2"));
		if (cases[i].rc != LC_OK)
			continue;
		assert_string_equal(options.smtp_password, "hunter2");
		buf_init(&value);
		for (const struct option *o = options_table; o->name != NULL;
		     o++)
			options_print(&options, o, &value);
		buf_add_char(&value, '\0');
		assert_null(strstr(value.bytes, "hunter2"));
		assert_non_null(strstr(value.bytes, "(set)"));
		buf_release(&value);
		options_release(&options);
	}
}

/* What webhooks and mail may be told: whether the text is taken. */
static void
test_outgoing(void **state)
{
	static const struct {
		const char *text;
		enum lc_rc rc;
	} cases[] = {
		{"webhook_secret =", LC_OK},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
		 LC_OK},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz "
		 " whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNA==",
		 LC_OK},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNA",
		 LC_OK},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzN",
		 LC_INVALID},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=",
		 LC_INVALID},
		{"webhook_secret = MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
		 LC_INVALID},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz,"
		 "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
		 LC_INVALID},
		{"webhook_secret = whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz whs",
		 LC_INVALID},
		{"webhook_secret = whsec_", LC_INVALID},
		{"smtp_url =", LC_OK},
		{"smtp_url = smtp://localhost", LC_OK},
		{"smtp_url = smtps://mail.example.org:465", LC_OK},
		{"smtp_url = smtp://[::1]:2525", LC_OK},
		{"smtp_url = smtp://", LC_INVALID},
		{"smtp_url = mail.example.org", LC_INVALID},
		{"smtp_url = https://mail.example.org", LC_INVALID},
		{"smtp_url = smtp://me:secret@mail.example.org", LC_INVALID},
		{"smtp_url = smtp://mail.example.org/x", LC_INVALID},
		{"changes_webhook =", LC_OK},
		{"changes_webhook = https://example.org/a?b=c@d", LC_OK},
		{"changes_webhook = http://[::1]:8080", LC_OK},
		{"changes_webhook = example.org", LC_INVALID},
		{"changes_webhook = ftp://example.org/", LC_INVALID},
		{"changes_webhook = https:///x", LC_INVALID},
		{"changes_webhook = https://me:secret@example.org/",
		 LC_INVALID},
		{"changes_webhook = https://example.org/a b", LC_INVALID},
		{"mail_from =", LC_OK},
		{"mail_from = sky@example.org", LC_OK},
		{"mail_from = sky@localhost", LC_OK},
		{"mail_from = sky", LC_INVALID},
		{"mail_from = @example.org", LC_INVALID},
		{"mail_from = sky@", LC_INVALID},
		{"mail_from = Sky <sky@example.org>", LC_INVALID},
		{"mail_from = a@example.org,b@example.org", LC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct options options;
		char why[1024];
		enum lc_rc rc = load(&options, cases[i].text, NULL, why);

		if (rc != cases[i].rc)
			fail_msg("%s: %s", cases[i].text, why);
		if (rc == LC_OK)
			options_release(&options);
	}
}

/* Walks the table: each option refuses something, and shows its default. */
static void
test_wrong_of_each(void **state)
{
	(void)state;
	for (const struct option *o = options_table; o->name != NULL; o++) {
		char text[8192], why[1024], where[256];
		struct options options;

		if (o->type == OPTION_TEXT)
			snprintf(text, sizeof(text), "%s = %0*d", o->name,
				 o->max < 4000 ? (int)o->max + 1 : 4090, 0);
		else
			snprintf(text, sizeof(text), "%s = 1e999", o->name);
		if (strlen(text) > LINE_LONGEST)
			continue; /* no line can hold too long a one */
		snprintf(where, sizeof(where), "%s:1: %s cannot be", path,
			 o->name);
		assert_int_equal(load(&options, text, NULL, why), LC_INVALID);
		if (strncmp(why, where, strlen(where)) != 0 ||
		    (strlen(why) < sizeof(why) - 1 &&
		     strstr(why, "; it must ") == NULL))
			fail_msg("%s", why);
	}
}

/* A line may have as many bytes as the message says, and not one more. */
static void
test_long_line(void **state)
{
	static const struct {
		int length;
		const char *end;
		enum lc_rc rc;
	} cases[] = {
		{LINE_LONGEST, "", LC_OK},
		{LINE_LONGEST, "\n", LC_OK},
		{LINE_LONGEST, "\nthreads = 5\n", LC_OK},
		{LINE_LONGEST + 1, "", LC_INVALID},
		{LINE_LONGEST + 1, "\n", LC_INVALID},
		{3 * LINE_LONGEST, "\n", LC_INVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[4 * LINE_LONGEST], why[1024];
		struct options options;
		enum lc_rc rc;

		memset(text, '#', (size_t)cases[i].length);
		snprintf(text + cases[i].length, 32, "%s", cases[i].end);
		rc = load(&options, text, NULL, why);
		if (rc != cases[i].rc)
			fail_msg("case %zu: %s", i, why);
		if (rc == LC_OK)
			options_release(&options);
		else
			assert_non_null(strstr(why, ":1: the line is longer "
						    "than 4094 bytes"));
	}
}

/* A file that was named must be there, and be a file. */
static void
test_missing(void **state)
{
	char missing[256], why_text[512];
	struct options options;
	struct buf why;

	(void)state;
	snprintf(missing, sizeof(missing), "%s/none.conf", directory);
	buf_init(&why);
	assert_int_equal(options_load_from(&options, missing, nothing, &why),
			 LC_INVALID);
	snprintf(why_text, sizeof(why_text), "%s: No such file or directory",
		 missing);
	assert_int_equal(why.length, strlen(why_text));
	assert_memory_equal(why.bytes, why_text, why.length);
	buf_reset(&why);
	assert_int_equal(options_load_from(&options, directory, nothing, &why),
			 LC_INVALID);
	assert_true(why.length > strlen(directory));
	buf_reset(&why);
	setenv("LIGHTCONE_CONF", missing, 1);
	assert_int_equal(options_load(&options, &why), LC_INVALID);
	assert_memory_equal(why.bytes, why_text, strlen(why_text));
	buf_reset(&why);
	file_write("threads = 9\n");
	setenv("LIGHTCONE_CONF", path, 1);
	assert_int_equal(options_load(&options, &why), LC_OK);
	assert_int_equal(options.threads, 9);
	options_release(&options);
	unsetenv("LIGHTCONE_CONF");
	buf_release(&why);
}

/* The variables of `./autogen.sh run` are no reason for a warning. */
static void
test_variables_of_others(void **state)
{
	static const char *const environment[] = {
		"LIGHTCONE_CONF=", "LIGHTCONE_PORT=8080",
		"LIGHTCONE_BIND=127.0.0.1", "LIGHTCONE_RATE=off", NULL};
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	struct options options;
	struct buf why;

	(void)state;
	assert_non_null(file);
	buf_init(&why);
	dup2(fileno(file), STDERR_FILENO);
	if (options_load_from(&options, NULL,
			      (char *const *)(uintptr_t)environment,
			      &why) == LC_OK)
		options_release(&options);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_int_equal(why.length, 0);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	assert_int_equal(ftell(file), 0);
	fclose(file);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_outgoing),
		cmocka_unit_test(test_wrong_of_each),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_variables_of_others),
	};
	int failed;

	snprintf(directory, sizeof(directory), "/tmp/options-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	snprintf(path, sizeof(path), "%s/lightcone.conf", directory);
	failed = cmocka_run_group_tests_name("options", tests, NULL, NULL);
	unlink(path);
	rmdir(directory);
	return failed;
}
