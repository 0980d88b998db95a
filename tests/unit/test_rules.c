/*
 * common/rules: directory, admission, access and effective time, with real
 * keys and signatures. Each refusal is reached by changing one thing in a
 * case that is accepted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/tick.h"
#include "common/rules/access.h"
#include "common/rules/admit.h"
#include "common/rules/erasure.h"
#include "common/rules/time.h"

#define DAY_MS INT64_C(86400000)
#define NOW INT64_C(1790000000000)

/* --- a small office -------------------------------------------------- */

enum { OFFICER, WORKER, NURSE, LAPTOP2, DEVICES };

struct office {
	struct sign_pub root_pub;
	struct sign_key root;
	struct device_keys dev[DEVICES]; /* LAPTOP2: a second one of WORKER */
	struct id person[DEVICES];
	struct roster roster;
	uint64_t size;
};

static void
entry_of(const struct office *o, int i, unsigned roles,
    struct directory_entry *d)
{
	memset(d, 0, sizeof(*d));
	d->kind = DIRECTORY_DEVICE;
	d->person = o->person[i];
	d->device = o->dev[i].device;
	d->sign = o->dev[i].sign_pub;
	d->box = o->dev[i].box_pub;
	d->roles = roles;
}

/* Encode, sign and judge a directory entry; ${as} -1: the root. */
static enum verdict
judge_entry(struct office *o, int as, const struct directory_entry *d)
{
	struct changeset_header h;
	struct changeset cs;
	struct buf body, out;
	struct hash id;
	struct err e = { 0 };
	enum verdict v;

	memset(&h, 0, sizeof(h));
	h.kind = CHANGESET_DIRECTORY;
	if (as < 0)
		directory_root_id(&o->root_pub, &h.author);
	else
		h.author = o->dev[as].device;
	h.counter = 1;
	h.seen.size = o->size;
	buf_init(&body, 65536);
	buf_init(&out, 65536);
	directory_encode(d, &body);
	assert_int_equal(changeset_clear(&h, buf_view(&body),
	    as < 0 ? &o->root : &o->dev[as].sign, &out, &id, &e), 0);
	assert_int_equal(changeset_decode(buf_view(&out), &cs, &e), 0);
	v = roster_judge(&o->roster, &cs, d);
	if (v == VERDICT_ACCEPTED)
		assert_int_equal(roster_apply(&o->roster, d, o->size++, &e),
		    0);
	buf_done(&body);
	buf_done(&out);
	return v;
}

static void
vouch(struct office *o, int by, struct directory_entry *d)
{
	struct buf text;

	d->has_voucher = true;
	d->voucher = o->dev[by].device;
	buf_init(&text, 4096);
	directory_voucher_text(d, &text);
	keys_sign(&o->dev[by].sign, "tugi voucher 1", buf_view(&text),
	    &d->voucher_sig);
	buf_done(&text);
}

static void
office_begin(struct office *o)
{
	struct directory_entry d;
	struct box_key k;
	int i;

	memset(o, 0, sizeof(*o));
	assert_int_equal(keys_init(), 0);
	keys_sign_make(&o->root_pub, &o->root);
	roster_init(&o->roster);
	for (i = 0; i < DEVICES; i++) {
		keys_device_make(&o->dev[i]);
		id_random(&o->person[i]);
	}
	o->person[LAPTOP2] = o->person[WORKER];
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_GENESIS;
	d.root = o->root_pub;
	d.hub = o->dev[0].sign_pub;
	keys_box_make(&d.recovery, &k);
	id_random(&d.commons);
	d.log_id = 7;
	memcpy(d.hub_name, "hub.example", 12);
	assert_int_equal(judge_entry(o, -1, &d), VERDICT_ACCEPTED);
	assert_int_equal(judge_entry(o, -1, &d), VERDICT_BAD_DIRECTORY);
	entry_of(o, OFFICER, ROLE_OFFICER | ROLE_WORKER, &d);
	assert_int_equal(judge_entry(o, -1, &d), VERDICT_ACCEPTED);
	entry_of(o, WORKER, ROLE_WORKER, &d);
	assert_int_equal(judge_entry(o, OFFICER, &d), VERDICT_ACCEPTED);
	entry_of(o, NURSE, ROLE_WORKER, &d);
	assert_int_equal(judge_entry(o, OFFICER, &d), VERDICT_ACCEPTED);
}

/* --- directory -------------------------------------------------------- */

static void
only_officers_enrol_and_keys_make_the_id(void **state)
{
	struct office o;
	struct directory_entry d;

	(void)state;
	office_begin(&o);
	entry_of(&o, LAPTOP2, ROLE_WORKER, &d);
	id_random(&d.person); /* a new person, so that no voucher is needed */
	assert_int_equal(judge_entry(&o, WORKER, &d), VERDICT_BAD_DIRECTORY);
	assert_int_equal(judge_entry(&o, LAPTOP2, &d),
	    VERDICT_UNKNOWN_DEVICE);
	d.device.b[0] ^= 1;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.device.b[0] ^= 1;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_ACCEPTED);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	roster_done(&o.roster);
}

static void
a_further_device_needs_a_second_hand(void **state)
{
	struct office o;
	struct directory_entry d;

	(void)state;
	office_begin(&o);
	entry_of(&o, LAPTOP2, ROLE_WORKER, &d);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	vouch(&o, OFFICER, &d); /* the same officer twice is one hand */
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	vouch(&o, NURSE, &d); /* a stranger is none */
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	vouch(&o, WORKER, &d);
	d.voucher_sig.b[5] ^= 1;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	vouch(&o, WORKER, &d);
	d.roles |= ROLE_OFFICER; /* nor does it raise the person's roles */
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.roles = ROLE_WORKER;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_ACCEPTED);
	roster_done(&o.roster);
}

static void
one_officer_cannot_make_another(void **state)
{
	struct office o;
	struct directory_entry d;

	(void)state;
	office_begin(&o);
	entry_of(&o, LAPTOP2, ROLE_OFFICER, &d);
	id_random(&d.person);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.roles = ROLE_DPO;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.roles = ROLE_OFFICER;
	assert_int_equal(judge_entry(&o, -1, &d), VERDICT_ACCEPTED);
	roster_done(&o.roster);
}

