/*
 * A new epoch: its key and the keys of those before it, who came in and who
 * went, and what that means for this device. Let in: everything of the section
 * that waited for a key is opened, in log order, in the same transaction.
 * Excluded: own unsent text is held first, then keys and foreign text go.
 */
#include "client/core/sync/apply.h"

#include <string.h>

#include "client/core/accord/letters.h"
#include "client/core/outbox/outbox.h"
#include "common/base/mem.h"
#include "common/base/text.h"

/* ---- members ---- */

static int
enter_member(struct intake *k, const struct incoming *in,
    const struct id *device, struct err *e)
{
	struct admit_author a;
	int rc = spaces_author_find(k->s, &k->space, device, &a, e);

	if (rc < 0)
		return -1;
	a.was_member = false;
	a.removed_ms = 0;
	a.deposits = 0;
	/* The first time counts, as at the hub: text written before an end
	 * that was put off meanwhile still has its place. */
	if (rc == 0 && !id_eq(device, &in->cs.h.author))
		a.listed_size = in->seq + 1;
	return spaces_author_save_tx(k->s, &k->space, device, &a, e);
}

static int
drop_member(struct intake *k, const struct incoming *in,
    const struct id *device, struct err *e)
{
	struct admit_author a;

	if (spaces_author_find(k->s, &k->space, device, &a, e) < 0)
		return -1;
	a.was_member = true;
	a.removed_ms = in->accept_ms;
	return spaces_author_save_tx(k->s, &k->space, device, &a, e);
}

/* Both lists are sorted by device: one walk, and only changes are written. */
static int
change_members(struct intake *k, const struct incoming *in,
    const struct epoch *before, struct err *e)
{
	const struct epoch *after = &in->epoch;
	size_t i = 0, j = 0, n = before == NULL ? 0 : before->recipient_count;
	int cmp, rc = 0;

	while (rc == 0 && (i < n || j < after->recipient_count)) {
		const struct epoch_recipient *b = i < n ?
		    &before->recipients[i] : NULL;
		const struct epoch_recipient *a =
		    j < after->recipient_count ? &after->recipients[j] : NULL;

		cmp = b == NULL ? 1 : a == NULL ? -1 :
		    id_cmp(&b->device, &a->device);
		if (cmp < 0)
			rc = drop_member(k, in, &b->device, e);
		else if (cmp > 0 || b->until_ms <= in->accept_ms)
			rc = enter_member(k, in, &a->device, e);
		i += cmp <= 0 ? 1 : 0;
		j += cmp >= 0 ? 1 : 0;
	}
	return rc;
}

/* ---- keys ---- */

/* 0, or 1 when the key meant for this device does not open: held. */
static int
find_key(struct intake *k, struct incoming *in, struct space_epoch *se,
    struct err *e)
{
	const struct epoch_recipient *me = epoch_find(&in->epoch,
	    &k->s->me->device);
	struct space_epoch mine;
	struct err why;
	int rc = spaces_epoch_find(k->s, &k->space, in->epoch.number, &mine,
	    e);

	if (rc < 0)
		return -1;
	if (rc == 1) { /* planned here: its key is ours, if it is that one */
		se->has_key = mine.has_key && hash_eq(&mine.id, &in->cs.id);
		se->key = mine.key;
		space_epoch_done(&mine);
	}
	if (se->has_key || me == NULL)
		return 0;
	if (epoch_open(&in->epoch, me->keybox, &k->s->me->box_pub,
	    &k->s->me->box, &se->key, &why) != 0)
		return intake_hold_tx(k, in, QUARANTINE_SEAL, "the section's "
		    "new key does not open for this device; its keeper must "
		    "issue it again", e) != 0 ? -1 : 1;
	se->has_key = true;
	return 0;
}

/*
 * Which epoch before ${n} the unwrapped ${key} is of: mostly the last one. A
 * keeper whom somebody had locked out wraps an older one. 1 and ${n} is that
 * epoch, 0 none that is missing here, -1.
 */
static int
keep_unwrapped(struct intake *k, uint32_t *n, const struct sym_key *key,
    struct err *e)
{
	struct space_epoch se;
	bool done = false;
	int rc = 0;

