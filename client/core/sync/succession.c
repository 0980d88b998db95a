/*
 * Believed only as far as it is proven: both heads of the place are signed by
 * the hub of this office, the order by two of its officers (as this device
 * knows them, also from what the hub has lost, or as the log tells up to that
 * place), and the hub shows that its log continues from the newest head this
 * device knows up to that place and from there on. A hub alone can make none of
 * this, and two officers alone no head.
 */
#include "client/core/sync/succession.h"

#include <string.h>

#include "client/core/local/places.h"
#include "client/core/sync/rewind.h"
#include "common/base/mem.h"

#define TRIES 4 /* while the log grows between two questions */
#define PAGES_MAX 64 /* of the directory */

int
succession_ask(struct remote *r, struct proto_successions *out,
    struct buf *answer, struct err *e)
{
	struct remote_call call = { .method = "GET",
		.path = "/v1/succession" };
	int status = 0;

	memset(out, 0, sizeof(*out));
	if (r->call(r->ctx, &call, &status, answer, e) != 0)
		return -1;
	/* A hub of before this request was there has no such log. */
	return status != 200 ? 0 :
	    proto_successions_decode(buf_view(answer), out, e);
}

int
succession_keys(struct remote *r, struct hubkeys *out, struct err *e)
{
	struct remote_call call = { .method = "GET", .path = "/v1/keys" };
	struct buf answer;
	int status = 0, rc;

	memset(out, 0, sizeof(*out));
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	rc = r->call(r->ctx, &call, &status, &answer, e);
	if (rc == 0 && status == 200)
		rc = hubkeys_decode(buf_view(&answer), out, e);
	buf_done(&answer);
	return rc;
}

static int
not_signed(struct err *e)
{
	return err_set(e, ERR_PEER, "the hub's log goes on with another key, "
	    "and the office has not signed it; nothing is taken from there, "
	    "tell the office");
}

int
succession_learn(struct remote *r, const struct directory_entry *genesis,
    struct hubkeys *out, struct err *e)
{
	const struct sign_pub *before = &genesis->hub;
	size_t i;

	if (succession_keys(r, out, e) != 0)
		return -1;
	for (i = 0; i < out->count; i++) {
		if (!hubkey_holds(&out->items[i], &genesis->root, before))
			return not_signed(e);
		before = &out->items[i].key;
	}
	return 0;
}

/* The one that the hub's answers are signed with: from the key known here on
 * each paper by the office, and by the key before where it says so. */
static int
newest_key(const struct store *s, const struct hubkeys *keys,
    struct sign_pub *out, struct err *e)
{
	const struct directory_entry *g = &s->roster.genesis;
	size_t i, from = 0;

	*out = g->hub;
	for (i = 0; i < keys->count; i++)
		if (memcmp(&keys->items[i].key, out, sizeof(*out)) == 0)
			from = i + 1;
	for (i = from; i < keys->count; i++) {
		if (!hubkey_holds(&keys->items[i], &g->root, out))
			return not_signed(e);
		*out = keys->items[i].key;
	}
	return 0;
}

/* The key for the log that goes on: the same, or one with papers. */
static int
find_key(const struct store *s, const struct hubkeys *keys, uint64_t log_id,
    struct succession_step *out, struct err *e)
{
	const struct directory_entry *g = &s->roster.genesis;
	size_t i;

	out->key = g->hub;
	out->two = false;
	for (i = 0; i < keys->count; i++) {
		const struct hubkey *k = &keys->items[i];

		if (k->log_id != log_id)
			continue;
		if (!hubkey_holds(k, &g->root, &g->hub))
			return not_signed(e);
		out->key = k->key;
		out->two = !k->has_before;
	}
	return 0;
}

int
succession_read(const struct store *s, const struct hubkeys *keys,
    const struct proto_succession *in, struct succession_step *out,
    struct err *e)
{
	const struct directory_entry *g = &s->roster.genesis;
	struct log_point named;
	struct checkpoint before;

