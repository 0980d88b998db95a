/* What the subcommands share: questions, JSON strings, days. */
#include "daemon/cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/file.h"
#include "common/base/mem.h"

char *
cmd_conf(const struct options *o)
{
	return o->file != NULL ? mem_dup(o->file) :
	    file_join(o->data, SETTINGS_FILE);
}

int
cmd_settings(const struct options *o, struct settings *s, struct err *e)
{
	char *path;
	int rc;

	if (o->file == NULL && o->data == NULL)
		return err_set(e, ERR_INPUT,
		    "name the hub's folder, or its settings with -c FILE");
	path = cmd_conf(o);
	rc = settings_read(path, o->data, s, e);
	mem_free(path);
	if (rc != 0 && e->kind == ERR_INPUT)
		e->code = SETTINGS_EXIT;
	return rc;
}

void
cmd_json(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < ' ')
			printf("\\u%04x", (unsigned)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

void
cmd_day(int64_t ms, char out[static CMD_DAY_BYTES])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(out, CMD_DAY_BYTES, "%Y-%m-%d %H:%M UTC", &tm);
}

bool
cmd_ask(const char *question, const char *usual, char *out, size_t n)
{
	printf("%s [%s]: ", question, usual);
	fflush(stdout);
	if (fgets(out, (int)n, stdin) == NULL)
		return false;
	out[strcspn(out, "\r\n")] = '\0';
	if (out[0] == '\0')
		snprintf(out, n, "%s", usual);
	return true;
}
