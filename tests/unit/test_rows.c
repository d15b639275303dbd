/* Tables as we write them, read back as clients would. */
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
#include "rows_fixture.h"
#include "xml_flat.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_holds(const char *text_of, const char *part)
{
	if (strstr(text_of, part) == NULL)
		fail_msg("no %s in %s", part, text_of);
}

/* ---- each format, with all that can be there */

static void
test_votable(void **state)
{
	static const char *const parts[] = {
		"<VOTABLE version=\"1.4\" "
		"xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"",
		"<DESCRIPTION>What is \"seen\"</DESCRIPTION>"
		"<RESOURCE type=\"results\">"
		"<INFO name=\"QUERY_STATUS\" value=\"OK\"></INFO>",
		"<INFO name=\"request\" value=\"RA=1&DEC=2\"></INFO>",
		"<INFO name=\"citation\" ucd=\"meta.bib\" value=\"\xce\xb1 et "
		"al.\"></INFO>",
		"<INFO name=\"rights\" value=\"CC-BY\n4.0\"></INFO>",
		"<COOSYS ID=\"icrs\" system=\"ICRS\"></COOSYS>"
		"<TABLE ID=\"rows\" name=\"stars\">"
		"<DESCRIPTION>Stars & <others></DESCRIPTION>"
		"<FIELD ID=\"name\" name=\"name\" datatype=\"char\" "
		"arraysize=\"*\" ucd=\"ID_MAIN\">",
		"datatype=\"double\" unit=\"deg\" ucd=\"POS_EQ_RA_MAIN\" "
		"ref=\"icrs\">",
		"</FIELD><FIELD ID=\"separation_deg\" name=\"separation_deg\" ",
		"<FIELD ID=\"flux__x_\" name=\"flux <x>\" datatype=\"double\" "
		"unit=\"mJy\" ucd=\"phot.flux\">"
		"<DESCRIPTION>Flux & more.</DESCRIPTION></FIELD>"
		"<FIELD ID=\"_7_\" name=\"7\"\" datatype=\"float\" "
		"unit=\"mag\"></FIELD>"
		"<FIELD ID=\"main_id\" name=\"main id\" datatype=\"char\" "
		"arraysize=\"*\" ucd=\"meta.id\"></FIELD>"
		"<FIELD ID=\"main_id_2\" name=\"main_id\" datatype=\"char\" "
		"arraysize=\"*\" ucd=\"META.ID;meta.x\"></FIELD>"
		"<FIELD ID=\"n_m\" name=\"n,m\" datatype=\"long\" "
		"ucd=\"meta.number\"></FIELD>"
		"<FIELD ID=\"flag\" name=\"flag\" datatype=\"boolean\" "
		"ucd=\"meta.code;meta.main\"></FIELD>"
		"<FIELD ID=\"icrs_2\" name=\"icrs\" datatype=\"double\" "
		"unit=\"deg\" ucd=\"pos.eq.ra\"></FIELD>"
		"<FIELD ID=\"__\" name=\"\xce\xb1\" datatype=\"double\" "
		"unit=\"deg\" ucd=\"pos.eq.dec\"></FIELD>"
		"<FIELD ID=\"_\" name=\"\" datatype=\"double\"></FIELD>"
		"<DATA><TABLEDATA>"
		"<TR><TD>A & B</TD><TD>M 1|Crab, \"big\"</TD>"
		"<TD>10.6847917</TD><TD>-1e-7</TD><TD>0.25</TD><TD>3.44</TD>"
		"<TD>|PGC 1||UGC 2|</TD><TD>-1.5e300</TD><TD>0.1</TD><TD></TD>"
		"<TD>x</TD><TD>-9223372036854775808</TD><TD>T</TD>"
		"<TD>360</TD><TD></TD><TD>0</TD></TR>"
		"<TR><TD>C</TD><TD></TD><TD>0</TD><TD>90</TD><TD>0.25</TD>"
		"<TD></TD><TD></TD><TD></TD><TD></TD><TD></TD><TD></TD>"
		"<TD></TD><TD></TD><TD></TD><TD></TD><TD></TD></TR>"
		"</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>",
	};
	struct columns_value values[2][ROWS_FIXTURE_VALUES];
	struct buf out, flat;

	(void)state;
	buf_init(&out);
	buf_init(&flat);
	rows_fixture_row_full(values[0]);
	rows_fixture_row_empty(values[1], "C");
	rows_fixture_table_make(ROWS_VOTABLE, &rows_fixture_whole, values, 2,
				false, NULL, &out);
	xml_flat(&out, &flat);
	for (size_t i = 0; i < COUNT(parts); i++)
		assert_holds(flat.bytes, parts[i]);
	buf_release(&flat);
	buf_release(&out);
}

