/*
 * The officer's everyday acts: cards, requests, approving, revoking.
 *
 * Approving is one group of changesets: the directory entry, the grant and
 * epoch that open the commons to the device, and the name. A card's secret is
 * known to this device and to the paper alone; it is used once.
 */
#include "client/core/office/office.h"

#include <stdio.h>
#include <string.h>

#include "client/core/accord/doors.h"
#include "client/core/exchange.h"
#include "client/core/local/versions.h"
#include "client/core/office/office_keys.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/talk.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"

#define CARD_KEY "office.card."
#define CARD_KEY_BYTES (sizeof(CARD_KEY) + ID_TEXT_BYTES)
#define CARD_BYTES (32 + 8 + 1)  /* secret, made_ms, used */
#define REQUEST_LIFE_MS (24 * 3600 * INT64_C(1000))
#define VOUCHER_WORD "tugi-voucher-1"
#define TAG_VOUCHER "tugi voucher 1"
#define NAME_MAX_BYTES 159

/* ---- cards ---- */

static void
card_key(const struct id *card, char out[static CARD_KEY_BYTES])
{
	char hex[ID_TEXT_BYTES];

	snprintf(out, CARD_KEY_BYTES, "%s%s", CARD_KEY, id_text(card, hex));
}

static int
card_save(struct store *s, const struct card *c, int64_t made_ms, bool used,
    struct err *e)
{
	char key[CARD_KEY_BYTES];
	static const uint8_t none[sizeof(c->secret.b)];
	struct buf b;
	int rc;

	card_key(&c->id, key);
	buf_init(&b, CARD_BYTES);
	buf_add(&b, used ? none : c->secret.b, sizeof(c->secret.b));
	buf_add_be(&b, (uint64_t)made_ms, 8);
	buf_add_be(&b, used ? 1 : 0, 1);
	rc = store_put(s, key, buf_view(&b), e);
	buf_done(&b);
	return rc;
}

enum card_state { CARD_UNKNOWN, CARD_USED, CARD_WRONG, CARD_RIGHT };

/* What this device's drawer says about the card a request names. */
static int
card_judge(struct store *s, const struct proto_enrol *m,
    enum card_state *out, struct err *e)
{
	char key[CARD_KEY_BYTES];
	struct sym_key secret;
	struct hash mac;
	struct buf b;
	int rc;

	*out = CARD_UNKNOWN;
	card_key(&m->card, key);
	buf_init(&b, 64);
	rc = store_get(s, key, &b, e);
	if (rc == 1 && b.len == CARD_BYTES) {
		memcpy(secret.b, b.data, sizeof(secret.b));
		proto_enrol_mac(m, &secret, &mac);
		*out = b.data[CARD_BYTES - 1] != 0 ? CARD_USED :
		    hash_eq(&mac, &m->mac) ? CARD_RIGHT : CARD_WRONG;
		mem_wipe(&secret, sizeof(secret));
	}
	buf_done(&b);
	return rc < 0 ? -1 : 0;
}

int
office_card(struct session *session, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	struct card c;
	int rc;

	if (office_is_officer(s, e) != 0)
		return -1;
	card_make(s->hub.url, &s->hub.pin, &s->hub.root, &c);
	rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = card_save(s, &c, store_now_ms(s), false, e);
		rc = db_end(s->db, rc, e);
	}
	if (rc == 0) {
		card_encode(&c, out);
		rc = buf_check(out, "a card", e);
	}
	mem_wipe(&c, sizeof(c));
	return rc;
}

/* ---- requests ---- */

