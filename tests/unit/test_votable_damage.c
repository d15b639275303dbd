/*
 * VOTables that are cut, wrong, huge or hostile, and memory that runs out:
 * always an answer in words, never a crash, and what is right is read.
 */
#include "sky/table_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "sky/votable_cell.h"
#include "votable_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define FIELDS                                                         \
	"<COOSYS ID='s' system='ICRS'/><RESOURCE name='r'><TABLE>"     \
	"<DESCRIPTION>All \xc3\xa9 of it</DESCRIPTION>"                \
	"<FIELD name='id' datatype='char' arraysize='*'/>"             \
	"<FIELD name='n' datatype='short' ref='s'><VALUES null='-1'/>" \
	"<DESCRIPTION>How many</DESCRIPTION></FIELD>"                  \
	"<FIELD name='x' datatype='double' unit='deg'/><DATA>"
#define END "</DATA></TABLE></RESOURCE></VOTABLE>"
#define XML "<?xml version='1.0' encoding='UTF-8'?>\n<VOTABLE><!-- -->"

/* Two rows each: "ab", 1, 15.0 and "c", null, 15.0. */
static const char *const whole[] = {
	XML FIELDS "<TABLEDATA>\n<TR><TD>a<![CDATA[b]]></TD><TD>1</TD>"
		   "<TD>15</TD></TR>\n<TR><TD>&#x63;</TD><TD>-1</TD><TD>1.5e1"
		   "</TD></TR></TABLEDATA>" END,
	XML FIELDS "<BINARY><STREAM encoding='base64'>\n"
		   "AAAAAmFiAAFALgAAAAAAAAAAAAFj//9A\nLgAAAAAAAA==</STREAM>"
		   "</BINARY>" END,
	XML FIELDS "<BINARY2><STREAM encoding='base64'>\n"
		   "AAAAAAJhYgABQC4AAAAAAABAAAAAAWMA\n"
		   "AEAuAAAAAAAA</STREAM></BINARY2>" END,
};

static bool
holds_failure(const char *read)
{
	return strstr(read, "FAILED ") != NULL ||
	       strncmp(read, "NOT OPENED ", 11) == 0;
}

static void
a_cut_file_is_refused(void **state)
{
	struct buf read;

	(void)state;
	buf_init(&read);
	for (size_t i = 0; i < COUNT(whole); i++) {
		size_t length = strlen(whole[i]);

		votable_fixture_read(whole[i], length, &read);
		assert_string_equal(read.bytes, "ab|1|15\nc|-|15\n");
		for (size_t cut = 0; cut < length; cut++) {
			votable_fixture_read(whole[i], cut, &read);
			if (!holds_failure(read.bytes) ||
			    strstr(read.bytes, "not well-formed at line ") ==
				    NULL)
				fail_msg("%.*s: %s", (int)cut, whole[i],
					 read.bytes);
		}
	}
	buf_release(&read);
}

/* Here the XML is right and what is within it is not. */
static void
cut_binary_data_are_refused(void **state)
{
	static const char *const stream = "<STREAM encoding='base64'>";
	struct buf document, read;

	(void)state;
	buf_init(&document);
	buf_init(&read);
	for (size_t i = 1; i < COUNT(whole); i++) {
		const char *start = strstr(whole[i], stream) + strlen(stream);
		const char *end = strstr(start, "</STREAM>");

		for (const char *cut = start + 2; cut < end; cut++) {
			buf_reset(&document);
			buf_add(&document, whole[i], (size_t)(cut - whole[i]));
			buf_add_text(&document, end);
			votable_fixture_read(document.bytes, document.length,
					     &read);
			if (!holds_failure(read.bytes))
				fail_msg("%.*s: %s", (int)document.length,
					 document.bytes, read.bytes);
		}
	}
	buf_release(&document);
	buf_release(&read);
}

/* One byte of it is another one: anything may come of it but a crash. */
static void
a_changed_byte_does_no_harm(void **state)
{
	static const char others[] = {'\0', '<', '>', '&', '\'',      'A',
				      '/',  ' ', '*', '9', (char)0xff};
	char document[1024];
	struct buf read;

	(void)state;
	buf_init(&read);
	for (size_t i = 0; i < COUNT(whole); i++) {
		size_t length = strlen(whole[i]);

		assert_true(length < sizeof(document));
		for (size_t at = 0; at < length; at++) {
			memcpy(document, whole[i], length);
			document[at] = others[at % sizeof(others)];
			votable_fixture_read(document, length, &read);
			assert_true(read.length > 1);
		}
	}
	buf_release(&read);
}

