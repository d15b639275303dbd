#include "sky/table.h"

#include "base/text.h"
#include "sky/table_kinds.h"

void
table_close(struct table *table)
{
	if (table != NULL)
		table->methods->close(table);
}

const char *
table_kind(const struct table *table)
{
	return table->methods->kind;
}

size_t
table_count(const struct table *table)
{
	return table->count;
}

const struct table_column *
table_column(const struct table *table, size_t i)
{
	return &table->columns[i];
}

static bool
is_named(const struct table_column *column, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (column->name[i] == '\0' ||
		    text_lower(column->name[i]) != text_lower(name[i]))
			return false;
	return column->name[length] == '\0';
}

int
table_find(const struct table *table, const char *name, size_t length)
{
	for (size_t i = 0; i < table->count; i++)
		if (is_named(&table->columns[i], name, length))
			return (int)i;
	return -1;
}

const char *
table_fact(const struct table *table, enum table_fact which)
{
	return table->facts[which];
}

enum table_result
table_next(struct table *table)
{
	return table->methods->next(table);
}

const struct table_cell *
table_cells(const struct table *table)
{
	return table->cells;
}

int64_t
table_line(const struct table *table)
{
	return table->line;
}

const char *
table_why(const struct table *table)
{
	return table->why;
}

int64_t
table_converted(const struct table *table)
{
	return table->converted;
}

enum lc_rc
table_rewind(struct table *table)
{
	return table->methods->rewind(table);
}

int64_t
table_bytes_read(const struct table *table)
{
	return table->bytes_read;
}

int64_t
table_bytes_total(const struct table *table)
{
	return table->bytes_total;
}
