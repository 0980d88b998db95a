/*
 * The newest verified head (witness) runs ahead of what was taken in; the
 * store's own head, which new texts name as what their author had seen, moves
 * only when a pull is complete up to it.
 *
 * What is in memory and follows the database (roster, clock, stage, witness)
 * is put back when a page's transaction is undone.
 */
#include "client/core/sync/pull.h"

#include <string.h>

#include "client/core/sync/intake.h"
#include "client/core/sync/returned.h"
#include "client/core/sync/succession.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define KEY_CURSOR "pull.cursor"
#define CURSOR_BYTES (8 + 8 + 16 + 8)
#define STEADY_TRIES 4   /* to catch up with a log that grows meanwhile */
#define STILL_PAGES_MAX 64 /* pages that lead nowhere before giving up */
#define WITHHELD_MAX 16    /* items without text asked for in a sync */

struct pull {
	struct talk *t;
	struct intake *k;
	struct proto_pull *ask;
	struct proto_page *page;
	struct buf body, answer;
	size_t items, still;
	uint64_t leaf_id; /* log id in every leaf */
	struct hubkeys *keys; /* learned by a device that joins */
	bool followed;    /* a succession was asked for */
	bool asked_again; /* wants went with the last request */
};

/* ---- the cursor ---- */

static int
load_cursor(struct store *s, struct proto_cursor *c, struct err *e)
{
	struct reader r;
	struct buf b;
	int rc;

	memset(c, 0, sizeof(*c));
	buf_init(&b, CURSOR_BYTES);
	rc = store_get(s, KEY_CURSOR, &b, e);
	if (rc == 1) {
		reader_init(&r, buf_view(&b));
		c->cursor = reader_be(&r, 8);
		c->until = reader_be(&r, 8);
		reader_copy(&r, c->space.b, sizeof(c->space.b));
		c->seq = reader_be(&r, 8);
		if (r.bad)
			rc = err_set(e, ERR_LOCAL, "the store is damaged: the "
			    "place in the hub's log has the wrong size");
	}
	buf_done(&b);
	return rc < 0 ? -1 : 0;
}

static int
save_cursor_tx(struct store *s, const struct proto_cursor *c, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, CURSOR_BYTES);
	buf_add_be(&b, c->cursor, 8);
	buf_add_be(&b, c->until, 8);
	buf_add(&b, c->space.b, sizeof(c->space.b));
	buf_add_be(&b, c->seq, 8);
	rc = store_put(s, KEY_CURSOR, buf_view(&b), e);
	buf_done(&b);
	return rc;
}

/* ---- memory that follows the database ---- */

struct memory {
	struct id person;
	enum store_stage stage;
	struct checkpoint head;
	uint64_t hlc;
	int64_t hub_ms;
	struct talk_figures figures;
};

static void
remember(const struct talk *t, struct memory *m)
{
	m->person = t->s->person;
	m->stage = t->s->stage;
	m->head = t->s->head;
	m->hlc = t->s->hlc;
	m->hub_ms = t->s->hub_ms;
	m->figures = *t->figures;
}

static void
put_back(struct pull *p, const struct memory *m)
{
	struct talk *t = p->t;
	struct err e;

	t->s->person = m->person;
	t->s->stage = m->stage;
	t->s->head = m->head;
	t->s->hlc = m->hlc;
	t->s->hub_ms = m->hub_ms;
	*t->figures = m->figures;
	/* If even reading fails, nothing can be judged and nothing is taken
	 * in until the store is opened again. */
	(void)store_load_log(t->s, &e);
	if (p->k->roster_changed)
		(void)store_roster_reload(t->s, &e);
	witness_done(&t->witness);
	(void)witness_load(t->s, &t->witness, &e);
}

/* ---- one page ---- */

/* Before the first page the hub's key is unknown: the genesis entry in it
 * names the key and is signed by the root that the card names. */
static int
find_genesis(struct pull *p, struct directory_entry *d, struct err *e)
{
	struct changeset *cs;
	struct hash root;
	int rc = -1;

	if (p->t->s->roster.begun) {
		*d = p->t->s->roster.genesis;
		return 0;
	}
	cs = mem_new(sizeof(*cs));
	err_set(e, ERR_PEER, "the hub's directory does not begin with an "
	    "office");
	if (p->page->count > 0 && changeset_decode(p->page->items[0].bytes, cs,
	    e) == 0 && cs->has_bodies && cs->h.kind == CHANGESET_DIRECTORY &&
	    directory_decode(cs->bodies[0], d, e) == 0 &&
	    d->kind == DIRECTORY_GENESIS) {
		card_root_hash(&d->root, &root);
		rc = hash_eq(&root, &p->t->s->hub.root) &&
		    changeset_verify(cs, &d->root) ? 0 : err_set(e, ERR_PEER,
		    "this hub belongs to another office than the card "
		    "names; nothing was taken from it");
	}
	mem_free(cs);
	return rc;
}

