/*
 * Requests and answers between a client and the hub. Every body is
 * deterministic CBOR; every request but info, pins, health, claim and enrol is signed
 * (httpsig.h). Source: schema/wire.md, "Requests"; schema/wire.cddl.
 *
 *   GET  /v1/info     -> struct proto_info
 *   GET  /v1/succession -> struct proto_successions
 *   GET  /v1/pins     -> struct pins (pins.h)
 *   GET  /v1/keys     -> struct hubkeys (hubkey.h)
 *   GET  /v1/health   -> "ok\n"
 *   POST /v1/claim    struct proto_claim -> empty; once, with the hub's code
 *   POST /v1/enrol    struct proto_enrol -> empty; unsigned, rate limited
 *   POST /v1/requests empty -> struct proto_requests; officers only
 *   POST /v1/push     struct proto_push -> struct proto_pushed
 *   POST /v1/pull     struct proto_pull -> struct proto_page
 *   POST /v1/recover  struct proto_recover -> struct proto_page; officers,
 *                     only for a space a RECOVER entry names
 *   POST /v1/anchor   struct hubanchor's bytes -> the newest (hubanchor.h)
 *   POST /v1/blob/put struct proto_blob_put -> struct proto_blob_have
 *   POST /v1/blob/get struct proto_blob_get -> struct proto_blob_piece
 * A refused request answers struct proto_refusal with the HTTP status.
 */
#ifndef WIRE_PROTO_H
#define WIRE_PROTO_H

#include "common/wire/checkpoint.h"
#include "common/wire/merkle.h"

#define PROTO_VERSION 2 /* of the protocol; wire.md 16.4 has what each brought */
#define PROTO_VERSION_PINS 2
#define PROTO_VERSION_KEYS 2
#define PROTO_VERSION_ANCHOR 2
#define PROTO_VERSION_HEADER "Tugi-Version" /* of requests and answers */
#define PROTO_PINS_HEADER "Tugi-Pins" /* of answers: wire.md 12.9 */
#define PROTO_PUSH_ITEMS_MAX 128
#define PROTO_PUSH_BYTES_MAX (1024 * 1024)
#define PROTO_PAGE_BYTES_MAX (1024 * 1024)
#define PROTO_PAGE_ITEMS_MAX 512
#define PROTO_REQUEST_BYTES_MAX (PROTO_PUSH_BYTES_MAX + 64 * 1024)
#define PROTO_ANSWER_BYTES_MAX (PROTO_PAGE_BYTES_MAX + 1024 * 1024)
#define PROTO_WANTS_MAX 64
#define PROTO_REQUESTS_MAX 64
#define PROTO_SUCCESSIONS_MAX 31
#define PROTO_BLOB_PIECE ((size_t)256 * 1024)

struct proto_info {
	uint64_t version;
	char hub_name[64];
	struct log_point log;
	struct sign_pub hub;
	int64_t now_ms;
	bool claimed; /* a genesis entry is there */
};

struct proto_succession { /* the log went on under a new id */
	struct view before, head; /* both heads of the size they have in common */
	int64_t at_ms;            /* when the hub was restored */
	struct view order;        /* changeset of two officers; empty: awaited */
};
struct proto_successions { /* oldest first */
	size_t count;
	struct proto_succession items[PROTO_SUCCESSIONS_MAX];
};

struct proto_refusal {
	uint64_t verdict; /* enum verdict, or 0 */
	int64_t now_ms;
	char words[200];  /* one sentence */
};

