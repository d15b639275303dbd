/* What a cone search says of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "sky/vosi.h"
#include "xml_flat.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(column) (UINT32_C(1) << (column))

static const struct columns_column own[] = {
	{"n <1>", COLUMNS_INTEGER, "", "meta.number", "A & B.", 0, 0},
	{"main", COLUMNS_TEXT, "", "meta.id;meta.main", "", 0, 0},
};

static const struct columns_set set = {
	.present = BIT(COLUMNS_IDENTIFIERS) | BIT(COLUMNS_PM_RA),
	.own_count = COUNT(own),
	.own = own,
};

static const struct rows_table table = {
	.catalogue = "stars",
	.title = "Stars & others",
	.description = "",
	.licence = "",
	.citation = "",
	.protocol = "",
	.request = "",
	.columns = &set,
	.verbosity = 1,
};

static void
holds(const struct buf *out, const char *const *parts, size_t count)
{
	struct buf flat;

	buf_init(&flat);
	xml_flat(out, &flat);
	for (size_t i = 0; i < count; i++)
		if (strstr(flat.bytes, parts[i]) == NULL)
			fail_msg("no %s in %s", parts[i], flat.bytes);
	buf_release(&flat);
}

static bool
lacks(const struct buf *out, const char *part)
{
	return memmem(out->bytes, out->length, part, strlen(part)) == NULL;
}

static void
test_capabilities(void **state)
{
	static const char *const parts[] = {
		"<vosi:capabilities xmlns:vosi="
		"\"http://www.ivoa.net/xml/VOSICapabilities/v1.0\"",
		"<capability standardID=\"ivo://ivoa.net/std/VOSI"
		"#availability\">"
		"<interface xsi:type=\"vs:ParamHTTP\" role=\"std\">"
		"<accessURL use=\"full\">http://a/?b&c/cone/availability"
		"</accessURL></interface></capability>",
		"http://a/?b&c/cone/capabilities</accessURL>",
		"http://a/?b&c/cone/tables</accessURL>",
		"<capability xsi:type=\"cs:ConeSearch\" "
		"standardID=\"ivo://ivoa.net/std/ConeSearch\">"
		"<description>All of it</description>"
		"<interface xsi:type=\"vs:ParamHTTP\" role=\"std\">"
		"<accessURL use=\"base\">http://a/?b&c/cone?</accessURL>"
		"<queryType>GET</queryType>"
		"<resultType>application/x-votable+xml</resultType>"
		"<param use=\"required\" std=\"true\"><name>RA</name>",
		"</interface><maxSR>180</maxSR><maxRecords>20000</maxRecords>"
		"<verbosity>true</verbosity><testQuery><ra>10.5</ra>"
		"<dec>-41</dec><sr>0.1</sr></testQuery></capability>"
		"</vosi:capabilities>",
	};
	struct vosi_service service = {
		.url = "http://a/?b&c/cone",
		.description = "All of it",
		.max_records = 20000,
		.has_test = true,
		.test_ra_deg = 10.5,
		.test_dec_deg = -41,
		.test_radius_deg = 0.1,
	};
	struct buf out;

	(void)state;
	buf_init(&out);
	vosi_capabilities(&service, &out);
	holds(&out, parts, COUNT(parts));
	service.max_records = 0;
	service.has_test = false;
	buf_reset(&out);
	vosi_capabilities(&service, &out);
	holds(&out, parts, 1);
	assert_true(lacks(&out, "maxRecords") && lacks(&out, "testQuery"));
	buf_release(&out);
}

static void
test_availability(void **state)
{
	static const char *const parts[] = {
		"<vosi:available>true</vosi:available></vosi:availability>",
		"<vosi:available>false</vosi:available>"
		"<vosi:note>Moved & gone</vosi:note></vosi:availability>",
	};
	struct buf out;

	(void)state;
	buf_init(&out);
	vosi_availability(true, "", &out);
	holds(&out, &parts[0], 1);
	buf_reset(&out);
	vosi_availability(false, "Moved & gone", &out);
	holds(&out, &parts[1], 1);
	buf_release(&out);
}

static enum lc_rc
tables_write(struct buf *out)
{
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = vosi_tables(&table, &arena, out);
	arena_release(&arena);
	return rc == LC_OK && out->failed ? LC_NO_MEMORY : rc;
}

static void
test_tables(void **state)
{
	static const char *const parts[] = {
		"<schema><name>default</name><table><name>stars</name>"
		"<title>Stars & others</title><column><name>name</name>",
		"<ucd>pos.eq.ra;meta.main</ucd>"
		"<dataType xsi:type=\"vs:VOTableType\">double</dataType>"
		"</column>",
		"<column><name>identifiers</name>",
		"<column><name>n <1></name><description>A & B.</description>"
		"<ucd>meta.number</ucd>"
		"<dataType xsi:type=\"vs:VOTableType\">long</dataType>"
		"</column><column><name>main</name><ucd>meta.id</ucd>"
		"<dataType xsi:type=\"vs:VOTableType\" arraysize=\"*\">char"
		"</dataType></column></table></schema></vosi:tableset>",
	};
	struct buf out;

	(void)state;
	buf_init(&out);
	assert_int_equal(tables_write(&out), LC_OK);
	holds(&out, parts, COUNT(parts));
	assert_true(lacks(&out, "separation_deg") && lacks(&out, "aliases"));
	buf_release(&out);
}

static enum lc_rc
no_memory_run(void)
{
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	rc = tables_write(&out);
	buf_release(&out);
	return rc;
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case tables = {"tables", no_memory_run,
						 false};

	(void)state;
	alloc_fail_each(&tables);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_availability),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("vosi", tests, NULL, NULL);
}