static void
test_text(void **state)
{
	static const char csv[] =
		"name,aliases,ra_deg,dec_deg,separation_deg,magnitude_v,"
		"identifiers,flux <x>,\"7\"\"\",main id,main_id,\"n,m\",flag,"
		"icrs,\xce\xb1,\r\n"
		"A & B,\"M 1|Crab, \"\"big\"\"\",10.6847917,-1e-7,0.25,3.44,"
		"|PGC 1||UGC 2|,-1.5e300,0.1,,x,-9223372036854775808,true,"
		"360,,0\r\n"
		"\"#C\",,0,90,0.25,,,,,,,,,,,\r\n";
	static const char tsv[] =
		"name\taliases\tra_deg\tdec_deg\tseparation_deg\tmagnitude_v\t"
		"identifiers\tflux <x>\t7\"\tmain id\tmain_id\tn,m\tflag\t"
		"icrs\t\xce\xb1\t\r\n"
		"A & B\tM 1|Crab, \"big\"\t10.6847917\t-1e-7\t0.25\t3.44\t"
		"|PGC 1||UGC 2|\t-1.5e300\t0.1\t\tx\t-9223372036854775808\t"
		"true\t360\t\t0\r\n"
		"#C\t\t0\t90\t0.25\t\t\t\t\t\t\t\t\t\t\t\r\n";
	struct columns_value values[2][ROWS_FIXTURE_VALUES];
	struct buf out;

	(void)state;
	buf_init(&out);
	rows_fixture_row_full(values[0]);
	rows_fixture_row_empty(values[1], "#C");
	rows_fixture_table_make(ROWS_CSV, &rows_fixture_whole, values, 2, true,
				NULL, &out);
	assert_int_equal(out.length, sizeof(csv) - 1);
	assert_memory_equal(out.bytes, csv, sizeof(csv) - 1);
	rows_fixture_table_make(ROWS_TSV, &rows_fixture_whole, values, 2, true,
				NULL, &out);
	assert_int_equal(out.length, sizeof(tsv) - 1);
	assert_memory_equal(out.bytes, tsv, sizeof(tsv) - 1);
	buf_release(&out);
}