	/* Older ones may be signed by a key that is gone. */
	if (!checkpoint_named(in->before, &named) ||
	    named.log_id != store_log_id(s))
		return 0;
	if (!checkpoint_named(in->head, &named) ||
	    find_key(s, keys, named.log_id, out, e) != 0 ||
	    checkpoint_read(in->before, g->hub_name, &g->hub, &before, e) !=
	    0 || checkpoint_read(in->head, g->hub_name, &out->key, &out->head,
	    e) != 0)
		return -1;
	if (before.at.size != out->head.at.size || out->head.at.size == 0 ||
	    !hash_eq(&before.root, &out->head.root))
		return err_set(e, ERR_PEER, "the hub says that its log goes on "
		    "from two places at once");
	return 1;
}

/* ---- what the hub proves ---- */

/* A page of it, and its head now, proven to continue ${from}. */
static int
ask_page(struct talk *t, const struct checkpoint *from, struct proto_pull *pull,
    struct proto_page *page, struct buf *answer, struct checkpoint *now,
    struct err *e)
{
	const struct directory_entry *g = &t->s->roster.genesis;
	struct buf body;
	int rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	pull->known = from->at;
	proto_pull_encode(pull, &body);
	rc = talk_ask(t, "/v1/pull", buf_view(&body), answer, e);
	buf_done(&body);
	if (rc == 0)
		rc = proto_page_decode(buf_view(answer), page, e);
	if (rc == 0)
		rc = checkpoint_read(page->checkpoint, g->hub_name, &g->hub,
		    now, e);
	if (rc == 0 && !(now->at.size == from->at.size ?
	    hash_eq(&now->root, &from->root) : now->at.size > from->at.size &&
	    merkle_check_consistency(from->at.size, &from->root, now->at.size,
	    &now->root, &page->consistency)))
		rc = err_set(e, ERR_PEER, "the hub's new log does not continue "
		    "what this device has seen of it");
	return rc;
}

static int
prove(struct talk *t, const struct checkpoint *from, struct checkpoint *now,
    struct err *e)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct proto_page *page = mem_new(sizeof(*page));
	struct buf answer;
	int rc;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	pull->max_bytes = 1;
	rc = ask_page(t, from, pull, page, &answer, now, e);
	proto_page_done(page);
	mem_free(page);
	mem_free(pull);
	buf_done(&answer);
	return rc;
}

/* The newest head known here that is no longer than the place. */
static int
known_before(struct store *s, uint64_t size, struct checkpoint *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT log_id, size, root FROM "
	    "head WHERE device IS NULL AND size <= ? AND size > 0 "
	    "ORDER BY size DESC LIMIT 1");
	struct reader r;
	int rc;

	memset(out, 0, sizeof(*out));
	db_bind_int(q, 1, (int64_t)size);
	rc = db_step(q, e);
	if (rc == 1) {
		reader_init(&r, db_blob(q, 0));
		out->at.log_id = reader_be(&r, 8);
		out->at.size = (uint64_t)db_int(q, 1);
		(void)db_hash(q, 2, &out->root);
	}
	db_reset(q);
	return rc;
}

static int
continues(struct talk *t, const struct checkpoint *head, struct err *e)
{
	struct checkpoint known, a, b;
	int i, rc = known_before(t->s, head->at.size, &known, e);

	if (rc < 0)
		return -1;
	for (i = 0; i < TRIES; i++) {
		if (prove(t, head, &b, e) != 0 ||
		    (rc == 1 && prove(t, &known, &a, e) != 0))
			return -1;
		if (rc == 0 || (a.at.size == b.at.size &&
		    hash_eq(&a.root, &b.root)))
			return 0;
	}
	return err_set(e, ERR_AWAY, "the hub is too busy to show how its log "
	    "goes on; try again");
}

/* ---- the order ---- */

/* An entry from before the place: whoever was away for it learns from the log
 * who the officers are. */
