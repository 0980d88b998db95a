/* Bodies of requests and answers: each there and back, each limit, one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/wire/cbor.h"
#include "common/wire/blob.h"
#include "common/wire/checkpoint.h"
#include "common/wire/proto.h"
#include "tests/support/vector.h"

static struct err e;
static struct buf b;

static int
fresh(void **state)
{
	(void)state;
	buf_done(&b);
	buf_init(&b, 8 * 1024 * 1024);
	return 0;
}

static void
proof(size_t n, struct merkle_proof *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	p->count = n;
	for (i = 0; i < n; i++)
		memset(p->nodes[i].b, (int)(i + 1), sizeof(p->nodes[i].b));
}

static bool
same_proof(const struct merkle_proof *x, const struct merkle_proof *y)
{
	return x->count == y->count && memcmp(x->nodes, y->nodes,
	    x->count * sizeof(x->nodes[0])) == 0;
}

/* Each decodes and encodes again, over one static message: some are large. */
static int
again_info(struct view in, struct buf *out, struct err *err)
{
	static struct proto_info m;

	if (proto_info_decode(in, &m, err) != 0)
		return -1;
	proto_info_encode(&m, out);
	return 0;
}

static int
again_refusal(struct view in, struct buf *out, struct err *err)
{
	static struct proto_refusal m;

	if (proto_refusal_decode(in, &m, err) != 0)
		return -1;
	proto_refusal_encode(&m, out);
	return 0;
}

static int
again_push(struct view in, struct buf *out, struct err *err)
{
	static struct proto_push m;

	if (proto_push_decode(in, &m, err) != 0)
		return -1;
	proto_push_encode(&m, out);
	return 0;
}

static int
again_pushed(struct view in, struct buf *out, struct err *err)
{
	static struct proto_pushed m;

	if (proto_pushed_decode(in, &m, err) != 0)
		return -1;
	proto_pushed_encode(&m, out);
	return 0;
}

static int
again_pull(struct view in, struct buf *out, struct err *err)
{
	static struct proto_pull m;

	if (proto_pull_decode(in, &m, err) != 0)
		return -1;
	proto_pull_encode(&m, out);
	return 0;
}

static int
again_page(struct view in, struct buf *out, struct err *err)
{
	static struct proto_page m;

	if (proto_page_decode(in, &m, err) != 0)
		return -1;
	proto_page_encode(&m, out);
	proto_page_done(&m);
	return 0;
}

static int
again_claim(struct view in, struct buf *out, struct err *err)
{
	static struct proto_claim m;

	if (proto_claim_decode(in, &m, err) != 0)
		return -1;
	proto_claim_encode(&m, out);
	return 0;
}

static int
again_enrol(struct view in, struct buf *out, struct err *err)
{
	static struct proto_enrol m;

	if (proto_enrol_decode(in, &m, err) != 0)
		return -1;
	proto_enrol_encode(&m, out);
	return 0;
}

static int
again_requests(struct view in, struct buf *out, struct err *err)
{
	static struct proto_requests m;

	if (proto_requests_decode(in, &m, err) != 0)
		return -1;
	proto_requests_encode(&m, out);
	return 0;
}

static int
again_recover(struct view in, struct buf *out, struct err *err)
{
	static struct proto_recover m;

	if (proto_recover_decode(in, &m, err) != 0)
		return -1;
	proto_recover_encode(&m, out);
	return 0;
}

static int
again_successions(struct view in, struct buf *out, struct err *err)
{
	static struct proto_successions m;

	if (proto_successions_decode(in, &m, err) != 0)
		return -1;
	proto_successions_encode(&m, out);
	return 0;
}

