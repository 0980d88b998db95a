/*
 * The front-ends' door to sync/: one round, then what ended by itself. In that
 * order, because ending wipes, and that needs the hub's word beside the own
 * clock's: the round asks. Until then what ended is merely hidden.
 */
#include "client/core/exchange.h"

#include <string.h>

#include "client/core/fetch.h"
#include "client/core/consent/consent.h"
#include "client/core/consent/handover.h"
#include "client/core/profile/keep.h"
#include "client/core/local/blobs.h"
#include "client/core/local/index.h"
#include "client/core/consent/orders.h"
#include "client/core/profile/policies.h"
#include "client/core/cases/removal.h"
#include "client/core/schools/inbox.h"
#include "client/core/sync/bundle.h"
#include "client/core/sync/erasures.h"
#include "client/core/sync/luggage.h"
#include "client/core/sync/round.h"
#include "client/core/cases/viewed.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/bundle.h"
#include "common/wire/stick.h"

_Static_assert(EXCHANGE_BUNDLE_MAX == STICK_BYTES_MAX &&
    EXCHANGE_BUNDLE_MAX > STICK_FILES_MAX + BUNDLE_ASK_MAX,
    "one limit, two names");
_Static_assert(EXCHANGE_SPLIT == WITNESS_SPLIT, "one code, two names");

static void
hand_over(const struct talk_figures *f, struct exchange_result *out)
{
	out->sent_notes = f->sent_notes;
	out->sent_changes = f->sent_changes;
	out->got_notes = f->got_notes;
	out->got_changes = f->got_changes;
	out->conflicts_new = f->conflicts_new;
	out->held_new = f->held_new;
	out->lost_spaces = f->lost_spaces;
	out->new_spaces = f->new_spaces;
	out->reviews_new = f->reviews_new;
	out->late_new = f->late_new;
	out->complaints_new = f->complaints_new;
	out->complained = f->complained;
	out->revoked = f->revoked;
	out->closings_new = f->closings_new;
	out->outcomes_new = f->outcomes_new;
	out->memos_new = f->memos_new;
	out->quarantined_new = f->quarantined_new;
	out->rekeyed = f->rekeyed;
	out->approved = f->approved;
	out->alarm_ended = f->alarm_ended;
	out->restored = f->restored;
	out->sent_again = f->sent_again;
	out->files_sent = f->files_sent;
	out->files_wait = f->files_wait;
	out->skew_ms = f->skew_ms;
}

static int
bring_index_up(struct store *s, const struct exchange_progress *p,
    struct err *e)
{
	size_t done, all = 0;

	do {
		if (index_step(s, INDEX_AT_ONCE, &done, e) != 0)
			return -1;
		all += done;
		if (done > 0 && p != NULL && p->tell != NULL)
			p->tell(p->ctx, N_("indexing"), all, 0);
	} while (done > 0);
	return 0;
}

/* What ended or fell due by itself, once this device knows what the hub
 * knows. ${again}: there is something to send because of it. */
static int
settle(struct session *s, struct exchange_result *out, bool *again,
    struct err *e)
{
	struct store *st = session_store(s);
	size_t ended = 0, led = 0, removed = 0, drafts = 0;
	int rc = consent_expire(s, &ended, e);

	out->lost_spaces += ended;
	if (rc == 0)
		rc = erasures_wipe(st, &out->wiped, e);
	if (rc == 0)
		rc = handover_settle(s, &led, e);
	if (rc == 0)
		rc = keep_office(s, &out->office_new, e);
	out->taken_over = led;
	if (rc == 0)
		rc = policies_settle(s, e);
	if (rc == 0)
		rc = inbox_expire(s, &drafts, e);
	if (rc == 0)
		rc = removal_settle(s, &removed, e);
	*again = ended > 0 || led > 0 || removed > 0 || drafts > 0;
	return rc;
}

struct before { /* an exchange: to tell what it brought */
	struct policy_ref policy;
	size_t orders;
};

static int
remember(struct session *s, struct before *b, struct err *e)
{
	b->policy = session_store(s)->policy;
	b->orders = 0;
	return orders_count(s, &b->orders, e);
}