	while (!done && *n > 1) {
		rc = spaces_epoch_find(k->s, &k->space, --*n, &se, e);
		if (rc != 1)
			return rc;
		done = se.has_key || epoch_is_key(&se.ep, key);
		rc = done && !se.has_key ? 1 : 0;
		if (rc == 1) {
			se.has_key = true;
			se.key = *key;
			if (spaces_epoch_save_tx(k->s, &se, e) != 0 ||
			    quarantine_drop_tx(k->s, se.seq, QUARANTINE_SEAL,
			    e) != 0)
				rc = -1;
		}
		space_epoch_done(&se);
	}
	return rc;
}

/* Keys of earlier epochs, one by one, as far as they are missing. One that
 * does not unwrap, or is of no epoch here, ends what can be read. */
static int
unwrap_back(struct intake *k, struct err *e)
{
	struct sym_key key = k->epoch.key, before = { { 0 } };
	uint32_t n = k->epoch.ep.number;
	struct space_epoch at;
	struct err why;
	int rc = k->epoch.has_key ? 1 : 0;

	while (rc == 1 && n > 1) {
		rc = spaces_epoch_find(k->s, &k->space, n, &at, e);
		if (rc != 1)
			break;
		rc = at.ep.has_wrap && epoch_unwrap(&at.ep, &key, &before,
		    &why) == 0 ? 1 : 0;
		space_epoch_done(&at);
		if (rc == 1)
			rc = keep_unwrapped(k, &n, &before, e);
		key = before;
	}
	mem_wipe(&key, sizeof(key));
	mem_wipe(&before, sizeof(before));
	return rc < 0 ? -1 : 0;
}

/* ---- let in ---- */

/* 1 opened or judged otherwise, 0 its key is still missing. */
static int
open_one(struct intake *k, const struct quarantined *q, struct err *e)
{
	struct incoming *in = mem_new(sizeof(*in));
	const struct space_epoch *ep;
	int rc = -1;

	in->seq = q->seq;
	in->sseq = q->sseq;
	in->accept_ms = q->accept_ms;
	in->bytes = buf_view(&q->bytes);
	if (changeset_decode(in->bytes, &in->cs, e) != 0 ||
	    intake_epoch(k, in->cs.h.epoch, &ep, e) != 0)
		goto out;
	rc = 0;
	if (ep == NULL || !ep->has_key)
		goto out;
	rc = quarantine_drop_tx(k->s, q->seq, QUARANTINE_KEY, e);
	if (rc == 0)
		rc = apply_sealed_tx(k, in, e) == 0 ? 1 : -1;
out:
	mem_free(in);
	return rc;
}

/* Sent before the epoch that lists this device, which may have come late. */
static int
pardon_foreign(struct intake *k, struct err *e)
{
	static const enum quarantine_reason change[2] = { QUARANTINE_FOREIGN,
		QUARANTINE_KEY };
	struct talk_figures *f = k->t->figures;
	size_t n;

	if (quarantine_judge_tx(k->s, &k->space, change, "waits for its key",
	    &n, e) != 0)
		return -1;
	f->quarantined_new -= n < f->quarantined_new ? n : f->quarantined_new;
	return 0;
}

static int
open_waiting(struct intake *k, struct err *e)
{
	struct quarantined q;
	uint64_t from = 0;
	size_t done = 0;
	int rc;

	if (pardon_foreign(k, e) != 0)
		return -1;
	while ((rc = quarantine_next(k->s, &k->space, QUARANTINE_KEY, from,
	    &q, e)) == 1) {
		from = q.seq + 1;
		rc = open_one(k, &q, e);
		quarantined_done(&q);
		if (rc < 0)
			break;
		talk_tell(k->t, N_("opening"), ++done, 0);
	}
	if (rc <= 0)
		quarantined_done(&q);
	return rc;
}

/*
 * Closed and opened again: what came before the closing epoch is wiped, or was
 * a header that waits for its text no more. It is asked for once more, and so
 * is what was too much to wait for its key here.
 */