struct refusal {
	const char *document, *words;
};

static const struct refusal refusals[] = {
	{"<!DOCTYPE VOTABLE [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>"
	 "<!ENTITY c '&b;&b;&b;&b;'>]><VOTABLE>&c;</VOTABLE>",
	 "NOT OPENED line 1 declares an entity, and entity declarations are "
	 "not "
	 "read"},
	{"<!DOCTYPE VOTABLE [\n<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
	 "<VOTABLE>&x;</VOTABLE>",
	 "NOT OPENED line 2 declares an entity"},
	{"<!DOCTYPE VOTABLE [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]>"
	 "<VOTABLE/>",
	 "NOT OPENED line 1 declares an entity"},
	{"<!DOCTYPE VOTABLE SYSTEM 'file:///etc/passwd'><VOTABLE>&x;</VOTABLE>",
	 "NOT OPENED line 1 refers to the entity \"x\", which is not known"},
	{"<VOTABLE>&x;</VOTABLE>",
	 "NOT OPENED not well-formed at line 1: undefined entity"},
	{"<VOTABLE><a></b></VOTABLE>",
	 "NOT OPENED not well-formed at line 1: mismatched tag"},
	{"PK\x03\x04", "NOT OPENED not well-formed at line 1"},
	{"name,ra\n", "NOT OPENED not well-formed at line 1"},
	{"<?xml version='1.0' encoding='EBCDIC'?><VOTABLE/>",
	 "NOT OPENED not well-formed at line 1: unknown encoding"},
	{"<VOTABLE/>x", "NOT OPENED not well-formed at line 1: junk after"},
	{XML FIELDS "<BINARY><STREAM>\nAAAA*AAA</STREAM></BINARY>" END,
	 "FAILED the base64 of its data has \"*\" in it"},
	{XML FIELDS "<BINARY><STREAM>AAAA\xc3\xa9</STREAM></BINARY>" END,
	 "FAILED the base64 of its data has \"\xc3\xa9\" in it"},
	{XML FIELDS "<BINARY><STREAM>AAA</STREAM></BINARY>" END,
	 "FAILED the base64 of its data ends within a group of four"},
	{XML FIELDS "<BINARY><STREAM>f///////</STREAM></BINARY>" END,
	 "FAILED its data end within row 1, in id, which is said to have "
	 "2147483647 elements"},
	{XML FIELDS "<BINARY><STREAM>/////wAA</STREAM></BINARY>" END,
	 "FAILED its data end within row 1, in id, which is said to have "
	 "4294967295 elements"},
	{XML FIELDS "<BINARY2><STREAM>AAAAAAAA</STREAM></BINARY2>" END,
	 "FAILED its data end within row 1, in n"},
};

static void
the_reason_is_said(void **state)
{
	struct buf read;

	(void)state;
	buf_init(&read);
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];

		votable_fixture_read(r->document, strlen(r->document), &read);
		if (strncmp(read.bytes, r->words, strlen(r->words)) != 0)
			fail_msg("%s: %s", r->document, read.bytes);
	}
	buf_release(&read);
}

static void
add_times(struct buf *out, const char *text, size_t times)
{
	while (times-- > 0)
		buf_add_text(out, text);
}

/* Something many times between two other things. */
struct flood {
	const char *before, *often;
	size_t times;
	const char *after, *read;
};

#define INT_ROWS                                              \
	VOTABLE_HEAD "<FIELD name='a' datatype='int'/><DATA>" \
		     "<TABLEDATA>"
#define INT_END "<TR><TD>1</TD></TR></TABLEDATA></DATA>" VOTABLE_TAIL

