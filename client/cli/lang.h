/*
 * The language of the program's own texts: the catalogues of client/po, which
 * stand in the program as msgfmt made them.
 */
#ifndef CLI_LANG_H
#define CLI_LANG_H

#include <stddef.h>

#include "common/base/err.h"

struct lang_catalogue {
	const char *lang;           /* et, lv, fi, hu */
	const unsigned char *bytes; /* a .mo file, little-endian */
	size_t len;
};

/* Made by the Makefile from client/po; ends with a NULL lang. */
extern const struct lang_catalogue lang_catalogues[];

/** lang_choose(said, e): speak ${said}, a language's code; NULL: what the
 * environment asks for (LANGUAGE, LC_ALL, LC_MESSAGES, LANG, as gettext reads
 * them), or English. ERR_INPUT for a code that is none of the five. */
int lang_choose(const char *said, struct err *e);

/** lang_spoken(): et, lv, fi, hu or en. */
const char *lang_spoken(void);

#endif
