/*
 * Files of attachments between real clients over the real hub: sent before
 * their record, fetched when needed, cut anywhere, refused without a right,
 * gone with an erase order; and a hub that lies.
 *
 * Client 0 is the officer, 1 keeps the case, 2 reads its notes, 3 signs
 * erasures and is in no case.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/attachments.h"
#include "client/core/fetch.h"
#include "client/core/local/blobs.h"
#include "client/core/office/office.h"
#include "client/core/records/erase.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"
#include "daemon/hub/check.h"
#include "daemon/hub/sweep.h"
#include "tests/support/trust.h"

#define KEEPER 1
#define READER 2
#define DPO 3
#define DAY_MS (24 * 3600 * 1000LL)
#define BYTES 900000 /* four pieces */

static struct world w;
static struct id anna;
static struct err e;
static char source[160], target[160];

static void
write_source(size_t n)
{
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	for (i = 0; i < n; i++)
		buf_add_be(&b, i * 7 + i / 251, 1);
	assert_int_equal(file_replace(source, buf_view(&b), 0600, &e), 0);
	buf_done(&b);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 3);
	trust_join_as(&w, DPO, ROLE_DPO);
	world_case(&w, KEEPER, "Anna Tamm", &anna);
	world_note(&w, KEEPER, &anna, "first", NULL);
	world_grant(&w, KEEPER, &anna, READER, "card,notes", false);
	trust_twice(&w, KEEPER, READER);
	snprintf(source, sizeof(source), "%s/letter.pdf", w.folder);
	snprintf(target, sizeof(target), "%s/out", w.folder);
	write_source(BYTES);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	unlink(source);
	unlink(target);
	world_end(&w);
	return 0;
}

static void
add(struct id *id)
{
	struct attachments_wish wish = { .case_id = anna, .path = source };

	world_pass(&w, 1000);
	if (attachments_add(w.c[KEEPER].session, &wish, id, &e) != 0)
		fail_msg("%s", e.text);
}

static int
fetch(int i, const struct id *id)
{
	err_clear(&e);
	return fetch_attachment(w.c[i].session, &w.c[i].remote, id, NULL, &e);
}

static void
check_same(int i, const struct id *id)
{
	struct buf a, b;

	unlink(target);
	if (attachments_save(w.c[i].session, id, target, &e) != 0)
		fail_msg("%s", e.text);
	buf_init(&a, SIZE_MAX);
	buf_init(&b, SIZE_MAX);
	assert_int_equal(file_read(source, &a, &e), 0);
	assert_int_equal(file_read(target, &b, &e), 0);
	assert_true(view_eq(buf_view(&a), buf_view(&b)));
	buf_done(&a);
	buf_done(&b);
}

static struct blobs_place
place(int i, const struct id *id)
{
	struct blobs_place p;

	assert_int_equal(blobs_place(world_store(&w, i), id, &p, &e), 1);
	return p;
}

/* What a changed client of ${i} asks; the HTTP status, a refusal's verdict. */
static int
raw(int i, const char *path, const struct buf *body, struct buf *answer,
    uint64_t *verdict)
{
	struct remote_call c = { "POST", path, buf_view(body),
		world_store(&w, i)->me };
	struct proto_refusal no;
	int status;

	buf_reset(answer);
	status = world_serve(w.hub, &c, answer);
	*verdict = status != 200 && proto_refusal_decode(buf_view(answer), &no,
	    &e) == 0 ? no.verdict : 0;
	return status;
}

static uint64_t
raw_get(int i, const struct blobs_place *p)
{
	struct proto_blob_get m = { .space = p->space, .name = p->id };
	struct buf body, answer;
	uint64_t verdict;
	int status;

	buf_init(&body, 4096);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	proto_blob_get_encode(&m, &body);
	status = raw(i, "/v1/blob/get", &body, &answer, &verdict);
	buf_done(&body);
	buf_done(&answer);
	return status == 200 ? VERDICT_ACCEPTED : verdict != 0 ? verdict :
	    (uint64_t)status;
}

static uint64_t
raw_put(int i, const struct proto_blob_put *m, uint64_t *have)
{
	struct proto_blob_have said = { 0 };
	struct buf body, answer;
	uint64_t verdict;
	int status;

	buf_init(&body, PROTO_BLOB_PIECE + 4096);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	proto_blob_put_encode(m, &body);
	status = raw(i, "/v1/blob/put", &body, &answer, &verdict);
	if (status == 200)
		assert_int_equal(proto_blob_have_decode(buf_view(&answer),
		    &said, &e), 0);
	buf_done(&body);
	buf_done(&answer);
	*have = said.have;
	return status == 200 ? VERDICT_ACCEPTED : verdict != 0 ? verdict :
	    (uint64_t)status;
}

