/* The one error type; see the header for the rules of its sentences. */
#include "common/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/text.h"

/* A text that did not fit ends with a whole character. */
static void
trim(struct err *e, int wanted)
{
	size_t n = strlen(e->text), start = n;

	if (wanted < 0 || (size_t)wanted < sizeof(e->text))
		return;
	while (start > 0 && ((unsigned char)e->text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && ((unsigned char)e->text[start - 1] & 0x80) != 0)
		e->text[start - 1] = '\0';
}

int
err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	e->kind = kind;
	e->code = 0;
	va_start(ap, fmt);
	trim(e, vsnprintf(e->text, sizeof(e->text), text_spoken(fmt), ap));
	va_end(ap);
	return -1;
}

int
err_add(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_BYTES];
	va_list ap;
	size_t n;

	memcpy(old, e->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), text_spoken(fmt), ap);
	va_end(ap);
	n = strlen(e->text);
	trim(e, (int)n + snprintf(e->text + n, sizeof(e->text) - n, ": %s",
	    old));
	return -1;
}

void
err_clear(struct err *e)
{
	e->kind = ERR_NONE;
	e->code = 0;
	e->text[0] = '\0';
}

int
err_exit_code(enum err_kind kind)
{
	/* sysexits.h where it has a fitting value; 3 and 4 are ours. */
	static const int code[] = {
		[ERR_NONE] = 0, [ERR_INPUT] = 64, [ERR_ABSENT] = 3,
		[ERR_DENIED] = 77, [ERR_CLASH] = 4, [ERR_TOOBIG] = 65,
		[ERR_PEER] = 76, [ERR_AWAY] = 75, [ERR_LOCAL] = 74,
		[ERR_BUG] = 70
	};

	return code[kind];
}

const char *
err_system(int code)
{
	static const struct {
		int code;
		const char *words;
	} known[] = {
		{ ENOENT, N_("there is no such file or folder") },
		{ EACCES, N_("this user may not") },
		{ EPERM, N_("this user may not") },
		{ EEXIST, N_("there is one already") },
		{ EISDIR, N_("this is a folder") },
		{ ENOTDIR, N_("this is no folder") },
		{ EROFS, N_("the disk can only be read") },
		{ ENOSPC, N_("the disk is full; make room there, or use "
		    "another one") },
		{ EDQUOT, N_("the disk is full; make room there, or use "
		    "another one") },
		{ EFBIG, N_("no file may grow that large there; use another "
		    "disk") },
		{ EIO, N_("the disk reports an error") },
		{ ENODEV, N_("the disk is not there any more") },
		{ ENXIO, N_("the disk is not there any more") },
		{ EMFILE, N_("too many files are open") },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code)
			return _(known[i].words);
	return strerror(code);
}
