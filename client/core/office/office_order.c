/*
 * Orders of two officers as words to hand from one to the other, and into the
 * log.
 */
#include "client/core/office/office_order.h"

#include <string.h>

#include "client/core/exchange.h"
#include "client/core/office/office.h"
#include "client/core/office/office_keys.h"
#include "client/core/outbox/outbox.h"
#include "client/core/sync/alarm.h"
#include "common/base/mem.h"

#define ORDER_WORD "tugi-order-1"
#define SIGNED_WORD "tugi-signed-order-1"
#define ORDER_BYTES (16 + 16 + 16 + 8 + 1 + 16 + 8 + 8 + 32)
#define SIGNED_BYTES (ORDER_BYTES + 16 + 64)

static void
order_put(const struct directory_entry *d, struct buf *out)
{
	buf_add(out, d->space.b, 16);
	buf_add(out, d->person.b, 16);
	buf_add(out, d->device.b, 16);
	buf_add_be(out, (uint64_t)d->at_ms, 8);
	buf_add_be(out, (uint64_t)d->scope, 1);
	buf_add(out, d->whom.b, 16);
	buf_add_be(out, d->head.log_id, 8);
	buf_add_be(out, d->head.size, 8);
	buf_add(out, d->head_root.b, 32);
}

static int
order_get(struct reader *r, struct directory_entry *d, struct err *e)
{
	uint64_t scope;

	memset(d, 0, sizeof(*d));
	d->kind = DIRECTORY_RECOVER;
	reader_copy(r, d->space.b, 16);
	reader_copy(r, d->person.b, 16);
	reader_copy(r, d->device.b, 16);
	d->at_ms = (int64_t)reader_be(r, 8);
	scope = reader_be(r, 1);
	reader_copy(r, d->whom.b, 16);
	d->head.log_id = reader_be(r, 8);
	d->head.size = reader_be(r, 8);
	reader_copy(r, d->head_root.b, 32);
	if (scope > ORDER_SUCCESSION)
		return err_set(e, ERR_INPUT, "this order is of a kind that "
		    "this program does not know");
	d->scope = (enum order_scope)scope;
	return 0;
}

static int
check_age(const struct store *s, const struct directory_entry *d,
    struct err *e)
{
	int64_t age = store_now_ms(s) - d->at_ms;

	if (age > ROSTER_ORDER_MS || age < -ROSTER_AHEAD_MS)
		return err_set(e, ERR_DENIED, "this order is older than a "
		    "week, or from a device whose clock is wrong; write a "
		    "new one");
	return 0;
}

void
office_order_done(struct office_order *o)
{
	mem_free(o->text);
	memset(o, 0, sizeof(*o));
}

static int
begin(struct session *session, const struct directory_entry *what,
    struct office_order *out, struct err *e)
{
	struct store *s = session_store(session);
	struct directory_entry d = *what;
	struct buf raw, text;
	int rc;

	memset(out, 0, sizeof(*out));
	if (office_is_officer(s, e) != 0)
		return -1;
	d.kind = DIRECTORY_RECOVER;
	d.person = s->person;
	d.device = s->me->device;
	d.at_ms = store_now_ms(s);
	buf_init(&raw, ORDER_BYTES);
	buf_init(&text, 1024);
	order_put(&d, &raw);
	office_word_add(ORDER_WORD, buf_view(&raw), &text);
	rc = buf_check(&text, "an order", e);
	if (rc == 0) {
		out->scope = d.scope;
		out->space = d.space;
		out->whom = d.whom;
		out->at_ms = d.at_ms;
		out->text = mem_dup(buf_str(&text));
	}
	buf_done(&raw);
	buf_done(&text);
	return rc;
}

int
office_order_begin(struct session *session, const struct id *space,
    struct office_order *out, struct err *e)
{
	struct directory_entry d = { .scope = ORDER_SPACE, .space = *space };

	if (id_is_zero(space))
		return err_set(e, ERR_INPUT, "an order names one space");
	return begin(session, &d, out, e);
}

int
office_order_labels(struct session *session, const struct id *person,
    struct office_order *out, struct err *e)
{
	struct directory_entry d = { .scope = ORDER_LABELS,
	    .whom = *person };

	return begin(session, &d, out, e);
}