static const struct flood floods[] = {
	{"<VOTABLE>", "<a>", 100000, "",
	 "NOT OPENED more than 64 elements lie within each other, at line 1"},
	{"<VOTABLE><!--", "0123456789abcdef", 1 << 18, "--></VOTABLE>",
	 "NOT OPENED the tag or comment at line 1 has more than 1048576 bytes"},
	{"<VOTABLE><a b='", "0123456789abcdef", 1 << 18, "'/></VOTABLE>",
	 "NOT OPENED the tag or comment at line 1 has more than 1048576 bytes"},
	{VOTABLE_HEAD, "<FIELD name='a' datatype='int'/>", 1025, VOTABLE_TAIL,
	 "NOT OPENED the table has more than 1024 columns"},
	{VOTABLE_HEAD "<DESCRIPTION>", "0123456789abcdef", 1 << 17,
	 "</DESCRIPTION>" VOTABLE_TAIL,
	 "NOT OPENED it is a VOTable, but no table in it has data"},
	{VOTABLE_HEAD, "<TABLE/><RESOURCE/><COOSYS ID='a' system='b'/>", 3000,
	 VOTABLE_TAIL,
	 "NOT OPENED it is a VOTable, but no table in it has data"},
	{VOTABLE_HEAD "<FIELD name='a' datatype='int'>",
	 "<VALUES null='0123456789abcdef0123456789abcdef'/>", 200000,
	 "</FIELD>" VOTABLE_TAIL,
	 "NOT OPENED what its fields say of themselves has more than 4194304 "
	 "bytes"},
	{INT_ROWS "<TR><TD>", "0123456789abcdef", 1 << 16, "</TD></TR>" INT_END,
	 "!1 the row is larger than 64 KiB\n1\n"},
	{INT_ROWS "<TR><TD>", " ", 1 << 16, "7</TD></TR>" INT_END,
	 "!1 the row is larger than 64 KiB\n1\n"},
	{INT_ROWS "<TR><TD>", " ", (1 << 16) - 1, "7</TD></TR>" INT_END,
	 "7\n1\n"},
	{INT_ROWS "<TR>", "<TD>1</TD>", 100000, "</TR>" INT_END,
	 "!1 the row has 100000 cells, the table 1 columns\n1\n"},
};

static void
floods_are_stopped(void **state)
{
	struct buf document, read;

	(void)state;
	buf_init(&document);
	buf_init(&read);
	for (size_t i = 0; i < COUNT(floods); i++) {
		const struct flood *f = &floods[i];

		buf_reset(&document);
		buf_add_text(&document, f->before);
		add_times(&document, f->often, f->times);
		buf_add_text(&document, f->after);
		assert_false(document.failed);
		votable_fixture_read(document.bytes, document.length, &read);
		if (strcmp(read.bytes, f->read) != 0)
			fail_msg("flood %zu: %.200s", i, read.bytes);
	}
	buf_release(&document);
	buf_release(&read);
}

struct long_case {
	uint32_t count; /* of characters */
	uint16_t character;
	bool fits;
};

/* A long text, and then a row with "A". */
static void
long_rows_are_passed_over(void **state)
{
	static const struct long_case cases[] = {
		{1, 'A', true},        {30000, 0xe9, true},
		{32766, 'A', true},    {32766, 0x20ac, false},
		{32767, 'A', false},   {200000, 'A', false},
		{1000000, 'A', false},
	};
	struct buf bytes, document, read;

	(void)state;
	buf_init(&bytes);
	buf_init(&document);
	buf_init(&read);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct long_case *c = &cases[i];

		buf_reset(&bytes);
		buf_reset(&document);
		for (int byte = 3; byte >= 0; byte--)
			buf_add_char(&bytes, (char)(c->count >> 8 * byte));
		for (uint32_t j = 0; j < c->count; j++) {
			buf_add_char(&bytes, (char)(c->character >> 8));
			buf_add_char(&bytes, (char)c->character);
		}
		buf_add(&bytes, "\0\0\0\1\0A", 6);
		buf_add_text(&document, VOTABLE_HEAD
			     "<FIELD name='a' datatype='unicodeChar' "
			     "arraysize='*'/><DATA><BINARY><STREAM>");
		votable_fixture_base64(&document, bytes.bytes, bytes.length);
		buf_add_text(&document,
			     "</STREAM></BINARY></DATA>" VOTABLE_TAIL);
		votable_fixture_read(document.bytes, document.length, &read);
		if (c->fits ==
		    (strstr(read.bytes, VOTABLE_ROW_TOO_LARGE) != NULL))
			fail_msg("%lu characters: %.100s",
				 (unsigned long)c->count, read.bytes);
		assert_string_equal(read.bytes + read.length - 3, "A\n");
	}
	buf_release(&bytes);
	buf_release(&document);
	buf_release(&read);
}

enum { MANY_ROWS = 6000 };

static void
add_number(struct buf *out, uint64_t number, int bytes)
{
	while (bytes-- > 0)
		buf_add_char(out, (char)(number >> 8 * bytes));
}