static int
learn_entry(struct roster *r, const struct checkpoint *now, uint64_t size,
    const struct proto_item *it, struct err *e)
{
	struct changeset *cs = mem_new(sizeof(*cs));
	struct directory_entry *d = mem_new(sizeof(*d));
	struct hash leaf;
	struct err why;
	int rc = 0;

	if (it->seq < size && changeset_decode(it->bytes, cs, &why) == 0 &&
	    cs->h.kind == CHANGESET_DIRECTORY && cs->has_bodies &&
	    directory_decode(cs->bodies[0], d, &why) == 0 &&
	    d->kind != DIRECTORY_RECOVER) {
		merkle_entry(r->genesis.log_id, it->seq, it->accept_ms, &cs->id,
		    &leaf);
		if (merkle_check_inclusion(&leaf, it->seq, now->at.size,
		    &now->root, &it->inclusion) &&
		    roster_judge(r, cs, d) == VERDICT_ACCEPTED)
			rc = roster_apply(r, d, it->seq, e);
	}
	mem_free(d);
	mem_free(cs);
	return rc;
}

/* The directory as the log has it up to the place, and what is known here. */
static int
learn(struct talk *t, const struct checkpoint *head, struct roster *out,
    struct err *e)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct proto_page *page = mem_new(sizeof(*page));
	uint64_t here = t->s->head.at.size, size = head->at.size;
	struct checkpoint now;
	struct buf answer;
	size_t k;
	bool more = true;
	int i, rc = store_roster_before(t->s, INT64_MAX, out, e);

	pull->max_bytes = PROTO_PAGE_BYTES_MAX;
	pull->at.cursor = here < size ? here : size;
	for (i = 0; rc == 0 && more && i < PAGES_MAX; i++) {
		buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
		rc = ask_page(t, head, pull, page, &answer, &now, e);
		for (k = 0; rc == 0 && k < page->count; k++)
			rc = learn_entry(out, &now, size, &page->items[k], e);
		/* The directory comes before all sections. */
		more = page->more && id_is_zero(&page->next.space);
		pull->at = page->next;
		proto_page_done(page);
		buf_done(&answer);
	}
	mem_free(page);
	mem_free(pull);
	return rc;
}

static bool
is_order(const struct roster *r, const struct proto_succession *in,
    const struct succession_step *step)
{
	const struct checkpoint *head = &step->head;
	struct changeset *cs = mem_new(sizeof(*cs));
	struct directory_entry *d = mem_new(sizeof(*d));
	struct err e;
	bool ok = changeset_decode(in->order, cs, &e) == 0 && cs->has_bodies &&
	    cs->h.kind == CHANGESET_DIRECTORY &&
	    directory_decode(cs->bodies[0], d, &e) == 0 &&
	    d->kind == DIRECTORY_RECOVER && d->scope == ORDER_SUCCESSION &&
	    d->head.log_id == head->at.log_id &&
	    d->head.size == head->at.size &&
	    hash_eq(&d->head_root, &head->root) &&
	    (!step->two || !id_eq(&d->second, &r->root_id)) &&
	    roster_judge(r, cs, d) == VERDICT_ACCEPTED;

	mem_free(d);
	mem_free(cs);
	return ok;
}

static int
check_order(struct talk *t, const struct proto_succession *in,
    const struct succession_step *step, struct err *e)
{
	struct roster r;
	int rc;

	if (is_order(&t->s->roster, in, step))
		return 0;
	roster_init(&r);
	rc = learn(t, &step->head, &r, e);
	if (rc == 0 && !is_order(&r, in, step))
		rc = err_set(e, ERR_PEER, "the hub goes on under another log "
		    "and has no order of two officers for it");
	roster_done(&r);
	return rc;
}

/* ---- following ---- */

static int
follow_tx(struct talk *t, const struct proto_succession *in,
    const struct succession_step *step, size_t *again, struct err *e)
{
	struct store *s = t->s;

	if (rewind_tx(s, &step->head, in->head, again, e) != 0)
		return -1;
	return store_put_key_tx(s, step->head.at.log_id, &step->key, e);
}

