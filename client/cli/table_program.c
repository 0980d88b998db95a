/*
 * The program itself.
 */
#include "client/cli/cmd.h"
#include "client/cli/text.h"

static const struct cmd cmds[] = {
{
	.name = "completion", .words = "bash|zsh|fish", .min = 1, .max = 1,
	.run = cmd_completion,
	.summary = N_("print the completion script of a shell"),
	.examples = { "tugi completion bash >~/.local/share/bash-completion/"
	    "completions/tugi" }
}, {
	.name = "help", .words = N_("[COMMAND]"), .max = 3, .run = cmd_help,
	.summary = N_("show the help of a command"),
	.examples = { "tugi help note add" }
}, {
	.name = "man", .words = "", .run = cmd_man,
	.summary = N_("print the manual page's source"),
	.examples = { "tugi man | scdoc | man -l -" }
}, {
	.name = "version", .words = "", .run = cmd_version,
	.summary = N_("show the version"),
	.examples = { "tugi version" }
}
};

const struct cmd_list table_program = { cmds, sizeof(cmds) / sizeof(cmds[0]) };
