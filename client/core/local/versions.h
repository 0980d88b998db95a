/*
 * Records and their versions: the one place that writes them.
 *
 * A local write puts record, version and clock into one transaction: when it
 * returns, the text survives a power cut. Search is brought up to date after.
 */
#ifndef LOCAL_VERSIONS_H
#define LOCAL_VERSIONS_H

#include "client/core/local/fields.h"
#include "client/core/local/heads.h"
#include "client/core/local/spaces.h"

enum { /* record.flags */
	RECORD_CONFLICT = 1,  /* a field has more than one head */
	RECORD_HELD = 2,      /* has a version that waits for a decision */
	RECORD_HIDDEN = 4,    /* section lost or expired; not shown */
	RECORD_WIPED = 8      /* text removed from this device */
};

struct record_row {
	int64_t rid;
	struct id id, space, case_id, parent;
	enum record_type type;
	int64_t at_ms;
	unsigned flags;
};

struct write { /* a new version of a record, by this person */
	struct id id;            /* zero: a new record, id is made */
	enum record_type type;
	struct id space, case_id, parent, basis;
	int64_t at_ms;           /* 0: now */
	const struct op *ops;    /* bases are filled in by versions_write_tx */
	size_t op_count;
};

/**
 * versions_write_tx(s, w, out_id, e): save a local version. The bases of each
 * op are the current heads of its field. ERR_DENIED without the right to
 * write; ERR_TOOBIG past CHANGESET_BODY_MAX.
 */
int versions_write_tx(struct store *s, const struct write *w,
    struct id *out_id, struct err *e);

/** versions_accept_tx(s, space, rec, body, at, e): a version from the log (or
 * an own one coming back). Duplicates collapse; flags are brought up to
 * date. */
struct version_at {
	uint64_t seq;
	uint32_t idx;
	uint64_t eff;
	enum version_state state; /* ACCEPTED or REVIEW */
};
int versions_accept_tx(struct store *s, const struct id *space,
    const struct record *rec, struct view body, const struct version_at *at,
    struct err *e);

int versions_row(struct store *s, const struct id *id,
    struct record_row *out, struct err *e); /* 1, 0, -1 */

/* A record with all its versions in memory. */
struct loaded {
	struct record_row row;
	struct version *versions;
	size_t count;
	struct heads heads;
	struct buf bytes; /* the bodies that versions borrow */
};
int versions_load(struct store *s, const struct id *id, struct loaded *out,
    struct err *e); /* 1, 0, -1 */
void versions_done(struct loaded *l);

/** loaded_text(l, field), loaded_int, loaded_id: the shown value; an empty
 * view, 0 or a zero id when there is none. Borrowed from ${l}. */
struct view loaded_text(const struct loaded *l, uint16_t field);
int64_t loaded_int(const struct loaded *l, uint16_t field);
struct id loaded_id(const struct loaded *l, uint16_t field);

/** versions_each(s, q, fn, ctx, e): rows in order of at_ms, newest first;
 * stops when ${fn} returns non-zero (negative: error). */
struct version_query {
	enum record_type type;     /* 0: any */
	const struct id *case_id;  /* NULL: any */
	const struct id *space;
	const struct id *parent;
	unsigned flags;            /* all of these bits set */
	size_t limit;              /* 0: all */
	bool oldest_first;
	bool with_hidden;
};
int versions_each(struct store *s, const struct version_query *q,
    int (*fn)(void *ctx, const struct record_row *row, struct err *e),
    void *ctx, struct err *e);

#endif
