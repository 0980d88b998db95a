/*
 * Handing a case over, standing in for somebody, taking over by law.
 *
 * Each step is a record in the case's card and is undone by its opposite until
 * the next one. All of them work offline; the next sync carries them out.
 *
 * Source: schema/rules.md 9.3, 9.4.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "client/core/profile/session.h"
#include "common/wire/epoch.h"

struct handover_draft {
	struct id case_id, person;
	int64_t until_ms;     /* 0: for good; else a substitute's last ms */
	const char *reason;   /* NULL: none */
};
/** handover_propose(s, d, id, e): takes the person into the side of every
 * section of the case that this person keeps. ERR_DENIED to who keeps none. */
int handover_propose(struct session *s, const struct handover_draft *d,
    struct id *id, struct err *e);

/** handover_accept(s, case_id, id, e): the newest handover proposed to this
 * person, who is lead from here on; a substitute is not. */
int handover_accept(struct session *s, const struct id *case_id,
    struct id *id, struct err *e);

struct handover_part {
	struct id case_id;
	struct id person;     /* zero: oneself; another: after a takeover */
	enum right right;     /* what is left: NONE, READ or WRITE */
	const char *reason;
};
/** handover_reduce(s, p, id, e): less of a part in the side, or none. The last
 * who keeps the card for good cannot leave. */
int handover_reduce(struct session *s, const struct handover_part *p,
    struct id *id, struct err *e);

struct takeover_draft {
	struct id case_id;
	const char *provision; /* of the law; needed */
	const char *reason;    /* in words; needed */
};
/** handover_takeover(s, d, id, e): a keeper becomes lead and coordinator, the
 * stage becomes cp, and who is on the side is theirs to say. Also for who was
 * let in by an order: it does not say why. */
int handover_takeover(struct session *s, const struct takeover_draft *d,
    struct id *id, struct err *e);

/** handover_undo(s, case_id, id, e): undo this person's last step, unless
 * another one followed it. */
int handover_undo(struct session *s, const struct id *case_id, struct id *id,
    struct err *e);

/** handover_settle(s, count, e): after a sync: who was let into a card by an
 * order of two officers becomes its lead, as by handover_takeover; ${count}
 * such cases. */
int handover_settle(struct session *s, size_t *count, struct err *e);

struct handover_item { /* proposals, takeovers and reductions, in order */
	struct id id, case_id;
	char *case_label;
	const char *state; /* proposed, accepted, taken back, over; takeover;
			    * left, reads, writes */
	char *person, *by; /* names */
	char *provision, *reason; /* or NULL */
	int64_t at_ms, until_ms;  /* until: INT64_MAX for good */
	int64_t accepted_ms;      /* 0: not */
	bool for_me;              /* proposed to this person and open */
};
struct handover_list {
	struct handover_item *items;
	size_t count;
};
void handover_list_done(struct handover_list *l);

/** handover_list(s, case_id, out, e): ${case_id} NULL: of all cases. */
int handover_list(struct session *s, const struct id *case_id,
    struct handover_list *out, struct err *e);

#endif
