/* One write per line, so that lines of many threads do not mix. */
#include "daemon/api/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES 600

static atomic_int is_quiet;

void
log_quiet(int quiet)
{
	atomic_store(&is_quiet, quiet);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char line[LINE_BYTES];
	va_list ap;
	int n, i, head;

	if (atomic_load(&is_quiet) && level == LOG_LEVEL_INFO)
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

void
log_words(enum log_level level, const char *event, const char *words)
{
	char text[LINE_BYTES];
	size_t i, n = 0;

	for (i = 0; words[i] != '\0' && n < sizeof(text) - 3; i++) {
		if (words[i] == '"' || words[i] == '\\')
			text[n++] = '\\';
		text[n++] = words[i];
	}
	text[n] = '\0';
	log_line(level, "event=%s words=\"%s\"", event, text);
}