/* Two laptops of one officer are one hand: not for a laptop of their own, not
 * for anybody else's, and not for opening a section. */
static void
an_officers_two_laptops_are_one_hand(void **state)
{
	struct office o;
	struct directory_entry d, r;
	struct device_keys own;
	struct buf text;

	(void)state;
	office_begin(&o);
	keys_device_make(&own);
	entry_of(&o, OFFICER, ROLE_OFFICER | ROLE_WORKER, &d);
	d.device = own.device;
	d.sign = own.sign_pub;
	d.box = own.box_pub;
	d.roles = roster_roles(&o.roster, &o.person[OFFICER]);
	vouch(&o, OFFICER, &d);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.has_voucher = false;
	assert_int_equal(judge_entry(&o, -1, &d), VERDICT_ACCEPTED);
	/* The second laptop vouches for what the first one signs. */
	entry_of(&o, LAPTOP2, ROLE_WORKER, &d);
	d.has_voucher = true;
	d.voucher = own.device;
	buf_init(&text, 4096);
	directory_voucher_text(&d, &text);
	keys_sign(&own.sign, "tugi voucher 1", buf_view(&text),
	    &d.voucher_sig);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	memset(&r, 0, sizeof(r));
	r.kind = DIRECTORY_RECOVER;
	r.device = o.dev[OFFICER].device;
	r.second = own.device;
	id_random(&r.space);
	r.at_ms = NOW;
	buf_reset(&text);
	directory_recover_text(&r, &text);
	keys_sign(&own.sign, "tugi recover 1", buf_view(&text),
	    &r.second_sig);
	assert_int_equal(judge_entry(&o, OFFICER, &r), VERDICT_BAD_DIRECTORY);
	buf_done(&text);
	roster_done(&o.roster);
}

static void
a_recovery_order_needs_two_officers(void **state)
{
	struct office o;
	struct directory_entry d, r;
	struct buf text;

	(void)state;
	office_begin(&o);
	memset(&r, 0, sizeof(r));
	r.kind = DIRECTORY_RECOVER;
	r.device = o.dev[OFFICER].device;
	r.second = o.dev[LAPTOP2].device;
	id_random(&r.space);
	r.at_ms = NOW;
	buf_init(&text, 4096);
	directory_recover_text(&r, &text);
	keys_sign(&o.dev[LAPTOP2].sign, "tugi recover 1", buf_view(&text),
	    &r.second_sig);
	assert_int_equal(judge_entry(&o, OFFICER, &r), VERDICT_BAD_DIRECTORY);
	entry_of(&o, LAPTOP2, ROLE_OFFICER, &d);
	id_random(&d.person);
	assert_int_equal(judge_entry(&o, -1, &d), VERDICT_ACCEPTED);
	r.space.b[0] ^= 1; /* not what the second one signed */
	assert_int_equal(judge_entry(&o, OFFICER, &r), VERDICT_BAD_DIRECTORY);
	r.space.b[0] ^= 1;
	assert_int_equal(judge_entry(&o, OFFICER, &r), VERDICT_ACCEPTED);
	assert_int_equal(o.roster.order_count, 1);
	buf_done(&text);
	roster_done(&o.roster);
}

static void
revoked_counts_from_its_place_in_the_log(void **state)
{
	struct office o;
	struct directory_entry d;
	uint64_t at;

	(void)state;
	office_begin(&o);
	at = o.size;
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_REVOKE;
	d.person = o.person[NURSE];
	d.device = o.dev[NURSE].device;
	assert_int_equal(judge_entry(&o, WORKER, &d), VERDICT_BAD_DIRECTORY);
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_ACCEPTED);
	assert_non_null(roster_live(&o.roster, &d.device, at));
	assert_null(roster_live(&o.roster, &d.device, at + 1));
	assert_null(roster_live(&o.roster, &d.device, ROSTER_NOW));
	assert_null(roster_live(&o.roster, &d.device, 0)); /* not yet there */
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	d.person = o.person[OFFICER]; /* nobody shuts out themself */
	d.device = o.dev[OFFICER].device;
	assert_int_equal(judge_entry(&o, OFFICER, &d), VERDICT_BAD_DIRECTORY);
	roster_done(&o.roster);
}

/* --- admission ------------------------------------------------------- */

struct stage { /* one space with an epoch, and an item about to enter */
	struct office o;
	struct epoch ep;
	struct epoch_recipient recipients[DEVICES];
	struct epoch next;
	struct epoch_recipient next_recipients[DEVICES];
	struct admit_space space;
	struct admit_author author;
	struct changeset_header h;
	struct changeset cs;
	struct letter letter;
	struct admit_in in;
	struct buf out;
	int as;
};

static void
recipient(struct stage *s, struct epoch *ep, int who, enum right right)
{
	struct epoch_recipient *r = &ep->recipients[ep->recipient_count++];
	struct epoch_recipient tmp;
	size_t i, j;

	r->person = s->o.person[who];
	r->device = s->o.dev[who].device;
	r->right = right;
	r->until_ms = INT64_MAX;
	for (i = 0; i < ep->recipient_count; i++)
		for (j = i + 1; j < ep->recipient_count; j++)
			if (id_cmp(&ep->recipients[i].device,
			    &ep->recipients[j].device) > 0) {
				tmp = ep->recipients[i];
				ep->recipients[i] = ep->recipients[j];
				ep->recipients[j] = tmp;
			}
}

static struct epoch_recipient *
entry(struct stage *s, struct epoch *ep, int who)
{
	size_t i;

	for (i = 0; i < ep->recipient_count; i++)
		if (id_eq(&ep->recipients[i].device, &s->o.dev[who].device))
			return &ep->recipients[i];
	return NULL;
}

static void
drop(struct stage *s, struct epoch *ep, int who)
{
	struct epoch_recipient *r = entry(s, ep, who);
	size_t at = (size_t)(r - ep->recipients);

	memmove(r, r + 1, (ep->recipient_count - at - 1) * sizeof(*r));
	ep->recipient_count--;
}

