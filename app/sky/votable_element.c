#include "sky/votable.h"

#include <string.h>

#include "base/text.h"

/*
 * An element that is of interest within some others, and what it is taken
 * for once its attributes are seen.
 */
struct element_rule {
	const char *name;
	uint32_t parents; /* a bit for each */
	enum votable_element (*begin)(struct votable *votable,
				      const char **attributes);
};

const char *
votable_attribute(const char **attributes, const char *name)
{
	for (; *attributes != NULL; attributes += 2)
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	return NULL;
}

static bool
attribute_is(const char **attributes, const char *name, const char *value)
{
	const char *found = votable_attribute(attributes, name);

	return found != NULL && text_equal_nocase(found, value);
}

/* Lets the caller of the parser see to what has been found. */
static void
element_pause(struct votable *votable)
{
	(void)XML_StopParser(votable->parser, XML_TRUE);
}

static void
element_collect(struct votable *votable)
{
	buf_reset(&votable->words[VOTABLE_WORDS_OPEN]);
	votable->collecting = true;
}

/* What was collected, with single spaces, as a C string; "" if nothing was. */
static const char *
element_collected(struct votable *votable)
{
	struct buf *words = &votable->words[VOTABLE_WORDS_OPEN];
	size_t to = 0;

	votable->collecting = false;
	buf_add_char(words, '\0');
	if (words->failed) {
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
		return "";
	}
	for (size_t i = 0; i + 1 < words->length; i++) {
		bool space = text_is_space(words->bytes[i]);

		if (!space || (to > 0 && words->bytes[to - 1] != ' '))
			words->bytes[to++] = space ? ' ' : words->bytes[i];
	}
	to -= to > 0 && words->bytes[to - 1] == ' ';
	words->bytes[text_utf8_valid(words->bytes, to)] = '\0';
	return words->bytes;
}

static void
words_keep(struct votable *votable, enum votable_words which, const char *text)
{
	struct buf *words = &votable->words[which];

	buf_reset(words);
	if (text != NULL)
		buf_add(words, text,
			text_utf8_cut(text, strlen(text), VOTABLE_TEXT_MAX));
	if (words->failed)
		votable_fail(votable, LC_NO_MEMORY, "out of memory");
}

static enum votable_element
begin_votable(struct votable *votable, const char **attributes)
{
	(void)votable, (void)attributes;
	return VOTABLE_VOTABLE;
}

static enum votable_element
begin_definitions(struct votable *votable, const char **attributes)
{
	(void)votable, (void)attributes;
	return VOTABLE_DEFINITIONS;
}

static enum votable_element
begin_resource(struct votable *votable, const char **attributes)
{
	if (!votable->settled) {
		words_keep(votable, VOTABLE_WORDS_RESOURCE, NULL);
		words_keep(votable, VOTABLE_WORDS_RESOURCE_NAME,
			   votable_attribute(attributes, "name"));
	}
	/* Without a type it holds results. */
	return attribute_is(attributes, "type", "meta") ?
		       VOTABLE_RESOURCE_META :
		       VOTABLE_RESOURCE;
}

static enum votable_element
begin_table(struct votable *votable, const char **attributes)
{
	if (!votable->settled) {
		votable_columns_reset(votable);
		words_keep(votable, VOTABLE_WORDS_TABLE, NULL);
		words_keep(votable, VOTABLE_WORDS_TABLE_NAME,
			   votable_attribute(attributes, "name"));
	}
	return VOTABLE_TABLE;
}

static enum votable_element
begin_field(struct votable *votable, const char **attributes)
{
	if (votable->settled)
		return VOTABLE_OTHER;
	votable_columns_add(votable, attributes);
	return VOTABLE_FIELD;
}

static enum votable_element
begin_values(struct votable *votable, const char **attributes)
{
	/* After a failure there may be no field to which it belongs. */
	if (votable->rc == LC_OK)
		votable_columns_set_null(votable,
					 votable_attribute(attributes, "null"));
	return VOTABLE_OTHER;
}

static enum votable_element
begin_description(struct votable *votable, const char **attributes)
{
	(void)attributes;
	if (votable->settled)
		return VOTABLE_OTHER;
	element_collect(votable);
	return VOTABLE_DESCRIPTION;
}

