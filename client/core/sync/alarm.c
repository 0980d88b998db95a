/*
 * An order ends what its officers can have looked at and nothing else: the
 * evidence here is about heads no longer than the order's, and the log that
 * this device has taken in is the one that goes on. The order itself moves no
 * head, takes nothing in and brings nothing back. Evidence is kept for good.
 */
#include "client/core/sync/alarm.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/text.h"

static void
log_bytes(uint64_t log_id, uint8_t out[static 8])
{
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(log_id >> (56 - 8 * i));
}

int
alarm_knows(struct store *s, const struct checkpoint *head, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT root FROM head "
	    "WHERE log_id = ? AND size = ? AND device IS NULL");
	uint8_t log[8];
	struct hash root;
	int rc;

	log_bytes(head->at.log_id, log);
	db_bind_blob(q, 1, log, sizeof(log));
	db_bind_int(q, 2, (int64_t)head->at.size);
	rc = db_step(q, e);
	if (rc == 1)
		rc = db_hash(q, 0, &root) == 0 && hash_eq(&root, &head->root) ?
		    1 : 0;
	else if (rc == 0)
		rc = 2;
	db_reset(q);
	return rc;
}

/* Whether all that contradicts here is of the log's time up to ${size}. */
static int
covers(struct store *s, uint64_t size, bool *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT theirs FROM evidence");
	struct checkpoint cp;
	struct err why;
	int64_t copied = 0;
	int rc;

	*out = true;
	while ((rc = db_step(q, e)) == 1)
		*out &= store_head_read(s, db_blob(q, 0), &cp, &why) == 0 &&
		    cp.at.size <= size;
	db_reset(q);
	/* A copied device stays stopped: 12.2. */
	if (rc < 0 || store_get_int(s, STORE_COPIED, &copied, e) < 0)
		return -1;
	*out &= copied == 0;
	return 0;
}

static int
end(struct store *s, struct err *e)
{
	if (store_del(s, STORE_STOPPED, e) != 0)
		return -1;
	s->stopped = false;
	return 0;
}

/* ---- what the hub proves ---- */

/* 1: the newest head here continues that one, 0: it does not, 2: the hub has
 * gone on meanwhile, -1. */
static int
is_ours(const struct talk *t, const struct proto_page *page,
    const struct checkpoint *head)
{
	const struct witness w = { .newest = *head,
		.log_id = store_log_id(t->s) };
	const struct witness_in in = { &t->s->roster.genesis,
		page->checkpoint, &page->consistency };
	struct checkpoint now;
	struct err why;

	if (witness_read(&w, &in, &now, &why) != 0)
		return 0;
	if (now.at.size != t->witness.newest.at.size)
		return 2;
	return hash_eq(&now.root, &t->witness.newest.root) ? 1 : 0;
}

static int
ask(struct talk *t, const struct checkpoint *head, struct err *e)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct proto_page *page = mem_new(sizeof(*page));
	struct buf body, answer;
	int rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	pull->known = head->at;
	pull->max_bytes = 1;
	proto_pull_encode(pull, &body);
	rc = talk_ask(t, "/v1/pull", buf_view(&body), &answer, e);
	if (rc == 0)
		rc = proto_page_decode(buf_view(&answer), page, e);
	if (rc == 0)
		rc = is_ours(t, page, head);
	proto_page_done(page);
	mem_free(page);
	mem_free(pull);
	buf_done(&answer);
	buf_done(&body);
	return rc;
}

/* ---- by the log ---- */

/* The newest order that reaches far enough, or NULL. */
static int
find_order(struct store *s, const struct roster_order **out, struct err *e)
{
	int64_t after = 0;
	bool ok = false;
	size_t i;

	*out = NULL;
	if (store_get_int(s, STORE_AFTER, &after, e) < 0)
		return -1;
	for (i = s->roster.order_count; i-- > 0;) {
		const struct roster_order *o = &s->roster.orders[i];

		if (o->scope != ORDER_ALARM)
			continue;
		if (o->seq < (uint64_t)after)
			return 0;
		if (covers(s, o->head.at.size, &ok, e) != 0)
			return -1;
		if (ok)
			*out = o;
		return 0; /* older ones name shorter logs, or were taken back */
	}
	return 0;
}

int
alarm_settle(struct talk *t, struct err *e)
{
	const struct roster_order *o;
	int rc;

	if (!t->s->stopped || t->s->stage != STORE_MEMBER ||
	    t->witness.split)
		return 0;
	if (find_order(t->s, &o, e) != 0)
		return -1;
	if (o == NULL)
		return 0;
	rc = alarm_knows(t->s, &o->head, e);
	if (rc == 2)
		rc = ask(t, &o->head, e);
	if (rc == 1) {
		t->figures->alarm_ended = true;
		return end(t->s, e);
	}
	if (rc == 0)
		rc = store_put(t->s, STORE_STOPPED, view_str(N_("two officers "
		    "have ended the alarm for another log than the one this "
		    "device has; what is here is kept, ask the office for a "
		    "new card")), e);
	return rc < 0 ? -1 : 0;
}

/* ---- by an officer's hand ---- */

int
alarm_end(struct store *s, const struct checkpoint *head, struct err *e)
{
	bool ok;
	int rc;

	if (!s->stopped)
		return 0;
	if (covers(s, head->at.size, &ok, e) != 0)
		return -1;
	rc = ok ? alarm_knows(s, head, e) : 0;
	if (rc < 0)
		return -1;
	if (!ok)
		return err_set(e, ERR_DENIED, "the alarm on this device is "
		    "not about what the order names; look at it again and "
		    "write a new order");
	return rc == 1 ? end(s, e) : err_set(e, ERR_DENIED,
	    "the log of this device does not have what the order names");
}
