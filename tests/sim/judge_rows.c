/* What lies on the devices, row by row. */
#include <string.h>

#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

static void
each_text(struct sim *s, struct view in, void (*fn)(void *ctx, int no),
    void *ctx)
{
	const uint8_t *at = in.data, *end = in.data + in.len;
	int no;

	while (in.len > 0 && (at = memmem(at, (size_t)(end - at), SIM_MAGIC,
	    4)) != NULL) {
		no = truth_number(at, (size_t)(end - at));
		at += 4;
		if (no >= 0 && no < s->text_count)
			fn(ctx, no);
	}
}

struct row {
	const struct sim *s;
	struct found *list;
	struct stmt *q;
};

static void
found_one(void *ctx, int no)
{
	struct row *r = ctx;
	struct found *f;
	struct id record;

	db_id(r->q, 3, &record);
	f = &r->list[truth_at(r->s, no, &record, NULL)];

	f->count++;
	f->state = (int)db_int(r->q, 1);
	f->hidden = (db_int(r->q, 2) & 4) != 0;
	f->out = (db_int(r->q, 2) & 212) != 0;
	db_id(r->q, 3, &f->record);
	db_id(r->q, 4, &f->origin);
	f->hlc = db_int(r->q, 5);
	f->lost = db_int(r->q, 6) >= SIM_LOST;
}

struct deposit {
	struct sim *s;
	struct id space;
	bool *reviewed;
};

static void
found_deposit(void *ctx, int no)
{
	struct deposit *d = ctx;
	int i;

	/* Which of two in one section, it does not say. */
	for (i = no; i < d->s->text_count; i++)
		d->reviewed[i] |= i == no || (d->s->text[i].of == no &&
		    id_eq(&d->s->text[i].space, &d->space));
}

static void
scan_store(struct sim *s, struct actor *a, struct scan *sc)
{
	struct row r = { .s = s, .list = sc->at[a->no] };
	struct deposit d = { .s = s, .reviewed = sc->reviewed };
	struct stmt *q;
	struct err e;

	r.q = db_prepare(cast_db(a), "SELECT v.body, v.state, r.flags, r.id, "
	    "v.origin, v.hlc, v.seq FROM version v JOIN record r ON r.rid = v.rid");
	while (db_step(r.q, &e) == 1)
		each_text(s, db_blob(r.q, 0), found_one, &r);
	q = db_prepare(cast_db(a), "SELECT plain, space FROM review WHERE "
	    "plain IS NOT NULL");
	while (db_step(q, &e) == 1) {
		db_id(q, 1, &d.space);
		each_text(s, db_blob(q, 0), found_deposit, &d);
	}
}

void
judge_scan(struct sim *s, struct scan *sc)
{
	size_t n = (size_t)s->text_count + 1;
	int i;

	sc->reviewed = mem_new(n * sizeof(bool));
	for (i = 0; i < s->actors; i++) {
		sc->at[i] = mem_new(n * sizeof(struct found));
		scan_store(s, &s->actor[i], sc);
	}
}

void
judge_devices(struct sim *s, const struct scan *sc)
{
	int no, i;

	for (no = 0; no < s->text_count; no++)
		for (i = 0; i < s->actors; i++)
			if (sc->at[i][no].count > 0 && s->text[no].sure &&
			    i != s->text[no].first &&
			    !truth_may(s, i, &s->text[no]))
				sim_fail(s, "DISCLOSURE: text %d of person %d "
				    "is on the device of person %d", no,
				    s->text[no].by, i);
}

bool
judge_keeper_left(struct sim *s, struct view body)
{
	struct epoch ep;
	struct err e;

	if (epoch_decode(body, &ep, &e) != 0)
		sim_fail(s, "an epoch of the log cannot be read: %s", e.text);
	return judge_has_keeper(s, &ep);
}

bool
judge_has_keeper(const struct sim *s, const struct epoch *ep)
{
	const struct epoch_recipient *r;
	int i;

	for (i = 0; i < s->actors; i++) {
		r = epoch_find(ep, &s->actor[i].keys.device);
		if (r != NULL && r->right == RIGHT_KEEP &&
		    !s->actor[i].revoked)
			return true;
	}
	return false;
}