int
office_order_takeover(struct session *session, const struct id *space,
    const struct id *person, struct office_order *out, struct err *e)
{
	struct store *s = session_store(session);
	struct directory_entry d = { .scope = ORDER_TAKEOVER,
	    .space = *space, .whom = *person };
	const struct roster_device *dev;

	if (id_is_zero(space) || id_eq(space, &s->roster.genesis.commons))
		return err_set(e, ERR_INPUT, "a takeover order names one "
		    "section of a case");
	if (id_eq(person, &s->person))
		return err_set(e, ERR_DENIED, "who orders a takeover is not "
		    "the one who takes over");
	if (roster_devices_of(&s->roster, person, &dev, 1) == 0)
		return err_set(e, ERR_ABSENT, "who is to take over has no "
		    "device that the office has let in");
	return begin(session, &d, out, e);
}

int
office_order_head_begin(struct session *session, enum order_scope scope,
    const struct checkpoint *head, struct office_order *out, struct err *e)
{
	struct directory_entry d = { .scope = scope, .head = head->at,
	    .head_root = head->root };

	return begin(session, &d, out, e);
}

int
office_order_alarm(struct session *session, struct office_order *out,
    struct err *e)
{
	struct store *s = session_store(session);

	if (s->head.at.size == 0)
		return err_set(e, ERR_ABSENT, "this device has taken nothing "
		    "in yet: tugi sync");
	return office_order_head_begin(session, ORDER_ALARM, &s->head, out,
	    e);
}

/* Both have looked at one log: who holds another does not sign. */
static int
check_head(struct store *s, const struct directory_entry *d, struct err *e)
{
	struct checkpoint head = { d->head, d->head_root };
	int rc = 1;

	/* A new log has its beginning in common with the one known here. */
	if (d->scope == ORDER_SUCCESSION)
		head.at.log_id = store_log_id(s);
	if (d->scope == ORDER_ALARM || d->scope == ORDER_SUCCESSION)
		rc = alarm_knows(s, &head, e);

	return rc != 0 ? (rc < 0 ? -1 : 0) : err_set(e, ERR_DENIED, "this "
	    "device has taken in another log than the one that the order "
	    "says goes on; nothing was signed");
}

static int
sign(struct directory_entry *d, const struct sign_key *key, struct buf *out,
    struct err *e)
{
	struct buf text, whole;

	buf_init(&text, 1024);
	buf_init(&whole, SIGNED_BYTES);
	directory_recover_text(d, &text);
	keys_sign(key, DIRECTORY_RECOVER_TAG, buf_view(&text), &d->second_sig);
	order_put(d, &whole);
	buf_add(&whole, d->second.b, 16);
	buf_add(&whole, d->second_sig.b, 64);
	office_word_add(SIGNED_WORD, buf_view(&whole), out);
	buf_done(&text);
	buf_done(&whole);
	return buf_check(out, "a signed order", e);
}

int
office_order_sign(struct session *session, const char *word,
    struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	uint8_t raw[ORDER_BYTES];
	const struct roster_device *first;
	struct directory_entry d;
	struct reader r;

	if (office_is_officer(s, e) != 0 || office_word_read(ORDER_WORD, word,
	    raw, sizeof(raw), e) != 0)
		return -1;
	reader_init(&r, view_of(raw, sizeof(raw)));
	if (order_get(&r, &d, e) != 0)
		return -1;
	first = roster_live(&s->roster, &d.device, ROSTER_NOW);
	if (first == NULL || !roster_is_officer(&s->roster, &d.device))
		return err_set(e, ERR_DENIED,
		    "this order is not by an officer of this office");
	if (id_eq(&first->person, &s->person))
		return err_set(e, ERR_DENIED, "the second signature is "
		    "another officer's, not another device's");
	if (d.scope == ORDER_TAKEOVER && id_eq(&d.whom, &s->person))
		return err_set(e, ERR_DENIED, "this order is for you: another "
		    "officer signs it");
	if (check_age(s, &d, e) != 0 || check_head(s, &d, e) != 0)
		return -1;
	d.second = s->me->device;
	return sign(&d, &s->me->sign, out, e);
}

int
office_order_root_sign(struct session *session, const char *word,
    const struct sign_key *root, struct buf *out, struct err *e)
{
	struct store *s = session_store(session);
	uint8_t raw[ORDER_BYTES];
	struct directory_entry d;
	struct reader r;

	if (office_word_read(ORDER_WORD, word, raw, sizeof(raw), e) != 0)
		return -1;
	reader_init(&r, view_of(raw, sizeof(raw)));
	if (order_get(&r, &d, e) != 0)
		return -1;
	if (d.scope != ORDER_SUCCESSION)
		return err_set(e, ERR_DENIED, "the shares are a second hand "
		    "only where a restored hub goes on; this order needs "
		    "another officer");
	if (check_age(s, &d, e) != 0 || check_head(s, &d, e) != 0)
		return -1;
	d.second = s->roster.root_id;
	return sign(&d, root, out, e);
}

