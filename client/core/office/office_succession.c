/*
 * A hub that was restored waits for the office's word that its log goes on so.
 * It serves nobody before, so the order is brought to it alone; this device
 * then follows it like all others.
 */
#include "client/core/office/office.h"

#include <string.h>

#include "client/core/exchange.h"
#include "client/core/office/office_keys.h"
#include "client/core/office/office_order.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/succession.h"
#include "common/base/mem.h"

int
office_succession(struct session *session, struct remote *r,
    struct office_succession *out, struct err *e)
{
	struct store *s = session_store(session);
	struct proto_successions *list = mem_new(sizeof(*list));
	struct hubkeys *keys = mem_new(sizeof(*keys));
	struct succession_step step;
	struct buf answer;
	size_t i;
	int rc, found = 0;

	memset(out, 0, sizeof(*out));
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	rc = succession_ask(r, list, &answer, e);
	if (rc == 0 && list->count > 0)
		rc = succession_keys(r, keys, e);
	for (i = 0; rc == 0 && found == 0 && i < list->count; i++) {
		found = succession_read(s, keys, &list->items[i], &step, e);
		if (found == 1) {
			out->head = step.head;
			out->key = memcmp(&step.key, &s->roster.genesis.hub,
			    sizeof(step.key)) != 0;
			out->two = step.two;
			out->at_ms = list->items[i].at_ms;
			out->ordered = list->items[i].order.len > 0;
			out->here = s->head.at.size;
		}
	}
	buf_done(&answer);
	mem_free(keys);
	mem_free(list);
	return rc != 0 || found < 0 ? -1 : found;
}

int
office_order_succession(struct session *session, struct remote *r,
    struct office_order *out, struct err *e)
{
	struct office_succession what;
	int rc = office_succession(session, r, &what, e);

	if (rc == 0)
		err_set(e, ERR_ABSENT, "the hub was not restored from a backup "
		    "since this device knows it");
	if (rc != 1)
		return -1;
	if (what.ordered)
		return err_set(e, ERR_CLASH, "two officers have said so "
		    "already: tugi sync");
	return office_order_head_begin(session, ORDER_SUCCESSION, &what.head,
	    out, e);
}

/* ---- to the hub ---- */

/* Sealed and kept like all that this device sends; sent once more with the
 * next sync, which then costs nothing. */
static int
seal(struct store *s, const struct directory_entry *d, int64_t *oid,
    struct buf *bytes, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY,
	    .seen = s->head.at, .group = outbox_group(s) };
	enum outgoing_state state;
	struct buf body;
	struct hash id;
	int rc;

	buf_init(&body, CHANGESET_BODY_MAX);
	directory_encode(d, &body);
	in.clear = buf_view(&body);
	rc = buf_check(&body, "an order", e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = outbox_add_tx(s, &in, &id, oid, e);
		rc = db_end(s->db, rc, e);
	}
	buf_done(&body);
	if (rc != 0)
		return -1;
	return outbox_find(s, &id, &state, bytes, e) == 1 ? 0 : -1;
}

static int
ask(struct talk *t, struct view bytes, enum verdict *out, struct err *e)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct proto_pushed *said = mem_new(sizeof(*said));
	struct buf body, answer;
	int rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	push->count = 1;
	push->items[0].bytes = bytes;
	proto_push_encode(push, &body);
	rc = talk_ask(t, "/v1/push", buf_view(&body), &answer, e);
	if (rc == 0)
		rc = proto_pushed_decode(buf_view(&answer), said, e);
	if (rc == 0 && said->count != 1)
		rc = err_set(e, ERR_PEER, "the hub's answer cannot be read");
	*out = rc == 0 ? said->items[0].verdict : 0;
	buf_done(&body);
	buf_done(&answer);
	mem_free(push);
	mem_free(said);
	return rc;
}

/* Not taken: it is of no use to the next sync. */
static int
drop(struct store *s, int64_t oid, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "UPDATE outgoing SET state = 3 "
	    "WHERE oid = ? AND state = 1");

	db_bind_int(q, 1, oid);
	return db_run(q, e);
}

static int
bring(struct store *s, struct remote *r, const struct directory_entry *d,
    struct err *e)
{
	struct talk_figures figures;
	enum verdict v = 0;
	struct buf bytes;
	struct talk t;
	int64_t oid = 0;
	struct err why;
	int rc;

	memset(&figures, 0, sizeof(figures));
	if (talk_init(&t, s, r, e) != 0)
		return -1;
	t.figures = &figures;
	buf_init(&bytes, CHANGESET_BYTES_MAX);
	rc = seal(s, d, &oid, &bytes, e);
	if (rc == 0)
		rc = ask(&t, buf_view(&bytes), &v, e);
	if (rc == 0 && v != VERDICT_ACCEPTED && v != VERDICT_DUPLICATE)
		rc = err_set(e, ERR_DENIED, "the hub did not take the order: %s",
		    verdict_words(v));
	if (rc != 0 && oid != 0)
		(void)drop(s, oid, &why);
	buf_done(&bytes);
	talk_done(&t);
	return rc;
}

int
office_succession_end(struct session *session, struct remote *r,
    const char *order, struct exchange_result *res, struct err *e)
{
	struct store *s = session_store(session);
	struct office_succession what;
	struct directory_entry d;
	int rc;

	if (office_order_read(s, order, ORDER_SUCCESSION, &d, e) != 0)
		return -1;
	if (!roster_order_holds(&s->roster, &d))
		return err_set(e, ERR_DENIED, "one of the two signatures on "
		    "this order does not count; nothing was done");
	rc = office_succession(session, r, &what, e);
	if (rc < 0)
		return -1;
	if (rc == 1 && what.two && id_eq(&d.second, &s->roster.root_id))
		return err_set(e, ERR_DENIED, "the hub's new key is not signed "
		    "by the one before: another officer has to countersign, "
		    "the shares alone will not do");
	if (rc == 1 && !what.ordered && bring(s, r, &d, e) != 0)
		return -1;
	return exchange_sync(session, r, NULL, res, e);
}

/* ---- the root as a second hand ---- */

int
office_succession_sign(struct session *session, const char *word,
    const char *share_a, const char *share_b, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	struct office_keys *keys;
	int rc;

	if (office_is_officer(s, e) != 0 ||
	    office_keys_join(s, share_a, share_b, &keys, e) != 0)
		return -1;
	rc = office_order_root_sign(session, word, &keys->root, out, e);
	office_keys_free(keys);
	return rc;
}

/* ---- another key for the hub's log ---- */

int
office_hubkey_sign(struct session *session, const char *wish,
    const char *share_a, const char *share_b, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	char text[HUBKEY_TEXT_BYTES];
	struct office_keys *keys;
	struct hubkey k;

	if (hubkey_read(wish, false, &k, e) != 0 ||
	    office_is_officer(s, e) != 0 ||
	    office_keys_join(s, share_a, share_b, &keys, e) != 0)
		return -1;
	hubkey_sign(&k, &keys->root, &k.root);
	office_keys_free(keys);
	hubkey_text(&k, true, text);
	buf_add_str(out, text);
	return buf_check(out, "the signed line", e);
}
