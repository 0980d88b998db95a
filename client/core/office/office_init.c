/*
 * The beginning of an office. One secret makes the root and the recovery key;
 * it waits in the store, encrypted, only until the hub has taken the claim and
 * the shares are in the caller's hands.
 *
 * The claim carries the directory's two first entries, signed by the root, and
 * what the outbox holds for the commons: its first epoch and statement, so
 * that receipts come for them by the ordinary way.
 */
#include "client/core/office/office.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/exchange.h"
#include "client/core/local/versions.h"
#include "client/core/office/office_keys.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"

#define SECRET "office.secret"
#define CLAIM "office.claim"

void
office_sheet_done(struct office_sheet *sheet)
{
	int i;

	for (i = 0; i < CARD_SHARES; i++)
		mem_forget(sheet->share[i]);
	mem_free(sheet->root);
	memset(sheet, 0, sizeof(*sheet));
}

/* The hub's own words, or what it is. 1: it was claimed before. */
static int
ask_info(struct remote *r, struct proto_info *info, struct err *e)
{
	struct remote_call c = { .method = "GET", .path = "/v1/info" };
	struct buf answer;
	int status, rc = -1;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (r->call(r->ctx, &c, &status, &answer, e) != 0)
		goto out;
	if (status != 200) {
		err_set(e, ERR_AWAY, "the hub answers with status %d; try "
		    "again later", status);
		goto out;
	}
	rc = proto_info_decode(buf_view(&answer), info, e);
	if (rc == 0 && proto_meet(PROTO_VERSION, info->version) != 0)
		rc = err_set(e, ERR_PEER, "the hub speaks another version of "
		    "the protocol; this program or the hub needs an update");
out:
	buf_done(&answer);
	return rc;
}

/* ---- the first entries ---- */

struct beginning {
	struct store *s;
	const struct office_init_in *in;
	struct office_keys *keys;
	struct proto_info info;
	struct id root_id, person;
	struct directory_entry genesis, officer;
	uint64_t counter;
	struct hash last;
	struct buf items[8];
	size_t count;
};

static int
root_item(struct beginning *b, const struct directory_entry *d,
    struct err *e)
{
	struct changeset_header *h = mem_new(sizeof(*h));
	struct buf body;
	struct hash id;
	int rc;

	buf_init(&body, CHANGESET_BODY_MAX);
	directory_encode(d, &body);
	h->kind = CHANGESET_DIRECTORY;
	h->author = b->root_id;
	h->counter = ++b->counter;
	h->prev_own = b->last;
	h->seen.log_id = b->info.log.log_id;
	rc = changeset_clear(h, buf_view(&body), &b->keys->root,
	    &b->items[b->count], &id, e);
	b->last = id;
	b->count++;
	buf_done(&body);
	mem_free(h);
	return rc;
}

static int
make_entries(struct beginning *b, const struct id *commons, struct err *e)
{
	struct directory_entry *g = &b->genesis, *o = &b->officer;

	directory_root_id(&b->keys->root_pub, &b->root_id);
	g->kind = DIRECTORY_GENESIS;
	g->root = b->keys->root_pub;
	g->hub = b->info.hub;
	g->recovery = b->keys->recovery.box_pub;
	g->commons = *commons;
	g->log_id = b->info.log.log_id;
	snprintf(g->hub_name, sizeof(g->hub_name), "%s", b->info.hub_name);
	o->kind = DIRECTORY_DEVICE;
	o->person = b->person;
	o->device = b->s->me->device;
	o->sign = b->s->me->sign_pub;
	o->box = b->s->me->box_pub;
	o->roles = ROLE_WORKER | ROLE_OFFICER;
	if (root_item(b, g, e) != 0)
		return -1;
	return root_item(b, o, e);
}

/* ---- the commons ---- */

static int
write_name(struct store *s, const struct office_init_in *in,
    const struct id *commons, struct err *e)
{
	struct op *ops = mem_new(3 * sizeof(*ops));
	struct write w = { .type = TYPE_STAFF, .space = *commons,
	    .ops = ops, .op_count = 2 };
	struct id id;
	int rc;

	ops[0].field = STAFF_PERSON;
	ops[0].value.type = VALUE_BYTES;
	ops[0].value.data = view_of(s->person.b, sizeof(s->person.b));
	ops[1].field = STAFF_NAME;
	ops[1].value.type = VALUE_TEXT;
	ops[1].value.data = view_str(in->name);
	if (in->title != NULL && *in->title != '\0') {
		ops[2].field = STAFF_TITLE;
		ops[2].value.type = VALUE_TEXT;
		ops[2].value.data = view_str(in->title);
		w.op_count = 3;
	}
	rc = versions_write_tx(s, &w, &id, e);
	mem_free(ops);
	return rc;
}

/* The commons of this person, and its first epoch in the outbox, judged
 * against the directory as it will be once the claim is taken. */
