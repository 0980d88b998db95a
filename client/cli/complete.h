/*
 * Completion scripts of the shells, made from the table.
 */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include "client/cli/cmd.h"

/** complete_write(b, shell, e): bash, zsh or fish; ERR_INPUT otherwise. */
int complete_write(struct buf *b, const char *shell, struct err *e);

#endif