/* Its answers are signed with the newest key already: that is looked at as if
 * it were known, and put back unless all holds. */
static int
follow_one(struct talk *t, const struct proto_succession *in,
    const struct succession_step *step, const struct sign_pub *newest,
    struct err *e)
{
	struct store *s = t->s;
	struct sign_pub before = s->roster.genesis.hub;
	size_t again = 0;
	struct err why;

	s->roster.genesis.hub = *newest;
	if (check_order(t, in, step, e) != 0 ||
	    continues(t, &step->head, e) != 0 || db_begin(s->db, e) != 0) {
		s->roster.genesis.hub = before;
		return -1;
	}
	if (follow_tx(t, in, step, &again, e) == 0 &&
	    db_commit(s->db, e) == 0) {
		t->figures->restored = true;
		t->figures->sent_again += again;
		witness_done(&t->witness);
		return witness_load(s, &t->witness, e);
	}
	db_rollback(s->db);
	(void)store_reload(s, &why);
	return -1;
}

int
succession_follow(struct talk *t, struct err *e)
{
	struct proto_successions *list = mem_new(sizeof(*list));
	struct hubkeys *keys = mem_new(sizeof(*keys));
	struct succession_step step;
	struct sign_pub newest;
	struct buf answer;
	size_t i;
	int rc, done = 0;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	rc = succession_ask(t->r, list, &answer, e);
	if (rc == 0 && list->count > 0)
		rc = succession_keys(t->r, keys, e);
	if (rc == 0)
		rc = newest_key(t->s, keys, &newest, e);
	for (i = 0; rc == 0 && i < list->count; i++) {
		rc = succession_read(t->s, keys, &list->items[i], &step, e);
		if (rc != 1)
			continue;
		rc = follow_one(t, &list->items[i], &step, &newest, e);
		done += rc == 0;
	}
	buf_done(&answer);
	mem_free(keys);
	mem_free(list);
	return rc < 0 ? -1 : done > 0;
}

int
succession_lost(struct store *s, size_t *items, struct err *e)
{
	int64_t n = 0;

	if (db_one_int(s->db, "SELECT count(*) FROM item WHERE seq >= "
	    PLACE_LOST_SQL, &n, e) < 0)
		return -1;
	*items = (size_t)n;
	return 0;
}

/* ---- coming back ---- */

int
succession_back_tx(struct store *s, const struct hash *id, uint64_t seq,
    struct err *e)
{
	static const char *const moves[] = {
		/* Accepted texts and statements move when they are taken in
		 * again: to the earlier place. */
		"UPDATE version SET seq = ?2 WHERE seq = ?1 AND seq >= "
		    PLACE_LOST_SQL " AND state <> 3",
		"UPDATE OR IGNORE version_copy SET seq = ?2 WHERE seq = ?1 "
		    "AND seq >= " PLACE_LOST_SQL,
		"UPDATE erase_order SET seq = ?2 WHERE seq = ?1",
		"UPDATE review SET seq = ?2 WHERE seq = ?1",
		"UPDATE decision SET seq = ?2 WHERE seq = ?1",
		"DELETE FROM item WHERE seq = ?1 AND ?2 >= 0",
	};
	struct stmt *q = db_prepare(s->db, "SELECT seq FROM item WHERE id = ? "
	    "AND seq >= " PLACE_LOST_SQL);
	int64_t lost;
	size_t i;
	int rc;

	db_bind_hash(q, 1, id);
	rc = db_step(q, e);
	lost = rc == 1 ? db_int(q, 0) : 0;
	db_reset(q);
	for (i = 0; rc == 1 && i < sizeof(moves) / sizeof(moves[0]); i++) {
		q = db_prepare(s->db, moves[i]);
		db_bind_int(q, 1, lost);
		db_bind_int(q, 2, (int64_t)seq);
		if (db_run(q, e) != 0)
			rc = -1;
	}
	return rc < 0 ? -1 : 0;
}
