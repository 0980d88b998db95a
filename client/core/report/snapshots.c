/*
 * Pieces of a year's figures in the commons: gathered by year and hash, the
 * versions of a year numbered as the log has them. Only an officer's count.
 */
#include "client/core/report/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/accord/memos.h"
#include "client/core/local/versions.h"
#include "client/core/profile/people.h"
#include "client/core/report/figures.h"
#include "common/base/mem.h"

#define TAG "tugi figures 1"
#define PIECES_MAX 64
#define PIECE_BYTES ((size_t)32 * 1024)

struct kept { /* one set of figures */
	struct snapshot_item about;
	size_t pieces, have;
	struct buf piece[PIECES_MAX];
	uint64_t seq, eff; /* of its first piece */
	struct id origin;
};
struct shelf {
	struct store *s;
	struct kept **all;
	size_t count;
};

static void
shelf_done(struct shelf *l)
{
	size_t i, k;

	for (i = 0; i < l->count; i++) {
		for (k = 0; k < PIECES_MAX; k++)
			buf_done(&l->all[i]->piece[k]);
		mem_free(l->all[i]);
	}
	mem_free(l->all);
}

/* ---- gathering ---- */

/* An officer, now or then: a person keeps the role (rules.md 3.3). */
static bool
by_officer(const struct store *s, const struct id *origin)
{
	const struct roster_device *d = roster_device(&s->roster, origin);

	return d != NULL &&
	    (roster_roles(&s->roster, &d->person) & ROLE_OFFICER) != 0;
}

static struct kept *
kept_of(struct shelf *l, int year, const struct hash *hash, size_t pieces)
{
	struct kept *k;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->all[i]->about.year == year &&
		    l->all[i]->pieces == pieces &&
		    hash_eq(&l->all[i]->about.hash, hash))
			return l->all[i];
	l->all = mem_more(l->all, l->count, sizeof(*l->all));
	k = l->all[l->count++] = mem_new(sizeof(*k));
	k->about.year = year;
	k->about.hash = *hash;
	k->pieces = pieces;
	for (i = 0; i < PIECES_MAX; i++)
		buf_init(&k->piece[i], RECORD_TEXT_MAX);
	return k;
}

static void
take_first(struct kept *k, const struct loaded *r, const struct version *v)
{
	struct view reason = loaded_text(r, FIGURES_REASON);

	k->seq = v->seq;
	k->eff = v->eff;
	k->origin = v->rec.origin;
	snprintf(k->about.reason, sizeof(k->about.reason), "%.*s",
	    (int)reason.len, reason.len > 0 ? (const char *)reason.data : "");
}

static void
take_piece(struct shelf *l, const struct loaded *r)
{
	const struct version *v = r->count > 0 ? &r->versions[0] : NULL;
	const struct heads_field *h = heads_find(&r->heads, FIGURES_HASH);
	int64_t piece = loaded_int(r, FIGURES_PIECE);
	int64_t pieces = loaded_int(r, FIGURES_PIECES);
	int64_t year = loaded_int(r, FIGURES_YEAR);
	struct view data = loaded_text(r, FIGURES_DATA), raw;
	struct hash hash;
	struct kept *k;

	if (v == NULL || h == NULL || !by_officer(l->s, &v->rec.origin) ||
	    pieces < 1 || pieces > PIECES_MAX || piece < 0 ||
	    piece >= pieces || year < TALLY_YEAR_MIN ||
	    year > TALLY_YEAR_MAX || data.len == 0 ||
	    h->heads[0].op->value.type != VALUE_BYTES)
		return;
	raw = h->heads[0].op->value.data;
	if (raw.len != sizeof(hash.b))
		return;
	memcpy(hash.b, raw.data, raw.len);
	k = kept_of(l, (int)year, &hash, (size_t)pieces);
	if (k->piece[piece].len > 0)
		return;
	buf_add(&k->piece[piece], data.data, data.len);
	k->have++;
	if (piece == 0)
		take_first(k, r, v);
}

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct shelf *l = ctx;
	struct loaded *r = loaded_new();
	int rc = versions_load_row(l->s, row, r, e) == 1 ? 0 : -1;

	if (rc == 0) {
		take_piece(l, r);
		versions_done(r);
	}
	mem_free(r);
	return rc;
}

/* All of its pieces, in order, and they are what the hash says. */
static bool
whole(const struct kept *k, struct buf *out)
{
	struct hash hash;
	size_t i;

	buf_reset(out);
	for (i = 0; i < k->pieces; i++)
		buf_add(out, k->piece[i].data, k->piece[i].len);
	keys_hash(TAG, buf_view(out), &hash);
	return k->have == k->pieces && !out->toobig && !out->nomem &&
	    hash_eq(&hash, &k->about.hash);
}

static int
by_year(const void *a, const void *b)
{
	const struct kept *x = *(struct kept *const *)a;
	const struct kept *y = *(struct kept *const *)b;

	if (x->about.year != y->about.year)
		return x->about.year > y->about.year ? -1 : 1;
	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->eff < y->eff ? -1 : x->eff > y->eff;
}

