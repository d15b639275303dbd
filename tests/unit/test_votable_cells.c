/* The cells of VOTables, of each datatype, in each way to write them. */
#include "sky/votable_cell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "votable_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct cell_case {
	const char *field;  /* attributes and content of its FIELD */
	const char *td;     /* NULL: not tried */
	const char *binary; /* its bytes in hexadecimal; NULL: not tried */
	const char *read;
};

static const struct cell_case cells[] = {
	{"datatype='boolean'>", "T", "54", "true"},
	{"datatype='boolean'>", "true", "74", "true"},
	{"datatype='boolean'>", " 1 ", "31", "true"},
	{"datatype='boolean'>", "False", "46", "false"},
	{"datatype='boolean'>", "0", "30", "false"},
	{"datatype='boolean'>", "f", "66", "false"},
	{"datatype='boolean'>", "?", "3f", "-"},
	{"datatype='boolean'>", "", "00", "-"},
	{"datatype='boolean'>", " ", "20", "-"},
	{"datatype='boolean'>", "yes", NULL,
	 "!1 f is \"yes\", which is no boolean"},
	{"datatype='boolean'>", NULL, "59",
	 "!1 f has the byte 0x59, which is no boolean"},
	{"datatype='boolean' arraysize='3'>", "T F ?", "54463f", "T F ?"},
	{"datatype='bit'>", "1", "80", "true"},
	{"datatype='bit'>", "1", "08", "true"},
	{"datatype='bit'>", "0", "00", "false"},
	{"datatype='bit'>", "2", NULL, "!1 f is \"2\", which is no bit"},
	{"datatype='bit'>", "T", NULL, "!1 f is \"T\", which is no bit"},
	{"datatype='bit' arraysize='10'>", "10101 01011", "aac0", "1010101011"},
	{"datatype='bit' arraysize='*'>", "101", "00000003a0", "101"},
	{"datatype='unsignedByte'>", "255", "ff", "255"},
	{"datatype='unsignedByte'>", "0xFf", "ff", "255"},
	{"datatype='unsignedByte'>", "0x100", NULL,
	 "!1 f is \"0x100\", which is out of the range of unsignedByte"},
	{"datatype='unsignedByte'>", "-1", NULL,
	 "!1 f is \"-1\", which is out of the range of unsignedByte"},
	{"datatype='unsignedByte' arraysize='2x2'>", "1 2\n 3  255", "010203ff",
	 "1 2 3 255"},
	{"datatype='short'>", "-32768", "8000", "-32768"},
	{"datatype='short'>", "0x7fff", "7fff", "32767"},
	{"datatype='short'>", "0xFFFF", "ffff", "-1"},
	{"datatype='short'>", "32768", NULL,
	 "!1 f is \"32768\", which is out of the range of short"},
	{"datatype='short' arraysize='*'>", "-1 2", "00000002ffff0002", "-1 2"},
	{"datatype='int'>", "+2147483647", "7fffffff", "2147483647"},
	{"datatype='int'>", "-2147483648", "80000000", "-2147483648"},
	{"datatype='int'>", "2147483648", NULL,
	 "!1 f is \"2147483648\", which is out of the range of int"},
	{"datatype='int'>", "1.5", NULL, "!1 f is \"1.5\", which is no int"},
	{"datatype='int'>", "0x", NULL, "!1 f is \"0x\", which is no int"},
	{"datatype='int'>", "0x1G", NULL, "!1 f is \"0x1G\", which is no int"},
	{"datatype='int'>", "", NULL, "-"},
	{"datatype='long'>", "-9223372036854775808", "8000000000000000",
	 "-9223372036854775808"},
	{"datatype='long'>", "0xFFFFFFFFFFFFFFFF", "ffffffffffffffff", "-1"},
	{"datatype='long'>", "9223372036854775808", NULL,
	 "!1 f is \"9223372036854775808\", which is out of the range of long"},
	{"datatype='long' arraysize='1'>", "7", "0000000000000007", "7"},
	{"datatype='int'><VALUES null='-99'/>", "-99", "ffffff9d", "-"},
	{"datatype='int'><VALUES null='-99'/>", "-0099", NULL, "-"},
	{"datatype='int'><VALUES null='0x63'/>", "99", "00000063", "-"},
	{"datatype='int'><VALUES null='-99'/>", "99", "00000063", "99"},
	{"datatype='short'><VALUES null='99999'/>", "99999", NULL, "-"},
	{"datatype='short'><VALUES null=''/>", "5", "0005", "5"},
	{"datatype='short'><VALUES><MIN value='1'/></VALUES><VALUES "
	 "type='actual' null='5'/>",
	 "5", "0005", "-"},
	{"datatype='float'>", "0.1", "3dcccccd", "0.1"},
	{"datatype='float'>", "0.10000000149011612", "3dcccccd", "0.1"},
	{"datatype='float'>", "NaN", "7fc00000", "-"},
	{"datatype='float'>", "-Inf", "ff800000", "-"},
	{"datatype='float'>", "3.5e38", NULL,
	 "!1 f is \"3.5e38\", which is out of the range of float"},
	{"datatype='float'><VALUES null='-99.9'/>", "-99.9", "c2c7cccd", "-"},
	{"datatype='float' arraysize='*'>", "0.1 NaN",
	 "000000023dcccccd7fc00000", "0.1 NaN"},
	{"datatype='double'>", " 1.5E1 ", "402e000000000000", "15"},
	{"datatype='double'>", "nan", "7ff8000000000001", "-"},
	{"datatype='double'>", "+Infinity", "7ff0000000000000", "-"},
	{"datatype='double'>", "", NULL, "-"},
	{"datatype='double'>", "+-1", NULL,
	 "!1 f is \"+-1\", which is no double"},
	{"datatype='double'>", "1e999", NULL,
	 "!1 f is \"1e999\", which is out of the range of double"},
	{"datatype='double'>", "12 34 56", NULL,
	 "!1 f is \"12 34 56\", which is no double"},
	{"datatype='double'>", "0123456789012345678901234567890123456789x",
	 NULL,
	 "!1 f is \"0123456789012345678901234567890123456789...\", which is no "
	 "double"},
	{"datatype='double' arraysize='2'>", "15 -Inf",
	 "402e000000000000fff0000000000000", "15 -Inf"},
	{"datatype='floatComplex'>", "0.1 -1", "3dcccccdbf800000", "0.1 -1"},
	{"datatype='doubleComplex'>", "15 15",
	 "402e000000000000402e000000000000", "15 15"},
	{"datatype='char'>", "x", "78", "x"},
	{"datatype='char' arraysize='5'>", "ab", "6162000000", "ab"},
	{"datatype='char' arraysize='5'>", " ab ", "2061622020", "ab"},
	{"datatype='char' arraysize='5'>", NULL, "6162006364", "ab"},
	{"datatype='char' arraysize='*'>", "abc", "00000003616263", "abc"},
	{"datatype='char' arraysize='9*'>", "", "00000000", "-"},
	{"datatype='char' arraysize='3'>", "   ", "000000", "-"},
	{"datatype='char' arraysize='2x*'>", "ab c", "0000000461620063",
	 "ab c"},
	{"datatype='char' arraysize='*'>", "\xc3\xa9", "00000002c3a9",
	 "\xc3\xa9"},
	{"datatype='char' arraysize='*'>", "\xc3\xa9t", "00000002e974",
	 "\xc3\xa9t"},
	{"datatype='char' arraysize='*'>", "&lt;a&amp;b&#233;<![CDATA[<&]]>",
	 NULL, "<a&b\xc3\xa9<&"},
	{"datatype='char' arraysize='*'><VALUES null='N/A'/>", " N/A",
	 "000000034e2f41", "-"},
	{"datatype='unicodeChar' arraysize='*'>", "\xc3\xa9\xf0\x9d\x9b\xbc",
	 "0000000300e9d835defc", "\xc3\xa9\xf0\x9d\x9b\xbc"},
	{"datatype='unicodeChar' arraysize='2'>", "\xe2\x82\xac", "20ac0000",
	 "\xe2\x82\xac"},
	{"datatype='unicodeChar' arraysize='2'>", NULL, "d83500e9",
	 "!1 f is not UTF-16"},
	{"datatype='unicodeChar' arraysize='2'>", NULL, "00e9d835",
	 "!1 f is not UTF-16"},
	{"datatype='unicodeChar' arraysize='1'>", NULL, "de00",
	 "!1 f is not UTF-16"},
	{">", "any", NULL, "any"},
	{"datatype='int'>", "<b>1</b>", NULL,
	 "!1 a cell of the row has an element in it"},
};