static void
test_json(void **state)
{
	static const char rows[] =
		"\"rows\":[\n{\"name\":\"A & B\","
		"\"aliases\":[\"M 1\",\"Crab, \\\"big\\\"\"],"
		"\"ra_deg\":10.6847917,\"dec_deg\":-1e-7,"
		"\"separation_deg\":0.25,\"magnitude_v\":3.44,"
		"\"identifiers\":[\"PGC 1\",\"UGC 2\"],\"columns\":{"
		"\"flux <x>\":-1.5e300,\"7\\\"\":0.1,\"main id\":\"\","
		"\"main_id\":[\"x\"],\"n,m\":-9223372036854775808,"
		"\"flag\":true,\"icrs\":360,\"\":0}},\n"
		"{\"name\":\"C\",\"ra_deg\":0,\"dec_deg\":90,"
		"\"separation_deg\":0.25}\n],\"overflow\":false}\n";
	struct columns_value values[2][ROWS_FIXTURE_VALUES];
	struct json_object *object, *column;
	struct buf out;

	(void)state;
	buf_init(&out);
	rows_fixture_row_full(values[0]);
	rows_fixture_row_empty(values[1], "C");
	rows_fixture_table_make(ROWS_JSON, &rows_fixture_whole, values, 2,
				false, NULL, &out);
	assert_true(out.length > sizeof(rows));
	assert_memory_equal(out.bytes + out.length - (sizeof(rows) - 1), rows,
			    sizeof(rows) - 1);
	object = rows_fixture_json_take(&out);
	assert_string_equal(json_object_get_string(
				    rows_fixture_json_member(object, "title")),
			    rows_fixture_whole.title);
	column = rows_fixture_json_member(object, "columns");
	assert_int_equal(json_object_array_length(column),
			 7 + ROWS_FIXTURE_OWN);
	column = json_object_array_get_idx(column, 2);
	assert_string_equal(
		json_object_to_json_string_ext(column, JSON_C_TO_STRING_PLAIN),
		"{\"name\":\"ra_deg\",\"datatype\":\"number\","
		"\"unit\":\"deg\",\"ucd\":\"POS_EQ_RA_MAIN\","
		"\"description\":\"Right ascension, ICRS.\"}");
	json_object_put(object);
	buf_release(&out);
}

/* ---- which columns, which endings */

static void
test_columns(void **state)
{
	static const struct {
		int verbosity;
		bool separation, bare;
		const char *names;
	} cases[] = {
		{1, false, false, "name,ra_deg,dec_deg\r\n"},
		{1, true, false, "name,ra_deg,dec_deg,separation_deg\r\n"},
		{2, false, false,
		 "name,aliases,ra_deg,dec_deg,magnitude_v,flux <x>,"
		 "\"7\"\"\",main id,main_id,\"n,m\",flag,icrs,\xce\xb1,\r\n"},
		{3, false, false,
		 "name,aliases,ra_deg,dec_deg,magnitude_v,identifiers,"
		 "flux <x>,\"7\"\"\",main id,main_id,\"n,m\",flag,icrs,"
		 "\xce\xb1,\r\n"},
		{3, false, true, "name,ra_deg,dec_deg\r\n"},
	};
	struct rows_table table = rows_fixture_whole;
	struct buf out;

	(void)state;
	buf_init(&out);
	for (size_t i = 0; i < COUNT(cases); i++) {
		table.columns =
			cases[i].bare ? &rows_fixture_bare : &rows_fixture_set;
		table.verbosity = cases[i].verbosity;
		table.separation = cases[i].separation;
		rows_fixture_table_make(ROWS_CSV, &table, NULL, 0, false, NULL,
					&out);
		buf_add(&out, "", 1);
		assert_string_equal(out.bytes, cases[i].names);
	}
	buf_release(&out);
}

static unsigned
times(const char *text_of, const char *part)
{
	unsigned count = 0;

	for (; (text_of = strstr(text_of, part)) != NULL; text_of++)
		count++;
	return count;
}

/* Of each main column there is one, under its old name and its new one. */
static void
test_main_ucds(void **state)
{
	static const char *const ucds[2][3] = {
		{"ucd=\"meta.id;meta.main\"", "ucd=\"pos.eq.ra;meta.main\"",
		 "ucd=\"pos.eq.dec;meta.main\""},
		{"ucd=\"ID_MAIN\"", "ucd=\"POS_EQ_RA_MAIN\"",
		 "ucd=\"POS_EQ_DEC_MAIN\""},
	};
	struct rows_table table = rows_fixture_whole;
	struct buf out;

	(void)state;
	buf_init(&out);
	for (int old = 0; old < 2; old++) {
		table.old_ucds = old;
		rows_fixture_table_make(ROWS_VOTABLE, &table, NULL, 0, false,
					NULL, &out);
		buf_add(&out, "", 1);
		for (size_t i = 0; i < COUNT(ucds[old]); i++) {
			assert_int_equal(times(out.bytes, ucds[old][i]), 1);
			assert_int_equal(times(out.bytes, ucds[!old][i]), 0);
		}
	}
	buf_release(&out);
}