/* A row of the number i, as TABLEDATA and as bytes. */
static void
add_row(struct buf *text, struct buf *bytes, unsigned i, bool nulls)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	unsigned length = i % 27;
	double x = i / 8.0;
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	buf_printf(text, "<TR><TD>%.*s</TD><TD>%s</TD><TD>%.3f</TD></TR>\n",
		   (int)length, letters, i % 5 == 0 ? "" : "77", x);
	if (nulls)
		buf_add_char(bytes, i % 5 == 0 ? 0x40 : 0);
	add_number(bytes, length, 4);
	buf_add(bytes, letters, length);
	add_number(bytes, i % 5 == 0 ? 0xffff : 77, 2);
	add_number(bytes, bits, 8);
}

/* Base64 in lines of so many characters; 0: in one. */
static void
add_lines(struct buf *out, const struct buf *bytes, size_t line)
{
	struct buf text;

	buf_init(&text);
	votable_fixture_base64(&text, bytes->bytes, bytes->length);
	if (line == 0)
		line = text.length;
	for (size_t at = 0; at < text.length; at += line) {
		size_t left = text.length - at;

		buf_add(out, text.bytes + at, left < line ? left : line);
		buf_add_char(out, '\n');
	}
	buf_release(&text);
}

/* Rows lie across the pieces in which a file is read. */
static void
all_ways_give_the_same_rows(void **state)
{
	static const size_t lines[] = {0, 76, 1, 64, 5000, 100000};
	struct buf text, bytes, document, read, other;

	(void)state;
	buf_init(&text);
	buf_init(&bytes);
	buf_init(&document);
	buf_init(&read);
	buf_init(&other);
	buf_add_text(&text, XML FIELDS "<TABLEDATA>");
	for (unsigned i = 0; i < MANY_ROWS; i++)
		add_row(&text, &bytes, i, false);
	buf_add_text(&text, "</TABLEDATA>" END);
	votable_fixture_read(text.bytes, text.length, &read);
	for (size_t i = 0; i < 2 * COUNT(lines); i++) {
		bool nulls = i % 2 == 1;

		buf_reset(&bytes);
		buf_reset(&document);
		for (unsigned j = 0; j < MANY_ROWS; j++)
			add_row(&text, &bytes, j, nulls);
		buf_printf(&document, XML FIELDS "<BINARY%s><STREAM>",
			   nulls ? "2" : "");
		add_lines(&document, &bytes, lines[i / 2]);
		buf_printf(&document, "</STREAM></BINARY%s>" END,
			   nulls ? "2" : "");
		votable_fixture_read(document.bytes, document.length, &other);
		assert_string_equal(read.bytes, other.bytes);
	}
	buf_release(&text);
	buf_release(&bytes);
	buf_release(&document);
	buf_release(&read);
	buf_release(&other);
}

static enum lc_rc
read_without_memory(const char *document)
{
	char why[TABLE_WHY_MAX];
	FILE *file =
		fmemopen((void *)(uintptr_t)document, strlen(document), "re");
	enum table_result result = TABLE_ROW;
	struct table *table;
	enum lc_rc rc;

	assert_non_null(file);
	rc = table_votable_open(file, &table, why, sizeof(why));
	if (rc != LC_OK)
		return rc;
	for (int i = 0; i < 2 && rc == LC_OK; i++) {
		if (i > 0)
			rc = table->methods->rewind(table);
		do
			result = rc == LC_OK ? table->methods->next(table) :
					       TABLE_END;
		while (result == TABLE_ROW);
		if (result == TABLE_FAILED) {
			assert_string_equal(table->why, "out of memory");
			rc = LC_NO_MEMORY;
		}
	}
	table->methods->close(table);
	return rc;
}

static enum lc_rc
tabledata_case(void)
{
	return read_without_memory(whole[0]);
}

static enum lc_rc
binary_case(void)
{
	return read_without_memory(whole[1]);
}

static enum lc_rc
binary2_case(void)
{
	return read_without_memory(whole[2]);
}

static void
memory_that_runs_out_is_an_answer(void **state)
{
	static const struct alloc_case cases[] = {
		{"TABLEDATA", tabledata_case, false},
		{"BINARY", binary_case, false},
		{"BINARY2", binary2_case, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_file_is_refused),
		cmocka_unit_test(cut_binary_data_are_refused),
		cmocka_unit_test(a_changed_byte_does_no_harm),
		cmocka_unit_test(the_reason_is_said),
		cmocka_unit_test(floods_are_stopped),
		cmocka_unit_test(long_rows_are_passed_over),
		cmocka_unit_test(all_ways_give_the_same_rows),
		cmocka_unit_test(memory_that_runs_out_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
