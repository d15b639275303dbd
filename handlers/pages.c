/*
 * GET /docs, GET /stream and GET /www/{file}: the pages of conf/www/, which are
 * built into the program.
 */
#include "pages.h"

#include <string.h>

#include "table.h"
#include "www.h"

const struct lc_tag pages_tag = {"pages", "Pages for people."};

static const struct www_file *
file_find(const char *name)
{
	const struct www_file *file = www_files;

	while (file->name != NULL && strcmp(file->name, name) != 0)
		file++;
	return file->name != NULL ? file : NULL;
}

/* ---- /docs, /stream */

static const char base_open[] = "<base href=\"";

/*
 * The page's links are relative to its base, which is wherever the
 * application is mounted.
 */
static enum lc_rc
page_send(struct lc_call *call, const char *name)
{
	const struct www_file *file = file_find(name);
	struct buf *page = lc_body(call, NULL);
	const char *text, *base;
	size_t before;

	text = (const char *)file->bytes;
	base = strstr(text, base_open);
	before = (size_t)(base - text) + sizeof(base_open) - 1;
	buf_add(page, text, before);
	buf_add_html(page, lc_mount(call));
	buf_add(page, text + before, file->length - before);
	lc_set_field(call, "Content-Security-Policy",
		     "default-src 'none'; script-src 'self'; style-src 'self'; "
		     "connect-src 'self'; img-src 'self' blob: data:; "
		     "base-uri 'self'; form-action 'none'; "
		     "frame-ancestors 'none'");
	return LC_OK;
}

static enum lc_rc
docs_run(struct lc_call *call, const void *args)
{
	(void)args;
	return page_send(call, "docs.html");
}

const struct lc_endpoint docs_endpoint = {
	.method = LC_GET,
	.path = "/docs",
	.tag = &pages_tag,
	.summary = "The documentation, which lets you try everything.",
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.formats = LC_AS_HTML,
	.run = docs_run,
};

static enum lc_rc
stream_page_run(struct lc_call *call, const void *args)
{
	(void)args;
	return page_send(call, "stream.html");
}

const struct lc_endpoint stream_page_endpoint = {
	.method = LC_GET,
	.path = "/stream",
	.tag = &pages_tag,
	.summary = "The cosmic stream to look at, as it happens.",
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.formats = LC_AS_HTML,
	.run = stream_page_run,
};

/* ---- /www/{file} */

struct www_query {
	const char *file;
};

static const struct lc_field www_params[] = {
	LC_PARAM(www_query, file, .in = LC_IN_PATH, .min = "1", .max = "64",
		 .doc = "A file of the pages, e.g. docs.css."),
	LC_FIELD_END};

static const struct lc_example www_examples[] = {
	{"The style of /docs", "/www/docs.css", NULL, 200}, {.target = NULL}};

static const enum lc_rc www_problems[] = {LC_NOT_FOUND, LC_OK};

static enum lc_rc
www_run(struct lc_call *call, const void *args)
{
	const struct www_query *query = args;
	const struct www_file *file = file_find(query->file);

	if (file == NULL)
		return lc_fail(call, LC_NOT_FOUND,
			       "There is no page file %.64s.", query->file);
	buf_add(lc_body(call, file->media_type), file->bytes, file->length);
	return LC_OK;
}

const struct lc_endpoint www_endpoint = {
	.method = LC_GET,
	.path = "/www/{file}",
	.tag = &pages_tag,
	.summary = "The files of the pages.",
	.params = www_params,
	.args_size = sizeof(struct www_query),
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.cache = {.fresh_s = 300, .stale_s = 86400},
	.formats = LC_AS_FILE,
	.problems = www_problems,
	.examples = www_examples,
	.run = www_run,
};