void
office_request_list_done(struct office_request_list *l)
{
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static int
fetch_requests(struct store *s, struct remote *r, struct proto_requests *out,
    struct err *e)
{
	struct talk *t;
	struct buf answer;
	int rc = -1;

	if (office_is_officer(s, e) != 0)
		return -1;
	t = mem_new(sizeof(*t));
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (talk_init(t, s, r, e) != 0)
		goto out;
	rc = talk_ask(t, "/v1/requests", view_of(NULL, 0), &answer, e);
	if (rc == 0)
		rc = proto_requests_decode(buf_view(&answer), out, e);
	talk_done(t);
out:
	buf_done(&answer);
	mem_free(t);
	return rc;
}

/* The hub drops old requests; that it did is checked here too. */
static bool
is_over(const struct store *s, const struct proto_enrol *m)
{
	return store_now_ms(s) - m->at_ms > REQUEST_LIFE_MS;
}

int
office_requests(struct session *session, struct remote *r,
    struct office_request_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct proto_requests *m = mem_new(sizeof(*m));
	enum card_state state;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = fetch_requests(s, r, m, e);
	out->items = mem_new((m->count + 1) * sizeof(*out->items));
	for (i = 0; rc == 0 && i < m->count; i++) {
		struct office_request *q = &out->items[out->count];

		if (is_over(s, &m->items[i]))
			continue;
		keys_device_id(&m->items[i].sign, &m->items[i].box,
		    &q->device);
		proto_enrol_code(&m->items[i], &s->hub.root, q->code);
		q->at_ms = m->items[i].at_ms;
		q->further = m->items[i].has_voucher;
		rc = card_judge(s, &m->items[i], &state, e);
		q->known_card = state == CARD_RIGHT;
		out->count++;
	}
	mem_free(m);
	if (rc != 0)
		office_request_list_done(out);
	return rc;
}

/* "4711 0815" and "47110815" are the same code. */
static bool
same_code(const char *typed, const char *code)
{
	for (;;) {
		while (*typed == '-' || *typed == ' ')
			typed++;
		while (*code == '-')
			code++;
		if (*typed != *code)
			return false;
		if (*code == '\0')
			return true;
		typed++;
		code++;
	}
}

/* The one request with that code. Two with one code are somebody's work. */
static int
find_request(struct store *s, struct remote *r, const char *code,
    struct proto_enrol *out, struct err *e)
{
	struct proto_requests *m = mem_new(sizeof(*m));
	char own[PROTO_CODE_BYTES];
	size_t i, found = 0;
	int rc = fetch_requests(s, r, m, e);

	for (i = 0; rc == 0 && i < m->count; i++) {
		proto_enrol_code(&m->items[i], &s->hub.root, own);
		if (!same_code(code, own))
			continue;
		if (found++ == 0)
			*out = m->items[i];
	}
	mem_free(m);
	if (rc != 0)
		return -1;
	if (found == 0)
		return err_set(e, ERR_ABSENT, "no device waits with this "
		    "code; compare it again, or let it ask once more");
	if (found > 1)
		return err_set(e, ERR_PEER, "two devices wait with the same "
		    "code, which does not happen by chance; approve neither, "
		    "make a new card and tell the hub's operator");
	if (is_over(s, out))
		return err_set(e, ERR_DENIED, "this request is older than a "
		    "day and has ended; the device has to ask again");
	return 0;
}

/* ---- the second hand ---- */

struct voucher { /* as copied from officer to officer */
	uint8_t person[16], device[16], by[16], sig[64];
};

static void
entry_of(const struct proto_enrol *m, struct directory_entry *d)
{
	memset(d, 0, sizeof(*d));
	d->kind = DIRECTORY_DEVICE;
	d->sign = m->sign;
	d->box = m->box;
	keys_device_id(&m->sign, &m->box, &d->device);
}

int
office_vouch(struct session *session, struct remote *r, const char *code,
    const struct id *person, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	struct directory_entry d;
	struct proto_enrol m;
	struct voucher v;
	struct sig sig;
	struct buf text;

	if (find_request(s, r, code, &m, e) != 0)
		return -1;
	entry_of(&m, &d);
	if (person != NULL)
		d.person = *person;
	else
		id_random(&d.person);
	buf_init(&text, 1024);
	directory_voucher_text(&d, &text);
	keys_sign(&s->me->sign, TAG_VOUCHER, buf_view(&text), &sig);
	buf_done(&text);
	memcpy(v.person, d.person.b, 16);
	memcpy(v.device, d.device.b, 16);
	memcpy(v.by, s->me->device.b, 16);
	memcpy(v.sig, sig.b, 64);
	office_word_add(VOUCHER_WORD, view_of(&v, sizeof(v)), out);
	return buf_check(out, "a voucher", e);
}

static int
take_voucher(const char *word, struct directory_entry *d, struct err *e)
{
	struct voucher v;

	if (office_word_read(VOUCHER_WORD, word, &v, sizeof(v), e) != 0)
		return -1;
	if (memcmp(v.device, d->device.b, 16) != 0)
		return err_set(e, ERR_INPUT, "this voucher is for another "
		    "device than the one with this code");
	if (!id_is_zero(&d->person) && memcmp(v.person, d->person.b, 16) != 0)
		return err_set(e, ERR_INPUT,
		    "this voucher is for another person");
	memcpy(d->person.b, v.person, 16);
	memcpy(d->voucher.b, v.by, 16);
	memcpy(d->voucher_sig.b, v.sig, 64);
	d->has_voucher = true;
	return 0;
}

/* ---- approving ---- */

struct approving {
	struct store *s;
	const struct office_approval *a;
	struct proto_enrol m;
	struct directory_entry d;
	struct office_keys *root; /* NULL: the officer's own signature */
	struct hash entry_id;
	int64_t group;
	struct card card;
};

static int
check_card_of(struct approving *ap, struct err *e)
{
	enum card_state state;

	if (card_judge(ap->s, &ap->m, &state, e) != 0)
		return -1;
	switch (state) {
	case CARD_RIGHT:
		return 0;
	case CARD_USED:
		return err_set(e, ERR_DENIED, "this card has let a device in "
		    "already; make a new card");
	case CARD_WRONG:
		return err_set(e, ERR_DENIED, "the request names one of this "
		    "device's cards but does not hold its secret; approve "
		    "nothing, somebody may stand between");
	case CARD_UNKNOWN:
		break;
	}
	return err_set(e, ERR_DENIED, "the request's card was not made on "
	    "this device; the officer who made it approves");
}

/* Who, with which roles, and by whose hands. */
static int
fill_entry(struct approving *ap, struct err *e)
{
	const struct office_approval *a = ap->a;
	struct directory_entry *d = &ap->d;
	unsigned roles;

	entry_of(&ap->m, d);
	if (a->person != NULL)
		d->person = *a->person;
	if (a->voucher != NULL && take_voucher(a->voucher, d, e) != 0)
		return -1;
	if (a->voucher == NULL && ap->m.has_voucher && a->person != NULL &&
	    id_eq(&ap->m.person, a->person)) {
		d->has_voucher = true;
		d->voucher = ap->m.voucher;
		d->voucher_sig = ap->m.voucher_sig;
	}
	if (id_is_zero(&d->person))
		id_random(&d->person);
	roles = roster_roles(&ap->s->roster, &d->person);
	if (a->person != NULL && roles == 0)
		return err_set(e, ERR_ABSENT,
		    "the directory does not know this person");
	if (roles != 0 && a->roles != 0 && a->roles != roles)
		return err_set(e, ERR_INPUT, "a further device has the roles "
		    "its person has");
	d->roles = roles != 0 ? roles :
	    a->roles != 0 ? a->roles | ROLE_WORKER : ROLE_WORKER;
	return 0;
}

static int
load_root(struct approving *ap, struct err *e)
{
	const struct office_approval *a = ap->a;

	if (a->share_a == NULL && a->share_b == NULL)
		return 0;
	if (a->share_a == NULL || a->share_b == NULL)
		return err_set(e, ERR_INPUT, "the root needs two shares");
	return office_keys_join(ap->s, a->share_a, a->share_b, &ap->root,
	    e);
}

/* Sign the entry, by the root or by this device, as the log will see it. */
static int
seal_entry(struct approving *ap, struct view body, struct buf *out,
    struct err *e)
{
	struct changeset_header *h = mem_new(sizeof(*h));
	struct admit_author last;
	struct id zero;
	int rc;

	memset(&zero, 0, sizeof(zero));
	h->kind = CHANGESET_DIRECTORY;
	h->author = ap->root != NULL ? ap->s->roster.root_id :
	    ap->s->me->device;
	h->seen = ap->s->head.at;
	rc = spaces_author_find(ap->s, &zero, &h->author, &last, e);
	if (rc >= 0) {
		h->counter = last.counter + 1;
		h->prev_own = last.last_id;
		rc = changeset_clear(h, body, ap->root != NULL ?
		    &ap->root->root : &ap->s->me->sign, out, &ap->entry_id,
		    e);
	}
	mem_free(h);
	return rc;
}

/* The rule itself says whether a second hand is missing, before it is sent. */
static int
judge_entry(struct approving *ap, struct view bytes, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	enum verdict v = VERDICT_BAD_FORM;
	int rc = changeset_decode(bytes, cs, e);

	if (rc == 0)
		v = roster_judge(&ap->s->roster, cs, &ap->d);
	mem_free(cs);
	if (rc != 0 || v == VERDICT_ACCEPTED)
		return rc;
	if (ap->d.has_voucher)
		return err_set(e, ERR_DENIED, "the second signature does not "
		    "count: it is from this device, from somebody who is no "
		    "officer, or not for this request");
	return err_set(e, ERR_DENIED, "one officer alone cannot do this: a "
	    "further device of a person needs that person's other device or "
	    "a second officer, and so does a new officer; use a voucher or "
	    "two shares");
}

static int
queue_root_tx(struct approving *ap, struct view bytes, struct err *e)
{
	struct stmt *q = db_prepare(ap->s->db, "INSERT INTO outgoing"
	    " (id, space, kind, grp, bytes, state, made_ms)"
	    " VALUES (?, zeroblob(16), 4, ?, ?, 1, ?)");

	db_bind_hash(q, 1, &ap->entry_id);
	db_bind_int(q, 2, ap->group);
	db_bind_view(q, 3, bytes);
	db_bind_int(q, 4, store_now_ms(ap->s));
	return db_run(q, e);
}

static int
queue_entry_tx(struct approving *ap, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY,
	    .group = ap->group, .seen = ap->s->head.at };
	struct buf body, bytes;
	int64_t oid;
	int rc = -1;

	buf_init(&body, CHANGESET_BODY_MAX);
	buf_init(&bytes, CHANGESET_BYTES_MAX);
	directory_encode(&ap->d, &body);
	in.clear = buf_view(&body);
	if (buf_check(&body, "a directory entry", e) != 0 ||
	    seal_entry(ap, in.clear, &bytes, e) != 0 ||
	    judge_entry(ap, buf_view(&bytes), e) != 0)
		goto out;
	rc = ap->root != NULL ? queue_root_tx(ap, buf_view(&bytes), e) :
	    outbox_add_tx(ap->s, &in, &ap->entry_id, &oid, e);
out:
	buf_done(&body);
	buf_done(&bytes);
	return rc;
}