/* Why an item was taken or not. The numbers are the wire's. */
enum verdict {
	VERDICT_ACCEPTED = 1,
	VERDICT_DUPLICATE = 2,     /* already there: the receipt is its own */
	VERDICT_STALE_EPOCH = 3,   /* a newer epoch began: pull first */
	VERDICT_REKEY_FIRST = 4,   /* a recipient is revoked or expired */
	VERDICT_NOT_MEMBER = 5,    /* no right to write here */
	VERDICT_REVOKED = 6,
	VERDICT_UNKNOWN_DEVICE = 7,
	VERDICT_COUNTER = 8,       /* counter or prev_own do not follow */
	VERDICT_TOO_LARGE = 9,
	VERDICT_BAD_SIGNATURE = 10,
	VERDICT_BAD_FORM = 11,
	VERDICT_BAD_SEEN = 12,     /* seen_size runs back or ahead, wrong log */
	VERDICT_BAD_EPOCH = 13,    /* transition not allowed */
	VERDICT_BAD_DIRECTORY = 14,
	VERDICT_WITH_GROUP = 15,   /* another item of its group was refused */
	VERDICT_QUOTA = 16,
	VERDICT_HUB_FULL = 17,
	VERDICT_UNKNOWN_SPACE = 18,
	VERDICT_BAD_ERASE = 19,    /* an erase order without its two hands */
	VERDICT_ERASED = 20        /* the whole space was erased */
};

/** proto_meet(mine, theirs): 0: a program of version ${mine} and the other
 * side understand each other; -1: the other side is too old; 1: too new. */
int proto_meet(uint64_t mine, uint64_t theirs);

/** verdict_words(v): one sentence for a person. */
const char *verdict_words(enum verdict v);

struct proto_push_item {
	struct view bytes;    /* a changeset's wire form, borrowed */
	uint32_t group;       /* neighbours of one number: all or none; 0: alone */
};
struct proto_push {
	struct log_point known; /* answer proves consistency from here */
	size_t count;
	struct proto_push_item items[PROTO_PUSH_ITEMS_MAX];
};

struct proto_receipt {
	uint64_t seq, sseq; /* place in the log (from 0), in the space (from 1) */
	int64_t accept_ms;
	struct merkle_proof inclusion; /* in the answer's checkpoint */
};
struct proto_pushed_item {
	struct hash id;
	enum verdict verdict;
	struct proto_receipt receipt; /* ACCEPTED, DUPLICATE */
};
struct proto_pushed {
	struct view checkpoint;         /* signed note, borrowed */
	struct merkle_proof consistency; /* known -> checkpoint */
	int64_t now_ms;
	size_t count;
	struct proto_pushed_item items[PROTO_PUSH_ITEMS_MAX];
};

/*
 * A pull goes over the caller's spaces in order of space id, and inside each
 * by seq. cursor: everything with seq below it has been delivered. until, at
 * (space, seq): where an unfinished pull stands, as the last page said.
 */
struct proto_cursor {
	uint64_t cursor;  /* all below are delivered */
	uint64_t until;   /* 0: begin a new pull; else its upper end */
	struct id space;  /* resume after (space, seq) */
	uint64_t seq;
};
struct proto_want {    /* a stretch of a space to send again */
	struct id space;
	uint64_t after_sseq;
	uint64_t upto_sseq; /* the last one wanted; past after_sseq */
};
struct proto_pull {
	struct log_point known;
	struct proto_cursor at;
	uint64_t max_bytes;
	size_t want_count;
	struct proto_want wants[PROTO_WANTS_MAX];
};

struct proto_item {
	uint64_t seq, sseq;
	int64_t accept_ms;
	struct view bytes; /* changeset; header only if the caller wrote it */
	struct merkle_proof inclusion;
};
struct proto_page {
	struct view checkpoint;
	struct merkle_proof consistency;
	int64_t now_ms;
	struct proto_cursor next;
	bool more;
	size_t count;
	struct proto_item *items; /* proto_page_done frees */
};

struct proto_claim {
	char code[40];          /* printed by tugid init */
	size_t count;
	struct view items[8];   /* genesis, first officer, commons' epoch 1 */
};

/* A device's wish to join: MAC keyed with the card's secret over the keys. */
struct proto_enrol {
	struct sign_pub sign;
	struct box_pub box;
	struct id card;         /* which card, random */
	struct hash mac;
	int64_t at_ms;
	bool has_voucher;       /* another device of the person vouches */
	struct id person, voucher;
	struct sig voucher_sig;
};
struct proto_requests {
	size_t count;
	struct proto_enrol items[PROTO_REQUESTS_MAX];
};

