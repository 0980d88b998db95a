/* One write per line, so that lines of many threads do not mix. */
#include "daemon/api/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES 600

static int is_quiet;

void
log_quiet(int quiet)
{
	is_quiet = quiet;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;
	int n, i, head;

	if (is_quiet && level == LOG_LEVEL_INFO)
		return;
	head = snprintf(line, sizeof(line), "<%d>", (int)level);
	va_start(ap, fmt);
	n = vsnprintf(line + head, sizeof(line) - 4, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	n += head;
	if (n > LINE_BYTES - 2)
		n = LINE_BYTES - 2;
	for (i = head; i < n; i++) /* one line, whatever it was told */
		if ((unsigned char)line[i] < ' ')
			line[i] = '?';
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* nobody listens */
}
