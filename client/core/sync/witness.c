/*
 * Heads are kept in three places: the newest as signed (meta "newest"), every
 * size with its root (table head), and what contradicts (table evidence).
 */
#include "client/core/sync/witness.h"
#include "common/base/text.h"

#include <string.h>

#define KEY_NEWEST "newest"
#define EVIDENCE_MAX 256

static int
split(struct err *e, const char *what)
{
	err_set(e, ERR_PEER, "the hub contradicts what it signed before (%s); "
	    "nothing more is sent to it, tell the office", _(what));
	e->code = WITNESS_SPLIT;
	return -1;
}

int
witness_copied(struct err *e)
{
	err_set(e, ERR_CLASH, "the hub holds something signed by this device "
	    "that this device does not know: its profile was copied or "
	    "restored; nothing more is sent, ask the office for a new card");
	e->code = WITNESS_COPIED;
	return -1;
}

int
witness_error(struct store *s, struct err *e)
{
	int64_t copied = 0;

	if (store_get_int(s, STORE_COPIED, &copied, e) < 0)
		return -1;
	return copied != 0 ? witness_copied(e) :
	    split(e, N_("both heads are kept as evidence"));
}

int
witness_load(struct store *s, struct witness *w, struct err *e)
{
	int rc;

	memset(w, 0, sizeof(*w));
	buf_init(&w->note, CHECKPOINT_TEXT_MAX);
	w->log_id = store_log_id(s);
	rc = store_get(s, KEY_NEWEST, &w->note, e);
	if (rc < 0)
		return -1;
	if (rc == 1 && checkpoint_read(buf_view(&w->note),
	    s->roster.genesis.hub_name, &s->roster.genesis.hub, &w->newest,
	    e) != 0) {
		e->kind = ERR_LOCAL;
		return err_add(e, "this device's copy of the hub's newest "
		    "signed head is damaged");
	}
	return 0;
}

void
witness_done(struct witness *w)
{
	buf_done(&w->note);
}

int
witness_read(const struct witness *w, const struct witness_in *in,
    struct checkpoint *out, struct err *e)
{
	const struct checkpoint *old = &w->newest;

	if (checkpoint_read(in->note, in->genesis->hub_name,
	    &in->genesis->hub, out, e) != 0)
		return -1;
	/* Before anything is known the directory will say which it is. */
	if (old->at.size == 0)
		return 0;
	if (out->at.log_id != w->log_id)
		return split(e, N_("another log"));
	if (out->at.size < old->at.size)
		return split(e, N_("entries are gone"));
	if (out->at.size == old->at.size)
		return hash_eq(&out->root, &old->root) ? 0 :
		    split(e, N_("other entries at the same places"));
	if (!merkle_check_consistency(old->at.size, &old->root, out->at.size,
	    &out->root, in->proof))
		return split(e, N_("the new head does not continue the old one"));
	return 0;
}

static int
keep_evidence_tx(struct store *s, const char *words, struct view ours,
    struct view theirs, struct err *e)
{
	/* A hub that repeats its lie at every sync proves nothing more. */
	struct stmt *q = db_prepare(s->db, "INSERT INTO evidence "
	    "(at_ms, words, ours, theirs) SELECT ?1, ?2, ?3, ?4 "
	    "WHERE (SELECT count(*) FROM evidence) < ?5 AND NOT EXISTS "
	    "(SELECT 1 FROM evidence WHERE ours = ?3 AND theirs = ?4)");

	db_bind_int(q, 1, tick_wall_ms(&s->tick));
	db_bind_text(q, 2, words);
	db_bind_view(q, 3, ours);
	db_bind_view(q, 4, theirs);
	db_bind_int(q, 5, EVIDENCE_MAX);
	if (db_run(q, e) != 0)
		return -1;
	return store_put(s, STORE_STOPPED, view_str(words), e);
}

static void
log_bytes(uint64_t log_id, uint8_t out[static 8])
{
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(log_id >> (56 - 8 * i));
}

/* 1: the same root is known for that size, 0: none (now noted), 2: another
 * root is, copied to ${known}. */
