/*
 * The roster: persons, devices and roles, as the directory says. The same
 * code on hub and client; a pure function of the entries in log order.
 *
 * Source: schema/rules.md 3.1, 3.3, 3.4, 3.5, 3.6, 9.7.
 */
#ifndef RULES_ROSTER_H
#define RULES_ROSTER_H

#include "common/wire/checkpoint.h"
#include "common/wire/directory.h"
#include "common/wire/proto.h"

#define ROSTER_DEVICES_MAX 4096

struct roster_device {
	struct id device, person; /* sorted by the first member */
	struct sign_pub sign;
	struct box_pub box;
	uint64_t since_seq;   /* log position of the entry that lists it */
	bool revoked;
	uint64_t revoked_seq;
};

struct roster_person {
	struct id person;
	unsigned roles; /* enum role bits */
};

#define ROSTER_ORDER_MS (7 * INT64_C(86400000)) /* an order is good for */
#define ROSTER_AHEAD_MS (INT64_C(86400000)) /* and may be ahead of the hub */

struct roster_order { /* of two officers */
	struct id id;              /* directory_order_id */
	enum order_scope scope;
	struct id space;
	struct id whom;            /* person: LABELS, TAKEOVER */
	struct checkpoint head;    /* ALARM */
	struct id officer, second; /* devices */
	uint64_t seq;
	int64_t at_ms;
};

#define ROSTER_LOGS_MAX 32

struct roster_log { /* one id of the log: of the places from ${start} on */
	uint64_t log_id, start;
};

struct roster {
	bool begun;                    /* a genesis entry was applied */
	struct directory_entry genesis;
	struct id root_id;
	struct roster_device *devices; /* sorted by device id */
	size_t device_count;
	struct roster_person *persons; /* sorted by person id */
	size_t person_count;
	struct roster_order *orders;   /* in log order */
	size_t order_count;
	struct roster_log logs[ROSTER_LOGS_MAX]; /* oldest first */
	size_t log_count;
};

void roster_init(struct roster *r);
void roster_done(struct roster *r);

/** roster_log_id(r): of the log as it goes on now. */
uint64_t roster_log_id(const struct roster *r);

/** roster_seen(r, seen, size): whether that log is or was this one's, and what
 * its size means in the log as it is now: what was seen past the end of a log
 * that was gone on from is seen up to that end (rules.md 12.8). */
bool roster_seen(const struct roster *r, const struct log_point *seen,
    uint64_t *size);

/** roster_past(r, seen): past such an end. */
bool roster_past(const struct roster *r, const struct log_point *seen);

/** roster_device(r, device): the entry or NULL. */
const struct roster_device *roster_device(const struct roster *r,
    const struct id *device);

#define ROSTER_NOW UINT64_MAX

/** roster_live(r, device, seq): the entry if it was listed and not revoked
 * when the log had ${seq} items, or NULL. ROSTER_NOW: as things stand. */
const struct roster_device *roster_live(const struct roster *r,
    const struct id *device, uint64_t seq);

/** roster_same(r, a, b): two devices of one person, or one device. */
bool roster_same(const struct roster *r, const struct id *a,
    const struct id *b);

unsigned roster_roles(const struct roster *r, const struct id *person);
bool roster_is_officer(const struct roster *r, const struct id *device);
size_t roster_devices_of(const struct roster *r, const struct id *person,
    const struct roster_device **out, size_t max);

/** roster_takeover(r, space, device, seq, now_ms): the order by which
 * ${device} may let a person into ${space} at log position ${seq}, or NULL. */
const struct roster_order *roster_takeover(const struct roster *r,
    const struct id *space, const struct id *device, uint64_t seq,
    int64_t now_ms);

/** roster_order_holds(r, d): the two signatures of order ${d}, whoever brings
 * it: by officers who are different persons, about what may be ordered. */
bool roster_order_holds(const struct roster *r,
    const struct directory_entry *d);

/** roster_order_timely(d, now_ms): whether a hub whose clock says ${now_ms}
 * takes it into the log. An order's life counts from its own time, which both
 * officers signed: an old one is none, nor one of days to come. Other entries
 * and orders for one look have no such time. */
bool roster_order_timely(const struct directory_entry *d, int64_t now_ms);

/**
 * roster_judge(r, cs, d): may directory item ${cs} with decoded body ${d} be
 * taken now: signature by root or a live officer, voucher where one is
 * needed, keys that make the device id. Does not change ${r}.
 */
enum verdict roster_judge(const struct roster *r, const struct changeset *cs,
    const struct directory_entry *d);

/** roster_apply(r, d, seq, e): after roster_judge accepted. */
int roster_apply(struct roster *r, const struct directory_entry *d,
    uint64_t seq, struct err *e);

#endif