static void
stage_begin(struct stage *s, enum changeset_kind kind, int as)
{
	memset(s, 0, sizeof(*s));
	office_begin(&s->o);
	s->as = as;
	id_random(&s->ep.space);
	s->ep.number = 3;
	s->ep.has_wrap = true;
	s->ep.recipients = s->recipients;
	recipient(s, &s->ep, WORKER, RIGHT_KEEP);
	recipient(s, &s->ep, NURSE, RIGHT_WRITE);
	recipient(s, &s->ep, OFFICER, RIGHT_READ);
	s->next = s->ep;
	memcpy(s->next_recipients, s->recipients, sizeof(s->recipients));
	s->next.recipients = s->next_recipients;
	s->next.number = 4;
	memset(&s->space.epoch_id, 3, sizeof(s->space.epoch_id));
	s->next.prev = s->space.epoch_id;
	s->space.exists = true;
	s->space.epoch = &s->ep;
	s->author.counter = 5;
	memset(&s->author.last_id, 5, sizeof(s->author.last_id));
	s->author.seen_size = 20;
	s->author.listed_size = 10;
	s->h.kind = kind;
	s->h.space = s->ep.space;
	s->h.epoch = kind == CHANGESET_EPOCH ? 4 : 3;
	s->h.author = s->o.dev[as].device;
	s->h.counter = 6;
	s->h.prev_own = s->author.last_id;
	s->h.seen.log_id = 7;
	s->h.seen.size = 30;
	s->letter.kind = LETTER_DEPOSIT;
	s->in.log.log_id = 7;
	s->in.log.size = 40;
	s->in.now_ms = NOW;
	buf_init(&s->out, 65536);
}

static enum verdict
judge(struct stage *s)
{
	struct sym_key key;
	struct hash id;
	struct err e = { 0 };

	buf_reset(&s->out);
	if (s->h.kind == CHANGESET_CONTENT || s->h.kind == CHANGESET_ACCESS) {
		struct view plain = view_str("x");
		struct changeset_seal_in seal = { &key, &plain, 1,
			&s->o.dev[s->as].sign };

		keys_sym_make(&key);
		assert_int_equal(changeset_seal(&s->h, &seal, &s->out, &id,
		    &e), 0);
	} else
		assert_int_equal(changeset_clear(&s->h, view_str("x"),
		    &s->o.dev[s->as].sign, &s->out, &id, &e), 0);
	assert_int_equal(changeset_decode(buf_view(&s->out), &s->cs, &e), 0);
	s->in.cs = &s->cs;
	s->in.space = &s->space;
	s->in.author = &s->author;
	s->in.roster = &s->o.roster;
	s->in.epoch = s->h.kind == CHANGESET_EPOCH ? &s->next : NULL;
	s->in.letter = s->h.kind == CHANGESET_LETTER ? &s->letter : NULL;
	return admit(&s->in);
}

static void
stage_end(struct stage *s)
{
	buf_done(&s->out);
	roster_done(&s->o.roster);
}

static void
content_needs_right_epoch_order_and_honest_seen(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_CONTENT, NURSE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.h.epoch = 2;
	assert_int_equal(judge(&s), VERDICT_STALE_EPOCH);
	s.h.epoch = 3;
	s.h.counter = 5;
	assert_int_equal(judge(&s), VERDICT_COUNTER);
	s.h.counter = 9; /* gaps are fine */
	s.h.prev_own.b[0] ^= 1;
	assert_int_equal(judge(&s), VERDICT_COUNTER);
	s.h.prev_own.b[0] ^= 1;
	s.h.seen.size = 19;
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.author.seen_size = 0;
	s.h.seen.size = 9; /* before it was listed */
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.h.seen.size = 41; /* the future */
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.h.seen.size = 40;
	s.h.seen.log_id = 8;
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.h.seen.log_id = 7;
	entry(&s, &s.ep, NURSE)->right = RIGHT_READ;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	drop(&s, &s.ep, NURSE);
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.space.epoch = NULL;
	assert_int_equal(judge(&s), VERDICT_UNKNOWN_SPACE);
	s.as = WORKER; /* somebody else's name under another's signature */
	s.space.epoch = &s.ep;
	assert_int_equal(judge(&s), VERDICT_BAD_SIGNATURE);
	stage_end(&s);
}

static void
content_waits_for_a_new_key_but_statements_do_not(void **state)
{
	struct stage s;
	struct directory_entry d;

	(void)state;
	stage_begin(&s, CHANGESET_CONTENT, WORKER);
	entry(&s, &s.ep, NURSE)->until_ms = NOW; /* expired this moment */
	assert_int_equal(judge(&s), VERDICT_REKEY_FIRST);
	s.h.kind = CHANGESET_ACCESS;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.h.seen.size = 19; /* a withdrawal cannot be dated back either */
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.h.seen.size = 30;
	s.h.kind = CHANGESET_CONTENT;
	entry(&s, &s.ep, NURSE)->until_ms = NOW + 1;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_REVOKE;
	d.person = s.o.person[NURSE];
	d.device = s.o.dev[NURSE].device;
	assert_int_equal(judge_entry(&s.o, OFFICER, &d), VERDICT_ACCEPTED);
	assert_int_equal(judge(&s), VERDICT_REKEY_FIRST);
	/* An item from before the revocation is still judged as then. */
	s.in.log.size = s.o.size - 1;
	s.h.seen.size = s.in.log.size;
	s.author.seen_size = s.author.listed_size = 0;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	stage_end(&s);
	/* Who is over says nothing more, statements neither. */
	stage_begin(&s, CHANGESET_ACCESS, NURSE);
	entry(&s, &s.ep, NURSE)->until_ms = NOW + 1;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	entry(&s, &s.ep, NURSE)->until_ms = NOW;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	stage_end(&s);
}

static int
by_device(const void *a, const void *b)
{
	return id_cmp(&((const struct epoch_recipient *)a)->device,
	    &((const struct epoch_recipient *)b)->device);
}