static void
test_ends(void **state)
{
	static const struct {
		enum rows_format format;
		bool overflow;
		const char *error, *end;
	} cases[] = {
		{ROWS_VOTABLE, true, NULL, "</TABLE></RESOURCE></VOTABLE>"},
		{ROWS_VOTABLE, true, "lost & gone",
		 "</TABLE><INFO name=\"QUERY_STATUS\" value=\"ERROR\">"
		 "lost & gone</INFO></RESOURCE>"
		 "<INFO name=\"Error\" value=\"lost & gone\"></INFO>"
		 "</VOTABLE>"},
		{ROWS_CSV, false, NULL, "\nname,ra_deg,dec_deg\r\n"},
		{ROWS_CSV, true, NULL, "\nname,ra_deg,dec_deg\r\n"},
		{ROWS_CSV, false, "lost,\ngone", "\n# error: lost, gone\r\n"},
		{ROWS_TSV, false, "lost\ngone", "\n# error: lost gone\r\n"},
		{ROWS_JSON, false, NULL, "\n],\"overflow\":false}\n"},
		{ROWS_JSON, true, NULL, "\n],\"overflow\":true}\n"},
		{ROWS_JSON, false, "\"lost\"",
		 "\n],\"overflow\":false,\"error\":\"\\\"lost\\\"\"}\n"},
	};
	struct rows_table table = rows_fixture_whole;
	struct buf out, flat;

	(void)state;
	table.verbosity = 1;
	table.separation = false;
	buf_init(&out);
	buf_init(&flat);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t length = strlen(cases[i].end);

		rows_fixture_table_make(cases[i].format, &table, NULL, 0,
					cases[i].overflow, cases[i].error,
					&out);
		buf_reset(&flat);
		buf_add_char(&flat, '\n');
		if (cases[i].format == ROWS_VOTABLE)
			xml_flat(&out, &flat);
		else
			buf_add(&flat, out.bytes, out.length);
		flat.length -= cases[i].format == ROWS_VOTABLE;
		assert_true(flat.length >= length);
		assert_memory_equal(flat.bytes + flat.length - length,
				    cases[i].end, length);
		if (cases[i].format == ROWS_JSON)
			json_object_put(rows_fixture_json_take(&out));
	}
	buf_release(&flat);
	buf_release(&out);
}

static void
test_errors(void **state)
{
	static const char *const documents[ROWS_FORMAT__MAX] = {
		[ROWS_VOTABLE] =
			"<INFO name=\"Error\" value=\"SR < 0, \"RA\"\">"
			"</INFO><RESOURCE type=\"results\">"
			"<INFO name=\"QUERY_STATUS\" value=\"ERROR\">"
			"SR < 0, \"RA\"</INFO></RESOURCE></VOTABLE>",
		[ROWS_CSV] = "error\r\n\"SR < 0, \"\"RA\"\"\"\r\n",
		[ROWS_TSV] = "error\r\nSR < 0, \"RA\"\r\n",
		[ROWS_JSON] = "{\"error\":\"SR < 0, \\\"RA\\\"\"}\n",
	};
	static const char *const types[ROWS_FORMAT__MAX] = {
		[ROWS_VOTABLE] = "application/x-votable+xml",
		[ROWS_CSV] = "text/csv; charset=utf-8; header=present",
		[ROWS_TSV] = "text/tab-separated-values; charset=utf-8",
		[ROWS_JSON] = "application/json",
	};
	struct buf out, flat;

	(void)state;
	buf_init(&out);
	buf_init(&flat);
	for (int i = 0; i < ROWS_FORMAT__MAX; i++) {
		buf_reset(&out);
		rows_error((enum rows_format)i, "SR < 0, \"RA\"", &out);
		assert_string_equal(rows_media_type((enum rows_format)i),
				    types[i]);
		if (i == ROWS_VOTABLE) {
			xml_flat(&out, &flat);
			assert_holds(flat.bytes, documents[i]);
			continue;
		}
		buf_add(&out, "", 1);
		assert_string_equal(out.bytes, documents[i]);
	}
	buf_release(&flat);
	buf_release(&out);
}

