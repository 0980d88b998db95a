/*
 * From words to a command of the table.
 */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "client/cli/cmd.h"

/** find_cmd(words, n, used): the command that ${words} begin with, ${used}
 * words long, or NULL. A group alone ("held") is its list where that needs no
 * words. */
const struct cmd *find_cmd(char *const *words, size_t n, size_t *used);

/** find_in_group(cmd, group): is it "group something"? */
bool find_in_group(const struct cmd *cmd, const char *group);
bool find_is_group(const char *name);

/** find_fail(words, n, e): ERR_INPUT with the nearest command. */
int find_fail(char *const *words, size_t n, struct err *e);

#endif
