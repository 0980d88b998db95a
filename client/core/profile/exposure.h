/*
 * After a theft, or before somebody leaves: what a device or a person holds,
 * as far as this device can tell. It tells of the sections that are open to
 * it: nobody else knows which there are.
 */
#ifndef CORE_EXPOSURE_H
#define CORE_EXPOSURE_H

#include "client/core/profile/session.h"

struct exposed { /* sections of one name, or rooms of one kind */
	char section[32];
	bool room;
	size_t count;    /* in which the device may read */
	size_t alone;    /* of them nobody else keeps */
};

struct exposure {
	struct id device, person;
	char name[160];
	bool revoked, me, officer;
	int64_t heard_ms;      /* the newest that it wrote and this device has;
	                          0: nothing */
	size_t cases;          /* that it may read anything of */
	struct exposed *items;
	size_t count;
	size_t unsure;         /* sections here whose readers are not known yet */
	uint64_t cost_passes;  /* of a passphrase, at the least */
	size_t cost_bytes;
};
void exposure_done(struct exposure *x);

/** exposure_of(s, device, out, e): ERR_ABSENT: no such device. */
int exposure_of(struct session *s, const struct id *device,
    struct exposure *out, struct err *e);

/*
 * A person who leaves: what still hangs on them, each with what ends it.
 */
enum leaving_what { LEAVING_DEVICE, LEAVING_ROLE, LEAVING_CASE, LEAVING_ROOM,
	LEAVING_HANDOVER, LEAVING_CONSENT, LEAVING_UNSENT, LEAVING_HELD,
	LEAVING_REVIEW };
struct leaving_item {
	enum leaving_what what;
	struct id id, case_id;  /* device, record */
	char *words;            /* name of the case or room; NULL */
	char *kind;             /* kind of room; NULL */
	size_t count;           /* of what is only counted */
};
struct leaving {
	struct leaving_item *items;
	size_t count, room;
	bool me;
};
void leaving_done(struct leaving *l);

/** leaving_of(s, person, out, e): as far as this device can tell. */
int leaving_of(struct session *s, const struct id *person,
    struct leaving *out, struct err *e);

#endif