static size_t
hexadecimal(const char *text, unsigned char *out)
{
	size_t length = strlen(text) / 2;

	for (size_t i = 0; i < length; i++) {
		const char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};

		out[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
	return length;
}

/* Writes a document of one field and one row in the `way` 0, 1 or 2. */
static void
document_make(struct buf *out, const struct cell_case *c, int way,
	      unsigned char nulls)
{
	static const char *const kinds[] = {"TABLEDATA", "BINARY", "BINARY2"};
	unsigned char bytes[64] = {nulls};
	size_t length;

	buf_reset(out);
	buf_printf(out, VOTABLE_HEAD "<FIELD name='f' %s</FIELD><DATA><%s>",
		   c->field, kinds[way]);
	if (way == 0) {
		buf_printf(out, "<TR><TD>%s</TD></TR>", c->td);
	} else {
		length = hexadecimal(c->binary, bytes + way - 1) + (size_t)way -
			 1;
		buf_add_text(out, "<STREAM encoding='base64'>");
		votable_fixture_base64(out, bytes, length);
		buf_add_text(out, "</STREAM>");
	}
	buf_printf(out, "</%s></DATA>" VOTABLE_TAIL, kinds[way]);
}

static void
cells_are_read(void **state)
{
	struct buf document, read;
	char wanted[256];

	(void)state;
	buf_init(&document);
	buf_init(&read);
	for (size_t i = 0; i < COUNT(cells); i++)
		for (int way = 0; way < 4; way++) {
			const struct cell_case *c = &cells[i];
			bool null = way == 3;

			if ((way == 0 ? c->td : c->binary) == NULL)
				continue;
			document_make(&document, c, null ? 2 : way,
				      null ? 0x80 : 0);
			votable_fixture_read(document.bytes, document.length,
					     &read);
			snprintf(wanted, sizeof(wanted), "%s\n",
				 null ? "-" : c->read);
			if (strcmp(read.bytes, wanted) != 0)
				fail_msg("%.*s:\n%s and not %s",
					 (int)document.length, document.bytes,
					 read.bytes, wanted);
		}
	buf_release(&document);
	buf_release(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
