/*
 * Records and their versions: the one place that writes them.
 *
 * A local write puts record, version and clock into one transaction: when it
 * returns, the text survives a power cut. Search is brought up to date after.
 *
 * Source: schema/rules.md 6.5, 6.7.
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
	RECORD_WIPED = 8,     /* text removed from this device */
	RECORD_DELETED = 16,  /* in no list and no count (deleted.h) */
	RECORD_CHANGED = 32,  /* and changed by somebody who did not know */
	RECORD_ERASED = 64,   /* an erase order names all of it */
	RECORD_RESTRICTED = 128 /* kept, and not used (restricted.h) */
};

/* What no list shows and nobody counts, for statements too. */
#define RECORD_OUT (RECORD_HIDDEN | RECORD_DELETED | RECORD_ERASED | \
	RECORD_RESTRICTED)
#define RECORD_OUT_SQL "flags & 212"
/* A case that is in no list: its card is here, and deleted or erased. */
#define RECORD_GONE_CASES_SQL "(SELECT id FROM record WHERE flags <> 0 " \
	"AND flags & 4 = 0 AND flags & 80 <> 0 AND +type = 3)"

struct record_row {
	int64_t rid;
	struct id id, space, case_id, parent;
	enum record_type type;
	int64_t at_ms;
	unsigned flags;
	bool indexed;
};

struct write { /* a new version of a record, by this person */
	struct id id;            /* zero: a new record, id is made; an id not
	                            there yet: a new record of that id */
	enum record_type type;
	struct id space, case_id, parent, basis;
	int64_t at_ms;           /* 0: now */
	const struct op *ops;    /* bases are filled in by versions_write_tx */
	size_t op_count;
	bool searched;           /* a new record: its words at once, not later */
};

/**
 * versions_write_tx(s, w, out_id, e): save a local version. The bases of each
 * op are the current heads of its field. A record that is there keeps its
 * space, case and date. ERR_DENIED without the right to write, for a second
 * version of an append-only record that does more than delete or restore it,
 * and for deleting what one may not (deleted.h); ERR_TOOBIG past
 * CHANGESET_BODY_MAX.
 */
int versions_write_tx(struct store *s, const struct write *w,
    struct id *out_id, struct err *e);

/** versions_accept_tx(s, space, rec, body, at, e): a version from the log (or
 * an own one coming back). Duplicates collapse, flags are brought up to date,
 * the clock absorbs eff (store_save_clock_tx is the caller's, once a page).
 * ERR_PEER, and nothing changed, for what does not belong there: a record of
 * another space or type, a case card that is not this case's, a second text
 * under one (origin, hlc). */
struct version_at {
	uint64_t seq;
	uint32_t idx;
	uint64_t eff;
	enum version_state state; /* ACCEPTED or REVIEW */
};
int versions_accept_tx(struct store *s, const struct id *space,
    const struct record *rec, struct view body, const struct version_at *at,
    struct err *e);

/** versions_mark_tx(s, rid, ref, state, e): a person's decision or a refusal
 * moves one version to ${state}; GONE drops its text. Search and flags follow.
 * The way for every change into or out of HELD, REVIEW and GONE; LOCAL,
 * OUTGOING and ACCEPTED may change by plain UPDATE, in bulk. */
int versions_mark_tx(struct store *s, int64_t rid,
    const struct version_ref *ref, enum version_state state, struct err *e);

/** versions_forget_tx(s, row, e): take the record's words out of search,
 * because its text is about to be wiped; the index is compacted after. */
int versions_forget_tx(struct store *s, const struct record_row *row,
    struct err *e);

/** versions_flags_tx(s, rid, e): flags again from what is stored. */
int versions_flags_tx(struct store *s, int64_t rid, struct err *e);

int versions_row(struct store *s, const struct id *id,
    struct record_row *out, struct err *e); /* 1, 0, -1 */

/** versions_row_at(s, rid, out, e): of a version's rid; it must be there. */
int versions_row_at(struct store *s, int64_t rid, struct record_row *out,
    struct err *e);

/* A record with all its versions in memory. */
struct loaded {
	struct record_row row;
	struct version *versions;
	size_t count;     /* versions whose text is here */
	size_t wiped;     /* versions whose text is not */
	size_t erased;    /* versions an erase order hides: not among them */
	struct heads heads;
	struct buf bytes; /* the bodies that versions borrow */
};
/** loaded_new(): room for one, freed by mem_free; its 18 KB of heads are not
 * cleared, for a list of thousands would spend its time on that. */
struct loaded *loaded_new(void);
int versions_load(struct store *s, const struct id *id, struct loaded *out,
    struct err *e); /* 1, 0, -1 */
int versions_load_row(struct store *s, const struct record_row *row,
    struct loaded *out, struct err *e); /* the same, the row being known */
void versions_done(struct loaded *l);

/** versions_first(l): the one that began the record: the first in the log, or
 * before any has a place there the one with the lowest stamp; NULL: none. Who
 * wrote it wrote the record (rules.md 6.8). */
const struct version *versions_first(const struct loaded *l);

/** versions_words(s, row, rec, out, e): append the text of a record that is
 * searched. ${rec} is room to decode in, for many calls. */
int versions_words(struct store *s, const struct record_row *row,
    struct record *rec, struct buf *out, struct err *e);

/** loaded_text(l, field), loaded_int, loaded_id: the shown value; an empty
 * view, 0 or a zero id when there is none. Borrowed from ${l}. */
struct view loaded_text(const struct loaded *l, uint16_t field);
char *loaded_dup(const struct loaded *l, uint16_t field); /* caller frees */
int64_t loaded_int(const struct loaded *l, uint16_t field);
struct id loaded_id(const struct loaded *l, uint16_t field);

/** versions_each(s, q, fn, ctx, e): rows in order of at_ms, newest first;
 * stops when ${fn} returns non-zero (negative: error). The rows are read
 * before the first call: ${fn} may write and may ask again. */
struct version_query {
	enum record_type type;     /* 0: any */
	const struct id *case_id;  /* NULL: any */
	const struct id *space;
	const struct id *parent;
	unsigned flags;            /* all of these bits set */
	size_t limit;              /* 0: all */
	bool oldest_first;
	bool deleted;              /* also what is deleted or erased */
	bool with_hidden;          /* whatever its flags */
};
int versions_each(struct store *s, const struct version_query *q,
    int (*fn)(void *ctx, const struct record_row *row, struct err *e),
    void *ctx, struct err *e);

#endif
