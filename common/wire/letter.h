/*
 * The letter: text sealed to named devices and the recovery key, not to a
 * space. A deposit carries what a former member wrote after being excluded to
 * the space's keepers; an outcome tells the depositor what was decided.
 * Source: schema/wire.md, "Letter".
 */
#ifndef WIRE_LETTER_H
#define WIRE_LETTER_H

#include "common/wire/keys.h"

#define LETTER_RECIPIENTS_MAX 64
#define LETTER_TEXT_MAX (64 * 1024) /* sealed bytes */

enum letter_kind {
	LETTER_DEPOSIT = 1,
	LETTER_OUTCOME = 2,
	LETTER_MEMO = 3,
	LETTER_COMPLAINT = 4 /* about an epoch that does not open */
};
enum outcome { OUTCOME_FILED = 1, OUTCOME_GIVEN_BACK = 2, OUTCOME_ERASED = 3 };

struct letter {
	enum letter_kind kind;
	struct hash about;     /* OUTCOME: changeset id of the deposit;
				* MEMO: what it is about, or zeros; the hub
				* sees it */
	size_t to_count;       /* sorted, none twice */
	struct id to[LETTER_RECIPIENTS_MAX];
	uint8_t keybox[LETTER_RECIPIENTS_MAX][32 + KEYS_SEAL_BYTES];
	uint8_t recovery[32 + KEYS_SEAL_BYTES];
	struct view sealed;    /* nonce, ciphertext, tag; borrowed */
};

/** letter_seal(l, in, out, e): for the devices listed in ${l} (in ascending
 * order), whose box keys are in->boxes, seal in->plain bound to in->space; the
 * encoded letter is appended to ${out}. ERR_TOOBIG past PACK_PLAIN_MAX. */
struct letter_seal_in {
	const struct box_pub *boxes;
	const struct box_pub *recovery;
	const struct id *space;
	struct view plain;
};
int letter_seal(struct letter *l, const struct letter_seal_in *in,
    struct buf *out, struct err *e);

int letter_decode(struct view in, struct letter *l, struct err *e);

/** letter_open(l, me, space, out, e): append the plain text. ERR_DENIED when
 * it is not for ${me}; ERR_PEER when damaged. */
int letter_open(const struct letter *l, const struct device_keys *me,
    const struct id *space, struct buf *out, struct err *e);

/*
 * The plain text of a deposit is a list of records: CBOR array of byte
 * strings, each a record (record.h) as it would have been sealed. That of an
 * outcome is {1: outcome, 2: words of the keeper, 3: keeper's person id}.
 */
void letter_deposit_encode(const struct view *records, size_t n,
    struct buf *out);
int letter_deposit_decode(struct view in, struct view *records, size_t max,
    size_t *n, struct err *e);

struct letter_outcome {
	enum outcome outcome;
	struct view words; /* UTF-8, borrowed */
	struct id keeper;  /* person */
};
void letter_outcome_encode(const struct letter_outcome *o, struct buf *out);
int letter_outcome_decode(struct view in, struct letter_outcome *o,
    struct err *e);

/*
 * The plain text of a memo: {1: topic, 2: body}. What a body says is its
 * topic's (schema/wire.md 10.4). A topic that this program does not know is
 * one of a newer program: it decodes.
 */
#define LETTER_MEMO_MAX (32 * 1024) /* bytes of a body */
#define LETTER_TOPIC_MAX 255
#define LETTER_TOPIC_KNOWN MEMO_ROUNDING_KEY /* the last below */

enum memo_topic {
	MEMO_OVERRIDE = 1,      /* a copy of an override record, or its end */
	MEMO_ERASE_REQUEST = 2, /* a keeper asks for a second signature */
	MEMO_ERASE_SIGNATURE = 3,
	MEMO_COUNTERSIGN = 4,   /* an override asks for an officer's */
	MEMO_COUNTERSIGNED = 5, /* the officer's answer */
	MEMO_COUNTS = 6,        /* a worker's counts of a year */
	MEMO_ROUNDING_KEY = 7   /* among officers: what figures are rounded
				 * by */
};
struct letter_memo {
	unsigned topic;   /* enum memo_topic, or a newer program's */
	struct view body; /* borrowed */
};
int letter_memo_encode(const struct letter_memo *m, struct buf *out,
    struct err *e);
int letter_memo_decode(struct view in, struct letter_memo *m, struct err *e);

#endif
