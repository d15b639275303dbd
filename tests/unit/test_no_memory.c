/*
 * Memory that runs out: each allocation of each structure is refused in
 * turn.
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

#include "alloc_fail.h"
#include "base/options.h"
#include "engine/outbox.h"
#include "engine/field.h"
#include "engine/queue.h"
#include "engine/router.h"
#include "http/problem.h"
#include "http/query.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum lc_rc
verdict(bool made)
{
	return made ? LC_OK : LC_NO_MEMORY;
}

/* ---- base and http */

static enum lc_rc
arena_case(void)
{
	struct arena arena;
	bool made;

	arena_init(&arena, NULL, 0);
	made = arena_alloc(&arena, 10) != NULL &&
	       arena_alloc(&arena, 5000) != NULL &&
	       arena_dup(&arena, "text", 4) != NULL &&
	       arena_printf(&arena, "%4096d", 1) != NULL &&
	       arena_alloc(&arena, 4096) != NULL;
	if (!made && arena_alloc(&arena, 20) == NULL)
		fail_msg("the arena is of no use any more");
	arena_release(&arena);
	return verdict(made);
}

static enum lc_rc
buf_case(void)
{
	struct buf buf;
	bool failed;

	buf_init(&buf);
	for (int i = 0; i < 2000; i++) {
		buf_add_text(&buf, "text");
		buf_printf(&buf, "%d", i);
		buf_add_html(&buf, "<&>");
	}
	failed = buf.failed;
	buf_reset(&buf);
	buf_add_text(&buf, "again");
	if (buf.failed || buf.length != 5)
		fail_msg("the buffer is of no use any more");
	buf_release(&buf);
	return verdict(!failed);
}

static enum lc_rc
json_case(void)
{
	struct json json;
	struct buf buf;
	bool failed;

	buf_init(&buf);
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	for (int i = 0; i < 200; i++) {
		json_number(&json, NULL, i / 7.0);
		json_int(&json, NULL, i);
		json_text(&json, NULL, "\xc3\xa9\n");
	}
	json_array_end(&json);
	failed = buf.failed;
	buf_release(&buf);
	return verdict(!failed);
}

static char options_path[64];

static enum lc_rc
options_case(void)
{
	static const char *const environment[] = {
		"LIGHTCONE_CATALOGUE=other", "LIGHTCONE_LOG_LEVEL=error",
		"LIGHTCONE_STATE=/var/tmp", NULL};
	struct options options;
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = options_load_from(&options, options_path,
			       (char *const *)(uintptr_t)environment, &why);
	if (rc == LC_OK)
		options_release(&options);
	buf_release(&why);
	return rc;
}

static enum lc_rc
query_case(void)
{
	struct arena arena;
	struct query query;
	char text[9000];
	enum lc_rc rc;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 100)
		text[i] = '&';
	arena_init(&arena, NULL, 0);
	rc = query_parse(&query, text, sizeof(text), &arena);
	arena_release(&arena);
	return rc;
}

static enum lc_rc
request_case(void)
{
	char uri[6000], info[6000], script[] = "SCRIPT_NAME=/api";
	char *variables[] = {uri, info, script, NULL};
	struct request request;
	struct arena arena;
	enum lc_rc rc;

	snprintf(uri, sizeof(uri), "REQUEST_URI=/api/%05000d", 0);
	snprintf(info, sizeof(info), "PATH_INFO=/%05000d", 0);
	arena_init(&arena, NULL, 0);
	rc = request_read(&request, variables, &arena);
	arena_release(&arena);
	return rc;
}

static enum lc_rc
problem_case(void)
{
	static const struct problem_step query = {.name = "query"};
	struct problem_error error = {
		.at = &query, .type = "missing", .message = "Field required"};
	struct problem problem = {.rc = LC_INVALID, .errors = &error};
	struct response response;
	struct buf out;
	char detail[3000];
	bool failed;

	memset(detail, 'x', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	problem.detail = detail;
	response_init(&response);
	buf_init(&out);
	problem_write(&response, &problem);
	response_field(&response, "X-A", "%d", 1);
	response_head(&response, false, &out);
	failed = out.failed;
	buf_release(&out);
	response_release(&response);
	return verdict(!failed);
}

/* ---- the engine's parts */

static enum lc_rc
router_case(void)
{
	const char *allow;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	allow = router_allow(testapp_table, "/typed", &arena);
	arena_release(&arena);
	return verdict(allow != NULL);
}

static enum lc_rc
tables_case(void)
{
	static const char *const colours[] = {"red", NULL};
	static const struct lc_field wrong[] = {{.name = "colour",
						 .type = LC_TEXT,
						 .choices = colours,
						 .def = "blue",
						 .doc = ".",
						 .bytes = 8},
						LC_FIELD_END};
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = fields_check(wrong, 8, &why);
	if (rc == LC_INVALID && why.failed)
		rc = LC_NO_MEMORY;
	buf_release(&why);
	return rc == LC_INVALID ? LC_OK : rc;
}

static enum lc_rc
queue_case(void)
{
	struct queue *queue = queue_new(100);
	bool made = queue != NULL;

	queue_free(queue);
	return verdict(made);
}

static enum lc_rc
outbox_case(void)
{
	struct outbox *outbox = outbox_new();
	bool made = outbox != NULL;

	outbox_free(outbox);
	return verdict(made);
}

static void
test_parts(void **state)
{
	static const struct alloc_case cases[] = {
		{"arena", arena_case, false},
		{"buf", buf_case, false},
		{"json", json_case, false},
		{"options", options_case, false},
		{"query", query_case, false},
		{"request", request_case, false},
		{"problem", problem_case, false},
		{"router", router_case, false},
		{"tables", tables_case, false},
		{"queue", queue_case, false},
		{"outbox", outbox_case, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
}

int
main(void)
{
	static const char text[] = "catalogue = one\ncache = off\n";
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
	};
	int file, failed;

	snprintf(options_path, sizeof(options_path), "/tmp/options-XXXXXX");
	file = mkstemp(options_path);
	if (file < 0 || write(file, text, sizeof(text) - 1) < 0)
		return EXIT_FAILURE;
	close(file);
	failed = cmocka_run_group_tests_name("no memory", tests, NULL, NULL);
	unlink(options_path);
	return failed;
}