static enum votable_element
begin_coosys(struct votable *votable, const char **attributes)
{
	if (!votable->settled)
		votable_columns_add_system(votable, attributes);
	return VOTABLE_OTHER;
}

/* A service's error comes as a document too: it is not to pass for a table. */
static enum votable_element
begin_info(struct votable *votable, const char **attributes)
{
	const char *value = votable_attribute(attributes, "value");

	if (attribute_is(attributes, "name", "QUERY_STATUS") &&
	    attribute_is(attributes, "value", "ERROR")) {
		element_collect(votable);
		return VOTABLE_ERROR;
	}
	if ((attribute_is(attributes, "name", "Error") ||
	     attribute_is(attributes, "ID", "Error")) &&
	    value != NULL)
		snprintf(votable->said_error, sizeof(votable->said_error),
			 "%.*s",
			 (int)text_utf8_cut(value, strlen(value),
					    sizeof(votable->said_error) - 1),
			 value);
	return VOTABLE_OTHER;
}

static enum votable_element
begin_data(struct votable *votable, const char **attributes)
{
	bool meta = votable->stack[votable->depth - 2] == VOTABLE_RESOURCE_META;

	(void)attributes;
	votable->data_seen++;
	if (votable->settled)
		return votable->data_seen == votable->data_read ? VOTABLE_DATA :
								  VOTABLE_OTHER;
	if (!meta || votable->take_meta)
		return VOTABLE_DATA;
	votable->refused_meta = true;
	return VOTABLE_OTHER;
}

/* Columns are made of the fields. */
static void
element_settle(struct votable *votable, bool in_binary, bool nulls)
{
	votable->in_binary = in_binary;
	votable->binary_nulls = nulls;
	if (!votable->settled)
		votable_columns_settle(votable);
}

static enum votable_element
begin_tabledata(struct votable *votable, const char **attributes)
{
	(void)attributes;
	element_settle(votable, false, false);
	votable->begun = true;
	element_pause(votable);
	return VOTABLE_TABLEDATA;
}

static enum votable_element
begin_binary(struct votable *votable, const char **attributes)
{
	(void)attributes;
	element_settle(votable, true, false);
	return VOTABLE_BINARY;
}

static enum votable_element
begin_binary2(struct votable *votable, const char **attributes)
{
	(void)attributes;
	element_settle(votable, true, true);
	return VOTABLE_BINARY;
}

static enum votable_element
begin_data_of_a_kind(struct votable *votable, const char **attributes)
{
	(void)attributes;
	votable_fail(votable, LC_INVALID,
		     "its data are in a form that is not read: write them as "
		     "TABLEDATA, BINARY or BINARY2");
	return VOTABLE_OTHER;
}

static enum votable_element
begin_stream(struct votable *votable, const char **attributes)
{
	const char *encoding = votable_attribute(attributes, "encoding");

	if (votable_attribute(attributes, "href") != NULL)
		votable_fail(votable, LC_INVALID,
			     "its data are in another file, which is not "
			     "fetched: write them inline");
	else if (encoding != NULL && strcmp(encoding, "base64") != 0)
		votable_fail(votable, LC_INVALID,
			     "its data have the encoding \"%.40s\", and base64 "
			     "alone is read",
			     encoding);
	else if (votable->begun)
		votable_fail(votable, LC_INVALID,
			     "its data have more than one STREAM");
	votable->begun = true;
	element_pause(votable);
	return VOTABLE_STREAM;
}

static enum votable_element
begin_tr(struct votable *votable, const char **attributes)
{
	(void)attributes;
	votable->table.line = votable_line(votable);
	votable->cells_seen = votable->row_length = 0;
	votable->row_fault = NULL;
	return VOTABLE_TR;
}

static enum votable_element
begin_td(struct votable *votable, const char **attributes)
{
	if (votable->cells_seen < votable->table.count) {
		votable->starts[votable->cells_seen] =
			(uint32_t)votable->row_length;
		votable->in_cell = true;
	}
	if (attributes[0] != NULL &&
	    votable_attribute(attributes, "encoding") != NULL)
		votable->row_fault = "a cell of the row has an encoding";
	return VOTABLE_TD;
}

static enum votable_element
begin_in_td(struct votable *votable)
{
	votable->row_fault = "a cell of the row has an element in it";
	return VOTABLE_OTHER;
}