/* A device that joins later than the log's key changed. */
static int
learn_keys(struct pull *p, struct directory_entry *genesis, struct err *e)
{
	struct log_point named;

	if (p->t->s->roster.begun || (checkpoint_named(p->page->checkpoint,
	    &named) && named.log_id == genesis->log_id))
		return 0;
	if (succession_learn(p->t->r, genesis, p->keys, e) != 0)
		return -1;
	if (p->keys->count > 0)
		genesis->hub = p->keys->items[p->keys->count - 1].key;
	return 0;
}

static int
read_head(struct pull *p, struct checkpoint *cp, struct err *e)
{
	struct directory_entry *genesis = mem_new(sizeof(*genesis));
	struct witness_in in = { genesis, p->page->checkpoint,
		&p->page->consistency };
	struct err again;
	int rc = find_genesis(p, genesis, e);

	if (rc == 0)
		rc = learn_keys(p, genesis, e);
	if (rc == 0)
		rc = witness_read(&p->t->witness, &in, cp, e);
	p->leaf_id = genesis->log_id;
	mem_free(genesis);
	if (rc != 0 && e->code == WITNESS_SPLIT)
		(void)witness_stop(p->t->s, &p->t->witness,
		    p->page->checkpoint, e->text, &again);
	return rc;
}

static int
check_next(const struct pull *p, const struct checkpoint *cp, struct err *e)
{
	const struct proto_cursor *at = &p->ask->at, *next = &p->page->next;

	if (next->cursor < at->cursor || next->cursor > cp->at.size ||
	    next->until > cp->at.size ||
	    (!p->page->more && next->until != 0))
		return err_set(e, ERR_PEER, "the hub does not say where the "
		    "next page begins");
	return 0;
}

static int
keep_keys_tx(struct pull *p, struct err *e)
{
	struct store *s = p->t->s;
	size_t i;

	if (p->keys->count > 0 && s->hub_key_count == 0)
		s->hub_first = s->roster.genesis.hub;
	for (i = 0; i < p->keys->count; i++)
		if (store_put_key_tx(s, p->keys->items[i].log_id,
		    &p->keys->items[i].key, e) != 0)
			return -1;
	p->keys->count = 0;
	return 0;
}

static int
take_page_tx(struct pull *p, const struct checkpoint *cp, struct err *e)
{
	struct store *s = p->t->s;
	struct proto_page *page = p->page;
	size_t i;

	intake_page(p->k, cp, p->leaf_id);
	for (i = 0; i < page->count; i++)
		if (intake_item_tx(p->k, &page->items[i], e) != 0)
			return -1;
	if (keep_keys_tx(p, e) != 0)
		return -1;
	if (intake_end_tx(p->k, e) != 0 ||
	    witness_save_tx(s, &p->t->witness, cp, page->checkpoint, e) != 0 ||
	    save_cursor_tx(s, &page->next, e) != 0)
		return -1;
	if (page->more)
		return 0;
	if (intake_close_tx(p->k, e) != 0)
		return -1;
	/* A device that joins takes the log's id from the directory. */
	if (cp->at.log_id != roster_log_id(&s->roster))
		return err_set(e, ERR_PEER, "the hub goes on under another log "
		    "and has no order of two officers for it");
	/* Absorbed up to here: but only if the head ends here as well. */
	if (page->next.cursor != cp->at.size)
		return 0;
	if ((cp->at.size != s->head.at.size ||
	    cp->at.log_id != s->head.at.log_id) &&
	    store_save_head_tx(s, cp, page->checkpoint, e) != 0)
		return -1;
	return returned_want_tx(s, e);
}

static bool
moves_on(const struct proto_cursor *a, const struct proto_cursor *b)
{
	int cmp = id_cmp(&b->space, &a->space);

	return b->cursor > a->cursor || (a->until == 0 && b->until != 0) ||
	    cmp > 0 || (cmp == 0 && b->seq > a->seq);
}

