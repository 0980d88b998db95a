/*
 * Joining: the card names hub, key pin and office root; the request carries
 * this device's keys under a MAC only the card's holder can make. Nothing the
 * hub says is believed here beyond "a request was taken": that its directory
 * begins with the card's root is checked when the directory is pulled.
 */
#include "client/core/profile/enrol.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/restored.h"
#include "client/core/local/store.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"
#include "common/base/text.h"

static int
call(struct remote *r, const struct remote_call *c, struct buf *answer,
    struct err *e)
{
	struct proto_refusal no;
	int status;

	if (r->call(r->ctx, c, &status, answer, e) != 0)
		return -1;
	if (status / 100 == 2)
		return 0;
	if (proto_refusal_decode(buf_view(answer), &no, e) != 0)
		return -1;
	if (status == 429 || status == 503)
		return err_set(e, ERR_AWAY, "the hub is busy (%s); try again "
		    "in a few minutes", no.words);
	return err_set(e, ERR_DENIED, "the hub refused the request: %s",
	    no.words);
}

static int
check_hub(struct remote *r, struct err *e)
{
	struct remote_call c = { .method = "GET", .path = "/v1/info" };
	struct proto_info info;
	struct buf answer;
	int rc = -1;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (call(r, &c, &answer, e) != 0 ||
	    proto_info_decode(buf_view(&answer), &info, e) != 0)
		goto out;
	if (proto_meet(PROTO_VERSION, info.version) != 0)
		err_set(e, ERR_PEER, "the hub speaks another version of the "
		    "protocol; this program or the hub needs an update");
	else if (!info.claimed)
		err_set(e, ERR_PEER, "this hub belongs to no office yet, so "
		    "it is not the one the card was made for");
	else
		rc = 0;
out:
	buf_done(&answer);
	return rc;
}

/* The device that was here before says that its successor is its person's. */
static void
vouch(const struct store *s, struct proto_enrol *m)
{
	struct directory_entry d = { .kind = DIRECTORY_DEVICE,
		.person = s->person, .sign = m->sign, .box = m->box };
	struct buf text;

	keys_device_id(&m->sign, &m->box, &d.device);
	buf_init(&text, CHANGESET_BODY_MAX);
	directory_voucher_text(&d, &text);
	keys_sign(&s->me->sign, DIRECTORY_VOUCHER_TAG, buf_view(&text),
	    &m->voucher_sig);
	buf_done(&text);
	m->has_voucher = true;
	m->person = s->person;
	m->voucher = s->me->device;
}

static int
make_request(struct store *s, const struct card *card, struct proto_enrol *m,
    struct err *e)
{
	struct device_keys *next = mem_secret_new(sizeof(*next));
	const struct device_keys *keys = s->restored ? next : s->me;
	int rc = s->restored ? restored_next_make(s, next, e) : 0;

	memset(m, 0, sizeof(*m));
	m->sign = keys->sign_pub;
	m->box = keys->box_pub;
	mem_secret_free(next);
	m->card = card->id;
	m->at_ms = tick_wall_ms(&s->tick);
	if (s->restored)
		vouch(s, m);
	proto_enrol_mac(m, &card->secret, &m->mac);
	return rc;
}

/* What was sent is kept, so that the same code can be read out again. */
static int
remember(struct store *s, const struct card *card, struct view request,
    struct err *e)
{
	if (db_begin(s->db, e) != 0)
		return -1;
	s->hub = *card;
	if (!s->restored)
		s->stage = STORE_WAITING;
	if (store_put(s, STORE_REQUEST, request, e) != 0 ||
	    store_save_hub(s, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

static int
check_card(const struct store *s, const struct card *card, struct err *e)
{
	if (s->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, "the office has revoked this "
		    "device, and it cannot join again; make a new profile");
	if (s->stage == STORE_MEMBER && !s->restored)
		return err_set(e, ERR_CLASH, "this device has joined an "
		    "office already; a second one needs a profile of its "
		    "own");
	/* Waiting with one office's card, a card of another is a mistake or
	 * worse. */
	if (s->stage != STORE_NEW && !hash_eq(&s->hub.root, &card->root))
		return err_set(e, ERR_PEER, "this card names another office "
		    "than the one this device has asked to join; ask the "
		    "officer which card is yours");
	return 0;
}

static int
fill_result(const struct store *s, const struct proto_enrol *m,
    struct enrol_result *out)
{
	char code[PROTO_CODE_BYTES];

	memset(out, 0, sizeof(*out));
	proto_enrol_code(m, &s->hub.root, code);
	snprintf(out->code, sizeof(out->code), "%s", code);
	snprintf(out->hub, sizeof(out->hub), "%s", s->hub.url);
	return 0;
}

int
enrol_join(struct session *session, struct remote *r, const char *text,
    struct enrol_result *out, struct err *e)
{
	struct store *s = session_store(session);
	struct remote_call c = { .method = "POST", .path = "/v1/enrol" };
	struct proto_enrol m;
	struct buf body, answer;
	struct card card;
	int rc = -1;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (card_decode(text, &card, e) != 0 ||
	    check_card(s, &card, e) != 0 || check_hub(r, e) != 0)
		goto out;
	if (make_request(s, &card, &m, e) != 0)
		goto out;
	proto_enrol_encode(&m, &body);
	c.body = buf_view(&body);
	if (buf_check(&body, "a request to join", e) != 0 ||
	    call(r, &c, &answer, e) != 0 ||
	    remember(s, &card, buf_view(&body), e) != 0)
		goto out;
	rc = fill_result(s, &m, out);
out:
	mem_wipe(&card, sizeof(card));
	buf_done(&body);
	buf_done(&answer);
	return rc;
}

int
enrol_code(struct session *session, struct enrol_result *out, struct err *e)
{
	struct store *s = session_store(session);
	struct proto_enrol m;
	struct buf b;
	int rc;

	buf_init(&b, PROTO_REQUEST_BYTES_MAX);
	rc = store_get(s, STORE_REQUEST, &b, e);
	if (rc == 0 || (rc == 1 && s->stage != STORE_WAITING && !s->restored))
		rc = err_set(e, ERR_ABSENT, s->stage == STORE_MEMBER ?
		    N_("this device is approved; no code is needed any more") :
		    N_("this device has not asked to join; use its card first"));
	if (rc == 1)
		rc = proto_enrol_decode(buf_view(&b), &m, e);
	if (rc == 0)
		rc = fill_result(s, &m, out);
	buf_done(&b);
	return rc;
}