#define IN(element) (UINT32_C(1) << VOTABLE_##element)
#define IN_RESOURCE (IN(RESOURCE) | IN(RESOURCE_META))

/* Those of the rows come first: there are most of them. */
static const struct element_rule rules[] = {
	{"TD", IN(TR), begin_td},
	{"TR", IN(TABLEDATA), begin_tr},
	{"VOTABLE", IN(NONE), begin_votable},
	{"RESOURCE", IN(VOTABLE) | IN_RESOURCE, begin_resource},
	{"TABLE", IN_RESOURCE, begin_table},
	{"FIELD", IN(TABLE), begin_field},
	{"VALUES", IN(FIELD), begin_values},
	{"DESCRIPTION", IN(VOTABLE) | IN_RESOURCE | IN(TABLE) | IN(FIELD),
	 begin_description},
	{"DEFINITIONS", IN(VOTABLE), begin_definitions},
	{"COOSYS", IN(VOTABLE) | IN(DEFINITIONS) | IN_RESOURCE, begin_coosys},
	{"INFO", IN(VOTABLE) | IN(DEFINITIONS) | IN_RESOURCE | IN(TABLE),
	 begin_info},
	{"PARAM", IN(VOTABLE) | IN(DEFINITIONS) | IN_RESOURCE, begin_info},
	{"DATA", IN(TABLE), begin_data},
	{"TABLEDATA", IN(DATA), begin_tabledata},
	{"BINARY", IN(DATA), begin_binary},
	{"BINARY2", IN(DATA), begin_binary2},
	{"STREAM", IN(BINARY), begin_stream},
	{"FITS", IN(DATA), begin_data_of_a_kind},
	{"PARQUET", IN(DATA), begin_data_of_a_kind},
};

enum votable_element
votable_element_begin(struct votable *votable, enum votable_element parent,
		      const char *name, const char **attributes)
{
	const char *colon = strchr(name, ':');

	/* The namespace, if there is any, is that of one version or another. */
	if (colon != NULL)
		name = colon + 1;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct element_rule *rule = &rules[i];

		if ((rule->parents >> parent & 1) != 0 &&
		    strcmp(rule->name, name) == 0)
			return rule->begin(votable, attributes);
	}
	if (parent == VOTABLE_TD)
		return begin_in_td(votable);
	if (parent == VOTABLE_NONE)
		votable_fail(votable, LC_INVALID,
			     "it is XML, but its root is %.*s and not VOTABLE",
			     (int)text_utf8_cut(name, strlen(name), 40), name);
	return VOTABLE_OTHER;
}

static void
end_description(struct votable *votable)
{
	const char *text = element_collected(votable);
	enum votable_words which;

	if (votable->rc != LC_OK)
		return;
	switch (votable->stack[votable->depth - 1]) {
	case VOTABLE_FIELD:
		votable_columns_describe(votable, text);
		return;
	case VOTABLE_TABLE:
		which = VOTABLE_WORDS_TABLE;
		break;
	case VOTABLE_VOTABLE:
		which = VOTABLE_WORDS_DOCUMENT;
		break;
	default:
		which = VOTABLE_WORDS_RESOURCE;
		break;
	}
	words_keep(votable, which, text);
}

static void
end_error(struct votable *votable)
{
	const char *text = element_collected(votable);

	if (*text == '\0')
		text = votable->said_error;
	if (*text == '\0')
		text = "it does not say which";
	votable_fail(votable, LC_INVALID,
		     "the service that wrote it reports an error: %.*s",
		     (int)text_utf8_cut(text, strlen(text), TABLE_WHY_MAX / 2),
		     text);
}

void
votable_element_end(struct votable *votable, enum votable_element element)
{
	switch (element) {
	case VOTABLE_TD:
		if (votable->in_cell)
			votable->row[votable->row_length++] = '\0';
		votable->in_cell = false;
		votable->cells_seen++;
		break;
	case VOTABLE_TR:
		votable->row_ready = true;
		element_pause(votable);
		break;
	case VOTABLE_DESCRIPTION:
		end_description(votable);
		break;
	case VOTABLE_ERROR:
		end_error(votable);
		break;
	case VOTABLE_BINARY:
		if (!votable->begun)
			votable_fail(votable, LC_INVALID,
				     "its data have no STREAM");
		break;
	default:
		break;
	}
}