/* What is sent after each row is what would have been sent at once. */
static void
test_streamed(void **state)
{
	struct columns_value values[3][ROWS_FIXTURE_VALUES];
	struct arena arena;
	struct buf whole_text, out, sent;
	struct rows rows;

	(void)state;
	arena_init(&arena, NULL, 0);
	buf_init(&whole_text);
	buf_init(&out);
	buf_init(&sent);
	rows_fixture_row_full(values[0]);
	rows_fixture_row_empty(values[1], "C");
	rows_fixture_row_full(values[2]);
	for (int format = 0; format < ROWS_FORMAT__MAX; format++) {
		rows_fixture_table_make((enum rows_format)format,
					&rows_fixture_whole, values, 3, false,
					NULL, &whole_text);
		buf_reset(&sent);
		buf_reset(&out);
		assert_int_equal(rows_init(&rows, (enum rows_format)format,
					   &rows_fixture_whole, &arena, &out),
				 LC_OK);
		rows_begin(&rows);
		for (int i = 0; i < 3; i++) {
			buf_add(&sent, out.bytes, out.length);
			buf_reset(&out);
			rows_row(&rows, values[i], 0.25);
		}
		rows_end(&rows, false, NULL);
		buf_add(&sent, out.bytes, out.length);
		assert_int_equal(sent.length, whole_text.length);
		assert_memory_equal(sent.bytes, whole_text.bytes, sent.length);
	}
	buf_release(&sent);
	buf_release(&out);
	buf_release(&whole_text);
	arena_release(&arena);
}

/* Names of which only their digits may stand in an ID. */
static void
test_many_columns(void **state)
{
	enum { MANY = 1024 };
	static struct columns_column columns[MANY];
	static char names[MANY][16];
	struct columns_set many = {0, MANY, columns};
	struct rows_table table = rows_fixture_whole;
	struct buf out, flat;
	char part[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "%c%d",
			 i % 2 != 0 ? '<' : '>', i / 8);
		columns[i] = (struct columns_column){
			names[i], COLUMNS_REAL, "", "", "", 0, 0};
	}
	table.columns = &many;
	buf_init(&out);
	buf_init(&flat);
	rows_fixture_table_make(ROWS_VOTABLE, &table, NULL, 0, false, NULL,
				&out);
	xml_flat(&out, &flat);
	for (int i = 0; i < MANY / 8; i++) {
		for (int copy = 2; copy <= 8; copy++) {
			snprintf(part, sizeof(part), "ID=\"_%d_%d\"", i, copy);
			assert_int_equal(times(flat.bytes, part), 1);
		}
		snprintf(part, sizeof(part), "ID=\"_%d\"", i);
		assert_int_equal(times(flat.bytes, part), 1);
	}
	buf_release(&flat);
	buf_release(&out);
}

static enum rows_format no_memory_format;

static enum lc_rc
no_memory_run(void)
{
	struct columns_value values[20][ROWS_FIXTURE_VALUES];
	struct buf out;
	enum lc_rc rc;

	for (int i = 0; i < 20; i++)
		rows_fixture_row_full(values[i]);
	buf_init(&out);
	rc = rows_fixture_table_write(no_memory_format, &rows_fixture_whole,
				      values, 20, true, "why", &out);
	buf_release(&out);
	return rc;
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case rows = {"rows", no_memory_run, false};

	(void)state;
	for (int format = 0; format < ROWS_FORMAT__MAX; format++) {
		no_memory_format = (enum rows_format)format;
		alloc_fail_each(&rows);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_votable),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_main_ucds),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_streamed),
		cmocka_unit_test(test_many_columns),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