/* 64 recipients of a case's section, and no more. */
static void
more_readers_than_people_can_check(void **state)
{
	struct epoch_recipient list[EPOCH_RECIPIENTS_CASE_MAX + 1];
	struct directory_entry d;
	struct device_keys keys;
	struct stage s;
	struct err e;
	size_t i;

	(void)state;
	stage_begin(&s, CHANGESET_EPOCH, WORKER);
	memset(list, 0, sizeof(list));
	for (i = 0; i < EPOCH_RECIPIENTS_CASE_MAX + 1; i++) {
		list[i] = *entry(&s, &s.next, WORKER);
		if (i == 0)
			continue;
		keys_device_make(&keys);
		entry_of(&s.o, NURSE, ROLE_WORKER, &d);
		id_random(&d.person);
		d.device = keys.device;
		assert_int_equal(roster_apply(&s.o.roster, &d, 1, &e), 0);
		list[i].person = d.person;
		list[i].device = d.device;
		list[i].right = RIGHT_READ;
	}
	s.next.recipients = list;
	s.next.recipient_count = EPOCH_RECIPIENTS_CASE_MAX;
	qsort(list, EPOCH_RECIPIENTS_CASE_MAX, sizeof(list[0]), by_device);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.next.recipient_count++;
	qsort(list, s.next.recipient_count, sizeof(list[0]), by_device);
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	stage_end(&s);
}

static void
revoked_and_unknown_devices_write_nothing(void **state)
{
	struct stage s;
	struct directory_entry d;

	(void)state;
	stage_begin(&s, CHANGESET_CONTENT, LAPTOP2);
	assert_int_equal(judge(&s), VERDICT_UNKNOWN_DEVICE);
	stage_end(&s);
	stage_begin(&s, CHANGESET_CONTENT, NURSE);
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_REVOKE;
	d.person = s.o.person[NURSE];
	d.device = s.o.dev[NURSE].device;
	assert_int_equal(judge_entry(&s.o, OFFICER, &d), VERDICT_ACCEPTED);
	assert_int_equal(judge(&s), VERDICT_REVOKED);
	stage_end(&s);
}

/* ${order} as both officers signed it, judged. */
static enum verdict
judge_order(struct office *o, int second, struct directory_entry *order)
{
	struct buf text;

	order->kind = DIRECTORY_RECOVER;
	order->person = o->person[OFFICER];
	order->device = o->dev[OFFICER].device;
	order->second = o->dev[second].device;
	buf_init(&text, 4096);
	directory_recover_text(order, &text);
	keys_sign(&o->dev[second].sign, DIRECTORY_RECOVER_TAG,
	    buf_view(&text), &order->second_sig);
	buf_done(&text);
	return judge_entry(o, OFFICER, order);
}

static void
an_order_for_a_person_needs_two_others(void **state)
{
	struct office o;
	struct directory_entry d, r = { .scope = ORDER_TAKEOVER };

	(void)state;
	office_begin(&o);
	id_random(&r.space);
	r.at_ms = NOW;
	r.whom = o.person[NURSE];
	/* A worker's hand is none, nor the officer's own a second time. */
	assert_int_equal(judge_order(&o, WORKER, &r), VERDICT_BAD_DIRECTORY);
	assert_int_equal(judge_order(&o, OFFICER, &r), VERDICT_BAD_DIRECTORY);
	entry_of(&o, LAPTOP2, ROLE_OFFICER | ROLE_WORKER, &d);
	d.person = o.person[OFFICER];
	assert_int_equal(judge_entry(&o, -1, &d), VERDICT_ACCEPTED);
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	roster_done(&o.roster);
	office_begin(&o);
	entry_of(&o, LAPTOP2, ROLE_OFFICER, &d);
	id_random(&o.person[LAPTOP2]);
	d.person = o.person[LAPTOP2];
	assert_int_equal(judge_entry(&o, -1, &d), VERDICT_ACCEPTED);
	/* Neither of the two, nobody unknown, and not the commons. */
	r.whom = o.person[OFFICER];
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	r.whom = o.person[LAPTOP2];
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	id_random(&r.whom);
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	r.whom = o.person[NURSE];
	r.space = o.roster.genesis.commons;
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	id_random(&r.space);
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_ACCEPTED);
	/* The labels of somebody: of a person there is. */
	r.scope = ORDER_LABELS;
	memset(&r.space, 0, sizeof(r.space));
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_ACCEPTED);
	id_random(&r.whom);
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	/* The end of an alarm: for this log, as far as its officer had seen. */
	r.scope = ORDER_ALARM;
	memset(&r.whom, 0, sizeof(r.whom));
	r.head.log_id = o.roster.genesis.log_id;
	r.head.size = o.size + 1;
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	r.head.size = o.size;
	r.head.log_id++;
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_BAD_DIRECTORY);
	r.head.log_id--;
	assert_int_equal(judge_order(&o, WORKER, &r), VERDICT_BAD_DIRECTORY);
	assert_int_equal(judge_order(&o, OFFICER, &r), VERDICT_BAD_DIRECTORY);
	assert_int_equal(judge_order(&o, LAPTOP2, &r), VERDICT_ACCEPTED);
	assert_int_equal(o.roster.orders[o.roster.order_count - 1].head.at.size,
	    r.head.size);
	roster_done(&o.roster);
}

/* The office root is a second hand for a succession alone, and by its own key
 * (12.8): its name in the order is not enough. */
static void
the_root_signs_by_its_own_key(void **state)
{
	struct office o;
	struct directory_entry d;
	struct buf text;

	(void)state;
	office_begin(&o);
	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_RECOVER;
	d.scope = ORDER_SUCCESSION;
	d.person = o.person[OFFICER];
	d.device = o.dev[OFFICER].device;
	d.second = o.roster.root_id;
	d.at_ms = NOW;
	d.head.log_id = o.roster.genesis.log_id + 1;
	d.head.size = o.size;
	buf_init(&text, 4096);
	directory_recover_text(&d, &text);
	keys_sign(&o.dev[OFFICER].sign, DIRECTORY_RECOVER_TAG,
	    buf_view(&text), &d.second_sig);
	assert_false(roster_order_holds(&o.roster, &d));
	keys_sign(&o.root, DIRECTORY_RECOVER_TAG, buf_view(&text),
	    &d.second_sig);
	assert_true(roster_order_holds(&o.roster, &d));
	d.scope = ORDER_ALARM;
	d.head.log_id = o.roster.genesis.log_id;
	buf_reset(&text);
	directory_recover_text(&d, &text);
	keys_sign(&o.root, DIRECTORY_RECOVER_TAG, buf_view(&text),
	    &d.second_sig);
	assert_false(roster_order_holds(&o.roster, &d));
	buf_done(&text);
	roster_done(&o.roster);
}

