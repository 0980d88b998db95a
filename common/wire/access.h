/*
 * The access statement: a keeper's word that a person may (or may no longer)
 * hold a space, until when, and on which consent. Carried sealed in the
 * space's own stream so that its members, and nobody else, can check every
 * recipient of an epoch. Source: schema/wire.md, "Access statement".
 */
#ifndef WIRE_ACCESS_H
#define WIRE_ACCESS_H

#include "common/wire/epoch.h"

#define ACCESS_SUPERSEDES_MAX 16

enum access_kind {
	ACCESS_GRANT = 1,
	ACCESS_WITHDRAW = 2, /* ends every grant to the person in this space;
			      * one that names statements ends those alone */
	ACCESS_OWNER = 3,    /* the creator's own side, when the space begins */
	ACCESS_HANDOVER = 4, /* into the side, to keep */
	ACCESS_TAKEOVER = 5, /* the same, with the say over who is on it */
	ACCESS_REDUCE = 6,   /* what is left of a person's part in the side */
	ACCESS_OVERRIDE = 7  /* by law, for a while, whatever is withdrawn */
};

struct access {
	enum access_kind kind;
	struct id id;             /* of this statement */
	struct id person;
	enum right right;         /* not WITHDRAW; REDUCE: may be none */
	int64_t from_ms, until_ms;
	uint64_t hlc;             /* when it was recorded */
	struct id origin;         /* device that recorded it */
	struct id consent;        /* record or order; zero: OWNER */
	struct hash consent_hash; /* keys_hash of that record's body */
	size_t supersedes_count;  /* statements this one replaces or ends */
	struct id supersedes[ACCESS_SUPERSEDES_MAX];
	bool has_second;          /* OVERRIDE: an officer signed it too, */
	struct id second;         /* with this device */
	struct sig second_sig;    /* access_second_sign */
};

void access_encode(const struct access *a, struct buf *out);
int access_decode(struct view in, struct access *a, struct err *e);

/* What an officer puts a name to when an override is renewed. */
struct access_second {
	const struct id *case_id; /* members know it; the card they may not */
	const struct id *person;  /* to whom it opens */
	const struct id *record;  /* the override */
	int64_t until_ms;
};
void access_second_sign(const struct access_second *s,
    const struct sign_key *key, struct sig *out);
bool access_second_verify(const struct access_second *s,
    const struct sign_pub *pub, const struct sig *sig);

#endif