static void
test_sent_and_fetched(void **state)
{
	struct attachments_state st;
	struct exchange_result r;
	struct id id;

	(void)state;
	add(&id);
	assert_int_equal(attachments_state(w.c[KEEPER].session, &id, &st, &e),
	    0);
	assert_true(st.here && st.waits && !st.sent);
	r = world_must_sync(&w, KEEPER);
	assert_int_equal(r.files_sent, 1);
	assert_int_equal(r.files_wait, 0);
	assert_int_equal(attachments_state(w.c[KEEPER].session, &id, &st, &e),
	    0);
	assert_true(st.here && st.sent && !st.waits);
	world_must_sync(&w, READER);
	assert_int_equal(attachments_state(w.c[READER].session, &id, &st, &e),
	    0);
	assert_true(!st.here);
	assert_int_equal(attachments_save(w.c[READER].session, &id, target,
	    &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	if (fetch(READER, &id) != 0)
		fail_msg("%s", e.text);
	check_same(READER, &id);
	r = world_must_sync(&w, KEEPER); /* nothing goes twice */
	assert_int_equal(r.files_sent, 0);
	r = world_must_sync(&w, READER);
	assert_int_equal(r.files_sent, 0);
	w.calls = 0;
	assert_int_equal(fetch(READER, &id), 0); /* it is here */
	assert_int_equal(w.calls, 0);
}

/* The section is new to the hub: one sync brings record and file. */
static void
test_new_section(void **state)
{
	struct attachments_wish wish = { .path = source };
	struct attachments_state st;
	struct exchange_result r;
	struct id id;

	(void)state;
	world_case(&w, KEEPER, "Berta", &wish.case_id);
	assert_int_equal(attachments_add(w.c[KEEPER].session, &wish, &id, &e),
	    0);
	r = world_must_sync(&w, KEEPER);
	assert_int_equal(r.files_sent, 1);
	assert_int_equal(r.files_wait, 0);
	assert_int_equal(attachments_state(w.c[KEEPER].session, &id, &st, &e),
	    0);
	assert_true(st.sent);
}

/* The file is at the hub before its record is. */
static void
test_file_first(void **state)
{
	struct exchange_result r;
	struct id id;
	unsigned n;

	(void)state;
	add(&id);
	for (n = 1; n < 50; n++) { /* the push itself is cut off */
		w.calls = 0;
		w.cut_request = 4 + n;
		if (world_sync(&w, KEEPER, &r, &e) == 0)
			break;
		w.cut_request = 0;
		world_must_sync(&w, READER);
		if (world_count(&w, READER, "SELECT count(*) FROM record "
		    "WHERE type = 53") > 0)
			assert_int_equal(raw_get(READER, &(struct blobs_place){
			    .space = place(READER, &id).space,
			    .id = place(READER, &id).id }), VERDICT_ACCEPTED);
	}
	assert_true(n > 1 && n < 50);
	w.cut_request = 0;
}

/* Cut at each request and each answer: it goes on where it was, and each piece
 * goes over the line at most once more. */
static void
test_cut(void **state)
{
	struct id id;
	unsigned n, kind;

	(void)state;
	for (kind = 0; kind < 2; kind++) {
		add(&id);
		w.bytes_up = 0;
		for (n = 1; n < 200; n++) {
			w.calls = 0;
			w.cut_request = kind == 0 ? 1 + n % 7 : 0;
			w.cut_answer = kind == 1 ? 1 + n % 7 : 0;
			if (world_sync(&w, KEEPER, NULL, &e) == 0)
				break;
			assert_int_equal(e.kind, ERR_AWAY);
		}
		assert_true(n > 1 && n < 200);
		assert_true(w.bytes_up < 2 * BYTES + 300000);
		w.cut_request = w.cut_answer = 0;
		world_must_sync(&w, KEEPER);
		world_must_sync(&w, READER);
		w.bytes_down = 0;
		for (n = 1; n < 50; n++) {
			w.calls = 0;
			w.cut_request = kind == 0 ? 2 : 0;
			w.cut_answer = kind == 1 ? 2 : 0;
			if (n == 3) /* a power cut in the middle of a piece */
				world_close(&w, READER);
			if (n == 3)
				assert_int_equal(world_open(&w, READER, &e),
				    0);
			if (fetch(READER, &id) == 0)
				break;
			assert_int_equal(e.kind, ERR_AWAY);
		}
		assert_true(n > 1 && n < 50);
		assert_true(w.bytes_down < 2 * BYTES + 100000);
		w.cut_request = w.cut_answer = 0;
		check_same(READER, &id);
	}
}

/* The hub is restarted in between. */
static void
test_hub_restarted(void **state)
{
	struct id id;

	(void)state;
	add(&id);
	w.calls = 0;
	w.cut_request = 5;
	assert_int_equal(world_sync(&w, KEEPER, NULL, &e), -1);
	w.cut_request = 0;
	world_hub_close(&w);
	world_hub_open(&w);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, READER);
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
}

static void
test_no_right(void **state)
{
	struct proto_blob_put put;
	struct blobs_place p;
	struct id id, other;
	uint8_t byte = 1;
	uint64_t have;

	(void)state;
	add(&id);
	trust_twice(&w, KEEPER, READER);
	p = place(KEEPER, &id);
	assert_int_equal(raw_get(KEEPER, &p), VERDICT_ACCEPTED);
	assert_int_equal(raw_get(READER, &p), VERDICT_ACCEPTED);
	assert_int_equal(raw_get(DPO, &p), VERDICT_NOT_MEMBER);
	assert_int_equal(raw_get(0, &p), VERDICT_NOT_MEMBER);
	id_random(&other);
	put = (struct proto_blob_put){ .space = p.space, .name = p.id,
		.bytes = blob_sealed_bytes(100), .item = p.item,
		.piece = view_of(&byte, 0) };
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_NOT_MEMBER);
	assert_int_equal(raw_put(DPO, &put, &have), VERDICT_NOT_MEMBER);
	put.space = other;
	assert_int_equal(raw_put(KEEPER, &put, &have),
	    VERDICT_UNKNOWN_SPACE);
	p.space = other;
	assert_int_equal(raw_get(KEEPER, &p), VERDICT_NOT_MEMBER);

	/* Fetched before, and withdrawn: the file goes with the key. */
	assert_int_equal(fetch(READER, &id), 0);
	p = place(READER, &id);
	assert_true(blobs_here(world_store(&w, READER), &p.id) > 0);
	world_withdraw(&w, KEEPER, &anna, READER, "card,notes");
	trust_twice(&w, KEEPER, READER);
	assert_int_equal(raw_get(READER, &p), VERDICT_NOT_MEMBER);
	assert_int_equal(blobs_here(world_store(&w, READER), &p.id), 0);
	assert_int_equal(fetch(READER, &id), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
}

/* What is no file of that name is not kept, and spoils nobody's. */
static void
test_wrong_bytes(void **state)
{
	struct proto_blob_put put;
	struct blobs_place p;
	uint8_t *junk = mem_new(PROTO_BLOB_PIECE);
	struct buf sealed;
	uint64_t have, n = blob_sealed_bytes(5000);
	struct hash name;
	struct id id;

	(void)state;
	world_grant(&w, KEEPER, &anna, READER, "notes", true);
	trust_twice(&w, KEEPER, READER);
	write_source(5000);
	add(&id);
	buf_init(&sealed, SIZE_MAX);
	world_must_sync(&w, KEEPER);
	p = place(KEEPER, &id);
	assert_int_equal(blobs_read(world_store(&w, KEEPER), &p.id, 0, n,
	    &sealed, &e), 0);
	memset(&name, 5, sizeof(name));
	put = (struct proto_blob_put){ .space = p.space, .name = name,
		.bytes = n, .item = p.item, .piece = view_of(junk, n) };
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_BAD_FORM);
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_BAD_FORM);
	p.id = name;
	assert_int_equal(raw_get(READER, &p), 404);
	/* The same name with another length, where it is whole. */
	put.name = place(KEEPER, &id).id;
	put.bytes = blob_sealed_bytes(50000);
	put.piece = view_of(NULL, 0);
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_BAD_FORM);
	/* A piece out of order is not taken; the answer says where to go on. */
	put.name = name;
	put.name.b[0] = 6;
	put.bytes = blob_sealed_bytes(BYTES);
	put.at = PROTO_BLOB_PIECE;
	put.piece = view_of(junk, PROTO_BLOB_PIECE);
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, 0);
	put.at = 0;
	assert_int_equal(raw_put(READER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, PROTO_BLOB_PIECE);
	assert_int_equal(raw_put(KEEPER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, PROTO_BLOB_PIECE); /* of their own */
	/* Not a length that a file has; a piece that is none. */
	put.bytes++;
	assert_int_equal(raw_put(READER, &put, &have), 400);
	put.bytes--;
	put.at = 1;
	assert_int_equal(raw_put(READER, &put, &have), 400);
	buf_done(&sealed);
	mem_free(junk);
	/* A week later what nobody went on with is gone. */
	world_pass(&w, SWEEP_PARTS_MS + DAY_MS);
	world_note(&w, KEEPER, &anna, "later", NULL);
	world_must_sync(&w, KEEPER);
	put.at = 0;
	put.piece = view_of(NULL, 0);
	assert_int_equal(raw_put(KEEPER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, 0);
}

/* No room: the file waits, texts do not; with room it goes. */
static void
test_quota(void **state)
{
	struct hub_limits tight = { 200 * 1024, 0 }, wide = { 0, 0 };
	struct exchange_result r;
	struct id id;

	(void)state;
	hub_limit(w.hub, &tight);
	add(&id);
	world_note(&w, KEEPER, &anna, "goes all the same", NULL);
	r = world_must_sync(&w, KEEPER);
	assert_int_equal(r.files_wait, 1);
	assert_int_equal(r.files_sent, 0);
	assert_int_equal(r.sent_notes, 1);
	world_must_sync(&w, READER);
	assert_true(world_has(&w, READER, "goes all the same"));
	assert_int_equal(fetch(READER, &id), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	hub_limit(w.hub, &wide);
	r = world_must_sync(&w, KEEPER);
	assert_int_equal(r.files_sent, 1);
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
}

/* As if ${i} had sent ${n} files of ${bytes} each into that space. */
static void
fill(int i, const struct id *space, int n, int64_t bytes)
{
	struct db_options o = { .busy_ms = 1000 };
	struct db *db;
	struct stmt *s;

	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	s = db_prepare(db, "WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT "
	    "n + 1 FROM k WHERE n < ?3) INSERT INTO blob (space, name, device,"
	    " bytes, have, whole, begun_ms, asked_ms) SELECT ?1, "
	    "randomblob(32), ?2, ?4, ?4, 1, 0, ?5 FROM k");
	db_bind_id(s, 1, space);
	db_bind_id(s, 2, &world_store(&w, i)->me->device);
	db_bind_int(s, 3, n);
	db_bind_int(s, 4, bytes);
	db_bind_int(s, 5, w.wall_ms);
	assert_int_equal(db_run(s, &e), 0);
	db_close(db);
}

static uint64_t
next_file(int i, const struct blobs_place *p, uint8_t name)
{
	static uint8_t piece[PROTO_BLOB_PIECE];
	struct proto_blob_put put = { .space = p->space, .name = { { name } },
		.bytes = blob_sealed_bytes(BYTES), .item = p->item,
		.piece = view_of(piece, sizeof(piece)) };
	uint64_t have;

	return raw_put(i, &put, &have);
}

/* One device does not fill a section for the others; all together do. */
static void
test_share(void **state)
{
	const int share = HUB_BLOBS_MAX / HUB_BLOBS_SHARE;
	struct hub_status st;
	struct blobs_place p;
	struct id id;

	(void)state;
	world_grant(&w, KEEPER, &anna, READER, "notes", true);
	add(&id);
	trust_twice(&w, KEEPER, READER);
	p = place(KEEPER, &id);
	fill(READER, &p.space, share - 1, 5000);
	assert_int_equal(next_file(READER, &p, 1), VERDICT_ACCEPTED);
	assert_int_equal(next_file(READER, &p, 2), VERDICT_QUOTA);
	assert_int_equal(next_file(KEEPER, &p, 2), VERDICT_ACCEPTED);
	fill(KEEPER, &p.space, 1, (int64_t)(HUB_BLOBS_BYTES_MAX /
	    HUB_BLOBS_SHARE) - 1000000);
	assert_int_equal(next_file(KEEPER, &p, 3), VERDICT_QUOTA);
	assert_int_equal(hub_status(w.hub, &st, &e), 0);
	assert_int_equal(st.files, share + 1);
	assert_int_equal(st.parts, 2);
	assert_int_equal(st.full, 0);
	fill(DPO, &p.space, HUB_BLOBS_MAX - 2 * share, 5000);
	fill(0, &p.space, share - 4, 5000);
	assert_int_equal(next_file(KEEPER, &p, 3), VERDICT_QUOTA);
	assert_int_equal(hub_status(w.hub, &st, &e), 0);
	assert_int_equal(st.full, 1);
}

/* A hub whose disk is nearly full takes neither; both wait, and both go. */
static void
test_hub_full(void **state)
{
	struct hub_limits full = { 0, UINT64_MAX }, wide = { 0, 0 };
	struct exchange_result r;
	struct id id;

	(void)state;
	hub_limit(w.hub, &full);
	add(&id);
	world_note(&w, KEEPER, &anna, "waits too", NULL);
	assert_int_equal(world_sync(&w, KEEPER, &r, &e), -1);
	assert_int_equal(e.kind, ERR_AWAY);
	assert_int_equal(e.code, VERDICT_HUB_FULL);
	assert_int_equal(r.files_wait, 1);
	assert_int_equal(r.files_sent + r.sent_notes, 0);
	assert_int_equal(fetch(READER, &id), -1);
	hub_limit(w.hub, &wide);
	r = world_must_sync(&w, KEEPER);
	assert_int_equal(r.files_sent, 1);
	assert_int_equal(r.sent_notes, 1);
	world_must_sync(&w, READER);
	assert_true(world_has(&w, READER, "waits too"));
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
}

/* ---- a hub that lies ---- */

static int lie;

static int
liar(struct world *x, const char *path, struct view request, int *status,
    struct buf *answer, struct err *why)
{
	struct proto_blob_piece m;
	struct proto_blob_have h;
	struct buf copy;

	(void)x;
	(void)request;
	(void)why;
	if (*status != 200)
		return 0;
	if (strcmp(path, "/v1/blob/put") == 0 && lie >= 5) {
		h.have = lie == 5 ? 12345 : lie == 6 ? UINT64_MAX : 0;
		buf_reset(answer);
		proto_blob_have_encode(&h, answer);
	}
	if (strcmp(path, "/v1/blob/get") != 0)
		return 0;
	if (proto_blob_piece_decode(buf_view(answer), &m, &e) != 0)
		return 0;
	buf_init(&copy, PROTO_ANSWER_BYTES_MAX);
	buf_add(&copy, m.piece.data, m.piece.len);
	m.piece = buf_view(&copy);
	if (lie == 1) /* other bytes */
		copy.data[copy.len / 2] ^= 1;
	if (lie == 2) /* fewer */
		m.piece.len -= 1;
	if (lie == 3) /* another length of the whole */
		m.bytes = blob_sealed_bytes(100);
	buf_reset(answer);
	proto_blob_piece_encode(&m, answer);
	if (lie == 4)
		answer->len /= 2;
	buf_done(&copy);
	return 0;
}

static void
test_lies(void **state)
{
	struct blobs_place p;
	struct id id, two;

	(void)state;
	add(&id);
	trust_twice(&w, KEEPER, READER);
	p = place(READER, &id);
	w.tamper = liar;
	for (lie = 1; lie <= 4; lie++) {
		assert_int_equal(fetch(READER, &id), -1);
		assert_int_equal(e.kind, ERR_PEER);
		assert_int_equal(blobs_here(world_store(&w, READER), &p.id),
		    0);
	}
	w.tamper = NULL;
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
	w.tamper = liar;
	for (lie = 5; lie <= 7; lie++) {
		add(&two);
		assert_int_equal(world_sync(&w, KEEPER, NULL, &e), -1);
		assert_int_equal(e.kind, ERR_PEER);
	}
	w.tamper = NULL;
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, READER);
	assert_int_equal(fetch(READER, &two), 0);
	check_same(READER, &two);
}

/* ---- dropping ---- */

static bool
here(int i, const struct id *id)
{
	struct attachments_state st;

	assert_int_equal(attachments_state(w.c[i].session, id, &st, &e), 0);
	return st.here;
}

static void
days(int n)
{
	world_pass(&w, n * DAY_MS);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, READER);
}

/* A fetched copy goes after a month, an own one after three; both come again. */
static void
test_dropped(void **state)
{
	struct id id;

	(void)state;
	add(&id);
	trust_twice(&w, KEEPER, READER);
	assert_int_equal(fetch(READER, &id), 0);
	days(29);
	assert_true(here(KEEPER, &id) && here(READER, &id));
	days(2);
	assert_true(here(KEEPER, &id) && !here(READER, &id));
	days(58);
	assert_true(here(KEEPER, &id));
	days(2);
	assert_false(here(KEEPER, &id));
	assert_int_equal(fetch(KEEPER, &id), 0);
	check_same(KEEPER, &id);
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
	assert_int_equal(attachments_drop(w.c[READER].session, &id, &e), 0);
	assert_false(here(READER, &id));
	assert_int_equal(attachments_drop(w.c[READER].session, &id, &e), -1);
	assert_int_equal(e.kind, ERR_ABSENT);
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
}

/* What the hub does not have stays, however long and whoever asks. */
static void
test_never_the_only_copy(void **state)
{
	struct hub_limits tight = { 200 * 1024, 0 }, wide = { 0, 0 };
	struct id id, two;

	(void)state;
	add(&id);
	assert_int_equal(attachments_drop(w.c[KEEPER].session, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	hub_limit(w.hub, &tight);
	days(1); /* its record is taken, it is not */
	assert_int_equal(attachments_drop(w.c[KEEPER].session, &id, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	days(200);
	assert_true(here(KEEPER, &id));
	check_same(KEEPER, &id);
	hub_limit(w.hub, &wide);
	days(1);
	w.tamper = liar; /* a hub that does not show what it has */
	for (lie = 1; lie <= 3; lie++)
		days(100);
	assert_true(here(KEEPER, &id));
	w.tamper = NULL;
	days(1);
	add(&two);
	days(1);
	assert_int_equal(attachments_drop(w.c[KEEPER].session, &two, &e), 0);
	assert_true(here(KEEPER, &id));
	check_same(KEEPER, &id);
}

/* ---- erasing ---- */

static bool
hub_has(struct view needle)
{
	static const char *const tails[] = { "", "-wal" };
	char path[160];
	bool found = false;
	struct buf b;
	size_t i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", w.path, tails[i]);
		buf_init(&b, SIZE_MAX);
		if (file_read(path, &b, &e) == 0)
			found = found || memmem(b.data, b.len, needle.data,
			    needle.len) != NULL;
		buf_done(&b);
	}
	return found;
}

static void
order_erasure(const struct id *id)
{
	struct erase_wish wish = { ERASE_ASKED, "the guardian asked" };
	struct erase_sections sections;
	struct erase_requests l;
	struct erase_asked asked;
	size_t i;

	world_must_sync(&w, DPO);
	if (id != NULL)
		assert_int_equal(erase_record(w.c[KEEPER].session, id, &wish,
		    &asked, &e), 0);
	else
		assert_int_equal(erase_case(w.c[KEEPER].session, &anna, &wish,
		    &sections, &e), 0);
	if (id == NULL)
		erase_sections_done(&sections);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, DPO);
	assert_int_equal(erase_requests_list(w.c[DPO].session, &l, &e), 0);
	for (i = 0; i < l.count; i++)
		if (!l.items[i].done)
			assert_int_equal(erase_answer_request(
			    w.c[DPO].session, &l.items[i].id, true, NULL, &e),
			    0);
	erase_requests_done(&l);
	world_must_sync(&w, DPO);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, KEEPER);
}

/* Served to nobody from the order on; after a week no byte of it is left at the
 * hub, nor on the device of who had fetched it. */
static void
test_erased(void **state)
{
	struct blobs_place p, kept;
	struct buf sealed;
	struct id id, other;
	size_t at;

	(void)state;
	add(&id);
	add(&other);
	trust_twice(&w, KEEPER, READER);
	assert_int_equal(fetch(READER, &id), 0);
	p = place(KEEPER, &id);
	kept = place(KEEPER, &other);
	buf_init(&sealed, SIZE_MAX);
	assert_int_equal(blobs_read(world_store(&w, KEEPER), &p.id, 0,
	    blobs_here(world_store(&w, KEEPER), &p.id), &sealed, &e), 0);
	assert_true(hub_has(view_of(sealed.data + 300000, 64)));
	order_erasure(&id);
	assert_int_equal(raw_get(KEEPER, &p), 404);
	assert_int_equal(raw_get(READER, &p), 404);
	assert_int_equal(raw_get(READER, &kept), VERDICT_ACCEPTED);
	world_must_sync(&w, READER);
	world_pass(&w, 7 * DAY_MS + 1000);
	world_note(&w, KEEPER, &anna, "a week later", NULL);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, READER);
	world_pass(&w, 2 * SWEEP_EVERY_MS);
	world_note(&w, KEEPER, &anna, "and a little", NULL);
	world_must_sync(&w, KEEPER);
	for (at = 0; at + 32 <= sealed.len; at += 4096)
		if (hub_has(view_of(sealed.data + at, 32)))
			fail_msg("the hub has bytes from %zu on", at);
	assert_int_equal(blobs_here(world_store(&w, KEEPER), &p.id), 0);
	assert_int_equal(blobs_here(world_store(&w, READER), &p.id), 0);
	assert_int_equal(raw_get(READER, &kept), VERDICT_ACCEPTED);
	assert_int_equal(fetch(READER, &other), 0);
	check_same(READER, &other);
	buf_done(&sealed);
}

/* With the whole case. */
static void
test_case_erased(void **state)
{
	struct blobs_place p;
	struct buf sealed;
	struct id id;

	(void)state;
	add(&id);
	trust_twice(&w, KEEPER, READER);
	assert_int_equal(fetch(READER, &id), 0);
	p = place(KEEPER, &id);
	buf_init(&sealed, SIZE_MAX);
	assert_int_equal(blobs_read(world_store(&w, KEEPER), &p.id, 0,
	    PROTO_BLOB_PIECE, &sealed, &e), 0);
	assert_true(hub_has(view_of(sealed.data + 1000, 64)));
	order_erasure(NULL);
	assert_int_equal(raw_get(KEEPER, &p), 404);
	world_must_sync(&w, READER);
	world_pass(&w, 7 * DAY_MS + 2 * SWEEP_EVERY_MS);
	world_case(&w, KEEPER, "Berta", &anna);
	world_must_sync(&w, KEEPER);
	world_must_sync(&w, READER);
	assert_false(hub_has(view_of(sealed.data + 1000, 64)));
	assert_int_equal(blobs_here(world_store(&w, KEEPER), &p.id), 0);
	assert_int_equal(blobs_here(world_store(&w, READER), &p.id), 0);
	buf_done(&sealed);
}

/* Copies of a hub are checked file by file. */
static void
test_checked(void **state)
{
	static const struct db_options o = { .create = false };
	struct hub_checked found;
	struct id id, two;
	struct db *db;

	(void)state;
	add(&id);
	write_source(5000);
	add(&two);
	world_must_sync(&w, KEEPER);
	world_hub_close(&w);
	assert_int_equal(hub_check(w.path, &found, &e), 0);
	assert_int_equal(found.files, 2);
	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_exec(db, "UPDATE blob_piece SET bytes = "
	    "zeroblob(length(bytes)) WHERE n = 2", &e), 0);
	db_close(db);
	assert_int_equal(hub_check(w.path, &found, &e), -1);
	assert_int_equal(e.kind, ERR_LOCAL);
	world_hub_open(&w);
}