/* What an erase order takes, by the kind of item (10.5), and which epochs count
 * as a writer's of today (4.5). */
static void
kinds_and_days(void **state)
{
	const enum changeset_kind all[] = { CHANGESET_CONTENT,
		CHANGESET_EPOCH, CHANGESET_ACCESS, CHANGESET_DIRECTORY,
		CHANGESET_LETTER, CHANGESET_ERASE };
	const char record[] = "100010", space[] = "101010";
	struct epoch_recipient list[2] = { { .right = RIGHT_KEEP },
		{ .right = RIGHT_WRITE } };
	struct epoch before = { .number = 1, .recipients = list,
		.recipient_count = 2 };
	struct id other;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		assert_int_equal(erasure_takes(ERASE_RECORD, all[i]),
		    record[i] == '1');
		assert_int_equal(erasure_takes(ERASE_SPACE, all[i]),
		    space[i] == '1');
		assert_false(erasure_takes(ERASE_BACK, all[i]));
	}
	assert_true(admit_is_today(NOW, NOW));
	assert_true(admit_is_today(NOW - DAY_MS + 1, NOW));
	assert_false(admit_is_today(NOW - DAY_MS, NOW));
	memset(list[0].device.b, 1, 16);
	memset(list[1].device.b, 2, 16);
	memset(other.b, 3, 16);
	assert_true(admit_by_keeper(&before, &list[0].device));
	assert_false(admit_by_keeper(&before, &list[1].device));
	assert_false(admit_by_keeper(&before, &other));
	assert_true(admit_by_keeper(NULL, &other)); /* who began it */
}

/* OFFICER, no member, opens the space for LAPTOP2, who is a person apart. */
static void
takeover_begin(struct stage *s, enum changeset_kind kind)
{
	struct directory_entry d, r = { .kind = DIRECTORY_RECOVER,
	    .scope = ORDER_TAKEOVER, .at_ms = NOW };
	struct err e;

	stage_begin(s, kind, OFFICER);
	drop(s, &s->ep, OFFICER);
	drop(s, &s->next, OFFICER);
	id_random(&s->o.person[LAPTOP2]);
	entry_of(&s->o, LAPTOP2, ROLE_WORKER, &d);
	assert_int_equal(judge_entry(&s->o, OFFICER, &d), VERDICT_ACCEPTED);
	r.device = s->o.dev[OFFICER].device;
	r.second = s->o.dev[WORKER].device;
	r.space = s->ep.space;
	r.whom = s->o.person[LAPTOP2];
	assert_int_equal(roster_apply(&s->o.roster, &r, s->o.size++, &e), 0);
	recipient(s, &s->next, LAPTOP2, RIGHT_KEEP);
}

static void
an_order_opens_for_one_person_and_no_more(void **state)
{
	struct stage s;

	(void)state;
	takeover_begin(&s, CHANGESET_EPOCH);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	/* A keeper, without an end, and really new. */
	entry(&s, &s.next, LAPTOP2)->right = RIGHT_WRITE;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, LAPTOP2)->right = RIGHT_KEEP;
	entry(&s, &s.next, LAPTOP2)->until_ms = NOW + 1;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	drop(&s, &s.next, LAPTOP2);
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	/* Nobody else comes in, grows, shrinks or goes. */
	recipient(&s, &s.next, LAPTOP2, RIGHT_KEEP);
	recipient(&s, &s.next, OFFICER, RIGHT_READ);
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	drop(&s, &s.next, OFFICER);
	entry(&s, &s.next, NURSE)->right = RIGHT_KEEP;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, NURSE)->right = RIGHT_READ;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	drop(&s, &s.next, NURSE);
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	recipient(&s, &s.next, NURSE, RIGHT_WRITE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	/* Who is over is left out, as ever. */
	entry(&s, &s.ep, NURSE)->until_ms = NOW;
	drop(&s, &s.next, NURSE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	/* Seven days; this space; this device; not before its place. */
	s.in.now_ms = NOW + ROSTER_ORDER_MS;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.in.now_ms++;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.in.now_ms = NOW;
	s.in.log.size = s.o.size - 1;
	s.h.seen.size = s.in.log.size;
	s.author.seen_size = s.author.listed_size = 0;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.in.log.size = 40;
	s.o.roster.orders[0].space.b[0] ^= 1;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.o.roster.orders[0].space.b[0] ^= 1;
	s.o.roster.orders[0].officer = s.o.dev[NURSE].device;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.o.roster.orders[0].officer = s.o.dev[OFFICER].device;
	s.o.roster.orders[0].scope = ORDER_SPACE;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	stage_end(&s);
	/* A statement goes under it; text does not. */
	takeover_begin(&s, CHANGESET_ACCESS);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.in.now_ms = NOW + ROSTER_ORDER_MS + 1;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	stage_end(&s);
	takeover_begin(&s, CHANGESET_CONTENT);
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	stage_end(&s);
}

static void
keepers_grow_and_shrink(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_EPOCH, WORKER);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.h.seen.size = 0; /* made at sync time: no part in content's order */
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.h.seen.size = 41;
	assert_int_equal(judge(&s), VERDICT_BAD_SEEN);
	s.h.seen.size = 30;
	entry(&s, &s.next, OFFICER)->right = RIGHT_WRITE;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	drop(&s, &s.next, NURSE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.next.prev.b[0] ^= 1; /* somebody was faster */
	assert_int_equal(judge(&s), VERDICT_STALE_EPOCH);
	s.next.prev.b[0] ^= 1;
	s.next.has_wrap = false; /* would cut members off the past */
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	s.next.has_wrap = true;
	entry(&s, &s.next, WORKER)->right = RIGHT_WRITE; /* no keeper left */
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, WORKER)->right = RIGHT_KEEP;
	recipient(&s, &s.next, LAPTOP2, RIGHT_READ); /* a ghost */
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	drop(&s, &s.next, LAPTOP2);
	entry(&s, &s.next, OFFICER)->person = s.o.person[NURSE];
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, OFFICER)->person = s.o.person[OFFICER];
	entry(&s, &s.next, OFFICER)->until_ms = NOW - 1;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, OFFICER)->until_ms = INT64_MAX;
	s.next.space.b[0] ^= 1;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	stage_end(&s);
}

