/*
 * The profile a command works on: where it is, opening it, its hub.
 */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "client/cli/cmd.h"
#include "client/core/sync/remote.h"

/** place_find(c, e): --profile, TUGI_PROFILE, XDG_DATA_HOME/tugi or
 * ~/.local/share/tugi into c->profile. Makes nothing: a command that needs no
 * profile works without a home folder. */
int place_find(struct ctx *c, struct err *e);

/** place_open(c, e): with the key the kernel holds, else the passphrase,
 * asked for up to three times on a terminal. */
int place_open(struct ctx *c, struct err *e);

/** place_open_or_make(c, e): the same; a new profile when there is none. */
int place_open_or_make(struct ctx *c, struct err *e);

/** place_stay(c, otherwise, seconds, e): how long --for says that the profile is
 * to stay open; ${otherwise} when it was not given. ERR_INPUT: over a day.
 * place_hold(c, seconds, until_ms, e): it does, and the person is told; 0: no. */
int place_stay(struct ctx *c, int64_t otherwise, int64_t *seconds,
    struct err *e);
int place_hold(struct ctx *c, int64_t seconds, int64_t *until_ms,
    struct err *e);

/** place_connect(c, r, e): the hub of the open profile. */
int place_connect(struct ctx *c, struct remote *r, struct err *e);

#endif
