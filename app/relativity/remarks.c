#include "relativity/remarks.h"

#include <stdio.h>
#include <string.h>

static void LC_PRINTF(4, 0)
	remarks_add(struct remarks *remarks, const char *input,
		    const char *type, const char *format, va_list list)
{
	static const char cut[] = "...";
	struct remark *remark;
	int length;

	if (remarks->count == REMARKS_MOST)
		return;
	remark = &remarks->list[remarks->count++];
	remark->input = input;
	remark->type = type;
	length = vsnprintf(remark->words, sizeof(remark->words), format, list);
	if (length >= (int)sizeof(remark->words))
		memcpy(remark->words + sizeof(remark->words) - sizeof(cut), cut,
		       sizeof(cut));
}

void
remarks_warn(struct remarks *remarks, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	remarks_add(remarks, NULL, NULL, format, list);
	va_end(list);
}

void
remarks_refuse(struct remarks *remarks, const char *input, const char *type,
	       const char *format, ...)
{
	va_list list;

	remarks->refused = true;
	va_start(list, format);
	remarks_add(remarks, input, type, format, list);
	va_end(list);
}