static void
writers_only_close_doors(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_EPOCH, NURSE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED); /* a fresh key */
	entry(&s, &s.next, OFFICER)->right = RIGHT_WRITE;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	drop(&s, &s.next, OFFICER); /* on whose word? */
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	s.next.cite_count = 1;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.space.writer_epochs_today = ADMIT_WRITER_EPOCHS_A_DAY;
	assert_int_equal(judge(&s), VERDICT_QUOTA);
	s.space.writer_epochs_today = 0;
	drop(&s, &s.next, WORKER); /* a keeper: never */
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	stage_end(&s);
	stage_begin(&s, CHANGESET_EPOCH, NURSE);
	entry(&s, &s.ep, OFFICER)->until_ms = NOW - 1;
	drop(&s, &s.next, OFFICER); /* expired: nobody's word is needed */
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	stage_end(&s);
	stage_begin(&s, CHANGESET_EPOCH, OFFICER);
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER); /* a reader */
	stage_end(&s);
}

static void
a_space_begins_with_its_own_side_alone(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_EPOCH, WORKER);
	s.space.exists = false;
	s.space.epoch = NULL;
	memset(&s.author, 0, sizeof(s.author));
	memset(&s.h.prev_own, 0, sizeof(s.h.prev_own));
	memset(&s.next.prev, 0, sizeof(s.next.prev));
	s.h.epoch = s.next.number = 1;
	s.next.has_wrap = false;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH); /* the nurse is in */
	drop(&s, &s.next, NURSE);
	entry(&s, &s.next, OFFICER)->right = RIGHT_KEEP;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH); /* as a keeper too */
	drop(&s, &s.next, OFFICER);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	entry(&s, &s.next, WORKER)->right = RIGHT_WRITE;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	entry(&s, &s.next, WORKER)->right = RIGHT_KEEP;
	s.h.epoch = s.next.number = 2;
	assert_int_equal(judge(&s), VERDICT_BAD_EPOCH);
	stage_end(&s);
}

static void
former_members_deposit_for_a_while(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_LETTER, NURSE);
	assert_int_equal(judge(&s), VERDICT_ACCEPTED); /* a member */
	drop(&s, &s.ep, NURSE);
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER); /* never was one */
	s.author.was_member = true;
	s.author.removed_ms = NOW - 30 * DAY_MS;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	s.letter.kind = LETTER_OUTCOME;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.letter.kind = LETTER_DEPOSIT;
	s.author.removed_ms--; /* too late: waiting would not help */
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	s.author.removed_ms = NOW;
	s.author.deposits = ADMIT_DEPOSITS_MAX;
	assert_int_equal(judge(&s), VERDICT_QUOTA);
	stage_end(&s);
}

static void
memos_stand_in_the_commons(void **state)
{
	struct stage s;

	(void)state;
	stage_begin(&s, CHANGESET_LETTER, NURSE);
	s.letter.kind = LETTER_MEMO;
	assert_int_equal(judge(&s), VERDICT_BAD_FORM);
	s.o.roster.genesis.commons = s.h.space;
	assert_int_equal(judge(&s), VERDICT_ACCEPTED);
	drop(&s, &s.ep, NURSE); /* deposits alone come from former members */
	s.author.was_member = true;
	s.author.removed_ms = NOW - DAY_MS;
	assert_int_equal(judge(&s), VERDICT_NOT_MEMBER);
	stage_end(&s);
}

/* --- access ---------------------------------------------------------- */

static struct access
statement(enum access_kind kind, const struct id *person, int64_t until_ms)
{
	struct access a;

	memset(&a, 0, sizeof(a));
	a.kind = kind;
	id_random(&a.id);
	a.person = *person;
	a.right = RIGHT_WRITE;
	a.until_ms = until_ms;
	return a;
}

static enum right
right_of(const struct access *list, size_t n, const struct id *person)
{
	struct access_book b;
	struct access_answer out;
	struct err e = { 0 };
	size_t i;

	access_book_init(&b);
	for (i = 0; i < n; i++)
		assert_int_equal(access_book_add(&b, &list[i], &e), 0);
	access_judge(&b, person, NOW, &out);
	access_book_done(&b);
	return out.right;
}

static void
a_withdrawal_beats_what_did_not_know_of_it(void **state)
{
	struct id nurse, other;
	struct access list[3], tmp;

	(void)state;
	id_random(&nurse);
	id_random(&other);
	list[0] = statement(ACCESS_GRANT, &nurse, NOW + 1);
	list[1] = statement(ACCESS_WITHDRAW, &other, 0);
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_WRITE);
	list[1] = statement(ACCESS_WITHDRAW, &nurse, 0);
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_NONE);
	tmp = list[0]; /* the grant arrives after it: no difference */
	list[0] = list[1];
	list[1] = tmp;
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_NONE);
	list[2] = statement(ACCESS_GRANT, &nurse, NOW + 1);
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_NONE);
	list[2].supersedes_count = 1; /* asked again, knowing of it */
	list[2].supersedes[0] = list[0].id;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
	tmp = list[0]; /* in any order */
	list[0] = list[2];
	list[2] = tmp;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
	list[1] = statement(ACCESS_WITHDRAW, &nurse, 0); /* and once more */
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_NONE);
}

static void
grants_end_owners_do_not_and_every_basis_is_named(void **state)
{
	struct id me, nurse;
	struct access list[3];
	struct access_book b;
	struct access_answer out;
	struct err e = { 0 };
	size_t i;

	(void)state;
	id_random(&me);
	id_random(&nurse);
	list[0] = statement(ACCESS_GRANT, &nurse, NOW);
	assert_int_equal(right_of(list, 1, &nurse), RIGHT_NONE);
	list[0] = statement(ACCESS_OWNER, &me, INT64_MAX);
	list[0].right = RIGHT_KEEP;
	list[1] = statement(ACCESS_WITHDRAW, &me, 0);
	assert_int_equal(right_of(list, 2, &me), RIGHT_KEEP);
	list[0] = statement(ACCESS_GRANT, &nurse, NOW + 5);
	list[1] = statement(ACCESS_GRANT, &nurse, NOW + 9);
	list[1].right = RIGHT_READ;
	list[2] = statement(ACCESS_GRANT, &nurse, NOW - 9);
	access_book_init(&b);
	for (i = 0; i < 3; i++)
		assert_int_equal(access_book_add(&b, &list[i], &e), 0);
	access_judge(&b, &nurse, NOW, &out);
	assert_int_equal(out.right, RIGHT_WRITE);
	assert_int_equal(out.until_ms, NOW + 5); /* with the right it gives */
	assert_int_equal(out.basis_count, 2);
	list[1].right = RIGHT_WRITE; /* of two that give as much, the later */
	access_book_done(&b);
	for (i = 0; i < 3; i++)
		assert_int_equal(access_book_add(&b, &list[i], &e), 0);
	access_judge(&b, &nurse, NOW, &out);
	assert_int_equal(out.until_ms, NOW + 9);
	access_book_done(&b);
}