/* An officer keeps the commons, everybody else reads it. */
static int
grant_commons_tx(struct approving *ap, struct err *e)
{
	struct store *s = ap->s;
	const struct id *commons = &s->roster.genesis.commons;
	struct access_answer answer;
	struct access_book book;
	struct access a;
	int rc;

	access_book_init(&book);
	if (spaces_access_load(s, commons, &book, e) != 0)
		return -1;
	access_judge(&book, &ap->d.person, store_now_ms(s), &answer);
	access_book_done(&book);
	if (answer.right != RIGHT_NONE)
		return 0;
	memset(&a, 0, sizeof(a));
	a.kind = ACCESS_GRANT;
	id_random(&a.id);
	a.person = ap->d.person;
	a.right = (ap->d.roles & ROLE_OFFICER) != 0 ? RIGHT_KEEP :
	    RIGHT_READ;
	a.from_ms = store_now_ms(s);
	a.until_ms = INT64_MAX;
	a.hlc = store_stamp(s);
	a.origin = s->me->device;
	rc = spaces_access_save_tx(s, commons, &a, NULL, -1, e);
	return rc != 0 ? -1 : store_save_clock_tx(s, e);
}

static int
open_commons_tx(struct approving *ap, struct err *e)
{
	struct roster_device dev;

	memset(&dev, 0, sizeof(dev));
	dev.person = ap->d.person;
	dev.device = ap->d.device;
	dev.sign = ap->d.sign;
	dev.box = ap->d.box;
	if (grant_commons_tx(ap, e) != 0)
		return -1;
	return doors_admit_tx(ap->s, &ap->s->roster.genesis.commons, &dev,
	    ap->group, e);
}

