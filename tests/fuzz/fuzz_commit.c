/*
 * A commit of the ledger, from a repository that somebody hands over, and the
 * signature in it. First byte, by three: a commit as it is; an armoured
 * signature as it is; a commit of ours with some bytes changed. What is taken
 * is what this program writes, byte for byte.
 */
#include <string.h>

#include "common/wire/sshsig.h"
#include "daemon/ledger/shape.h"
#include "tests/fuzz/fuzz.h"

static struct device_keys hub;

/* Keeps the one commit that is made. */
static int
keep(void *ctx, enum oid_kind kind, struct view data, struct oid *out,
    struct err *e)
{
	struct buf *commit = ctx;

	(void)e;
	oid_of(kind, data, out);
	if (kind == OID_COMMIT)
		buf_add(commit, data.data, data.len);
	return 0;
}

static struct shape_commit
ours(void)
{
	struct shape_commit c = { .note = view_str("hub.example\n1\n"),
		.at_ms = INT64_C(1790000000000) };

	return c;
}

static void
make(struct buf *out)
{
	struct shape_sink sink = { keep, out };
	struct shape_commit c = ours();
	struct shape s;
	struct err e = { 0 };

	shape_init(&s, "hub.example", &hub.sign_pub, sink);
	FUZZ_SURE(shape_sign(&s, &c, &hub.sign, &e) == 0);
	shape_done(&s);
}

/* Taken, as the first one of a ledger? */
static bool
take(struct view commit)
{
	struct shape_commit c = ours();
	struct shape s;
	struct err e = { 0 };
	bool taken;

	(void)shape_signed(commit, &hub.sign_pub);
	shape_init(&s, "hub.example", &hub.sign_pub, shape_sink_oid());
	taken = shape_take(&s, &c, commit, &e) == 0;
	if (!taken)
		fuzz_refused(&e);
	shape_done(&s);
	return taken;
}

static void
signature(struct view armour)
{
	struct view message = view_str("words");
	struct buf right;

	buf_init(&right, SSHSIG_TEXT_MAX);
	sshsig_sign(message, &hub.sign_pub, &hub.sign, &right);
	FUZZ_SURE(sshsig_check(buf_view(&right), message, &hub.sign_pub));
	FUZZ_SURE(sshsig_check(armour, message, &hub.sign_pub) ==
	    view_eq(armour, buf_view(&right)));
	buf_done(&right);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint64_t which = fuzz_take(&in, 1) % 3;
	struct view rest = view_of(in.data, in.left);
	struct buf right, other;
	size_t at;

	fuzz_begin();
	fuzz_device(1, &hub);
	if (which == 1) {
		signature(rest);
		return 0;
	}
	buf_init(&right, SHAPE_COMMIT_MAX);
	buf_init(&other, SHAPE_COMMIT_MAX);
	make(&right);
	FUZZ_SURE(take(buf_view(&right)));
	buf_add(&other, right.data, right.len);
	while (which == 2 && in.left > 0) { /* place u16, another byte u8 */
		at = (size_t)fuzz_take(&in, 2) % other.len;
		other.data[at] = (uint8_t)fuzz_take(&in, 1);
	}
	if (which == 2)
		rest = buf_view(&other);
	FUZZ_SURE(take(rest) == view_eq(rest, buf_view(&right)));
	buf_done(&right);
	buf_done(&other);
	return 0;
}
