/*
 * The manual page tugi(1), made from the table.
 */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "client/cli/cmd.h"

/** man_write(b): mdoc(7) source; clean under mandoc -Tlint. */
void man_write(struct buf *b);

#endif
