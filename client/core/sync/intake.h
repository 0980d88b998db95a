/*
 * Taking in: one item of the log after another, each judged without trusting
 * the hub and then applied. intake.c finds an item's place and asks the rules,
 * apply.c does what it says.
 *
 * All of it happens inside the transaction of one page. What cannot be taken
 * in goes to quarantine and is no error; an error undoes the page.
 *
 * Source: schema/rules.md 1.1, 12.5.
 */
#ifndef SYNC_INTAKE_H
#define SYNC_INTAKE_H

#include "client/core/local/spaces.h"
#include "client/core/sync/quarantine.h"
#include "client/core/sync/talk.h"

struct incoming { /* the item at hand */
	uint64_t seq, sseq;
	int64_t accept_ms;
	const struct merkle_proof *inclusion; /* NULL: checked before */
	struct view bytes;     /* as it came, or as it was sealed here */
	struct changeset cs;
	bool own;              /* signed by this device */
	bool apart;            /* own, and taken apart as refused */
	bool again;            /* its place was taken in before */
	bool wanted;           /* again, and it was asked for */
	bool withheld;         /* again, and its text was missing then */
	bool has_epoch;
	struct epoch epoch;
	struct letter letter;
	struct directory_entry entry;
	struct erase *erase;   /* kind ERASE, decoded */
};

struct intake {
	struct talk *t;
	struct store *s;
	const struct checkpoint *cp; /* of the answer at hand */
	uint64_t leaf_id;            /* log id in every leaf */

	/* The space whose items follow each other. */
	bool loaded;
	struct id space;
	bool has_row;                /* the directory has none */
	struct space sp;
	uint64_t sseq;               /* newest place taken in */
	bool has_epoch;
	struct space_epoch epoch;    /* newest accepted */
	bool has_old;
	struct space_epoch old;      /* another one, last asked for */
	int orders;                  /* erase orders here: 0 not asked, 1 none,
				      * 2 some */
	bool text_gone;              /* of the record at hand, by an order */
	bool seen;                   /* the record at hand was here before */
	bool has_book;
	struct access_book book;

	struct hash late_item;       /* last one told to be reviewed */

	uint64_t eff;                /* highest taken in, to be absorbed */
	int64_t accept_ms;
	bool roster_changed;
	uint64_t entry_seq;          /* of the first directory entry of the
				      * page, or of what comes whole at last;
				      * UINT64_MAX: none */
	struct incoming *in;
	struct record *rec;
	struct buf own, plain, bare, touched; /* touched: ids of spaces */
};

struct intake *intake_new(struct talk *t);
void intake_free(struct intake *k);

/** intake_page(k, cp, leaf_id): a transaction begins, whose items are proven in
 * cp, in leaves with that log id. */
void intake_page(struct intake *k, const struct checkpoint *cp,
    uint64_t leaf_id);

/** intake_item_tx(k, it, e): take in one item. ERR_CLASH with WITNESS_COPIED
 * when this device's own signature is on something it does not hold. */
int intake_item_tx(struct intake *k, const struct proto_item *it,
    struct err *e);

/* Its parts, for what is judged a second time (intake_again.c). */

/** intake_enter_tx(k, space, e): turn to the space of the item at hand. */
int intake_enter_tx(struct intake *k, const struct id *space, struct err *e);

/** intake_has(k, in, e): 1 when exactly this item has that place already, 0 a
 * free place, -1. */
int intake_has(struct intake *k, const struct incoming *in, struct err *e);

/** intake_find_own(k, in, e): own items come as headers: the rest is here, as
 * it was sealed. 1 found, 0 unknown: a copy of this device is at work (or this
 * is one). */
int intake_find_own(struct intake *k, struct incoming *in, struct err *e);

/** intake_judge(k, in, author, words, e): whether the rules admit it; ${words}
 * says why not, else NULL. intake_take_tx(k, in, author, e): they do. */
int intake_judge(struct intake *k, struct incoming *in,
    struct admit_author *author, const char **words, struct err *e);
int intake_take_tx(struct intake *k, struct incoming *in,
    struct admit_author *author, struct err *e);

