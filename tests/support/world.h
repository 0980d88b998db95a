/*
 * A whole office in one process: a hub, some devices with stores of their own,
 * and one clock that stands still until told. Requests go through the wire's
 * encoding and the hub's own handlers; only HTTP and TLS are left out.
 *
 * Person 0 is the first officer. A request can be cut before it reaches the
 * hub or before its answer arrives, and an answer can be changed on its way.
 * Failures in here end the test program with a sentence.
 */
#ifndef SUPPORT_WORLD_H
#define SUPPORT_WORLD_H

#include <stdatomic.h>

#include "client/core/exchange.h"
#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "daemon/hub/hub.h"
#include "tests/support/folder.h"

#define WORLD_CLIENTS 8
#define WORLD_NOW 1790000000000LL
#define WORLD_CODE "ABCDE-FGHJK-MNPQR-STVWX-YZ012"
#define WORLD_PASSPHRASE "correct horse"

struct world;

struct world_client {
	struct world *w;
	char profile[96];
	struct session *session; /* NULL: closed */
	struct remote remote;
	int64_t skew_ms;         /* own clock minus the world's */
	const char *vfs;         /* NULL: files */
	struct id person;
};

struct world {
	char folder[FOLDER_BYTES], path[96];
	struct hub *hub;
	struct sign_pub hub_pub;
	struct sign_key hub_key;
	_Atomic int64_t wall_ms, mono_ms;
	struct world_client c[WORLD_CLIENTS];
	char *shares[3];

	/* Counted over all clients. */
	unsigned calls;
	uint64_t bytes_up, bytes_down;

	/* Trouble; calls count from 1, 0: never. A member's sync with something to
	 * send asks for its anchor, pulls, and pushes: */
#define WORLD_PUSH 3
	unsigned cut_request, cut_answer;
	/* Changes an answer; 0, or -1 with an error instead of it. */
	int (*tamper)(struct world *w, const char *path, struct view request,
	    int *status, struct buf *answer, struct err *e);
	void *tamper_ctx;
};

/** world_begin(w, n): a hub that an office of ${n} persons has claimed, one
 * device each, all joined and in step. */
void world_begin(struct world *w, int n);

/** world_begin_bare(w): a hub that nobody has claimed, and no clients;
 * world_profile(w, i): client ${i} with a new profile that knows no hub. */
void world_begin_bare(struct world *w);
void world_profile(struct world *w, int i);
void world_end(struct world *w);

/** world_pass(w, ms): time goes by. */
void world_pass(struct world *w, int64_t ms);

/** world_until(w, wall_ms): time goes by until then, never back; ${w}: a
 * struct world (year.at). */
void world_until(void *world, int64_t wall_ms);

/** world_hub_close(w), world_hub_open(w): restart the hub. */
void world_hub_close(struct world *w);
void world_hub_open(struct world *w);

/** world_join(w, i): client ${i} makes a profile and is approved by client 0;
 * for worlds that grow. */
void world_join(struct world *w, int i);

/** world_join_as(w, i, roles): with these roles; the root signs for what needs
 * a second hand. */
void world_join_as(struct world *w, int i, unsigned roles);

/** world_close(w, i), world_open(w, i): restart a client. world_open: 0, -1. */
void world_close(struct world *w, int i);
int world_open(struct world *w, int i, struct err *e);

/** world_serve(hub, c, out): the hub's handler for ${c}, as daemon/api has it;
 * the HTTP status. */
int world_serve(struct hub *hub, const struct remote_call *c,
    struct buf *out);

struct store *world_store(struct world *w, int i);

/** world_sync(w, i, out, e): exchange_sync of client ${i}; out may be NULL. */
int world_sync(struct world *w, int i, struct exchange_result *out,
    struct err *e);

/** world_must_sync(w, i): the same, and it must succeed. */
struct exchange_result world_must_sync(struct world *w, int i);

/** world_case(w, i, name, id): a case of client ${i}. */
void world_case(struct world *w, int i, const char *name, struct id *id);

/** world_grant(w, i, case_id, whom, sections, right): a consent, a year. */
void world_grant(struct world *w, int i, const struct id *case_id, int whom,
    const char *sections, bool write);
void world_withdraw(struct world *w, int i, const struct id *case_id,
    int whom, const char *sections);

/** world_note(w, i, case_id, text, id): id may be NULL. 0, -1. */
int world_note(struct world *w, int i, const struct id *case_id,
    const char *text, struct id *id);

/** world_notes(w, i, case_id): how many notes ${i} sees. */
size_t world_notes(struct world *w, int i, const struct id *case_id);

/** world_has(w, i, text): a version with these bytes is in i's store. */
bool world_has(struct world *w, int i, const char *text);

/** world_field(w, i, id, name, out): a record's field as shown. */
void world_field(struct world *w, int i, const struct id *id,
    const char *name, char out[static 160]);

/** world_set(w, i, id, name, text): change one field; 0, -1. */
int world_set(struct world *w, int i, const struct id *id, const char *name,
    const char *text);

/** world_count(w, i, sql): one number from i's store. */
int64_t world_count(struct world *w, int i, const char *sql);

#endif