/* Those that are whole, numbered. */
static int
load(struct session *session, struct shelf *l, struct err *e)
{
	struct version_query q = { .type = TYPE_FIGURES };
	struct snapshot_item *about;
	struct buf all;
	size_t i, n = 0;

	memset(l, 0, sizeof(*l));
	l->s = session_store(session);
	q.space = &l->s->roster.genesis.commons;
	if (versions_each(l->s, &q, take_row, l, e) != 0) {
		shelf_done(l);
		return -1;
	}
	if (l->count > 0)
		qsort(l->all, l->count, sizeof(struct kept *), by_year);
	buf_init(&all, COUNTS_MAX_BYTES);
	for (i = 0; i < l->count; i++) {
		about = &l->all[i]->about;
		if (!whole(l->all[i], &all))
			continue;
		about->version = n > 0 && l->all[n - 1]->about.year ==
		    about->year ? l->all[n - 1]->about.version + 1 : 1;
		about->at_ms = hlc_ms(l->all[i]->eff);
		about->waits = l->all[i]->seq == UINT64_MAX;
		if (n != i) {
			struct kept *k = l->all[n];

			l->all[n] = l->all[i];
			l->all[i] = k;
		}
		n++;
	}
	buf_done(&all);
	while (l->count > n) {
		for (i = 0; i < PIECES_MAX; i++)
			buf_done(&l->all[l->count - 1]->piece[i]);
		mem_free(l->all[--l->count]);
	}
	return 0;
}

static void
name_it(struct session *session, struct kept *k)
{
	const struct roster_device *d = roster_device(
	    &session_store(session)->roster, &k->origin);
	struct err why;

	if (d == NULL || people_name(session, &d->person, k->about.by,
	    &why) != 0)
		k->about.by[0] = '\0';
}

/* ---- reading ---- */

