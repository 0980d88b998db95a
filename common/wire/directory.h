/*
 * Directory entries: the stream of space zero, clear to hub and all devices.
 * Persons are pseudonymous here; names stand in the sealed commons space.
 *
 * The genesis entry and the first officer are signed by the office root, all
 * else by an officer's device. A further device of a person carries a voucher:
 * a second signature, by a device of that person or of another officer.
 * Source: schema/wire.md, "Directory".
 */
#ifndef WIRE_DIRECTORY_H
#define WIRE_DIRECTORY_H

#include "common/wire/changeset.h"

enum directory_kind {
	DIRECTORY_GENESIS = 1,
	DIRECTORY_DEVICE = 2,  /* a device of a person, and the roles */
	DIRECTORY_REVOKE = 3,  /* a device */
	DIRECTORY_RECOVER = 4  /* order of two officers */
};

enum order_scope { /* what two officers order */
	ORDER_SPACE = 0,    /* to open one space */
	ORDER_LABELS = 1,   /* to see what the spaces of one person are */
	ORDER_TAKEOVER = 2, /* to let one person into one space, to keep it */
	ORDER_ALARM = 3,    /* that the log goes on from one head */
	ORDER_SUCCESSION = 4 /* that it goes on from there under a new id */
};

enum role { ROLE_WORKER = 1, ROLE_OFFICER = 2, ROLE_DPO = 4 }; /* bits */

struct directory_entry {
	enum directory_kind kind;
	/* GENESIS */
	struct sign_pub root;
	struct sign_pub hub;       /* signs checkpoints */
	struct box_pub recovery;
	struct id commons;         /* space id of the commons */
	uint64_t log_id;
	char hub_name[64];         /* checkpoint origin; a-z 0-9 . - / */
	/* DEVICE, REVOKE: the device; RECOVER: the officer who orders */
	struct id person, device;
	struct sign_pub sign;
	struct box_pub box;
	unsigned roles;            /* enum role bits of the person */
	bool has_voucher;
	struct id voucher;         /* device that signed */
	struct sig voucher_sig;    /* over directory_voucher_text */
	/* RECOVER */
	struct id space;
	struct id second;          /* the second officer's device */
	struct sig second_sig;     /* over directory_recover_text */
	int64_t at_ms;
	enum order_scope scope;    /* of LABELS, ALARM, SUCCESSION no space */
	struct id whom;            /* person; zero but for LABELS, TAKEOVER */
	struct log_point head;     /* ALARM, SUCCESSION: of this size the log
	                            * has; of SUCCESSION with its new id */
	struct hash head_root;     /* this root */
};

void directory_encode(const struct directory_entry *d, struct buf *out);
int directory_decode(struct view in, struct directory_entry *d,
    struct err *e);

/** What a voucher signs, with keys_sign and this tag: person, device, both
 * keys. The same in an enrolment request (proto.h). */
#define DIRECTORY_VOUCHER_TAG "tugi voucher 1"
void directory_voucher_text(const struct directory_entry *d, struct buf *out);

/** What the second officer signs: space, ordering device, time; of any but the
 * first scope also scope and person, of ALARM the head as well. */
#define DIRECTORY_RECOVER_TAG "tugi recover 1"
void directory_recover_text(const struct directory_entry *d, struct buf *out);

/** directory_order_id(d, id): of an order: what rests on it names this. */
void directory_order_id(const struct directory_entry *d, struct id *id);

/** directory_root_id(root, id): author id of root-signed entries. */
void directory_root_id(const struct sign_pub *root, struct id *id);

#endif
