/*
 * Reading the command line by the table.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include "client/cli/cmd.h"

/** opt_globals(count): the options every command understands. */
const struct opt *opt_globals(size_t *count);

/** opt_lead(argc, argv, g, next, e): global options before the command;
 * ${next}: index of the first word. ERR_INPUT with a sentence. */
int opt_lead(int argc, char **argv, struct globals *g, int *next,
    struct err *e);

/** opt_command(cmd, argc, argv, g, a, e): what follows the command's name,
 * which stands in argv[0] and may be of several words. Options and words may
 * mix, "--" ends the options, an option's name is never shortened. With
 * --help nothing else is checked. */
struct opt_line {
	int argc;
	char **argv;
};
int opt_command(const struct cmd *cmd, struct opt_line line,
    struct globals *g, struct args *a, struct err *e);

/** opt_count(cmd): its own options. */
size_t opt_count(const struct cmd *cmd);

#endif
