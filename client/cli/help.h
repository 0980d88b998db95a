/*
 * Help texts, made from the table.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "client/cli/cmd.h"

/** help_all(b): usage, every command with its summary, global options. */
void help_all(struct buf *b);

/** help_group(b, group): the commands of a group. */
void help_group(struct buf *b, const char *group);

/** help_cmd(b, cmd): examples first, then synopsis and options. */
void help_cmd(struct buf *b, const struct cmd *cmd);

/** help_print(o, b): write and end ${b}. */
int help_print(struct out *o, struct buf *b, struct err *e);

#define HELP_MAX_BYTES ((size_t)256 * 1024)

/** help_fields(b, cmd): the fields that an entry command takes, from the
 * declaration of its kind; nothing for other commands. */
void help_fields(struct buf *b, const struct cmd *cmd);

#endif