static size_t
name_ops(const struct approving *ap, struct op *ops)
{
	size_t n = 2;

	ops[0].field = STAFF_PERSON;
	ops[0].value.type = VALUE_BYTES;
	ops[0].value.data = view_of(ap->d.person.b, 16);
	ops[1].field = STAFF_NAME;
	ops[1].value.type = VALUE_TEXT;
	ops[1].value.data = view_str(ap->a->name);
	if (ap->a->title != NULL && *ap->a->title != '\0') {
		ops[n].field = STAFF_TITLE;
		ops[n].value.type = VALUE_TEXT;
		ops[n++].value.data = view_str(ap->a->title);
	}
	return n;
}

/* The one version of the new name, sealed in this group. */
static int
seal_name_tx(struct approving *ap, const struct id *record, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_CONTENT,
	    .space = ap->s->roster.genesis.commons, .group = ap->group,
	    .seen = ap->s->head.at, .count = 1 };
	struct space_epoch se;
	struct loaded *l = loaded_new();
	struct space sp;
	struct view plain;
	struct hash id;
	struct stmt *q;
	int64_t oid;
	int rc = spaces_find(ap->s, &in.space, &sp, e);

	if (rc == 1)
		rc = versions_load(ap->s, record, l, e);
	if (rc != 1)
		goto out;
	rc = spaces_epoch_find(ap->s, &in.space, sp.epoch, &se, e);
	if (rc == 1) {
		plain = buf_view(&l->bytes);
		in.plain = &plain;
		in.epoch = sp.epoch;
		in.key = &se.key;
		rc = outbox_add_tx(ap->s, &in, &id, &oid, e) == 0 ? 1 : -1;
		space_epoch_done(&se);
	}
	if (rc == 1) {
		q = db_prepare(ap->s->db, "UPDATE version SET state = 2,"
		    " outgoing = ?, idx = 0 WHERE rid = ?");
		db_bind_int(q, 1, oid);
		db_bind_int(q, 2, l->row.rid);
		rc = db_run(q, e) == 0 ? 1 : -1;
	}
	versions_done(l);
