/*
 * The office: root, recovery shares, cards, approving, revoking, recovering.
 */
#ifndef OFFICE_OFFICE_H
#define OFFICE_OFFICE_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "common/wire/checkpoint.h"
#include "common/wire/directory.h"

struct office_init_in {
	const char *url;        /* https://host:port */
	struct hash pin;        /* as tugid init printed */
	const char *claim;      /* the hub's one-time code */
	const char *name, *title; /* of the first officer */
};
struct office_sheet { /* to be printed; office_sheet_done wipes */
	char *share[3];
	char *root;             /* fingerprint for the wall */
};
void office_sheet_done(struct office_sheet *s);

/** office_init(s, r, in, sheet, e): makes root and recovery key from one
 * secret, splits it two of three, claims the hub, enrols this device as the
 * first officer, begins the commons. Neither root nor recovery key stays on
 * this device. Can be repeated after a cut: it goes on where it stopped. */
int office_init(struct session *s, struct remote *r,
    const struct office_init_in *in, struct office_sheet *sheet,
    struct err *e);

/** office_shares_check(s, a, b, e): two shares belong together and to this
 * office. office_shares_renew: three new ones of the same secret; none of them
 * fits an old one, and two old ones still fit each other. */
int office_shares_check(struct session *s, const char *a, const char *b,
    struct err *e);
int office_shares_renew(struct session *s, const char *a, const char *b,
    struct office_sheet *sheet, struct err *e);

/** office_card(s, out, e): a new one-time card; text appended to ${out}. */
int office_card(struct session *s, struct buf *out, struct err *e);

struct office_request {
	struct id device;
	char code[16];
	int64_t at_ms;
	bool known_card;        /* one of our cards, unused, MAC right */
	bool further;           /* a further device of a known person */
};
struct office_request_list {
	struct office_request *items;
	size_t count;
};
void office_request_list_done(struct office_request_list *l);
int office_requests(struct session *s, struct remote *r,
    struct office_request_list *out, struct err *e);

struct office_approval {
	const char *code;       /* as the person read it out */
	const char *name, *title;
	unsigned roles;         /* enum role bits; 0: worker */
	const struct id *person; /* a further device of; NULL: a new person */
	/* A new officer or data-protection officer needs the root: two of the
	 * three shares, as printed; NULL otherwise (common/rules/roster.h). */
	const char *share_a, *share_b;
	const char *voucher;     /* from office_vouch of another officer */
};
/** office_approve(s, r, a, e): directory entry, name in commons, commons
 * opened to the device: one all-or-nothing push, sent at once. A further
 * device of a person needs a second hand: the voucher in the request, another
 * officer's, or the root; ERR_DENIED says so. */
int office_approve(struct session *s, struct remote *r,
    const struct office_approval *a, struct err *e);

/** office_vouch(s, r, code, person, out, e): another officer compared the code
 * too: their signature on request and person (NULL: a new one), as one word to
 * hand to the officer who approves, appended to ${out}. */
int office_vouch(struct session *s, struct remote *r, const char *code,
    const struct id *person, struct buf *out, struct err *e);

/** office_revoke(s, device, e): queued; its spaces are re-keyed by whoever
 * writes next. */
int office_revoke(struct session *s, const struct id *device,
    struct err *e);

/**
 * Recovering one named space: the first officer writes the order, the second
 * countersigns it, both shares are typed in; then the order goes to the log,
 * where all see it, and only that space's records are opened, in this one
 * process, and handed to ${fn}. An order is good for 7 days.
 */
struct office_order {
	enum order_scope scope;
	struct id space;        /* zero: ORDER_LABELS */
	struct id whom;         /* person; zero: ORDER_SPACE */
	int64_t at_ms;
	char *text;             /* for the second officer to countersign */
};
void office_order_done(struct office_order *o);
int office_order_begin(struct session *s, const struct id *space,
    struct office_order *out, struct err *e);
int office_order_sign(struct session *s, const char *text, struct buf *out,
    struct err *e);

/* What contradicts what the hub had signed, as it was found here. */
struct office_finding {
	int64_t at_ms;
	char words[256];
	uint64_t ours, theirs;   /* sizes of the two logs; 0: not known */
	char our_root[HASH_TEXT_BYTES], their_root[HASH_TEXT_BYTES];
};
struct office_alarm {
	bool stopped;            /* this device sends nothing */
	bool copied;             /* for it was copied: no order ends that */
	struct checkpoint head;  /* what this device has taken in whole */
	struct office_finding *items; /* oldest first */
	size_t count;
};
/** office_alarm(s, out, e): on any device, for a person to look at. */
int office_alarm(struct session *s, struct office_alarm *out, struct err *e);
void office_alarm_done(struct office_alarm *a);

