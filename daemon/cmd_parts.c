/* What the subcommands share: whose hub it is, questions, JSON, days. */
#include "daemon/cmd.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"

char *
cmd_conf(const struct options *o)
{
	return o->file != NULL ? mem_dup(o->file) :
	    file_join(o->data, SETTINGS_FILE);
}

/* Root's files in it would be closed to the hub, which runs as its owner. */
int
cmd_owner(const char *data, struct err *e)
{
	struct passwd *who;
	struct stat st;

	if (geteuid() != 0 || stat(data, &st) != 0 || st.st_uid == 0)
		return 0;
	who = getpwuid(st.st_uid);
	if ((who != NULL ? initgroups(who->pw_name, st.st_gid) :
	    setgroups(0, NULL)) != 0 || setgid(st.st_gid) != 0 ||
	    setuid(st.st_uid) != 0)
		return err_set(e, ERR_LOCAL, "cannot go on as the user that "
		    "has %s: %s", data, strerror(errno));
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "as %s, who has %s\n", who != NULL ?
		    who->pw_name : "another user", data);
	return 0;
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
	if (rc == 0 && cmd_owner(s->data, e) != 0) {
		settings_done(s);
		return -1;
	}
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
