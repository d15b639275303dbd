#include "commands/command.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { COMMAND_WORDS_MAX = 8192 };

void
command_print(FILE *out, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		const unsigned char *at = (const unsigned char *)text;
		size_t bytes = text_utf8_one(text, left);
		/* U+0080 to U+009F are orders, too. */
		bool order = bytes == 0 || at[0] < ' ' || at[0] == 0x7f ||
			     (at[0] == 0xc2 && at[1] < 0xa0);

		if (order)
			fputc('?', out);
		else
			fwrite(text, 1, bytes, out);
		bytes = bytes == 0 ? 1 : bytes;
		text += bytes;
		left -= bytes;
	}
}

int
command_say(const struct command *verb, int code, const char *format, ...)
{
	char words[COMMAND_WORDS_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	fprintf(stderr, "lightcone %s: ", verb->name);
	command_print(stderr, words);
	fputc('\n', stderr);
	return code;
}

int
command_load_options(const struct command *verb, struct options *options)
{
	struct buf why;
	int code = COMMAND_OK;

	buf_init(&why);
	if (options_load(options, &why) != LC_OK)
		code = command_say(verb, COMMAND_WRONG_OPTION, "%.*s",
				   (int)why.length, why.bytes);
	buf_release(&why);
	return code;
}

int
command_end_output(const struct command *verb)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return COMMAND_OK;
	return command_say(verb, COMMAND_FAILED,
			   "standard output cannot be written");
}
