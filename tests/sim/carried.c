/*
 * Bundles: what a sync would ask and send as a file on a stick. Somebody with a
 * line carries it to the hub, at times twice, cut or altered, and brings the
 * answer back, at times to the wrong person, twice, cut, or late. What is not
 * whole, or not this device's, is refused and changes nothing.
 */
#include <string.h>

#include "client/core/exchange.h"
#include "common/db/db.h"
#include "common/wire/stick.h"
#include "tests/sim/sim.h"

/* As a stick may come out of a pocket; false: as it went in. */
static bool
damage(struct buf *file, uint32_t draw)
{
	if (file->len == 0 || draw % 8 > 1)
		return false;
	if (draw % 8 == 0)
		file->len = draw / 8 % file->len;
	else
		file->data[draw / 8 % file->len] ^= (uint8_t)(1u <<
		    draw / 8 % 8);
	return true;
}

static void
take_copy(struct buf *out, const struct buf *from)
{
	buf_init(out, SIZE_MAX);
	buf_add(out, from->data, from->len);
}

/* Nobody learns anything from a stick but its size. */
static void
put(struct sim *s, struct buf *at, struct buf *file)
{
	if (truth_shows(buf_view(file)) || (file->len > 0 && memmem(file->data,
	    file->len, SIM_CHILD, strlen(SIM_CHILD)) != NULL))
		sim_fail(s, "a text lies on a stick in the clear");
	buf_done(at);
	*at = *file;
}

static bool
done(struct actor *a, int rc, const struct err *e)
{
	if (rc == 0) {
		a->sim->done++;
		return true;
	}
	a->sim->refused++;
	sim_note(a->sim, "   stick: %s", e->text);
	if (e->kind != ERR_ABSENT && !heal_may_fail(a, e) && !(a->revoked &&
	    e->kind == ERR_PEER) && !a->sim->odd)
		sim_fail(a->sim, "device %d and its stick: %s", a->no,
		    e->text);
	return false;
}

static void
write_out(struct actor *a, uint32_t draw)
{
	struct exchange_result r;
	struct id file_wanted;
	struct exchange_wants w = { &file_wanted, files_some(a, draw,
	    &file_wanted) };
	struct buf file;
	struct err e;

	buf_init(&file, EXCHANGE_BUNDLE_MAX);
	if (done(a, exchange_bundle_out(a->session, &w, &file, &r, &e), &e)) {
		sim_note(a->sim, "   %zu in it, %zu left, files %zu, asked %zu",
		    r.in_bundle, r.left, r.files_in_bundle, r.files_asked);
		put(a->sim, &a->bundle, &file);
	} else {
		buf_done(&file);
	}
}

/* Somebody's who has one out. */
static struct actor *
whose(struct actor *a, uint32_t draw)
{
	struct sim *s = a->sim;
	struct actor *b;
	int i;

	for (i = 0; i < s->actors; i++) {
		b = &s->actor[(draw + (uint32_t)i) % (uint32_t)s->actors];
		if (b->bundle.len > 0)
			return b;
	}
	return NULL;
}

static void
carry(struct actor *a, const struct step *st)
{
	struct actor *of;
	struct buf file, answer;
	size_t left = 0;
	struct err e;
	bool bad;
	int rc;

	if (whose(a, st->draw[0]) == NULL)
		write_out(a, st->draw[3]);
	if ((of = whose(a, st->draw[0])) == NULL || act_broken(a) || a->back)
		return;
	take_copy(&file, &of->bundle);
	bad = damage(&file, st->draw[1]);
	sim_note(a->sim, "   that of %d%s", of->no, bad ? ", damaged" : "");
	buf_init(&answer, EXCHANGE_BUNDLE_MAX);
	a->calls = 0;
	rc = exchange_bundle_carry(a->session, &a->remote, buf_view(&file),
	    &answer, &left, &e);
	/* Of several bundles in it, those before the damage are good. */
	if (rc == 0 && bad && left == 0)
		sim_fail(a->sim, "the hub answers a damaged bundle");
	if (rc == 0 && left > 0)
		sim_note(a->sim, "   stick: %zu left: %s", left, e.text);
	if (bad && rc != 0)
		sim_note(a->sim, "   stick: %s", e.text);
	else if (done(a, rc, &e))
		put(a->sim, &of->answer, &answer);
	if (rc != 0)
		buf_done(&answer);
	buf_done(&file);
}

static int64_t
known(struct actor *a)
{
	int64_t n = 0;
	struct err e;

	if (db_one_int(cast_db(a), "SELECT count(*) FROM item", &n, &e) < 0)
		return -1;
	return n;
}

/* Its own answer, at times damaged; now and then another's, or a bundle that
 * goes outward. */
static void
take_in(struct actor *a, const struct step *st)
{
	struct sim *s = a->sim;
	struct actor *of = st->draw[0] % 4 == 0 ?
	    &s->actor[st->draw[1] % (uint32_t)s->actors] : a;
	bool outward = st->draw[0] % 16 == 1, bad, damaged;
	struct exchange_result r;
	struct buf file;
	int64_t before = known(a);
	struct err e;
	int rc;

	take_copy(&file, outward ? &of->bundle : &of->answer);
	if (file.len > 0) {
		damaged = damage(&file, st->draw[2]);
		bad = damaged || outward || !id_eq(&of->keys.device,
		    &a->keys.device);
		/* What comes before a damaged file of an attachment is good. */
		damaged &= stick_is(buf_view(&file));
		sim_note(s, "   the answer to %d%s", of->no, bad ?
		    ", which it is not for, or damaged" : "");
		rc = exchange_bundle_in(a->session, buf_view(&file), NULL, &r,
		    &e);
		if (bad && (rc == 0 || (!act_broken(a) && !damaged &&
		    known(a) != before)))
			sim_fail(s, "device %d takes in a stick that is not "
			    "its own, or damaged", a->no);
		if (bad)
			sim_note(s, "   stick: %s", e.text);
		else if (done(a, rc, &e))
			sim_note(s, "   sent %zu+%zu got %zu+%zu%s%s",
			    r.sent_notes, r.sent_changes, r.got_notes,
			    r.got_changes, r.stale ? ", stale" : "",
			    r.more ? ", more" : "");
	}
	buf_done(&file);
}

int
carried_for(const struct sim *s, const struct step *st)
{
	int i, no;

	for (i = 0; i < s->actors; i++) {
		no = (st->actor + i) % s->actors;
		if (s->actor[no].answer.len > 0 && !s->actor[no].busy)
			return no;
	}
	return st->actor % s->actors;
}

void
carried_lost(struct sim *s)
{
	int i;

	for (i = 0; i < s->actors; i++) {
		buf_reset(&s->actor[i].bundle);
		buf_reset(&s->actor[i].answer);
	}
}

void
carried_step(struct actor *a, const struct step *st)
{
	if (!a->joined || a->sim->hubs == 2)
		return;
	if (st->kind == STEP_OUT)
		write_out(a, st->draw[3]);
	else if (st->kind == STEP_CARRY)
		carry(a, st);
	else
		take_in(a, st);
}