static int
note_head_tx(struct store *s, const struct checkpoint *cp,
    const struct id *device, struct hash *known, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT root FROM head WHERE log_id = ? AND size = ?");
	uint8_t log[8];
	int rc;

	log_bytes(cp->at.log_id, log);
	db_bind_blob(q, 1, log, sizeof(log));
	db_bind_int(q, 2, (int64_t)cp->at.size);
	rc = db_step(q, e);
	if (rc == 1) {
		if (db_hash(q, 0, known) != 0)
			memset(known, 0, sizeof(*known));
		db_reset(q);
		return hash_eq(known, &cp->root) ? 1 : 2;
	}
	if (rc < 0)
		return -1;
	q = db_prepare(s->db, "INSERT INTO head (log_id, size, root, device) "
	    "VALUES (?, ?, ?, ?)");
	db_bind_blob(q, 1, log, sizeof(log));
	db_bind_int(q, 2, (int64_t)cp->at.size);
	db_bind_hash(q, 3, &cp->root);
	db_bind_id(q, 4, device);
	return db_run(q, e);
}

int
witness_save_tx(struct store *s, struct witness *w,
    const struct checkpoint *cp, struct view note, struct err *e)
{
	struct hash known;
	int rc;

	w->log_id = cp->at.log_id;
	if (cp->at.size == w->newest.at.size && w->note.len > 0)
		return 0;
	rc = cp->at.size == 0 ? 1 : note_head_tx(s, cp, NULL, &known, e);
	if (rc < 0)
		return -1;
	if (rc == 2) {
		w->split = true;
		if (keep_evidence_tx(s, N_("a colleague's record names another "
		    "log of the same length than the hub shows here"),
		    view_of(known.b, sizeof(known.b)), note, e) != 0)
			return -1;
	}
	buf_reset(&w->note);
	buf_add(&w->note, note.data, note.len);
	w->newest = *cp;
	return store_put(s, KEY_NEWEST, note, e);
}

/* Is it the hub's own word? Its note is put into ${note}. A colleague's word
 * alone says nothing about the hub. */
static bool
is_signed(struct store *s, const struct gossip *g, struct buf *note)
{
	const struct directory_entry *genesis = &s->roster.genesis;
	struct checkpoint cp = { g->at, g->root };
	struct err e;

	checkpoint_note(&cp, genesis->hub_name, &genesis->hub, &g->sig, note);
	return checkpoint_read(buf_view(note), genesis->hub_name,
	    &genesis->hub, &cp, &e) == 0;
}

/* What a head that the hub did sign contradicts, or NULL; a head that is new
 * here is noted. */
static int
compare_tx(struct store *s, const struct checkpoint *cp,
    const struct witness_from *from, struct hash *known, const char **words,
    struct err *e)
{
	uint64_t size;
	int rc = 0;

	/* Its author held that head before the item got its place. A former
	 * key's head is not the hub's word here (is_signed). */
	if (!roster_seen(&s->roster, &cp->at, &size))
		*words = N_("the hub signed another log for a colleague");
	else if (size > from->seq)
		*words = N_("the hub signed a longer log for a colleague than "
		    "the one it took the colleague's record into");
	else
		rc = note_head_tx(s, cp, from->device, known, e);
	if (rc == 2)
		*words = N_("the hub signed another log of the same length for "
		    "a colleague");
	return rc < 0 ? -1 : 0;
}

int
witness_hear_tx(struct store *s, struct witness *w, const struct gossip *g,
    const struct witness_from *from, struct err *e)
{
	struct checkpoint cp = { g->at, g->root };
	const char *words = NULL;
	struct hash known;
	struct buf note;
	int rc = 0;

	if (!g->present || g->at.size == 0)
		return 0;
	memset(&known, 0, sizeof(known));
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	if (is_signed(s, g, &note))
		rc = compare_tx(s, &cp, from, &known, &words, e);
	if (rc == 0 && words != NULL) {
		w->split = true;
		rc = keep_evidence_tx(s, words, hash_is_zero(&known) ?
		    buf_view(&w->note) : view_of(known.b, sizeof(known.b)),
		    buf_view(&note), e);
	}
	buf_done(&note);
	return rc;
}

/* The hub's own answer to this device: what was ordered before says nothing
 * about it. */
static int
ask_anew_tx(struct store *s, struct err *e)
{
	const struct roster *r = &s->roster;
	uint64_t after = 0;
	size_t i;

	for (i = 0; i < r->order_count; i++)
		if (r->orders[i].scope == ORDER_ALARM)
			after = r->orders[i].seq + 1;
	return store_put_int(s, STORE_AFTER, (int64_t)after, e);
}

int
witness_stop(struct store *s, struct witness *w, struct view theirs,
    const char *words, struct err *e)
{
	s->stopped = true;
	w->split = true;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (keep_evidence_tx(s, words, buf_view(&w->note), theirs, e) == 0 &&
	    ask_anew_tx(s, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}