static int
want_wiped(struct intake *k, uint64_t upto, bool lost, struct err *e)
{
	struct stmt *q;
	size_t refused;

	if (quarantine_refused(k->s, &k->space, &refused, e) != 0)
		return -1;
	q = db_prepare(k->s->db, "INSERT INTO want "
	    "(space, after_sseq, upto) SELECT ?1, 0, ?2 WHERE ?3 OR EXISTS "
	    "(SELECT 1 FROM record JOIN version USING (rid) "
	    "WHERE record.space = ?1 AND version.body = x'' "
	    "AND version.state = 3) ON CONFLICT (space) DO UPDATE SET "
	    "after_sseq = 0, upto = max(upto, excluded.upto)");
	db_bind_id(q, 1, &k->space);
	db_bind_int(q, 2, (int64_t)upto);
	db_bind_int(q, 3, lost || refused > 0);
	if (db_run(q, e) != 0)
		return -1;
	return refused == 0 ? 0 :
	    quarantine_forgive_tx(k->s, &k->space, e);
}

static int
let_in(struct intake *k, bool before, bool shut, struct err *e)
{
	bool again = k->sp.state == SPACE_LOST;

	if (again)
		k->sp.state = k->sp.section[0] != '\0' ||
		    k->sp.kind == SPACE_COMMONS ? SPACE_OPEN : SPACE_UNKNOWN;
	k->sp.lost_ms = 0;
	if (k->sp.listed_size == 0)
		k->sp.listed_size = k->epoch.seq + 1;
	if (spaces_save_tx(k->s, &k->sp, e) != 0 ||
	    (again && spaces_show_tx(k->s, &k->space, e) != 0) ||
	    unwrap_back(k, e) != 0)
		return -1;
	if (before && !shut)
		return 0;
	if (!before && !id_eq(&k->epoch.author, &k->s->me->device))
		k->t->figures->new_spaces++;
	/* Keys that were just found are not in the copies at hand. */
	if (k->has_old)
		space_epoch_done(&k->old);
	k->has_old = false;
	return open_waiting(k, e);
}

/* ---- excluded ---- */

static int
forget_waiting(struct intake *k, struct err *e)
{
	static const enum quarantine_reason gone[] = { QUARANTINE_KEY,
		QUARANTINE_GAP, QUARANTINE_BODY };
	struct talk_figures *f = k->t->figures;
	struct stmt *q;
	size_t i, n;

	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		q = db_prepare(k->s->db, "DELETE FROM quarantine "
		    "WHERE space = ? AND reason = ?");
		db_bind_id(q, 1, &k->space);
		db_bind_int(q, 2, gone[i]);
		if (db_run(q, e) != 0)
			return -1;
		n = (size_t)db_changes(k->s->db);
		if (!quarantine_waits(gone[i]))
			f->quarantined_new -= n < f->quarantined_new ? n :
			    f->quarantined_new;
	}
	q = db_prepare(k->s->db, "DELETE FROM want WHERE space = ?");
	db_bind_id(q, 1, &k->space);
	return db_run(q, e);
}

static int
count_held(struct store *s, int64_t *out, struct err *e)
{
	return db_one_int(s->db, "SELECT count(*) FROM held", out, e) < 0 ?
	    -1 : 0;
}

static int
hold_own(struct intake *k, struct err *e)
{
	int64_t before, after;

	if (count_held(k->s, &before, e) != 0 ||
	    letters_hold_tx(k->s, &k->space, e) != 0 ||
	    count_held(k->s, &after, e) != 0)
		return -1;
	k->t->figures->held_new += (size_t)(after - before);
	return 0;
}

static int
shut_out(struct intake *k, struct err *e)
{
	if (spaces_save_tx(k->s, &k->sp, e) != 0 || hold_own(k, e) != 0 ||
	    spaces_wipe_tx(k->s, &k->space, e) != 0 ||
	    forget_waiting(k, e) != 0)
		return -1;
	k->t->figures->lost_spaces++;
	mem_wipe(&k->epoch.key, sizeof(k->epoch.key));
	k->epoch.has_key = false;
	return spaces_find(k->s, &k->space, &k->sp, e) < 0 ? -1 : 0;
}