static bool
is_news(const struct pull *p, const struct checkpoint *cp)
{
	const struct proto_cursor *a = &p->ask->at, *b = &p->page->next;

	return p->page->count > 0 || a->cursor != b->cursor ||
	    a->until != b->until ||
	    cp->at.size != p->t->s->head.at.size ||
	    cp->at.size != p->t->witness.newest.at.size;
}

static int
take_page(struct pull *p, struct err *e)
{
	struct store *s = p->t->s;
	struct checkpoint cp;
	struct memory m;
	struct err undo;

	if (read_head(p, &cp, e) != 0 || check_next(p, &cp, e) != 0)
		return -1;
	if (!is_news(p, &cp)) {
		p->ask->at = p->page->next;
		return 0;
	}
	remember(p->t, &m);
	if (db_begin(s->db, e) != 0)
		return -1;
	if (take_page_tx(p, &cp, e) == 0 && db_commit(s->db, e) == 0) {
		p->ask->at = p->page->next;
		p->items += p->page->count;
		return 0;
	}
	db_rollback(s->db);
	put_back(p, &m);
	if (e->code == WITNESS_COPIED && e->kind == ERR_CLASH) {
		(void)store_put_int(s, STORE_COPIED, 1, &undo);
		(void)witness_stop(s, &p->t->witness, p->page->checkpoint,
		    e->text, &undo);
	}
	return -1;
}

/* ---- asking ---- */

/* Once in a sync: a hub that goes on withholding costs no page more. */
static int
add_withheld(struct pull *p, struct err *e)
{
	size_t at = p->ask->want_count, n;

	p->t->asked_withheld = true;
	if (quarantine_withheld(p->t->s, p->ask->wants + at,
	    WITHHELD_MAX, &n, e) != 0)
		return -1;
	p->ask->want_count = at + n;
	return 0;
}

static int
encode(struct pull *p, struct err *e)
{
	struct talk *t = p->t;

	p->ask->known = t->witness.newest.at;
	p->ask->max_bytes = PROTO_PAGE_BYTES_MAX;
	if (intake_wants(p->k, p->ask->wants, PROTO_WANTS_MAX - WITHHELD_MAX,
	    &p->ask->want_count, e) != 0)
		return -1;
	p->asked_again = p->ask->want_count > 0;
	if (!t->asked_withheld && add_withheld(p, e) != 0)
		return -1;
	buf_reset(&p->body);
	proto_pull_encode(p->ask, &p->body);
	return buf_check(&p->body, "a request", e);
}

static int
request(struct pull *p, struct err *e)
{
	return encode(p, e) != 0 ? -1 : talk_ask(p->t, "/v1/pull",
	    buf_view(&p->body), &p->answer, e);
}

/*
 * The hub says it does not know what this device has seen. Its signed word on
 * that is asked for, as evidence, with a request that names nothing.
 */
static void
probe(struct pull *p, struct err *e)
{
	struct witness_in in = { &p->t->s->roster.genesis, { NULL, 0 },
		&p->page->consistency };
	struct checkpoint cp;
	struct err why, again;

	memset(p->ask, 0, sizeof(*p->ask));
	p->ask->max_bytes = 1;
	buf_reset(&p->body);
	proto_pull_encode(p->ask, &p->body);
	if (p->t->witness.newest.at.size == 0 || talk_ask(p->t, "/v1/pull",
	    buf_view(&p->body), &p->answer, &why) != 0 ||
	    proto_page_decode(buf_view(&p->answer), p->page, &why) != 0)
		return;
	in.note = p->page->checkpoint;
	/* A longer log with no proof from here says nothing yet. */
	if (witness_read(&p->t->witness, &in, &cp, &why) != 0 &&
	    why.code == WITNESS_SPLIT && (cp.at.size <=
	    p->t->witness.newest.at.size || cp.at.log_id !=
	    p->t->witness.newest.at.log_id)) {
		(void)witness_stop(p->t->s, &p->t->witness, in.note,
		    why.text, &again);
		*e = why;
	}
	proto_page_done(p->page);
}

/* Once in a pull: 1 this device was put in line with the hub's new log. */
static int
follow(struct pull *p, struct err *e)
{
	struct err why = *e;
	int rc;

	if (p->followed || p->t->witness.newest.at.size == 0)
		return 0;
	p->followed = true;
	rc = succession_follow(p->t, e);
	if (rc == 0)
		*e = why;
	if (rc != 1)
		return rc;
	p->ask->want_count = 0;
	return load_cursor(p->t->s, &p->ask->at, e) != 0 ? -1 : 1;
}

