/*
 * The plain body of a content changeset: one record, one or more field ops.
 *
 * A version of a record is identified by (origin device, hlc), kept through
 * re-sealing, so duplicates collapse. Each op names the versions of its field
 * that its author had before (its bases); what it does not name is concurrent.
 *
 * Source: schema/wire.md, "Record"; schema/wire.cddl.
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include "common/wire/changeset.h"

#define RECORD_OPS_MAX 64
#define RECORD_BASES_MAX 16
#define RECORD_TEXT_MAX (40 * 1024) /* bytes of one text value */

enum value_type { VALUE_NULL, VALUE_INT, VALUE_TEXT, VALUE_BYTES, VALUE_BOOL };

struct value {
	enum value_type type;
	int64_t num;      /* VALUE_INT, VALUE_BOOL */
	struct view data; /* VALUE_TEXT (UTF-8), VALUE_BYTES; borrowed */
};

struct version_ref {
	struct id origin;
	uint64_t hlc;
};

struct op {
	uint16_t field;
	size_t base_count;
	struct version_ref bases[RECORD_BASES_MAX];
	struct value value;
};

/* A checkpoint the author holds, to expose a split log. With the hub's own
 * signature: no member can make a hub look like a liar. */
struct gossip {
	struct log_point at;
	struct hash root;
	struct sig sig; /* checkpoint.h */
	bool present;
};

/* The first bytes of the commit a policy was published from: which words the
 * author had to choose from (schema/policy.md). */
#define POLICY_REF_BYTES 8
struct policy_ref {
	uint8_t b[POLICY_REF_BYTES]; /* zero: none published yet */
};

struct record {
	struct id id;          /* of the record */
	uint16_t type;         /* client/core/local/fields.h */
	struct id origin;      /* device that wrote it first */
	uint64_t hlc;
	int64_t wall_ms;       /* the origin's raw wall clock */
	struct id basis;       /* consent it rests on; zero: none named */
	struct gossip gossip;
	struct policy_ref policy;
	size_t op_count;
	struct op ops[RECORD_OPS_MAX];
};

/** policy_ref_none(ref): it names no policy. */
bool policy_ref_none(const struct policy_ref *ref);

/** record_value(rec, field, type): what the record says in that field; NULL:
 * nothing, or a value of another type. The same as a text, a number (else
 * ${none}), exactly ${len} bytes (else false and zeros). Borrowed. */
const struct value *record_value(const struct record *rec, uint16_t field,
    enum value_type type);
struct view record_text(const struct record *rec, uint16_t field);
int64_t record_int(const struct record *rec, uint16_t field, int64_t none);
bool record_bytes(const struct record *rec, uint16_t field, void *out,
    size_t len);

void record_encode(const struct record *rec, struct buf *out);

/** record_decode(in, rec, e): ${rec} borrows ${in}. ERR_PEER. */
int record_decode(struct view in, struct record *rec, struct err *e);

#endif
