/*
 * The changeset: what one device says to one space, taken or refused whole.
 *
 * A clear header with fixed layout, signed; then bodies. Content bodies are
 * compressed, padded to a size class and sealed one by one under the epoch
 * key, so that one record can be erased while header, signature and log leaf
 * stay. Control bodies (epoch, directory, letter) are clear CBOR.
 *
 * Source: schema/wire.md, "Changeset"; vectors/changeset-*.hex.
 */
#ifndef WIRE_CHANGESET_H
#define WIRE_CHANGESET_H

#include "common/wire/keys.h"

enum changeset_kind {
	CHANGESET_CONTENT = 1,   /* 1..64 sealed records */
	CHANGESET_EPOCH = 2,     /* clear: recipients, rights, sealed keys */
	CHANGESET_ACCESS = 3,    /* sealed: 1..64 access statements */
	CHANGESET_DIRECTORY = 4, /* clear: one directory entry, space zero */
	CHANGESET_LETTER = 5,    /* clear wrapper: a deposit or its outcome */
	CHANGESET_ERASE = 6      /* clear: an erase order */
};

#define CHANGESET_VERSION 1
#define CHANGESET_SUITE_LEAK 255
#ifdef TUGI_TEST_LEAK
/* FOR TESTS ONLY, NEVER SHIPPED: bodies are neither compressed nor encrypted,
 * so that a search for note text at the hub is seen to find it. Programs
 * built without this hold such changesets as unknown and open none. */
#define CHANGESET_SUITE CHANGESET_SUITE_LEAK
#else
#define CHANGESET_SUITE 1 /* how bodies are sealed: seal.h, pack.h */
#endif
#define CHANGESET_BODIES_MAX 64
#define CHANGESET_BYTES_MAX (192 * 1024)
#define CHANGESET_BODY_MAX (48 * 1024)  /* plain bytes of one record */
#define CHANGESET_FIXED_BYTES 121       /* header up to the list of lengths */
#define CHANGESET_ENTRY_BYTES (4 + 32)  /* more header for each body */
#define CHANGESET_SIG_BYTES 64

struct log_point { /* a place in a hub's log */
	uint64_t log_id; /* 8 random bytes, drawn when a log begins */
	uint64_t size;   /* items accepted */
};

struct changeset_header {
	uint8_t version, suite; /* set by sealing; may be unknown: held */
	enum changeset_kind kind;
	struct id space;        /* zero: the directory */
	uint32_t epoch;         /* key epoch of the space; 0 in the directory */
	struct id author;       /* device id, or the root's id (directory.h) */
	uint64_t counter;       /* per device and space, strictly rising */
	struct hash prev_own;   /* author's previous accepted one here, or 0 */
	struct log_point seen;  /* what the author had absorbed when writing */
	uint8_t nonce[24];
	size_t count;           /* bodies */
	uint32_t body_len[CHANGESET_BODIES_MAX];       /* as carried, bytes */
	struct hash body_hash[CHANGESET_BODIES_MAX];   /* BLAKE2b-256 */
};

struct changeset {
	struct changeset_header h;
	struct sig sig;
	struct hash id;                 /* keys_hash over the signed header */
	size_t header_bytes;            /* header and signature, as carried */
	struct view bodies[CHANGESET_BODIES_MAX]; /* borrowed; empty: absent */
	bool has_bodies;                /* false: header only was carried */
	bool whole;                     /* no body is absent */
};

/**
 * changeset_seal(h, key, plain, n, signer, out, id, e): fill ${h}'s nonce,
 * lengths and hashes, seal the ${n} ${plain} bodies under ${key}, sign, and
 * append the wire form to ${out}. ${h}->kind is CONTENT or ACCESS; the other
 * fields are the caller's. ERR_TOOBIG past the limits above.
 */
struct changeset_seal_in {
	const struct sym_key *key;
	const struct view *plain;
	size_t count;
	const struct sign_key *signer;
};
int changeset_seal(struct changeset_header *h,
    const struct changeset_seal_in *in, struct buf *out, struct hash *id,
    struct err *e);

/** changeset_clear(h, body, signer, out, id, e): the same for a clear kind. */
int changeset_clear(struct changeset_header *h, struct view body,
    const struct sign_key *signer, struct buf *out, struct hash *id,
    struct err *e);

/**
 * changeset_decode(in, cs, e): read header and bodies; every length, count
 * and body hash is checked, the signature is not. ${cs} borrows ${in}.
 * Unknown kinds, versions and suites decode too, so that they can be held:
 * the layout of the header, the hashes and the signature are the same in all
 * of them, changeset_known tells them apart and the rules of the known kinds
 * (how many bodies, size classes, which space) are not asked of them.
 * With only the header present (the first header_bytes of the wire form)
 * has_bodies is false; with some bodies erased whole is. ERR_PEER.
 */
int changeset_decode(struct view in, struct changeset *cs, struct err *e);

/** changeset_known(h): version, suite and kind are this program's own. */
bool changeset_known(const struct changeset_header *h);

/** changeset_without(in, cs, keep, out): append the wire form of ${cs}, which
 * was decoded from ${in}, with only the bodies whose bit is set in ${keep}
 * (bit 0: first body): what is left after single records were erased. */
void changeset_without(struct view in, const struct changeset *cs,
    uint64_t keep, struct buf *out);

/** changeset_strip(in, cs, gone, out): the same, where ${in} has the header
 * of ${cs} (decoded without bodies) and behind it bytes in the place of every
 * body, those of the bodies in ${gone} overwritten with anything. */
void changeset_strip(struct view in, const struct changeset *cs,
    uint64_t gone, struct buf *out);

/** changeset_all(h): the map of all bodies. */
uint64_t changeset_all(const struct changeset_header *h);

/** changeset_verify(cs, pub): the signature is ${pub}'s. */
bool changeset_verify(const struct changeset *cs, const struct sign_pub *pub);

/** changeset_open(cs, i, key, out, e): append the plain body ${i} to ${out}.
 * ERR_PEER when it does not open under ${key} or does not decompress, or is
 * of an unknown suite; ERR_ABSENT when the body was not carried. */
int changeset_open(const struct changeset *cs, size_t i,
    const struct sym_key *key, struct buf *out, struct err *e);

/** changeset_size_class(compressed_len): carried bytes of a sealed body. */
uint32_t changeset_size_class(size_t compressed_len);

#endif