#define AGAIN(x) \
	static int \
	again_blob_##x(struct view in, struct buf *out, struct err *err) \
	{ \
		struct proto_blob_##x m; \
	\
		if (proto_blob_##x##_decode(in, &m, err) != 0) \
			return -1; \
		proto_blob_##x##_encode(&m, out); \
		return 0; \
	}
AGAIN(put)
AGAIN(have)
AGAIN(get)
AGAIN(piece)

static void
vector(const char *name, int (*again)(struct view in, struct buf *out,
    struct err *err))
{
	assert_int_equal(buf_check(&b, name, &e), 0);
	vector_check(name, buf_view(&b));
	vector_abuse(name, again);
}

static void
refused(int (*again)(struct view in, struct buf *out, struct err *err))
{
	struct buf out;

	buf_init(&out, 8 * 1024 * 1024);
	assert_int_equal(again(buf_view(&b), &out, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	buf_done(&out);
	fresh(NULL);
}

static void
passes(int (*again)(struct view in, struct buf *out, struct err *err))
{
	struct buf out;

	buf_init(&out, 8 * 1024 * 1024);
	if (again(buf_view(&b), &out, &e) != 0)
		fail_msg("%s", e.text);
	assert_true(view_eq(buf_view(&b), buf_view(&out)));
	buf_done(&out);
	fresh(NULL);
}

static void
test_info(void **state)
{
	struct proto_info m = { .version = 1,
	    .hub_name = "hub.example", .log = { 1, 2 }, .now_ms = 3,
	    .claimed = true }, back;

	(void)state;
	memset(m.hub.b, 9, 32);
	proto_info_encode(&m, &b);
	vector("proto-info", again_info);
	assert_int_equal(proto_info_decode(buf_view(&b), &back, &e), 0);
	assert_string_equal(back.hub_name, m.hub_name);
	assert_true(back.claimed && back.log.log_id == 1 &&
	    back.log.size == 2 && back.now_ms == 3);
	assert_memory_equal(back.hub.b, m.hub.b, 32);
}

static void
test_info_name(void **state)
{
	struct proto_info m = { .version = 1 };

	(void)state;
	memset(m.hub_name, 'a', sizeof(m.hub_name) - 1);
	proto_info_encode(&m, &b);
	passes(again_info);
	vector_hex("a6" "0101" "0263610062" "0382" "0000", &b);
	refused(again_info);
}

static void
test_refusal(void **state)
{
	struct proto_refusal m = { VERDICT_REVOKED, -1, "no" }, back;

	(void)state;
	proto_refusal_encode(&m, &b);
	vector("proto-refusal", again_refusal);
	assert_int_equal(proto_refusal_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal((int)back.verdict, VERDICT_REVOKED);
	assert_true(back.now_ms == -1);
	assert_string_equal(back.words, "no");
	fresh(NULL);
	/* a NUL inside the words, and words too long for their place */
	vector_hex("a3" "0106" "0200" "0363610062", &b);
	refused(again_refusal);
	memset(m.words, 'w', sizeof(m.words) - 1);
	proto_refusal_encode(&m, &b);
	passes(again_refusal);
	vector_hex("a3" "0106" "0200" "0378c8", &b);
	buf_add(&b, m.words, sizeof(m.words) - 1);
	buf_add(&b, "w", 1);
	refused(again_refusal);
}

static struct proto_push push;

static void
test_push(void **state)
{
	static struct proto_push back;

	(void)state;
	memset(&push, 0, sizeof(push));
	push.known.log_id = UINT64_MAX;
	push.known.size = 5;
	push.count = 4;
	push.items[0].bytes = view_str("first");
	push.items[1].group = 7;
	push.items[1].bytes = view_str("second");
	push.items[2].group = 7;
	push.items[2].bytes = view_str("third");
	push.items[3].bytes = view_str("fourth");
	proto_push_encode(&push, &b);
	vector("proto-push", again_push);
	assert_int_equal(proto_push_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.count, 4);
	assert_true(back.known.log_id == UINT64_MAX && back.known.size == 5);
	assert_int_equal(back.items[2].group, 7);
	assert_true(view_eq(back.items[3].bytes, push.items[3].bytes));
}

static void
test_push_groups(void **state)
{
	(void)state;
	memset(&push, 0, sizeof(push));
	push.count = 3;
	push.items[0].group = 7;
	push.items[2].group = 7;
	proto_push_encode(&push, &b);
	refused(again_push); /* torn apart by an item alone */
	push.items[1].group = 8;
	proto_push_encode(&push, &b);
	refused(again_push); /* torn apart by another group */
	push.items[1].group = 7;
	proto_push_encode(&push, &b);
	passes(again_push);
	push.items[0].group = push.items[2].group = 0;
	proto_push_encode(&push, &b);
	passes(again_push);
	vector_hex("a2" "01820000" "0281" "82" "1b0000000100000000" "40",
	    &b);
	refused(again_push); /* group past 32 bits */
}

static void
test_push_limits(void **state)
{
	static uint8_t big[CHANGESET_BYTES_MAX + 1];
	size_t i, n;

	(void)state;
	memset(&push, 0, sizeof(push));
	push.count = PROTO_PUSH_ITEMS_MAX;
	proto_push_encode(&push, &b);
	passes(again_push);
	push.count = 1;
	push.items[0].bytes = view_of(big, CHANGESET_BYTES_MAX);
	proto_push_encode(&push, &b);
	passes(again_push);
	push.items[0].bytes = view_of(big, CHANGESET_BYTES_MAX + 1);
	proto_push_encode(&push, &b);
	refused(again_push);
	n = PROTO_PUSH_ITEMS_MAX + 1;
	vector_hex("a2" "01820000" "02", &b);
	cbor_put_array(&b, n);
	for (i = 0; i < n; i++)
		vector_hex("820040", &b);
	refused(again_push);
}

static struct proto_pushed pushed;

static void
test_pushed(void **state)
{
	static struct proto_pushed back;

	(void)state;
	memset(&pushed, 0, sizeof(pushed));
	pushed.checkpoint = view_str("a note");
	proof(3, &pushed.consistency);
	pushed.now_ms = 1700000000000;
	pushed.count = 3;
	memset(pushed.items[0].id.b, 1, 32);
	pushed.items[0].verdict = VERDICT_ACCEPTED;
	pushed.items[0].receipt.seq = 10;
	pushed.items[0].receipt.sseq = 11;
	pushed.items[0].receipt.accept_ms = 12;
	proof(2, &pushed.items[0].receipt.inclusion);
	pushed.items[1].verdict = VERDICT_STALE_EPOCH;
	pushed.items[2].verdict = VERDICT_DUPLICATE;
	proto_pushed_encode(&pushed, &b);
	vector("proto-pushed", again_pushed);
	assert_int_equal(proto_pushed_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.count, 3);
	assert_true(view_eq(back.checkpoint, pushed.checkpoint));
	assert_true(same_proof(&back.consistency, &pushed.consistency));
	assert_int_equal(back.items[0].verdict, VERDICT_ACCEPTED);
	assert_true(back.items[0].receipt.seq == 10 &&
	    back.items[0].receipt.sseq == 11 &&
	    back.items[0].receipt.accept_ms == 12);
	assert_true(same_proof(&back.items[0].receipt.inclusion,
	    &pushed.items[0].receipt.inclusion));
	assert_int_equal(back.items[1].verdict, VERDICT_STALE_EPOCH);
}

static void
test_pushed_refusals(void **state)
{
	static const char id[] = "5820"
	    "0101010101010101010101010101010101010101010101010101010101010101";
	static const struct {
		const char *tuple, *tail;
		bool good;
	} cases[] = {
		{ "82", "03", true }, { "82", "01", false },
		{ "86", "0102030440", true }, { "86", "0300000040", false },
		{ "86", "0100000040", true }, { "82", "00", false },
		{ "82", "19ffff", true }, { "82", "1a00010000", false },
		{ "82", "1a00010003", false }, { "86", "010000004100", false }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fresh(NULL);
		vector_hex("a4" "0140" "0240" "0300" "0481", &b);
		vector_hex(cases[i].tuple, &b);
		vector_hex(id, &b);
		vector_hex(cases[i].tail, &b);
		if (cases[i].good)
			passes(again_pushed);
		else
			refused(again_pushed);
	}
}

static void
test_pull(void **state)
{
	struct proto_pull m = { .known = { 1, 2 }, .at = { .cursor = 3,
	    .until = 4, .seq = 5 }, .max_bytes = 6, .want_count = 2 }, back;
	size_t i;

	(void)state;
	memset(m.at.space.b, 7, 16);
	memset(m.wants[0].space.b, 8, 16);
	m.wants[0].after_sseq = 9;
	m.wants[0].upto_sseq = 10;
	m.wants[1].upto_sseq = 11;
	proto_pull_encode(&m, &b);
	vector("proto-pull", again_pull);
	assert_int_equal(proto_pull_decode(buf_view(&b), &back, &e), 0);
	assert_true(back.known.size == 2 && back.at.cursor == 3 &&
	    back.at.until == 4 && back.at.seq == 5 && back.max_bytes == 6);
	assert_true(id_eq(&back.at.space, &m.at.space));
	assert_int_equal(back.want_count, 2);
	assert_true(id_eq(&back.wants[0].space, &m.wants[0].space));
	assert_true(back.wants[0].after_sseq == 9 &&
	    back.wants[0].upto_sseq == 10);
	fresh(NULL);
	m.want_count = PROTO_WANTS_MAX;
	memset(m.wants, 0, sizeof(m.wants));
	for (i = 0; i < PROTO_WANTS_MAX; i++)
		m.wants[i].upto_sseq = i + 1;
	proto_pull_encode(&m, &b);
	passes(again_pull);
	m.wants[3].after_sseq = 4; /* nothing is wanted there */
	fresh(NULL);
	proto_pull_encode(&m, &b);
	refused(again_pull);
}

static void
test_page(void **state)
{
	struct proto_item items[2];
	struct proto_page m, back;

	(void)state;
	memset(&m, 0, sizeof(m));
	memset(items, 0, sizeof(items));
	m.checkpoint = view_str("a note");
	proof(1, &m.consistency);
	m.now_ms = 1;
	m.next.cursor = 2;
	m.next.until = 3;
	m.next.seq = 4;
	memset(m.next.space.b, 5, 16);
	m.more = true;
	m.count = 2;
	m.items = items;
	items[0].seq = 6;
	items[0].sseq = 7;
	items[0].accept_ms = 8;
	items[0].bytes = view_str("a changeset");
	proof(MERKLE_PROOF_MAX, &items[0].inclusion);
	proto_page_encode(&m, &b);
	vector("proto-page", again_page);
	assert_int_equal(proto_page_decode(buf_view(&b), &back, &e), 0);
	assert_true(back.more && back.count == 2 && back.next.cursor == 2 &&
	    back.next.until == 3 && back.next.seq == 4);
	assert_true(id_eq(&back.next.space, &m.next.space));
	assert_true(back.items[0].seq == 6 && back.items[0].sseq == 7 &&
	    back.items[0].accept_ms == 8);
	assert_true(view_eq(back.items[0].bytes, items[0].bytes));
	assert_true(same_proof(&back.items[0].inclusion,
	    &items[0].inclusion));
	proto_page_done(&back);
	assert_null(back.items);
	proto_page_done(&back);
}

static void
test_page_limits(void **state)
{
	size_t n, i;

	(void)state;
	for (n = PROTO_PAGE_ITEMS_MAX; n <= PROTO_PAGE_ITEMS_MAX + 1; n++) {
		vector_hex("a6" "0140" "0240" "0300" "0484" "0000"
		    "50" "00000000000000000000000000000000" "00" "05f4" "06",
		    &b);
		cbor_put_array(&b, n);
		for (i = 0; i < n; i++)
			vector_hex("850000004040", &b);
		if (n == PROTO_PAGE_ITEMS_MAX)
			passes(again_page);
		else
			refused(again_page);
	}
	/* 512 items claimed, none there: nothing is made room for */
	vector_hex("a6" "0140" "0240" "0300" "0484" "0000"
	    "50" "00000000000000000000000000000000" "00" "05f4" "06" "990200",
	    &b);
	refused(again_page);
}

static void
test_claim(void **state)
{
	struct proto_claim m = { .code = "1234-5678", .count = 3 }, back;

	(void)state;
	m.items[0] = view_str("genesis");
	m.items[1] = view_str("officer");
	m.items[2] = view_str("commons");
	proto_claim_encode(&m, &b);
	vector("proto-claim", again_claim);
	assert_int_equal(proto_claim_decode(buf_view(&b), &back, &e), 0);
	assert_string_equal(back.code, m.code);
	assert_int_equal(back.count, 3);
	assert_true(view_eq(back.items[2], m.items[2]));
	fresh(NULL);
	vector_hex("a2" "016161" "0289" "404040404040404040", &b);
	refused(again_claim);
}

static void
enrol(bool voucher, struct proto_enrol *m)
{
	memset(m, 0, sizeof(*m));
	memset(m->sign.b, 1, 32);
	memset(m->box.b, 2, 32);
	memset(m->card.b, 3, 16);
	memset(m->mac.b, 4, 32);
	m->at_ms = 5;
	m->has_voucher = voucher;
	if (!voucher)
		return;
	memset(m->person.b, 6, 16);
	memset(m->voucher.b, 7, 16);
	memset(m->voucher_sig.b, 8, 64);
}

static void
test_enrol(void **state)
{
	struct proto_enrol m, back;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		fresh(NULL);
		enrol(i == 1, &m);
		proto_enrol_encode(&m, &b);
		vector(i == 1 ? "proto-enrol-vouched" : "proto-enrol",
		    again_enrol);
		memset(&back, 0xee, sizeof(back));
		assert_int_equal(proto_enrol_decode(buf_view(&b), &back, &e),
		    0);
		assert_memory_equal(&back, &m, sizeof(m));
	}
}

static void
test_requests(void **state)
{
	static struct proto_requests m, back;
	size_t i;

	(void)state;
	m.count = 2;
	enrol(false, &m.items[0]);
	enrol(true, &m.items[1]);
	proto_requests_encode(&m, &b);
	vector("proto-requests", again_requests);
	assert_int_equal(proto_requests_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.count, 2);
	assert_true(back.items[1].has_voucher);
	fresh(NULL);
	m.count = PROTO_REQUESTS_MAX;
	for (i = 0; i < m.count; i++)
		enrol(true, &m.items[i]);
	proto_requests_encode(&m, &b);
	passes(again_requests);
}

static void
test_enrol_mac(void **state)
{
	struct proto_enrol m, other;
	struct sym_key card, wrong;
	struct hash a, x;

	(void)state;
	enrol(true, &m);
	keys_sym_make(&card);
	keys_sym_make(&wrong);
	proto_enrol_mac(&m, &card, &a);
	proto_enrol_mac(&m, &wrong, &x);
	assert_false(hash_eq(&a, &x));
	other = m;
	other.sign.b[0] ^= 1;
	proto_enrol_mac(&other, &card, &x);
	assert_false(hash_eq(&a, &x));
	other = m;
	other.box.b[0] ^= 1;
	proto_enrol_mac(&other, &card, &x);
	assert_false(hash_eq(&a, &x));
	other = m;
	other.card.b[0] ^= 1;
	proto_enrol_mac(&other, &card, &x);
	assert_false(hash_eq(&a, &x));
}

static void
test_enrol_code(void **state)
{
	char code[PROTO_CODE_BYTES], x[PROTO_CODE_BYTES];
	struct hash root;
	struct proto_enrol m;
	size_t i;

	(void)state;
	enrol(false, &m);
	memset(root.b, 9, sizeof(root.b));
	proto_enrol_code(&m, &root, code);
	assert_int_equal(strlen(code), 9);
	assert_int_equal(strspn(code, "0123456789"), 4);
	assert_int_equal(code[4], '-');
	assert_int_equal(strspn(code + 5, "0123456789"), 4);
	vector_check("enrol-code", view_str(code));
	for (i = 0; i < 5; i++) {
		enrol(false, &m);
		memset(root.b, 9, sizeof(root.b));
		(i == 0 ? root.b : i == 1 ? m.sign.b : i == 2 ? m.box.b :
		    i == 3 ? m.mac.b : m.card.b)[0] ^= 1;
		proto_enrol_code(&m, &root, x);
		assert_string_not_equal(code, x);
	}
}

static void
test_recover(void **state)
{
	struct proto_recover m = { .space = { { 1 } }, .after_sseq = 77 };
	struct proto_recover back;

	(void)state;
	proto_recover_encode(&m, &b);
	vector("proto-recover", again_recover);
	assert_int_equal(proto_recover_decode(buf_view(&b), &back, &e), 0);
	assert_true(id_eq(&back.space, &m.space) && back.after_sseq == 77);
	assert_true(id_is_zero(&back.person));
	m.person.b[3] = 4;
	buf_reset(&b);
	proto_recover_encode(&m, &b);
	vector("proto-recover-labels", again_recover);
	assert_int_equal(proto_recover_decode(buf_view(&b), &back, &e), 0);
	assert_true(id_eq(&back.person, &m.person));
}

/* A log that went on twice: one order is there, one is waited for. The two
 * heads of a succession say one size and root under two ids (11.4). */
static void
test_successions(void **state)
{
	static struct proto_successions m, back;
	struct checkpoint before = { { 0x1111, 77 }, { { 5 } } };
	struct checkpoint head = { { 0x2222, 77 }, { { 5 } } };
	struct buf text[4];
	struct sign_key key;
	struct sign_pub pub;
	size_t i;

	(void)state;
	proto_successions_encode(&m, &b);
	vector("proto-succession-none", again_successions);
	vector_seed(41);
	keys_sign_make(&pub, &key);
	for (i = 0; i < 4; i++)
		buf_init(&text[i], CHECKPOINT_TEXT_MAX);
	checkpoint_sign(&before, "hub.test", &pub, &key, &text[0]);
	checkpoint_sign(&head, "hub.test", &pub, &key, &text[1]);
	before = head;
	before.at.size = head.at.size = 90;
	before.root.b[0] = head.root.b[0] = 6;
	head.at.log_id = 0x3333;
	checkpoint_sign(&before, "hub.test", &pub, &key, &text[2]);
	checkpoint_sign(&head, "hub.test", &pub, &key, &text[3]);
	m.count = 2;
	for (i = 0; i < 2; i++) {
		m.items[i].before = buf_view(&text[2 * i]);
		m.items[i].head = buf_view(&text[2 * i + 1]);
		m.items[i].at_ms = 1790000000000 + (int64_t)i;
	}
	m.items[0].order = view_str("the changeset of two officers");
	buf_reset(&b);
	proto_successions_encode(&m, &b);
	vector("proto-succession", again_successions);
	assert_int_equal(proto_successions_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.count, 2);
	assert_int_equal(checkpoint_read(back.items[1].head, "hub.test", &pub,
	    &head, &e), 0);
	assert_int_equal(head.at.log_id, 0x3333);
	assert_true(view_eq(back.items[0].order, m.items[0].order));
	assert_int_equal(back.items[1].order.len, 0);
	for (i = 0; i < 4; i++)
		buf_done(&text[i]);
}

static int
blob_put(uint64_t at, size_t len)
{
	static uint8_t piece[PROTO_BLOB_PIECE + 1];
	struct proto_blob_put m = { .space = { { 1 } }, .name = { { 2 } },
		.item = { { 3 } }, .index = 63, .at = at,
		.piece = { piece, len } }, back;

	m.bytes = blob_sealed_bytes(500000);
	buf_reset(&b);
	proto_blob_put_encode(&m, &b);
	return proto_blob_put_decode(buf_view(&b), &back, &e);
}

static void
test_blob(void **state)
{
	struct proto_blob_put put = { .space = { { 1 } }, .name = { { 2 } },
		.bytes = blob_sealed_bytes(10), .item = { { 3 } },
		.index = 7 }, back;
	struct proto_blob_have have = { .have = 262144 };
	struct proto_blob_get get = { .space = { { 1 } }, .name = { { 2 } },
		.at = 524288 };
	struct proto_blob_piece piece = { .bytes = blob_sealed_bytes(10),
		.piece = view_str("sealed") };
	uint64_t whole = blob_sealed_bytes(500000);

	(void)state;
	proto_blob_put_encode(&put, &b);
	vector("proto-blob-ask", again_blob_put);
	assert_int_equal(proto_blob_put_decode(buf_view(&b), &back, &e), 0);
	assert_int_equal(back.index, 7);
	buf_reset(&b);
	proto_blob_have_encode(&have, &b);
	vector("proto-blob-have", again_blob_have);
	buf_reset(&b);
	proto_blob_get_encode(&get, &b);
	vector("proto-blob-get", again_blob_get);
	buf_reset(&b);
	proto_blob_piece_encode(&piece, &b);
	vector("proto-blob-piece", again_blob_piece);

	assert_int_equal(blob_put(0, PROTO_BLOB_PIECE), 0);
	assert_int_equal(blob_put(PROTO_BLOB_PIECE, whole - PROTO_BLOB_PIECE),
	    0);
	assert_int_equal(blob_put(0, 1000), -1); /* short, and not the last */
	assert_int_equal(blob_put(0, PROTO_BLOB_PIECE + 1), -1);
	assert_int_equal(blob_put(1, PROTO_BLOB_PIECE), -1);
	assert_int_equal(blob_put(PROTO_BLOB_PIECE, 0), -1);
	assert_int_equal(blob_put(2 * PROTO_BLOB_PIECE, PROTO_BLOB_PIECE),
	    -1);
	put.index = 64;
	buf_reset(&b);
	proto_blob_put_encode(&put, &b);
	assert_int_equal(proto_blob_put_decode(buf_view(&b), &back, &e), -1);
}

static void
test_words(void **state)
{
	int v;

	(void)state;
	for (v = VERDICT_ACCEPTED; v <= VERDICT_ERASED; v++) {
		assert_non_null(verdict_words((enum verdict)v));
		assert_null(strstr(verdict_words((enum verdict)v),
		    "does not know yet"));
	}
	assert_non_null(strstr(verdict_words((enum verdict)0),
	    "does not know yet"));
	assert_non_null(strstr(verdict_words((enum verdict)999),
	    "does not know yet"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_info, fresh),
		cmocka_unit_test_setup(test_info_name, fresh),
		cmocka_unit_test_setup(test_refusal, fresh),
		cmocka_unit_test_setup(test_push, fresh),
		cmocka_unit_test_setup(test_push_groups, fresh),
		cmocka_unit_test_setup(test_push_limits, fresh),
		cmocka_unit_test_setup(test_pushed, fresh),
		cmocka_unit_test_setup(test_pushed_refusals, fresh),
		cmocka_unit_test_setup(test_pull, fresh),
		cmocka_unit_test_setup(test_page, fresh),
		cmocka_unit_test_setup(test_page_limits, fresh),
		cmocka_unit_test_setup(test_claim, fresh),
		cmocka_unit_test_setup(test_enrol, fresh),
		cmocka_unit_test_setup(test_requests, fresh),
		cmocka_unit_test(test_enrol_mac),
		cmocka_unit_test(test_enrol_code),
		cmocka_unit_test_setup(test_recover, fresh),
		cmocka_unit_test_setup(test_successions, fresh),
		cmocka_unit_test_setup(test_blob, fresh),
		cmocka_unit_test(test_words)
	};
	int rc;

	if (keys_init() != 0)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	buf_done(&b);
	return rc;
}