/** office_order_alarm(s, out, e): that the log goes on from the newest head
 * that this device has taken in whole (rules.md 12.6). */
int office_order_alarm(struct session *s, struct office_order *out,
    struct err *e);

/** office_alarm_end(s, r, order, e): such an order, countersigned: ends the
 * alarm on this device and goes to the log, for all others to follow. */
int office_alarm_end(struct session *s, struct remote *r, const char *order,
    struct err *e);

/* A hub that was restored from a backup, as it says itself and signs. */
struct office_succession {
	struct checkpoint head; /* what it has, first head of the new log */
	int64_t at_ms;          /* restored */
	uint64_t here;          /* entries that this device had taken in */
	bool ordered;           /* two officers have said so */
	bool key;               /* its log's key is another one; the office
	                         * root has signed it */
	bool two;               /* and the key before has not: the root is no
	                         * second hand for the order */
};
/** office_succession(s, r, out, e): 1 it was, since this device knows it; 0,
 * -1. */
int office_succession(struct session *s, struct remote *r,
    struct office_succession *out, struct err *e);

/** office_order_succession(s, r, out, e): that its log goes on so (rules.md
 * 12.8). office_succession_sign(s, text, a, b, out, e): the office root as the
 * second hand, by two shares. office_succession_end(s, r, order, res, e): the
 * countersigned order goes to the hub; then this device syncs. */
int office_order_succession(struct session *s, struct remote *r,
    struct office_order *out, struct err *e);
int office_succession_sign(struct session *s, const char *text,
    const char *share_a, const char *share_b, struct buf *out,
    struct err *e);

/** office_hubkey_sign(s, wish, a, b, out, e): the line with which tugid key log
 * asks for another key, signed by the office root. */
int office_hubkey_sign(struct session *s, const char *wish,
    const char *share_a, const char *share_b, struct buf *out,
    struct err *e);
struct exchange_result;
int office_succession_end(struct session *s, struct remote *r,
    const char *order, struct exchange_result *res, struct err *e);

/** office_order_what(word, scope, e): what a countersigned order is for. */
int office_order_what(const char *word, enum order_scope *out,
    struct err *e);

/** office_order_head(word, out, e): 1 and the head, of a countersigned order
 * that ends an alarm, or by which a log goes on; 0 for another. */
int office_order_head(const char *word, struct checkpoint *out,
    struct err *e);

int office_recover(struct session *s, struct remote *r, const char *order,
    const char *share_a, const char *share_b,
    int (*fn)(void *ctx, const char *type, const char *field,
        const char *text, struct err *e),
    void *ctx, struct err *e);

/*
 * When no keeper's device can be had: the labels of the sections that a person
 * keeps, then one of them for a person who takes over. Ordered, countersigned
 * and carried out as recovering is.
 */
int office_order_labels(struct session *s, const struct id *person,
    struct office_order *out, struct err *e);
int office_order_takeover(struct session *s, const struct id *space,
    const struct id *person, struct office_order *out, struct err *e);

struct office_label { /* of one section */
	struct id space, case_id;
	char section[32];
	char label[160];        /* whose it is; "": it does not say */
};
struct office_labels {
	struct office_label *items;
	size_t count;
	size_t closed;          /* sections whose label did not open */
};
void office_labels_done(struct office_labels *l);
int office_labels(struct session *s, struct remote *r, const char *order,
    const char *share_a, const char *share_b, struct office_labels *out,
    struct err *e);

/** office_takeover(s, r, order, share_a, share_b, e): says TAKEOVER for the
 * person of the order and lets their devices in, and nothing else. Nothing of
 * the section's text comes to this device. */
int office_takeover(struct session *s, struct remote *r, const char *order,
    const char *share_a, const char *share_b, struct err *e);

/** office_pair(a, b, out, e): the office's recovery keys, public then secret,
 * from two shares as typed, into locked memory of the caller's: for a profile
 * that is not open yet and so cannot say whose office it is of. */
int office_pair(const char *a, const char *b, uint8_t out[static 64],
    struct err *e);

#endif
