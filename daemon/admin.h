/*
 * tugid's subcommands, and all that it prints.
 */
#ifndef DAEMON_ADMIN_H
#define DAEMON_ADMIN_H

/** admin_run(argc, argv): the exit status. */
int admin_run(int argc, char **argv);

#endif