/* Nothing names it for a month: it goes, and comes again when something does. */
static void
test_loose(void **state)
{
	struct proto_blob_put put;
	struct blobs_place p;
	struct buf sealed;
	uint64_t have;
	struct id id;

	(void)state;
	write_source(5000);
	add(&id);
	world_must_sync(&w, KEEPER);
	p = place(KEEPER, &id);
	buf_init(&sealed, SIZE_MAX);
	assert_int_equal(blobs_read(world_store(&w, KEEPER), &p.id, 0,
	    PROTO_BLOB_PIECE, &sealed, &e), 0);
	put = (struct proto_blob_put){ .space = trust_space(&w, KEEPER, &anna,
	    "card"), .name = p.id, .bytes = sealed.len,
	    .piece = buf_view(&sealed) };
	memset(&put.item, 9, sizeof(put.item));
	assert_int_equal(raw_put(KEEPER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, sealed.len);
	put.piece.len = 0;
	assert_int_equal(raw_put(KEEPER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, sealed.len);
	p.space = put.space;
	assert_int_equal(raw_get(KEEPER, &p), 404); /* no item names it */
	world_pass(&w, SWEEP_LOOSE_MS + DAY_MS);
	world_note(&w, KEEPER, &anna, "a month later", NULL);
	world_must_sync(&w, KEEPER);
	assert_int_equal(raw_put(KEEPER, &put, &have), VERDICT_ACCEPTED);
	assert_int_equal(have, 0);
	p = place(KEEPER, &id);
	assert_int_equal(raw_get(KEEPER, &p), VERDICT_ACCEPTED);
	buf_done(&sealed);
}

/* ---- by stick ---- */

static struct buf going, coming;
static struct exchange_result r;
static int carried, carry_most; /* parts; INT_MAX: all */

static int
to_hub(void *ctx, const struct remote_call *c, int *status, struct buf *answer,
    struct err *why)
{
	(void)ctx;
	assert_string_equal(c->path, "/v1/bundle");
	if (carried++ >= carry_most)
		return err_set(why, ERR_AWAY, "the line is gone");
	*status = 200;
	return hub_bundle(w.hub, c->body, answer, why);
}

static int
stick_setup(void **state)
{
	buf_init(&going, EXCHANGE_BUNDLE_MAX);
	buf_init(&coming, EXCHANGE_BUNDLE_MAX);
	return setup(state);
}

static int
stick_teardown(void **state)
{
	buf_done(&going);
	buf_done(&coming);
	return teardown(state);
}

static void
stick_out(int i, const struct id *id)
{
	struct exchange_wants wants = { id, id != NULL };

	buf_reset(&going);
	if (exchange_bundle_out(w.c[i].session, &wants, &going, &r, &e) != 0)
		fail_msg("%s", e.text);
}

static size_t
stick_carry(int most)
{
	struct remote hub = { .call = to_hub };
	size_t left;

	carried = 0;
	carry_most = most;
	buf_reset(&coming);
	err_clear(&e);
	if (exchange_bundle_carry(w.c[KEEPER].session, &hub,
	    buf_view(&going), &coming, &left, &e) != 0)
		fail_msg("%s", e.text);
	return left;
}

static int
stick_in(int i)
{
	err_clear(&e);
	return exchange_bundle_in(w.c[i].session, buf_view(&coming), NULL, &r,
	    &e);
}

/* The file is at the hub, and its record at the reader's. */
static void
stick_prepare(struct id *id)
{
	add(id);
	stick_out(KEEPER, NULL);
	assert_int_equal(r.files_in_bundle, 1);
	assert_false(place(KEEPER, id).told);
	assert_int_equal(stick_carry(INT_MAX), 0);
	assert_int_equal(stick_in(KEEPER), 0);
	assert_int_equal(r.files_sent, 1);
	assert_true(place(KEEPER, id).told);
	world_must_sync(&w, READER);
}

/* Only the first ${n} bundles of what comes. */
static void
stick_shorten(size_t n)
{
	struct buf all;
	struct view one;
	size_t at = 0;

	buf_init(&all, EXCHANGE_BUNDLE_MAX);
	buf_add(&all, coming.data, coming.len);
	buf_reset(&coming);
	stick_begin(&coming);
	for (; n > 0 && stick_next(buf_view(&all), &at, &one, &e) == 1; n--)
		stick_add(one, &coming);
	buf_done(&all);
}

static void
test_stick(void **state)
{
	struct id id;

	(void)state;
	stick_prepare(&id);
	stick_out(KEEPER, NULL);
	assert_int_equal(r.files_in_bundle, 0); /* told once is enough */
	assert_false(stick_is(buf_view(&going)));
	stick_out(READER, &id);
	assert_int_equal(r.files_asked, 1);
	assert_int_equal(stick_carry(INT_MAX), 0);
	assert_int_equal(stick_in(KEEPER), -1); /* another person's */
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(stick_in(READER), 0);
	assert_int_equal(r.files_got, 1);
	check_same(READER, &id);
	assert_int_equal(stick_in(READER), 0); /* the copy */
	assert_int_equal(r.files_got, 0);
	check_same(READER, &id);
	stick_out(READER, &id);
	assert_int_equal(r.files_asked, 0); /* it is here */
}

/* The answer's first part says that the device is at its end: what is behind it
 * cannot be opened any more, and that is no damage. */
static void
test_stick_of_the_revoked(void **state)
{
	struct id id;

	(void)state;
	stick_prepare(&id);
	stick_out(READER, &id);
	assert_int_equal(r.files_asked, 1);
	assert_int_equal(office_revoke(w.c[0].session,
	    &world_store(&w, READER)->me->device, &e), 0);
	world_must_sync(&w, 0);
	assert_int_equal(stick_carry(INT_MAX), 0);
	assert_int_equal(stick_in(READER), 0);
	assert_true(r.revoked);
	assert_int_equal(r.files_got, 0);
}

/* Half of it, that half again, and a stick for the rest. */
static void
test_stick_halves(void **state)
{
	struct id id;
	struct blobs_place p;
	uint64_t part;
	size_t whole;

	(void)state;
	write_source(3 * BYTES); /* three bundles */
	stick_prepare(&id);
	stick_out(READER, &id);
	whole = going.len;
	stick_carry(INT_MAX);
	stick_shorten(3);
	assert_int_equal(stick_in(READER), 0);
	p = place(READER, &id);
	part = blobs_part(world_store(&w, READER), &p.id);
	assert_true(part > 4 * PROTO_BLOB_PIECE);
	stick_shorten(2);
	assert_int_equal(stick_in(READER), 0);
	assert_int_equal(blobs_part(world_store(&w, READER), &p.id), part);
	stick_out(READER, &id);
	assert_int_equal(r.files_asked, 1);
	assert_true(going.len < whole);
	stick_carry(INT_MAX);
	assert_int_equal(stick_in(READER), 0);
	assert_int_equal(r.files_got, 1);
	check_same(READER, &id);
}

/* The line goes while it is carried: texts arrive, the file another time. */
static void
test_stick_line_gone(void **state)
{
	struct id id;

	(void)state;
	add(&id);
	stick_out(KEEPER, NULL);
	assert_true(stick_carry(1) > 0);
	assert_int_equal(e.kind, ERR_AWAY);
	assert_int_equal(stick_in(KEEPER), 0);
	assert_int_equal(r.files_sent, 0);
	assert_int_equal(world_count(&w, KEEPER,
	    "SELECT count(*) FROM outgoing WHERE state = 1"), 0);
	assert_false(place(KEEPER, &id).told);
	assert_int_equal(stick_carry(INT_MAX), 0); /* the same stick again */
	assert_int_equal(stick_in(KEEPER), 0);
	assert_int_equal(r.files_sent, 1);
	world_must_sync(&w, READER);
	assert_int_equal(fetch(READER, &id), 0);
	check_same(READER, &id);
}

static void
test_stick_cut(void **state)
{
	struct hash name;
	struct id id;
	size_t whole, n, i;

	(void)state;
	stick_prepare(&id);
	stick_out(READER, &id);
	stick_carry(INT_MAX);
	whole = coming.len;
	for (i = 1; i < 40; i++) {
		n = i < 20 ? i : whole - (i - 19) * (whole / 21);
		coming.len = n;
		assert_int_equal(stick_in(READER), -1);
		assert_int_equal(e.kind, ERR_INPUT);
	}
	coming.len = whole;
	name = place(READER, &id).id;
	assert_int_equal(blobs_part(world_store(&w, READER), &name), 0);
	coming.data[whole - 9] ^= 1; /* in the last bundle */
	assert_int_equal(stick_in(READER), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	coming.data[whole - 9] ^= 1;
	assert_int_equal(stick_in(READER), 0);
	check_same(READER, &id);
	n = going.len;
	going.len = n - 1;
	assert_int_equal(exchange_bundle_carry(w.c[READER].session,
	    &w.c[READER].remote, buf_view(&going), &coming, &n, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
}

/* What a device without a right asks in a bundle of its own making. */
static void
test_stick_no_right(void **state)
{
	struct stick_ask *ask = mem_new(sizeof(*ask));
	struct stick_answer *m = mem_new(sizeof(*m));
	struct store *s = world_store(&w, DPO);
	struct proto_blob_get get;
	struct blobs_place p;
	struct buf body, file, plain;
	struct id id;

	(void)state;
	stick_prepare(&id);
	p = place(READER, &id);
	get = (struct proto_blob_get){ .space = p.space, .name = p.id };
	buf_init(&body, 4096);
	buf_init(&file, 65536);
	buf_init(&plain, 65536);
	proto_blob_get_encode(&get, &body);
	ask->device = s->me->device;
	ask->count = 1;
	ask->calls[0] = (struct stick_call){ STICK_GET, buf_view(&body) };
	stick_ask_seal(ask, s->me, &w.hub_pub, &file);
	buf_reset(&coming);
	assert_int_equal(hub_bundle(w.hub, buf_view(&file), &coming, &e), 0);
	assert_int_equal(stick_answer_open(buf_view(&coming), s->me,
	    &w.hub_pub, &plain, m, &e), 0);
	assert_int_equal(m->parts[0].status, 403);
	/* and in somebody else's name: it does not even get an answer */
	ask->device = world_store(&w, READER)->me->device;
	buf_reset(&file);
	stick_ask_seal(ask, s->me, &w.hub_pub, &file);
	assert_int_equal(hub_bundle(w.hub, buf_view(&file), &coming, &e), -1);
	assert_int_equal(hub_verdict(&e), VERDICT_BAD_SIGNATURE);
	buf_done(&body);
	buf_done(&file);
	buf_done(&plain);
	mem_free(ask);
	mem_free(m);
}

/* A hub that gives other bytes: known at the last piece, nothing is kept. */
static void
stick_lie(size_t which, bool longer)
{
	struct stick_answer *m = mem_new(sizeof(*m));
	struct device_keys *me = world_store(&w, READER)->me;
	struct proto_blob_piece piece;
	struct buf all, plain, body, one;
	struct view bundle;
	size_t at = 0, i;

	buf_init(&all, EXCHANGE_BUNDLE_MAX);
	buf_init(&plain, BUNDLE_ANSWER_MAX);
	buf_init(&body, BUNDLE_ANSWER_MAX);
	buf_init(&one, BUNDLE_ANSWER_MAX);
	buf_add(&all, coming.data, coming.len);
	buf_reset(&coming);
	stick_begin(&coming);
	for (i = 0; stick_next(buf_view(&all), &at, &bundle, &e) == 1; i++) {
		if (i != which) {
			stick_add(bundle, &coming);
			continue;
		}
		assert_int_equal(stick_answer_open(bundle, me, &w.hub_pub,
		    &plain, m, &e), 0);
		assert_int_equal(proto_blob_piece_decode(m->parts[0].body,
		    &piece, &e), 0);
		piece.bytes = longer ? 2 * piece.bytes - 24 : piece.bytes;
		((uint8_t *)(uintptr_t)piece.piece.data)[7] ^= 1;
		proto_blob_piece_encode(&piece, &body);
		m->parts[0].body = buf_view(&body);
		stick_answer_seal(m, &w.hub_key, &me->box_pub, &one);
		stick_add(buf_view(&one), &coming);
	}
	buf_done(&all);
	buf_done(&plain);
	buf_done(&body);
	buf_done(&one);
	mem_free(m);
}

static void
test_stick_lies(void **state)
{
	struct hash name;
	struct id id;

	(void)state;
	stick_prepare(&id);
	name = place(READER, &id).id;
	stick_out(READER, &id);
	stick_carry(INT_MAX);
	stick_lie(1, false);
	assert_int_equal(stick_in(READER), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(blobs_here(world_store(&w, READER), &name), 0);
	assert_int_equal(blobs_part(world_store(&w, READER), &name), 0);
	stick_carry(INT_MAX);
	stick_lie(1, true);
	assert_int_equal(stick_in(READER), -1);
	assert_int_equal(e.kind, ERR_PEER);
	stick_carry(INT_MAX);
	assert_int_equal(stick_in(READER), 0);
	check_same(READER, &id);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define S(f) cmocka_unit_test_setup_teardown(f, stick_setup, stick_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_sent_and_fetched), T(test_new_section),
		T(test_file_first), T(test_cut), T(test_hub_restarted),
		T(test_no_right), T(test_wrong_bytes), T(test_quota),
		T(test_share), T(test_hub_full),
		T(test_lies), T(test_dropped), T(test_never_the_only_copy),
		T(test_erased), T(test_case_erased), T(test_checked), T(test_loose),
		S(test_stick), S(test_stick_of_the_revoked),
		S(test_stick_halves), S(test_stick_line_gone),
		S(test_stick_cut), S(test_stick_no_right), S(test_stick_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