/** intake_times(k, in, ok, e): whether the hub's times run forward with it.
 * intake_read(in, e): decode what all may read. */
int intake_times(struct intake *k, const struct incoming *in, bool *out,
    struct err *e);
int intake_read(struct incoming *in, struct err *e);

/* What has no place in the stream (intake_outside.c). */

/** intake_outside_tx(k, in, e): to somebody who is no member any more an
 * outcome, or the order to erase what they wrote (intake_is_outside). The
 * stream is closed to this device, so it has no place to be checked against. */
bool intake_is_outside(const struct intake *k, const struct incoming *in);
int intake_outside_tx(struct intake *k, struct incoming *in, struct err *e);

/** intake_is_nothing(k, in, e): 1: an order about a section that this device
 * never had; all devices of who wrote there are sent it.
 * intake_order_tx(k, in, e): an order that has its place as a header alone came
 * whole: it is followed, if who sent it kept the section there. */
int intake_is_nothing(struct intake *k, const struct incoming *in,
    struct err *e);
int intake_order_tx(struct intake *k, struct incoming *in, struct err *e);

/** intake_let_go(in): what was decoded of it. */
void intake_let_go(struct incoming *in);

/** intake_again_tx(k, e): what the rules refused while an entry of the
 * directory that stands before it was missing is judged again (rules.md
 * 1.9). */
int intake_again_tx(struct intake *k, struct err *e);

/** intake_is_clear(in): a record that all may read: it is kept with its place.
 * intake_whole_tx(k, in, e): what was refused when it came as a header alone,
 * as its author is sent it and nobody else, is here whole: it is judged again
 * by that, and what rests on it. */
bool intake_is_clear(const struct incoming *in);
/* _body_tx: it is kept with the place that it has as a header. */
int intake_body_tx(struct intake *k, const struct incoming *in,
    struct err *e);
int intake_whole_tx(struct intake *k, const struct incoming *in,
    struct err *e);

/** intake_end_tx(k, e): what a page's items change together. */
int intake_end_tx(struct intake *k, struct err *e);

/** intake_close_tx(k, e): the pull is complete: sections that were sent and
 * never opened to this device are named as such. */
int intake_close_tx(struct intake *k, struct err *e);

/* What is asked for again (intake_wants.c). */

/** intake_wants(k, out, max, n, e): gaps, and what is to come once more after
 * keys were lost. What the hub withholds: quarantine_withheld. */
int intake_wants(struct intake *k, struct proto_want *out, size_t max,
    size_t *n, struct err *e);

/** intake_wants_gap_tx(k, upto, e): something before place ${upto} of the
 * space at hand is missing. intake_wants_closed_tx(k, in, e): ${in} is the
 * next one after what was here. */
int intake_wants_gap_tx(struct intake *k, uint64_t upto, struct err *e);
int intake_wants_closed_tx(struct intake *k, const struct incoming *in,
    struct err *e);

/** intake_wants_again_tx(k, in, e): ${in}, which had its place, has come once
 * more; in->wanted if it was asked for: a header alone is then as withheld as
 * the first time. intake_wants_text_tx(k, in, e): and not as a header; if its text was
 * missing before, that alarm ends when no more of it is missing than what an
 * order explains (rules.md 10.6). */
int intake_wants_again_tx(struct intake *k, struct incoming *in,
    struct err *e);
int intake_wants_text_tx(struct intake *k, struct incoming *in,
    struct err *e);

/** intake_is_bare(in): a letter or an erase order by its header alone, as the
 * hub sends it to whom it is not for: whose right was over, or who is put out
 * further on in the same pull. */
bool intake_is_bare(const struct incoming *in);

/** intake_hold_tx(k, in, reason, words, e): to quarantine, counted. */
int intake_hold_tx(struct intake *k, const struct incoming *in,
    enum quarantine_reason reason, const char *words, struct err *e);

/** intake_epoch(k, number, out, e): an accepted epoch of the space at hand:
 * borrowed until the next call, NULL if there is none. */
int intake_epoch(struct intake *k, uint32_t number,
    const struct space_epoch **out, struct err *e);

#endif