struct proto_recover {
	struct id space;
	uint64_t after_sseq;
	struct id person; /* labels of this person's spaces, after that place;
			   * zero: the one space */
};

/* A piece of a sealed file; or, without one, the question how much is there. */
struct proto_blob_put {
	struct id space;
	struct hash name;    /* of the whole */
	uint64_t bytes;      /* of the whole */
	struct hash item;    /* changeset that names it, sent or about to be */
	uint32_t index;      /* of its body */
	uint64_t at;         /* where the piece begins */
	struct view piece;
};
struct proto_blob_have {
	uint64_t have;       /* from the first byte; all: it is whole and right */
};
struct proto_blob_get {
	struct id space;
	struct hash name;
	uint64_t at;
};
struct proto_blob_piece {
	uint64_t bytes;      /* of the whole */
	struct view piece;
};

void proto_blob_put_encode(const struct proto_blob_put *m, struct buf *out);
int proto_blob_put_decode(struct view in, struct proto_blob_put *m,
    struct err *e);
void proto_blob_have_encode(const struct proto_blob_have *m, struct buf *out);
int proto_blob_have_decode(struct view in, struct proto_blob_have *m,
    struct err *e);
void proto_blob_get_encode(const struct proto_blob_get *m, struct buf *out);
int proto_blob_get_decode(struct view in, struct proto_blob_get *m,
    struct err *e);
void proto_blob_piece_encode(const struct proto_blob_piece *m,
    struct buf *out);
int proto_blob_piece_decode(struct view in, struct proto_blob_piece *m,
    struct err *e);
void proto_successions_encode(const struct proto_successions *m,
    struct buf *out);
int proto_successions_decode(struct view in, struct proto_successions *m,
    struct err *e);
void proto_info_encode(const struct proto_info *m, struct buf *out);
int proto_info_decode(struct view in, struct proto_info *m, struct err *e);
void proto_refusal_encode(const struct proto_refusal *m, struct buf *out);
int proto_refusal_decode(struct view in, struct proto_refusal *m,
    struct err *e);
void proto_push_encode(const struct proto_push *m, struct buf *out);
int proto_push_decode(struct view in, struct proto_push *m, struct err *e);
void proto_pushed_encode(const struct proto_pushed *m, struct buf *out);
int proto_pushed_decode(struct view in, struct proto_pushed *m,
    struct err *e);
void proto_pull_encode(const struct proto_pull *m, struct buf *out);
int proto_pull_decode(struct view in, struct proto_pull *m, struct err *e);
void proto_page_encode(const struct proto_page *m, struct buf *out);
int proto_page_decode(struct view in, struct proto_page *m, struct err *e);
void proto_page_done(struct proto_page *m);
void proto_claim_encode(const struct proto_claim *m, struct buf *out);
int proto_claim_decode(struct view in, struct proto_claim *m, struct err *e);
void proto_enrol_encode(const struct proto_enrol *m, struct buf *out);
int proto_enrol_decode(struct view in, struct proto_enrol *m, struct err *e);
void proto_requests_encode(const struct proto_requests *m, struct buf *out);
int proto_requests_decode(struct view in, struct proto_requests *m,
    struct err *e);
void proto_recover_encode(const struct proto_recover *m, struct buf *out);
int proto_recover_decode(struct view in, struct proto_recover *m,
    struct err *e);

/* The card's MAC and the short code, both over the request's keys. */
void proto_enrol_mac(const struct proto_enrol *m, const struct sym_key *card,
    struct hash *out);

/** proto_enrol_code(m, root, out): "4711-0815": 8 digits from the request
 * and the root's fingerprint (card_root_hash, all a new device knows), compared by voice or in person. */
#define PROTO_CODE_BYTES 10
void proto_enrol_code(const struct proto_enrol *m,
    const struct hash *root, char out[static PROTO_CODE_BYTES]);

#endif