void
snapshot_list_done(struct snapshot_list *l)
{
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

int
snapshots_list(struct session *session, struct snapshot_list *out,
    struct err *e)
{
	struct shelf l;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (load(session, &l, e) != 0)
		return -1;
	out->items = mem_new((l.count + 1) * sizeof(*out->items));
	for (i = 0; i < l.count; i++) {
		name_it(session, l.all[i]);
		out->items[out->count++] = l.all[i]->about;
	}
	shelf_done(&l);
	return 0;
}

int
snapshots_open(struct session *session, int year, int version,
    struct counts *out, struct snapshot_item *about, struct err *e)
{
	struct kept *k = NULL;
	struct shelf l;
	struct buf all;
	size_t i;
	int rc;

	if (load(session, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (l.all[i]->about.year == year && (version == 0 ||
		    l.all[i]->about.version == version))
			k = l.all[i];
	if (k == NULL) {
		shelf_done(&l);
		return version == 0 ? err_set(e, ERR_ABSENT, "the figures of "
		    "%d are not frozen, or have not reached this device; "
		    "sync, or ask an officer", year) : err_set(e, ERR_ABSENT,
		    "there is no version %d of the figures of %d", version,
		    year);
	}
	buf_init(&all, COUNTS_MAX_BYTES);
	whole(k, &all);
	name_it(session, k);
	*about = k->about;
	rc = counts_read_csv(buf_view(&all), out, e);
	buf_done(&all);
	shelf_done(&l);
	return rc == 0 ? 0 : err_add(e, "the figures of %d", year);
}

/* ---- the rounding key ---- */

struct key_search {
	const struct store *s;
	struct sym_key *key;
	bool found;
};

/* Of several, which happens when two officers freeze at once, the smallest:
 * the same on each device. */
static int
look_key(void *ctx, const struct memo *m, struct err *e)
{
	struct key_search *k = ctx;

	(void)e;
	if (m->body.len != sizeof(k->key->b) || !by_officer(k->s, &m->author))
		return 0;
	if (!k->found || memcmp(m->body.data, k->key->b,
	    sizeof(k->key->b)) < 0)
		memcpy(k->key->b, m->body.data, sizeof(k->key->b));
	k->found = true;
	return 0;
}

static int
find_key(struct store *s, struct sym_key *key, struct err *e)
{
	struct key_search k = { s, key, false };
	int rc = memos_each(s, MEMO_ROUNDING_KEY, &k, look_key, e);

	return rc != 0 ? -1 : k.found;
}

static int
send_key_tx(struct store *s, const struct sym_key *key, struct err *e)
{
	struct memo_draft d = { .topic = MEMO_ROUNDING_KEY,
		.roles = ROLE_OFFICER,
		.body = view_of(key->b, sizeof(key->b)) };
	int64_t mid;

	return memos_queue_tx(s, &d, &mid, e);
}

int
snapshots_share_key(struct session *session, struct err *e)
{
	struct store *s = session_store(session);
	struct sym_key key;
	int rc = find_key(s, &key, e);

	if (rc == 0)
		return err_set(e, ERR_ABSENT, "the key that figures are "
		    "rounded by is not on this device; who froze a year "
		    "before has it");
	if (rc == 1)
		rc = db_begin(s->db, e);
	if (rc == 0)
		rc = db_end(s->db, send_key_tx(s, &key, e), e);
	mem_wipe(&key, sizeof(key));
	return rc;
}

/* ---- freezing ---- */

static int
write_piece_tx(struct store *s, struct op *ops, size_t n, struct err *e)
{
	struct write w = { .type = TYPE_FIGURES, .ops = ops, .op_count = n,
		.space = s->roster.genesis.commons };

	return versions_write_tx(s, &w, NULL, e);
}

static void
put_int(struct op *op, uint16_t field, size_t n)
{
	op->field = field;
	op->value = (struct value){ VALUE_INT, (int64_t)n, { NULL, 0 } };
}

static size_t
piece_end(struct view all, size_t at)
{
	size_t end = at + PIECE_BYTES;

	if (end >= all.len)
		return all.len;
	while (end > at + 1 && all.data[end - 1] != '\n')
		end--;
	return end;
}

static int
write_tx(struct store *s, struct view all, int year, const char *reason,
    struct err *e)
{
	struct op *ops = mem_new(6 * sizeof(*ops));
	size_t at, end, piece = 0, pieces = 0;
	struct hash hash;
	int rc = 0;

	keys_hash(TAG, all, &hash);
	for (at = 0; at < all.len; at = piece_end(all, at))
		pieces++;
	if (pieces > PIECES_MAX)
		rc = err_set(e, ERR_TOOBIG, "the figures of %d are too many "
		    "to be frozen; nothing was written", year);
	for (at = 0; rc == 0 && at < all.len; at = end, piece++) {
		end = piece_end(all, at);
		put_int(&ops[0], FIGURES_YEAR, (size_t)year);
		put_int(&ops[1], FIGURES_PIECE, piece);
		put_int(&ops[2], FIGURES_PIECES, pieces);
		ops[3].field = FIGURES_HASH;
		ops[3].value = (struct value){ VALUE_BYTES, 0,
			view_of(hash.b, sizeof(hash.b)) };
		ops[4].field = FIGURES_DATA;
		ops[4].value = (struct value){ VALUE_TEXT, 0,
			view_of(all.data + at, end - at) };
		ops[5].field = FIGURES_REASON;
		ops[5].value = (struct value){ VALUE_TEXT, 0,
			view_str(reason != NULL ? reason : "") };
		rc = write_piece_tx(s, ops, reason != NULL ? 6 : 5, e);
	}
	mem_free(ops);
	return rc;
}

/* The key, made when no year was ever frozen. */
static int
need_key(struct store *s, bool any, struct sym_key *key, bool *made,
    struct err *e)
{
	int rc = find_key(s, key, e);

	*made = rc == 0 && !any;
	if (rc == 0 && any)
		return err_set(e, ERR_ABSENT, "another officer has frozen "
		    "figures before, and the key that they are rounded by is "
		    "not on this device; that officer runs: tugi office "
		    "statistics share-key");
	if (*made)
		keys_sym_make(key);
	return rc < 0 ? -1 : 0;
}

static int
check_freeze(const struct shelf *l, int year, const char *reason,
    struct view csv, struct err *e)
{
	const struct kept *last = NULL;
	struct hash hash;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->all[i]->about.year == year)
			last = l->all[i];
	if (last == NULL)
		return 0;
	if (reason == NULL || reason[0] == '\0')
		return err_set(e, ERR_CLASH, "the figures of %d are frozen; a "
		    "correction beside them takes --reason", year);
	keys_hash(TAG, csv, &hash);
	return !hash_eq(&hash, &last->about.hash) ? 0 : err_set(e, ERR_CLASH,
	    "the figures of %d would be the same as in version %d; nothing "
	    "was written", year, last->about.version);
}

int
snapshots_freeze(struct session *session, struct merge *m, const char *reason,
    struct err *e)
{
	struct store *s = session_store(session);
	struct figures_from from = { &m->counts, NULL, m->year };
	struct counts figures;
	struct sym_key key;
	struct shelf l;
	struct buf csv;
	bool made = false;
	int rc;

	if (reason != NULL && strlen(reason) >= sizeof(
	    ((struct snapshot_item *)0)->reason))
		return err_set(e, ERR_INPUT, "the reason is longer than %zu "
		    "bytes", sizeof(((struct snapshot_item *)0)->reason) - 1);
	if (load(session, &l, e) != 0)
		return -1;
	buf_init(&csv, COUNTS_MAX_BYTES);
	from.key = &key;
	rc = need_key(s, l.count > 0, &key, &made, e);
	if (rc == 0)
		rc = figures_round(&from, &figures, e);
	if (rc == 0) {
		counts_csv(&figures, &csv);
		counts_done(&figures);
		rc = buf_check(&csv, "the figures", e);
	}
	if (rc == 0)
		rc = check_freeze(&l, m->year, reason, buf_view(&csv), e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = write_tx(s, buf_view(&csv), m->year, reason, e);
		if (rc == 0 && made)
			rc = send_key_tx(s, &key, e);
		rc = db_end(s->db, rc, e);
	}
	mem_wipe(&key, sizeof(key));
	buf_done(&csv);
	shelf_done(&l);
	return rc;
}
