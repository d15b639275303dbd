#include "text_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include "state_dir.h"

static char directory[STATE_DIR_MAX];

int
text_table_set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

int
text_table_tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

const char *
text_table_file(const void *bytes, size_t length)
{
	state_dir_write(directory, "table", bytes, length);
	return state_dir_file(directory, "table");
}

struct table *
text_table_open(const void *bytes, size_t length)
{
	struct table *table;
	char why[TABLE_WHY_MAX];

	if (table_open(text_table_file(bytes, length), &table, why,
		       sizeof(why)) != LC_OK)
		fail_msg("%.60s: %s", (const char *)bytes, why);
	return table;
}