static int
begin_commons_tx(struct beginning *b, struct space *commons, struct err *e)
{
	struct store *s = b->s;
	int rc = -1;

	if (roster_apply(&s->roster, &b->genesis, 0, e) != 0 ||
	    roster_apply(&s->roster, &b->officer, 1, e) != 0)
		goto out;
	s->head.at.log_id = b->info.log.log_id;
	commons->kind = SPACE_COMMONS;
	rc = spaces_begin_tx(s, commons, NULL, commons, e);
	if (rc == 0)
		rc = write_name(s, b->in, &commons->id, e);
	if (rc == 0)
		rc = doors_begin_tx(s, &commons->id, e);
out:
	/* The log is believed when it is pulled, not before. */
	roster_done(&s->roster);
	roster_init(&s->roster);
	memset(&s->head, 0, sizeof(s->head));
	return rc;
}

static int
add_outgoing(struct beginning *b, struct err *e)
{
	struct stmt *q = db_prepare(b->s->db,
	    "SELECT bytes FROM outgoing WHERE state = 1 ORDER BY oid");
	struct view bytes;
	int rc;

	while ((rc = db_step(q, e)) == 1) {
		if (b->count == 8)
			break;
		bytes = db_blob(q, 0);
		buf_add(&b->items[b->count++], bytes.data, bytes.len);
	}
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* ---- making, once ---- */

static void
encode_claim(const struct beginning *b, struct buf *out)
{
	struct proto_claim *m = mem_new(sizeof(*m));
	size_t i;

	snprintf(m->code, sizeof(m->code), "%s", b->in->claim);
	for (i = 0; i < b->count; i++)
		m->items[m->count++] = buf_view(&b->items[i]);
	proto_claim_encode(m, out);
	mem_wipe(m->code, sizeof(m->code));
	mem_free(m);
}

static void
set_hub(struct beginning *b)
{
	struct store *s = b->s;

	memset(&s->hub, 0, sizeof(s->hub));
	snprintf(s->hub.url, sizeof(s->hub.url), "%s", b->in->url);
	s->hub.pin = b->in->pin;
	card_root_hash(&b->keys->root_pub, &s->hub.root);
	s->person = b->person;
	s->stage = STORE_WAITING;
}

static void
unset_hub(struct store *s)
{
	memset(&s->hub, 0, sizeof(s->hub));
	memset(&s->person, 0, sizeof(s->person));
	s->stage = STORE_NEW;
}

static int
make_tx(struct beginning *b, const uint8_t secret[static 32],
    struct buf *claim, struct err *e)
{
	struct space commons;
	int rc;

	memset(&commons, 0, sizeof(commons));
	id_random(&commons.id);
	id_random(&b->person);
	if (make_entries(b, &commons.id, e) != 0)
		return -1;
	set_hub(b);
	rc = begin_commons_tx(b, &commons, e);
	if (rc == 0)
		rc = add_outgoing(b, e);
	if (rc != 0)
		return -1;
	encode_claim(b, claim);
	if (buf_check(claim, "the claim", e) != 0 ||
	    store_put(b->s, SECRET, view_of(secret, 32), e) != 0 ||
	    store_put(b->s, CLAIM, buf_view(claim), e) != 0)
		return -1;
	return store_save_hub(b->s, e);
}

static int
make(struct store *s, struct remote *r, const struct office_init_in *in,
    struct buf *claim, struct err *e)
{
	struct beginning *b = mem_new(sizeof(*b));
	uint8_t *secret = mem_secret_new(32);
	struct sym_key random;
	size_t i;
	int rc = -1;

	keys_sym_make(&random);
	memcpy(secret, random.b, 32);
	mem_wipe(&random, sizeof(random));
	for (i = 0; i < 8; i++)
		buf_init(&b->items[i], CHANGESET_BYTES_MAX);
	b->s = s;
	b->in = in;
	b->keys = office_keys_new(secret);
	if (ask_info(r, &b->info, e) != 0)
		goto out;
	if (b->info.claimed) {
		err_set(e, ERR_CLASH, "this hub belongs to an office already; "
		    "ask its officers for a card");
		goto out;
	}
	if (db_begin(s->db, e) != 0)
		goto out;
	rc = make_tx(b, secret, claim, e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc != 0) {
		db_rollback(s->db);
		unset_hub(s);
	}
out:
	for (i = 0; i < 8; i++)
		buf_done(&b->items[i]);
	office_keys_free(b->keys);
	mem_secret_free(secret);
	mem_free(b);
	return rc;
}

/* ---- claiming, again and again if need be ---- */

/* A claim whose answer was lost: the hub is ours if its log begins with what
 * was sent, which the first sync finds out against the root. */
static int
send_claim(struct remote *r, struct view claim, struct err *e)
{
	struct remote_call c = { .method = "POST", .path = "/v1/claim",
	    .body = claim };
	struct proto_refusal no;
	struct proto_info info;
	struct buf answer;
	int status, rc = -1;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (ask_info(r, &info, e) != 0)
		goto out;
	if (info.claimed) {
		rc = 0;
		goto out;
	}
	if (r->call(r->ctx, &c, &status, &answer, e) != 0)
		goto out;
	rc = 0;
	if (status / 100 == 2)
		goto out;
	rc = proto_refusal_decode(buf_view(&answer), &no, e);
	if (rc == 0)
		rc = err_set(e, status == 503 || status == 429 ? ERR_AWAY :
		    ERR_DENIED, "the hub refused the claim: %s", no.words);
out:
	buf_done(&answer);
	return rc;
}

/* A wrong code must not stick: what was made for it goes. */
static int
forget(struct store *s, struct err *e)
{
	static const char *const gone[] = { "DELETE FROM outgoing",
	    "DELETE FROM access", "DELETE FROM epoch", "DELETE FROM version",
	    "DELETE FROM record", "DELETE FROM space",
	    "DELETE FROM own_line" };
	size_t i;

	if (db_begin(s->db, e) != 0)
		return -1;
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (db_exec(s->db, gone[i], e) != 0)
			goto undo;
	unset_hub(s);
	if (store_del(s, SECRET, e) == 0 && store_del(s, CLAIM, e) == 0 &&
	    store_save_hub(s, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
undo:
	db_rollback(s->db);
	return -1;
}

static int
fill_sheet(struct store *s, const uint8_t secret[static 32],
    struct office_sheet *sheet, struct err *e)
{
	struct share *shares = mem_secret_new(CARD_SHARES * sizeof(*shares));
	char root[HASH_TEXT_BYTES];
	struct buf text;
	int i, rc = 0;

	share_split(secret, shares);
	for (i = 0; rc == 0 && i < CARD_SHARES; i++) {
		buf_init(&text, 1024);
		share_encode(&shares[i], &text);
		rc = buf_check(&text, "a share", e);
		if (rc == 0)
			sheet->share[i] = mem_dup(buf_str(&text));
		buf_done(&text);
	}
	sheet->root = mem_dup(hash_text(&s->hub.root, root));
	mem_secret_free(shares);
	return rc;
}

/* The last step: the secret leaves the store as the shares leave this call. */
static int
finish(struct store *s, struct office_sheet *sheet, struct err *e)
{
	struct buf secret;
	int rc;

	buf_init(&secret, 64);
	rc = store_get(s, SECRET, &secret, e);
	if (rc == 0 || (rc == 1 && secret.len != 32))
		rc = err_set(e, ERR_CLASH, "this office has begun already, "
		    "and its shares were shown then");
	if (rc == 1)
		rc = fill_sheet(s, secret.data, sheet, e);
	buf_done(&secret);
	if (rc != 0)
		return -1;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (store_del(s, SECRET, e) != 0 || store_del(s, CLAIM, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		office_sheet_done(sheet);
		return -1;
	}
	return 0;
}

static int
check_in(const struct store *s, const struct office_init_in *in,
    bool resumed, struct err *e)
{
	if (!resumed && s->stage != STORE_NEW)
		return err_set(e, ERR_CLASH, "this device has asked to join "
		    "an office or is in one; a new office needs a profile of "
		    "its own");
	if (in->url == NULL || strlen(in->url) >= CARD_URL_MAX ||
	    strncmp(in->url, "https://", 8) != 0)
		return err_set(e, ERR_INPUT,
		    "the hub's address starts with https://");
	if (in->name == NULL || *in->name == '\0')
		return err_set(e, ERR_INPUT,
		    "the first officer needs a name, for colleagues to see");
	if (in->claim == NULL || *in->claim == '\0' ||
	    strlen(in->claim) >= sizeof(((struct proto_claim *)0)->code))
		return err_set(e, ERR_INPUT,
		    "the code that the hub printed once is needed");
	return 0;
}

/* Everything is kept from the first try; only a code typed wrong is taken
 * anew. */
int
office_init(struct session *session, struct remote *r,
    const struct office_init_in *in, struct office_sheet *sheet,
    struct err *e)
{
	struct store *s = session_store(session);
	struct exchange_result res;
	struct buf claim;
	int rc;

	memset(sheet, 0, sizeof(*sheet));
	buf_init(&claim, PROTO_REQUEST_BYTES_MAX);
	rc = store_get(s, CLAIM, &claim, e);
	if (rc < 0 || check_in(s, in, rc == 1, e) != 0) {
		rc = -1;
		goto out;
	}
	rc = rc == 1 ? 0 : make(s, r, in, &claim, e);
	if (rc == 0)
		rc = send_claim(r, buf_view(&claim), e);
	if (rc != 0 && e->kind == ERR_DENIED) {
		struct err ignored;

		(void)forget(s, &ignored);
		goto out;
	}
	if (rc == 0)
		rc = exchange_sync(session, r, NULL, &res, e);
	if (rc == 0 && s->stage != STORE_MEMBER)
		rc = err_set(e, ERR_PEER, "the hub's log does not list this "
		    "device; somebody else may have claimed it");
	if (rc == 0)
		rc = finish(s, sheet, e);
out:
	buf_done(&claim);
	return rc;
}
