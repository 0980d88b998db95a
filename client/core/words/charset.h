/*
 * Text of old programs as UTF-8. The one door to iconv.
 */
#ifndef CORE_CHARSET_H
#define CORE_CHARSET_H

#include "common/base/buf.h"

/** charset_known(name): utf-8, utf-16, latin-1, windows-1252, windows-1257. */
bool charset_known(const char *name);

/** charset_read(name, in, out, e): ${in} as UTF-8, appended to ${out}; a byte
 * order mark decides where there is one. ERR_INPUT names the line of what is
 * no text in it. ${name} NULL: UTF-8. */
int charset_read(const char *name, struct view in, struct buf *out,
    struct err *e);

#endif