static int
compare(struct session *s, const struct before *b,
    struct exchange_result *out, struct err *e)
{
	size_t after = 0;
	int rc = orders_count(s, &after, e);

	out->orders_new = after > b->orders ? after - b->orders : 0;
	return rc;
}

static void
compare_policy(struct session *s, const struct before *b,
    struct exchange_result *out)
{
	out->policy_new = memcmp(b->policy.b, session_store(s)->policy.b,
	    sizeof(b->policy.b)) != 0;
}

/* After the last step, and after a failure: what came before it is found. */
static int
end(struct session *s, const struct exchange_progress *p, int rc,
    struct err *e)
{
	struct store *st = session_store(s);
	struct err why;

	/* Files whose records lost their text: erased, or closed to us. */
	if (rc == 0)
		rc = blobs_sweep(st, e);
	if (rc == 0)
		return bring_index_up(st, p, e);
	(void)bring_index_up(st, p, &why);
	return -1;
}

static void
hear(const struct exchange_progress *p, struct talk_progress *out)
{
	out->tell = p != NULL ? p->tell : NULL;
	out->ctx = p != NULL ? p->ctx : NULL;
}

int
exchange_sync(struct session *s, struct remote *r,
    const struct exchange_progress *p, struct exchange_result *out,
    struct err *e)
{
	struct talk_progress progress;
	struct talk_figures figures;
	struct store *st = session_store(s);
	struct before before;
	struct err why;
	bool again = false;
	int rc;

	memset(out, 0, sizeof(*out));
	hear(p, &progress);
	if (remember(s, &before, e) != 0 || viewed_tell(s, e) != 0)
		return -1;
	rc = round_run(st, r, &progress, &figures, e);
	hand_over(&figures, out);
	if (rc == 0)
		rc = settle(s, out, &again, e);
	if (rc != 0)
		(void)policies_settle(s, &why);
	compare_policy(s, &before, out);
	if (rc == 0)
		rc = compare(s, &before, out, e);
	/* What was held goes to its keeper, who leads is told to all. */
	if (rc == 0 && again)
		rc = round_run(st, r, &progress, &figures, e);
	return end(s, p, rc, e);
}

/* ---- by bundle ---- */

/* The files that go along, and the requests for those that are wanted. */
static int
pack_files(struct session *s, const struct exchange_wants *w, struct buf *out,
    struct exchange_result *r, struct err *e)
{
	struct blobs_place *places = mem_new((w->count + 1) *
	    sizeof(*places));
	struct luggage l = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < w->count; i++)
		rc = fetch_place(s, &w->ids[i], &places[i], e);
	if (rc == 0)
		rc = luggage_pack(session_store(s), places, w->count, out, &l,
		    e);
	r->files_in_bundle = l.files;
	r->files_asked = l.asked;
	r->files_left = l.left;
	mem_free(places);
	return rc;
}

int
exchange_bundle_out(struct session *s, const struct exchange_wants *w,
    struct buf *file, struct exchange_result *out, struct err *e)
{
	struct talk_figures figures;
	struct buf first, files;
	int rc;

	memset(out, 0, sizeof(*out));
	if (viewed_tell(s, e) != 0)
		return -1;
	buf_init(&first, BUNDLE_ASK_MAX);
	buf_init(&files, EXCHANGE_BUNDLE_MAX);
	rc = bundle_write(session_store(s), &figures, &first, &out->in_bundle,
	    &out->left, e);
	hand_over(&figures, out);
	if (rc == 0)
		rc = pack_files(s, w, &files, out, e);
	if (rc == 0 && files.len == 0) {
		buf_add(file, first.data, first.len);
	} else if (rc == 0) {
		stick_begin(file);
		stick_add(buf_view(&first), file);
		buf_add(file, files.data, files.len);
	}
	if (rc == 0)
		rc = buf_check(file, "a bundle", e);
	buf_done(&files);
	buf_done(&first);
	return rc;
}

struct carrier {
	struct remote *r;
	const struct device_keys *me;
};