static struct access
override(const struct id *person, int64_t from_ms)
{
	struct access a = statement(ACCESS_OVERRIDE, person, from_ms +
	    ACCESS_OVERRIDE_MS);

	a.from_ms = from_ms;
	id_random(&a.consent);
	return a;
}

static void
an_override_outlasts_withdrawals_for_seven_days(void **state)
{
	struct id nurse;
	struct access list[3];

	(void)state;
	id_random(&nurse);
	list[0] = override(&nurse, NOW - DAY_MS);
	list[1] = statement(ACCESS_WITHDRAW, &nurse, 0);
	list[2] = statement(ACCESS_GRANT, &nurse, NOW + 1);
	list[0].right = RIGHT_READ;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_READ);
	list[0].until_ms = NOW + 365 * DAY_MS; /* capped */
	list[0].from_ms = NOW - 7 * DAY_MS + 1;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_READ);
	list[0].from_ms--;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_NONE);
	/* An end of it, naming it, ends it and no consent. */
	list[0].from_ms = NOW - DAY_MS;
	list[1].supersedes_count = 1;
	list[1].supersedes[0] = list[0].id;
	list[0].right = RIGHT_WRITE;
	list[2].right = RIGHT_READ;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_READ);
	list[1].supersedes[0] = list[2].id;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
}

static void
a_second_override_needs_an_officer(void **state)
{
	struct id nurse, other;
	struct access list[3], tmp;

	(void)state;
	id_random(&nurse);
	id_random(&other);
	list[0] = override(&nurse, NOW - 36 * DAY_MS); /* over since 29 days */
	list[1] = override(&nurse, NOW - DAY_MS);
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_NONE);
	tmp = list[0]; /* whichever is taken in first */
	list[0] = list[1];
	list[1] = tmp;
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_NONE);
	list[0].has_second = true;
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_WRITE);
	list[0].has_second = false;
	list[1].from_ms -= 2 * DAY_MS; /* over since more than 30 */
	list[1].until_ms -= 2 * DAY_MS;
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_WRITE);
	list[1] = override(&nurse, NOW - 36 * DAY_MS); /* ended early */
	list[2] = statement(ACCESS_WITHDRAW, &nurse, 0);
	list[2].from_ms = NOW - 32 * DAY_MS;
	list[2].supersedes_count = 1;
	list[2].supersedes[0] = list[1].id;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
	list[2].from_ms = NOW - 30 * DAY_MS;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_NONE);
	list[1] = override(&other, NOW - 2 * DAY_MS); /* another's is none */
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_WRITE);
	/* The same one, unsigned and signed, is no second one. */
	list[2] = list[0];
	id_random(&list[2].id);
	list[2].has_second = true;
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
	memset(list[2].id.b, 0, sizeof(list[2].id.b));
	assert_int_equal(right_of(list, 3, &nurse), RIGHT_WRITE);
	/* Two that run at once: the earlier needs nobody. */
	list[1] = override(&nurse, NOW - 2 * DAY_MS);
	list[1].right = RIGHT_READ;
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_READ);
	list[1].from_ms = list[0].from_ms; /* of one moment: one of the two */
	memset(list[1].id.b, 0, sizeof(list[1].id.b));
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_READ);
	memset(list[1].id.b, 0xff, sizeof(list[1].id.b));
	assert_int_equal(right_of(list, 2, &nurse), RIGHT_WRITE);
}

static void
text_written_by_law_is_not_put_aside(void **state)
{
	struct id nurse;
	struct access list[2];
	struct access_book b;
	struct err e = { 0 };

	(void)state;
	id_random(&nurse);
	list[0] = override(&nurse, NOW);
	list[1] = statement(ACCESS_WITHDRAW, &nurse, 0);
	access_book_init(&b);
	assert_int_equal(access_book_add(&b, &list[0], &e), 0);
	assert_int_equal(access_book_add(&b, &list[1], &e), 0);
	assert_true(access_lawful(&b, &nurse, NOW));
	assert_false(access_lawful(&b, &nurse, NOW - 1));
	assert_true(access_lawful(&b, &nurse, NOW + 7 * DAY_MS - 1));
	assert_false(access_lawful(&b, &nurse, NOW + 7 * DAY_MS));
	list[1].supersedes_count = 1; /* ended after a day */
	list[1].supersedes[0] = list[0].id;
	list[1].from_ms = NOW + DAY_MS;
	assert_int_equal(access_book_add(&b, &list[1], &e), 0);
	assert_true(access_lawful(&b, &nurse, NOW + DAY_MS - 1));
	assert_false(access_lawful(&b, &nurse, NOW + DAY_MS));
	b.list[0].right = RIGHT_READ;
	assert_false(access_lawful(&b, &nurse, NOW));
	access_book_done(&b);
}

