/*
 * A worker's profile in a temporary folder, with a clock that stands still
 * until told, and an office that only exists in its directory: colleagues can
 * be listed and what they write can be accepted, without a hub.
 */
#ifndef SUPPORT_FIXTURE_H
#define SUPPORT_FIXTURE_H

#include "client/core/local/versions.h"
#include "client/core/profile/session.h"
#include "tests/support/folder.h"

#define FIXTURE_NOW INT64_C(1790000000000) /* 2026-09-21 */
#define FIXTURE_PASS "four small invented words"
#define FIXTURE_COLLEAGUES 4

struct colleague {
	struct device_keys keys;
	struct id person;
	uint64_t hlc;
};

struct fixture {
	char folder[FOLDER_BYTES]; /* temporary; holds the profile */
	char profile[80];
	struct session_options options;
	struct session *s;
	struct store *st;        /* of s */
	int64_t now_ms;          /* what the clock says */
	struct id commons;
	struct colleague others[FIXTURE_COLLEAGUES];
	size_t other_count;
	uint64_t seq;            /* of the pretended log */
};

/** fixture_open(f, member): a fresh profile; ${member}: approved, with the
 * commons begun and the own name "Anna Arumets" in it. */
void fixture_open(struct fixture *f, bool member);
void fixture_close(struct fixture *f);

/** fixture_reopen(f): close and open with the passphrase. */
void fixture_reopen(struct fixture *f);

/** fixture_colleague(f, name): listed in the directory, named in commons. */
struct colleague *fixture_colleague(struct fixture *f, const char *name);

/** fixture_accept(f, c, space, rec): ${rec} written by ${c} (origin and stamp
 * are filled in) arrives from the log now; the result of
 * versions_accept_tx. */
int fixture_accept(struct fixture *f, struct colleague *c,
    const struct id *space, struct record *rec, struct err *e);

/** fixture_ack(f): all local versions come back accepted, in order. */
void fixture_ack(struct fixture *f);

/** fixture_case(f, name, code): a new case. */
struct id fixture_case(struct fixture *f, const char *name,
    const char *code);

/** fixture_note(f, case_id, text): a note written now. */
struct id fixture_note(struct fixture *f, const struct id *case_id,
    const char *text);

/** fixture_text_op(op, field, text): an op with a text and no bases. */
void fixture_text_op(struct op *op, uint16_t field, const char *text);

/** fixture_bases(f, id, op): the bases that somebody would name who had seen
 * all of record ${id}. */
void fixture_bases(struct fixture *f, const struct id *id, struct op *op);

#endif
