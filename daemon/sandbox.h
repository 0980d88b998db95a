/*
 * What a serving hub may still do: its folder, and nothing beside it.
 *
 * Landlock (Linux 5.19 and later for what is needed here) lets a process give
 * up rights for good, for all its threads to come, whoever it runs as. The
 * service's unit says the same and more from outside; this holds as well where
 * somebody starts the hub without the unit.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include "daemon/settings.h"

/** sandbox_kernel(): version of Landlock that this kernel has; 0: none, or too
 * old to let a file move between two folders. */
int sandbox_kernel(void);

/** sandbox_enter(s, file, e): from now on files are written below the data folder
 * only, read there, beside the certificate, beside ${file} (the settings, or
 * NULL) and where the system keeps what is no secret, no program is run, and
 * with Landlock 4 no TCP connection is begun and no other port bound than those
 * that ${s} names. Before the first thread starts.
 * 1 done, 0 not here (the kernel has none), -1 it should have worked. */
int sandbox_enter(const struct settings *s, const char *file, struct err *e);

#endif