static void
a_side_is_reduced_not_withdrawn(void **state)
{
	struct id mari, kadri;
	struct access list[4];

	(void)state;
	id_random(&mari);
	id_random(&kadri);
	list[0] = statement(ACCESS_OWNER, &mari, INT64_MAX);
	list[0].right = RIGHT_KEEP;
	list[1] = statement(ACCESS_HANDOVER, &kadri, NOW + 1);
	list[1].right = RIGHT_KEEP;
	list[2] = statement(ACCESS_WITHDRAW, &kadri, 0);
	assert_int_equal(right_of(list, 3, &kadri), RIGHT_KEEP);
	list[1].until_ms = NOW;
	assert_int_equal(right_of(list, 3, &kadri), RIGHT_NONE);
	/* Less and less, never more by a second word. */
	list[1] = statement(ACCESS_REDUCE, &mari, INT64_MAX);
	assert_int_equal(right_of(list, 2, &mari), RIGHT_WRITE);
	list[2] = statement(ACCESS_REDUCE, &mari, INT64_MAX);
	list[2].right = RIGHT_READ;
	assert_int_equal(right_of(list, 3, &mari), RIGHT_READ);
	/* Taken in again: what it does not name still holds. */
	list[3] = statement(ACCESS_HANDOVER, &mari, INT64_MAX);
	list[3].right = RIGHT_KEEP;
	list[3].supersedes_count = 1;
	list[3].supersedes[0] = list[1].id;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_READ);
	list[3].supersedes_count = 2;
	list[3].supersedes[1] = list[2].id;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_KEEP);
	/* Back by an order, which cannot know what to name. */
	list[3].kind = ACCESS_TAKEOVER;
	list[3].supersedes_count = 0;
	list[3].hlc = 1;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_KEEP);
	list[2].hlc = 1;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_READ);
	/* One that names what it ends leaves the rest. */
	list[1].supersedes_count = list[2].supersedes_count = 1;
	list[1].supersedes[0] = list[2].supersedes[0] = list[3].id;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_KEEP);
	list[2].supersedes[0] = list[0].id;
	assert_int_equal(right_of(list, 4, &mari), RIGHT_NONE);
}

static void
surplus_recipients_are_found(void **state)
{
	struct id nurse, ghost;
	struct epoch_recipient r[2];
	struct epoch ep;
	struct access_book b;
	struct access a[2];
	struct err e = { 0 };

	(void)state;
	id_random(&nurse);
	id_random(&ghost);
	memset(&ep, 0, sizeof(ep));
	memset(r, 0, sizeof(r));
	ep.recipients = r;
	ep.recipient_count = 1;
	r[0].person = nurse;
	r[0].right = RIGHT_WRITE;
	r[0].until_ms = NOW + 5;
	a[0] = statement(ACCESS_GRANT, &nurse, NOW + 5);
	a[1] = statement(ACCESS_GRANT, &nurse, NOW + 9);
	a[1].right = RIGHT_READ;
	access_book_init(&b);
	assert_int_equal(access_book_add(&b, &a[0], &e), 0);
	assert_int_equal(access_book_add(&b, &a[1], &e), 0);
	assert_null(access_surplus(&b, &ep, NOW));
	r[0].until_ms = NOW + 6; /* two grants do not make a longer write */
	assert_ptr_equal(access_surplus(&b, &ep, NOW), &r[0]);
	r[0].right = RIGHT_READ;
	assert_null(access_surplus(&b, &ep, NOW));
	ep.recipient_count = 2;
	r[1].person = ghost;
	r[1].right = RIGHT_READ;
	assert_ptr_equal(access_surplus(&b, &ep, NOW), &r[1]);
	/* An override covers what it gives, as long as it may last. */
	a[0] = override(&ghost, NOW - DAY_MS);
	a[0].until_ms = INT64_MAX;
	assert_int_equal(access_book_add(&b, &a[0], &e), 0);
	r[1].right = RIGHT_WRITE;
	r[1].until_ms = NOW + 6 * DAY_MS;
	assert_null(access_surplus(&b, &ep, NOW));
	r[1].until_ms++;
	assert_ptr_equal(access_surplus(&b, &ep, NOW), &r[1]);
	access_book_done(&b);
}

/* --- effective time --------------------------------------------------- */

static void
stamps_are_clamped_between_seen_and_accepted(void **state)
{
	uint64_t honest = hlc_from_ms(NOW) + 3;

	(void)state;
	assert_int_equal(time_effective(honest, NOW - 9000, NOW + 9000),
	    honest);
	assert_int_equal(time_effective(hlc_from_ms(0), NOW, NOW + 500),
	    hlc_from_ms(NOW - TIME_SLACK_MS)); /* a clock at 1970 */
	assert_int_equal(time_effective(hlc_from_ms(NOW + 365 * DAY_MS), NOW,
	    NOW + 500), hlc_from_ms(NOW + 500 + TIME_SLACK_MS));
	assert_int_equal(time_effective(UINT64_MAX, 0, NOW),
	    hlc_from_ms(NOW + TIME_SLACK_MS));
	assert_int_equal(time_effective(0, 0, NOW), 0); /* saw nothing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_officers_enrol_and_keys_make_the_id),
		cmocka_unit_test(a_further_device_needs_a_second_hand),
		cmocka_unit_test(one_officer_cannot_make_another),
		cmocka_unit_test(an_officers_two_laptops_are_one_hand),
		cmocka_unit_test(a_recovery_order_needs_two_officers),
		cmocka_unit_test(revoked_counts_from_its_place_in_the_log),
		cmocka_unit_test(
		    content_needs_right_epoch_order_and_honest_seen),
		cmocka_unit_test(
		    content_waits_for_a_new_key_but_statements_do_not),
		cmocka_unit_test(more_readers_than_people_can_check),
		cmocka_unit_test(revoked_and_unknown_devices_write_nothing),
		cmocka_unit_test(keepers_grow_and_shrink),
		cmocka_unit_test(writers_only_close_doors),
		cmocka_unit_test(a_space_begins_with_its_own_side_alone),
		cmocka_unit_test(former_members_deposit_for_a_while),
		cmocka_unit_test(memos_stand_in_the_commons),
		cmocka_unit_test(a_withdrawal_beats_what_did_not_know_of_it),
		cmocka_unit_test(
		    grants_end_owners_do_not_and_every_basis_is_named),
		cmocka_unit_test(
		    an_override_outlasts_withdrawals_for_seven_days),
		cmocka_unit_test(a_second_override_needs_an_officer),
		cmocka_unit_test(text_written_by_law_is_not_put_aside),
		cmocka_unit_test(a_side_is_reduced_not_withdrawn),
		cmocka_unit_test(an_order_for_a_person_needs_two_others),
		cmocka_unit_test(the_root_signs_by_its_own_key),
		cmocka_unit_test(kinds_and_days),
		cmocka_unit_test(an_order_opens_for_one_person_and_no_more),
		cmocka_unit_test(surplus_recipients_are_found),
		cmocka_unit_test(stamps_are_clamped_between_seen_and_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