out:
	mem_free(l);
	return rc == 1 ? 0 : -1;
}

static int
write_name_tx(struct approving *ap, struct err *e)
{
	struct op *ops;
	struct write w = { .type = TYPE_STAFF,
	    .space = ap->s->roster.genesis.commons };
	struct id id;
	int rc;

	if (ap->a->person != NULL)
		return 0; /* has one */
	ops = mem_new(3 * sizeof(*ops));
	w.ops = ops;
	w.op_count = name_ops(ap, ops);
	rc = versions_write_tx(ap->s, &w, &id, e);
	mem_free(ops);
	return rc != 0 ? -1 : seal_name_tx(ap, &id, e);
}

static int
queue_all(struct approving *ap, struct err *e)
{
	struct store *s = ap->s;

	if (db_begin(s->db, e) != 0)
		return -1;
	ap->group = outbox_group(s);
	ap->card.id = ap->m.card;
	/* The card is used up by being tried: what is refused needs another. */
	if (queue_entry_tx(ap, e) != 0 || open_commons_tx(ap, e) != 0 ||
	    write_name_tx(ap, e) != 0 ||
	    card_save(s, &ap->card, 0, true, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

static int
check_sent(struct approving *ap, struct err *e)
{
	if (roster_live(&ap->s->roster, &ap->d.device, ROSTER_NOW) != NULL)
		return 0;
	return err_set(e, ERR_CLASH, "the hub has not taken the approval yet; "
	    "sync and look at the requests again");
}

int
office_approve(struct session *session, struct remote *r,
    const struct office_approval *a, struct err *e)
{
	struct approving *ap = mem_new(sizeof(*ap));
	struct exchange_result res;
	int rc = -1;

	ap->s = session_store(session);
	ap->a = a;
	if (a->person == NULL && (a->name == NULL || *a->name == '\0' ||
	    strlen(a->name) > NAME_MAX_BYTES || (a->title != NULL &&
	    strlen(a->title) > NAME_MAX_BYTES))) {
		err_set(e, ERR_INPUT, "a new person needs a name, and name "
		    "and title have at most %d bytes", NAME_MAX_BYTES);
		goto out;
	}
	/* First what is on its way: the commons' epoch must be the newest. */
	if (exchange_sync(session, r, NULL, &res, e) != 0 ||
	    find_request(ap->s, r, a->code, &ap->m, e) != 0 ||
	    check_card_of(ap, e) != 0 || fill_entry(ap, e) != 0 ||
	    load_root(ap, e) != 0 || queue_all(ap, e) != 0 ||
	    exchange_sync(session, r, NULL, &res, e) != 0)
		goto out;
	rc = check_sent(ap, e);
out:
	office_keys_free(ap->root);
	mem_wipe(ap, sizeof(*ap));
	mem_free(ap);
	return rc;
}

/* ---- revoking ---- */

int
office_revoke(struct session *session, const struct id *device,
    struct err *e)
{
	struct store *s = session_store(session);
	const struct roster_device *dev = roster_live(&s->roster, device,
	    ROSTER_NOW);
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY,
	    .seen = s->head.at };
	struct directory_entry d;
	struct hash id;
	struct buf body;
	int64_t oid;
	int rc;

	if (office_is_officer(s, e) != 0)
		return -1;
	if (dev == NULL)
		return err_set(e, ERR_ABSENT, "the directory lists no such "
		    "device, or it is revoked already");
	if (id_eq(device, &s->me->device))
		return err_set(e, ERR_INPUT, "a device does not revoke "
		    "itself; another officer does it");
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_REVOKE;
	d.person = dev->person;
	d.device = *device;
	buf_init(&body, CHANGESET_BODY_MAX);
	directory_encode(&d, &body);
	in.clear = buf_view(&body);
	rc = buf_check(&body, "a directory entry", e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		in.group = outbox_group(s);
		rc = outbox_add_tx(s, &in, &id, &oid, e);
		rc = db_end(s->db, rc, e);
	}
	buf_done(&body);
	return rc;
}
