/*
 * A yardstick: the least that a CGI program in C can do, which is to start,
 * print a constant and end.
 */
#include <stdio.h>

int
main(void)
{
	fputs("Content-Type: application/json\r\n\r\n"
	      "{\"system\": [], \"matched\": 0, \"next\": null}\n",
	      stdout);
	return 0;
}
