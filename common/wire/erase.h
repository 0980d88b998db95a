/*
 * The erase order: which bodies go, said by a keeper and signed besides by a
 * data-protection officer's device. Clear to the hub, which has to follow it;
 * it names no record but by a hash that only who holds the record can make.
 *
 * Source: schema/wire.md, "Erase order"; schema/rules.md 10.
 */
#ifndef WIRE_ERASE_H
#define WIRE_ERASE_H

#include "common/wire/cbor.h"
#include "common/wire/keys.h"

#define ERASE_ITEMS_MAX 512
#define ERASE_WORDS_MAX 4096 /* bytes of a reason or an answer in words */

enum erase_kind {
	ERASE_RECORD = 1, /* one record, all bodies that carry it */
	ERASE_SPACE = 2,  /* everything in the space, and its keys */
	ERASE_BACK = 3    /* takes another order back */
};

enum erase_reason { /* why, as far as the hub may know */
	ERASE_ASKED = 1,    /* the child or a guardian asked for it */
	ERASE_MISTAKE = 2,  /* written in error, or in the wrong case */
	ERASE_OVER = 3,     /* its term is over, it is needed no more */
	ERASE_UNLAWFUL = 4, /* it should not have been recorded */
	ERASE_OTHER = 5
};

struct erase_item {
	struct hash id;  /* of the changeset; ascending, none twice */
	uint64_t map;    /* its bodies, bit 0 the first; not 0 */
};

struct erase_what { /* what both sign */
	enum erase_kind kind;
	enum erase_reason reason;
	struct hash record; /* RECORD: erase_record_hash */
	size_t count;       /* RECORD: 1 and up */
	struct erase_item items[ERASE_ITEMS_MAX];
	struct hash back;   /* BACK: changeset id of the order */
};

struct erase {
	struct erase_what what;
	int64_t at_ms;      /* when the second hand signed */
	struct id dpo;      /* its device */
	struct sig sig;
};

/** erase_record_hash(space, record, out): how an order names a record. */
void erase_record_hash(const struct id *space, const struct id *record,
    struct hash *out);

void erase_encode(const struct erase *o, struct buf *out);
int erase_decode(struct view in, struct erase *o, struct err *e);

/** erase_sign(o, space, author, key): fill ${o}->sig; ${author} is the
 * keeper's device that will send it, and no other may. */
int erase_sign(struct erase *o, const struct id *space,
    const struct id *author, const struct sign_key *key, struct err *e);
bool erase_verify(const struct erase *o, const struct id *space,
    const struct id *author, const struct sign_pub *pub);

/*
 * The request and the answer, bodies of memos (letter.h): from the keeper to
 * the data-protection officers, and back.
 */
struct erase_ask {
	struct id id;       /* of the request, random */
	struct id space;
	struct erase_what what;
	struct view words;  /* the reason, UTF-8; borrowed */
	uint64_t texts;     /* how many versions, and of when */
	int64_t from_ms, to_ms;
};
void erase_ask_encode(const struct erase_ask *a, struct buf *out);
int erase_ask_decode(struct view in, struct erase_ask *a, struct err *e);

struct erase_answer {
	struct id id;       /* of the request */
	bool granted;
	int64_t at_ms;      /* granted: goes into the order */
	struct sig sig;     /* granted */
	struct view words;  /* declined: why; borrowed */
};
void erase_answer_encode(const struct erase_answer *a, struct buf *out);
int erase_answer_decode(struct view in, struct erase_answer *a,
    struct err *e);

#endif