/* The hub does not know what this device has seen, or is of another log. */
static int
request_or_follow(struct pull *p, struct err *e)
{
	int rc = request(p, e);

	if (rc == 0 || e->kind != ERR_PEER || e->code != 0)
		return rc;
	rc = follow(p, e);
	if (rc == 1)
		return request(p, e);
	if (rc == 0)
		probe(p, e);
	return -1;
}

/* A head of a log of another id than the one known, whoever signed it: the
 * key may be another one as well. */
static bool
is_other_log(const struct pull *p)
{
	struct log_point named;

	return p->t->s->roster.begun &&
	    checkpoint_named(p->page->checkpoint, &named) &&
	    named.log_id != store_log_id(p->t->s);
}

static int
one_page(struct pull *p, struct err *e)
{
	int rc = request_or_follow(p, e);

	if (rc != 0)
		return -1;
	if (proto_page_decode(buf_view(&p->answer), p->page, e) != 0)
		return err_add(e, "the hub's answer cannot be read");
	if (is_other_log(p) && (rc = follow(p, e)) != 0) {
		proto_page_done(p->page);
		return rc < 0 ? -1 : one_page(p, e);
	}
	talk_clock(p->t, p->page->now_ms);
	p->still = moves_on(&p->ask->at, &p->page->next) ? 0 : p->still + 1;
	rc = take_page(p, e);
	if (rc == 0 && !p->page->more && p->asked_again)
		p->t->asked_newest = true;
	if (rc == 0 && p->page->more && p->still > STILL_PAGES_MAX)
		rc = err_set(e, ERR_PEER,
		    "the hub says there is more and does not send it");
	talk_tell(p->t, N_("receiving"), p->items, 0);
	return rc;
}

static int
until_steady(struct pull *p, struct err *e)
{
	struct store *s = p->t->s;
	bool more;
	int i;

	for (i = 0; i < STEADY_TRIES; i++) {
		do {
			if (one_page(p, e) != 0)
				return -1;
			more = p->page->more;
			proto_page_done(p->page);
		} while (more);
		/* A gap met on the way is asked for once more, at once. */
		if (intake_wants(p->k, p->ask->wants, PROTO_WANTS_MAX,
		    &p->ask->want_count, e) != 0)
			return -1;
		if (s->head.at.size == p->t->witness.newest.at.size &&
		    (p->ask->want_count == 0 || p->asked_again))
			break;
	}
	return 0;
}

static int
pull_begin(struct pull *p, struct talk *t, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->t = t;
	p->k = intake_new(t);
	p->ask = mem_new(sizeof(*p->ask));
	p->page = mem_new(sizeof(*p->page));
	p->keys = mem_new(sizeof(*p->keys));
	buf_init(&p->body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&p->answer, PROTO_ANSWER_BYTES_MAX);
	return load_cursor(t->s, &p->ask->at, e);
}

static void
pull_end(struct pull *p)
{
	proto_page_done(p->page);
	buf_done(&p->body);
	buf_done(&p->answer);
	mem_free(p->page);
	mem_free(p->keys);
	mem_free(p->ask);
	intake_free(p->k);
}

int
pull_all(struct talk *t, struct err *e)
{
	struct pull p;
	int rc = pull_begin(&p, t, e);

	if (rc == 0)
		rc = until_steady(&p, e);
	if (rc == 0 && t->witness.split) {
		t->s->stopped = true;
		rc = witness_error(t->s, e);
	}
	pull_end(&p);
	return rc;
}

int
pull_write(struct talk *t, struct buf *body, struct err *e)
{
	struct pull p;
	int rc = pull_begin(&p, t, e);

	if (rc == 0)
		rc = encode(&p, e);
	if (rc == 0)
		buf_add(body, p.body.data, p.body.len);
	pull_end(&p);
	return rc;
}

int
pull_fits(struct talk *t, struct view body, struct err *e)
{
	struct proto_pull *asked = mem_new(sizeof(*asked));
	const struct log_point *known = &t->witness.newest.at;
	struct proto_cursor at;
	int rc = -1;

	if (proto_pull_decode(body, asked, e) == 0 &&
	    load_cursor(t->s, &at, e) == 0)
		rc = asked->known.log_id == known->log_id &&
		    asked->known.size == known->size &&
		    asked->at.cursor == at.cursor &&
		    asked->at.until == at.until && asked->at.seq == at.seq &&
		    id_eq(&asked->at.space, &at.space);
	mem_free(asked);
	return rc;
}
