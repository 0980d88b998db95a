/*
 * The manual page tugi(1), made from the table.
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "client/cli/cmd.h"

/** man_write(b): scdoc(5) source, which the Makefile turns into roff. */
void man_write(struct buf *b);

#endif
