/*
 * tugid's subcommands, and all that it prints.
 */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

/** command_run(argc, argv): the exit status. */
int command_run(int argc, char **argv);

#endif