/* A device whose signature the hub does not take, for its clock or because it
 * was revoked, carries like a stranger. */
static int
carry_one(struct carrier *c, struct view bundle, struct buf *answer,
    struct err *e)
{
	struct remote_call call = { .method = "POST", .path = "/v1/bundle",
		.body = bundle, .me = c->me };
	struct proto_refusal why;
	int status = 0;

	if (c->r->call(c->r->ctx, &call, &status, answer, e) != 0)
		return -1;
	if ((status == 401 || status == 403) && c->me != NULL) {
		c->me = NULL;
		buf_reset(answer);
		return carry_one(c, bundle, answer, e);
	}
	if (status == 200)
		return buf_check(answer, "the hub's answer", e);
	if (proto_refusal_decode(buf_view(answer), &why, e) != 0)
		return err_add(e, "the hub's answer cannot be read");
	return err_set(e, status >= 500 || status == 429 ? ERR_AWAY : ERR_PEER,
	    "the hub refused the request: %s", why.verdict != 0 ?
	    verdict_words((enum verdict)why.verdict) : why.words);
}

static int
carry_parts(struct carrier *c, struct view file, struct buf *answer,
    size_t *left, struct err *e)
{
	struct view bundle;
	struct buf one;
	size_t at = 0, n = 0;
	struct err why;

	buf_init(&one, BUNDLE_ANSWER_MAX);
	stick_begin(answer);
	while (stick_next(file, &at, &bundle, &why) == 1) {
		buf_reset(&one);
		if (*left == 0 && carry_one(c, bundle, &one, e) != 0)
			*left = 1;
		else if (*left > 0)
			(*left)++;
		else
			stick_add(buf_view(&one), answer);
		if (*left > 0 && n == 0)
			break; /* the texts, without which all is nothing */
		n++;
	}
	buf_done(&one);
	return n == 0 ? -1 : buf_check(answer, "the hub's answer", e);
}

int
exchange_bundle_carry(struct session *s, struct remote *r, struct view file,
    struct buf *answer, size_t *left, struct err *e)
{
	struct carrier c = { r, session_store(s)->me };

	*left = 0;
	if (!stick_is(file))
		return carry_one(&c, file, answer, e);
	if (stick_check(file, e) != 0)
		return -1;
	return carry_parts(&c, file, answer, left, e);
}

/* What is behind the texts' answer, and counts whatever that says. */
static int
take_files(struct session *s, struct view file, size_t at,
    struct exchange_result *out, struct err *e)
{
	struct luggage l = { 0 };
	struct view bundle;
	int rc = 0;

	while (rc == 0 && at > 0 && stick_next(file, &at, &bundle, e) == 1)
		rc = luggage_take(session_store(s), bundle, &l, e);
	out->files_sent += l.files;
	out->files_got = l.asked;
	out->files_wait += l.left;
	return rc;
}

int
exchange_bundle_in(struct session *s, struct view file,
    const struct exchange_progress *p, struct exchange_result *out,
    struct err *e)
{
	struct talk_progress progress;
	struct bundle_taken taken;
	struct before before;
	struct err why;
	struct view first = file;
	bool again = false;
	size_t at = 0;
	int rc;

	memset(out, 0, sizeof(*out));
	if (stick_is(file) && (stick_check(file, e) != 0 ||
	    stick_next(file, &at, &first, e) != 1))
		return -1;
	hear(p, &progress);
	if (remember(s, &before, e) != 0)
		return -1;
	rc = bundle_take(session_store(s), &progress, first, &taken, e);
	hand_over(&taken.figures, out);
	out->stale = taken.stale;
	/* Of its own end it may just have learned: no key is left for more. */
	if (rc == 0 && session_store(s)->stage != STORE_REVOKED)
		rc = take_files(s, file, at, out, e);
	if (rc == 0 && !taken.stale)
		rc = settle(s, out, &again, e);
	if (rc != 0)
		(void)policies_settle(s, &why);
	out->more = taken.more || again;
	compare_policy(s, &before, out);
	if (rc == 0)
		rc = compare(s, &before, out, e);
	return end(s, p, rc, e);
}