static int
read_signed(const char *word, struct directory_entry *d, struct err *e)
{
	uint8_t raw[SIGNED_BYTES];
	struct reader r;

	if (office_word_read(SIGNED_WORD, word, raw, sizeof(raw), e) != 0)
		return -1;
	reader_init(&r, view_of(raw, sizeof(raw)));
	if (order_get(&r, d, e) != 0)
		return -1;
	reader_copy(&r, d->second.b, 16);
	reader_copy(&r, d->second_sig.b, 64);
	return 0;
}

int
office_order_what(const char *word, enum order_scope *out, struct err *e)
{
	struct directory_entry d;

	if (read_signed(word, &d, e) != 0)
		return -1;
	*out = d.scope;
	return 0;
}

int
office_order_head(const char *word, struct checkpoint *out, struct err *e)
{
	struct directory_entry d;

	if (read_signed(word, &d, e) != 0)
		return -1;
	out->at = d.head;
	out->root = d.head_root;
	return d.scope == ORDER_ALARM || d.scope == ORDER_SUCCESSION;
}

int
office_order_read(const struct store *s, const char *word,
    enum order_scope scope, struct directory_entry *d, struct err *e)
{
	if (read_signed(word, d, e) != 0)
		return -1;
	if (d->scope != scope)
		return err_set(e, ERR_INPUT, "this order is for something "
		    "else");
	if (!id_eq(&d->device, &s->me->device))
		return err_set(e, ERR_DENIED,
		    "this order is carried out on the device that began it");
	return check_age(s, d, e);
}

static bool
is_logged(const struct store *s, const struct directory_entry *d)
{
	struct id id;
	size_t i;

	directory_order_id(d, &id);
	for (i = 0; i < s->roster.order_count; i++)
		if (id_eq(&s->roster.orders[i].id, &id) &&
		    id_eq(&s->roster.orders[i].second, &d->second))
			return true;
	return false;
}

static int
queue_order(struct store *s, const struct directory_entry *d, struct err *e)
{
	struct outbox_item in = { .kind = CHANGESET_DIRECTORY,
	    .seen = s->head.at, .group = outbox_group(s) };
	struct hash id;
	struct buf body;
	int64_t oid;
	int rc;

	buf_init(&body, CHANGESET_BODY_MAX);
	directory_encode(d, &body);
	in.clear = buf_view(&body);
	rc = buf_check(&body, "an order", e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = outbox_add_tx(s, &in, &id, &oid, e);
		rc = db_end(s->db, rc, e);
	}
	buf_done(&body);
	return rc;
}

/* Into the log first; carrying it out again needs no second entry. */
int
office_order_log(struct session *session, struct remote *r,
    const struct directory_entry *d, struct err *e)
{
	struct store *s = session_store(session);
	struct exchange_result res;

	if (exchange_sync(session, r, NULL, &res, e) != 0)
		return -1;
	if (is_logged(s, d))
		return 0;
	if (!roster_order_timely(d, s->contact_ms))
		return err_set(e, ERR_DENIED, "by the hub's clock this order "
		    "is more than a week old or of a day to come; put the "
		    "clock of this device right and write a new one");
	if (queue_order(s, d, e) != 0 ||
	    exchange_sync(session, r, NULL, &res, e) != 0)
		return -1;
	if (is_logged(s, d))
		return 0;
	return err_set(e, ERR_DENIED, "the hub did not take the order: one of "
	    "the two signatures does not count");
}

int
office_order_page(struct talk *t, const struct proto_recover *ask,
    int (*take)(void *ctx, const struct proto_item *it, struct err *e),
    void *ctx, struct err *e)
{
	struct proto_page *page = mem_new(sizeof(*page));
	struct buf body, answer;
	size_t i;
	int rc;

	buf_init(&body, 1024);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	proto_recover_encode(ask, &body);
	rc = talk_ask(t, "/v1/recover", buf_view(&body), &answer, e);
	if (rc == 0)
		rc = proto_page_decode(buf_view(&answer), page, e);
	if (rc == 0) {
		for (i = 0; rc == 0 && i < page->count; i++)
			rc = take(ctx, &page->items[i], e);
		if (rc == 0)
			rc = page->more && page->count > 0 ? 1 : 0;
		proto_page_done(page);
	}
	buf_done(&body);
	buf_done(&answer);
	mem_free(page);
	return rc;
}