/* ---- the epoch ---- */

static void
turn_to(struct intake *k, struct incoming *in, struct space_epoch *se)
{
	if (k->has_epoch)
		space_epoch_done(&k->epoch);
	if (k->has_old)
		space_epoch_done(&k->old);
	k->has_old = false;
	k->epoch = *se;
	k->has_epoch = true;
	in->has_epoch = false; /* it is k's now */
	k->sp.epoch = se->ep.number;
}

/*
 * Left out by somebody who keeps nothing there, while what was said allows
 * this person still (rules.md 4.10). The hub cannot see that; who is left out
 * can.
 */
static int
is_groundless(struct intake *k, const struct incoming *in,
    const struct epoch *old, bool *out, struct err *e)
{
	const struct epoch_recipient *author = old == NULL ? NULL :
	    epoch_find(old, &in->cs.h.author);
	struct access_answer answer;
	struct access_book book;

	*out = false;
	if (author == NULL || author->right >= RIGHT_KEEP || in->own ||
	    roster_live(&k->s->roster, &k->s->me->device, in->seq) == NULL)
		return 0;
	if (spaces_access_load(k->s, &k->space, &book, e) != 0)
		return -1;
	access_judge(&book, &k->s->person, in->accept_ms, &answer);
	*out = answer.right != RIGHT_NONE;
	access_book_done(&book);
	return 0;
}

static int
leave(struct intake *k, const struct incoming *in, bool groundless,
    struct err *e)
{
	if (!groundless)
		return shut_out(k, e);
	if (spaces_save_tx(k->s, &k->sp, e) != 0)
		return -1;
	return intake_hold_tx(k, in, QUARANTINE_DISBELIEF, "it leaves this "
	    "person out of a section, by somebody who keeps nothing there and "
	    "without a withdrawal; what is here stays until a keeper has "
	    "answered", e);
}

int
apply_epoch_tx(struct intake *k, struct incoming *in, struct err *e)
{
	const struct epoch *old = k->has_epoch ? &k->epoch.ep : NULL;
	const struct epoch_recipient *was = old == NULL ? NULL :
	    epoch_find(old, &k->s->me->device);
	const struct epoch_recipient *now = epoch_find(&in->epoch,
	    &k->s->me->device);
	/* The one before did not open here: its text waits for a key. */
	bool shut = k->has_epoch && !k->epoch.has_key;
	bool lost = k->sp.state == SPACE_LOST;
	enum right before = was == NULL ? RIGHT_NONE : was->right;
	bool over = was == NULL || was->until_ms <= in->accept_ms;
	struct space_epoch se = { .ep = in->epoch, .id = in->cs.id,
		.author = in->cs.h.author, .accepted = true, .seq = in->seq,
		.accept_ms = in->accept_ms };
	bool groundless = false;

	if ((now == NULL && is_groundless(k, in, old, &groundless, e) != 0) ||
	    find_key(k, in, &se, e) < 0 ||
	    spaces_epoch_save_tx(k->s, &se, e) != 0 ||
	    change_members(k, in, old, e) != 0) {
		mem_wipe(&se.key, sizeof(se.key));
		return -1;
	}
	/* What waits sealed under the old key can enter no more. */
	if (!in->own && outbox_unseal_tx(k->s, &k->space, e) != 0)
		return -1;
	turn_to(k, in, &se);
	mem_wipe(&se.key, sizeof(se.key));
	if (now == NULL)
		return before == RIGHT_NONE ?
		    spaces_save_tx(k->s, &k->sp, e) :
		    leave(k, in, groundless, e);
	if (let_in(k, !over && before != RIGHT_NONE, shut, e) != 0 ||
	    ((before == RIGHT_NONE || lost) &&
	    want_wiped(k, in->sseq, lost, e) != 0))
		return -1;
	/* The right to write is gone, the right to read is not. */
	return before >= RIGHT_WRITE && now->right < RIGHT_WRITE ?
	    hold_own(k, e) : 0;
}
