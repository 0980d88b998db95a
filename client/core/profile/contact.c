/* Keeps the front-ends from reading the store for the hub's address. */
#include "client/core/profile/contact.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/hubpins.h"
#include "common/wire/pins.h"
#include "common/wire/proto.h"

bool
contact_known(struct session *s)
{
	return session_store(s)->hub.url[0] != '\0';
}

static int
no_hub(struct err *e)
{
	return err_set(e, ERR_ABSENT, "this profile knows no hub yet: "
	    "tugi join with the card from the office");
}

static int
open_at(struct store *st, const char *url, struct remote *out, struct err *e)
{
	struct remote_pins pins = { .now = st->hub.pin, .joined = true };
	uint64_t number;

	if (hubpins_next(st, &pins.next, &number, e) != 0)
		return -1;
	return remote_http(url, &pins, st->tick, out, e);
}

int
contact_open(struct session *s, struct remote *out, struct err *e)
{
	struct store *st = session_store(s);

	return contact_known(s) ? open_at(st, st->hub.url, out, e) : no_hub(e);
}

const char *
contact_url(struct session *s)
{
	return session_store(s)->hub.url;
}

int
contact_move(struct session *s, const char *url, struct err *e)
{
	struct store *st = session_store(s);
	char before[CARD_URL_MAX];
	struct remote r;

	if (!contact_known(s))
		return no_hub(e);
	if (open_at(st, url, &r, e) != 0)
		return -1;
	remote_done(&r);
	memcpy(before, st->hub.url, sizeof(before));
	snprintf(st->hub.url, sizeof(st->hub.url), "%s", url);
	if (store_save_hub(st, e) == 0)
		return 0;
	memcpy(st->hub.url, before, sizeof(before));
	return -1;
}

/* ---- its key ---- */

_Static_assert(CONTACT_PIN_BYTES == PINS_TEXT_BYTES, "a pin's text");
_Static_assert(CONTACT_WORD_MAX == PINS_BYTES_MAX, "a signed word");

int
contact_pin_read(const char *text, struct hash *pin, struct err *e)
{
	return pins_parse(text, pin) ? 0 : err_set(e, ERR_INPUT, "a pin is "
	    "given whole, as tugid printed it: sha256//... or 64 hex digits");
}

void
contact_pin(struct session *s, char out[static CONTACT_PIN_BYTES])
{
	pins_text(&session_store(s)->hub.pin, out);
}

static int
take_vouched(struct store *st, struct remote *r, const struct hash *pin,
    struct err *e)
{
	struct remote_call call = { .method = "GET", .path = "/v1/pins" };
	struct buf answer;
	int rc, status = 0;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	rc = r->call(r->ctx, &call, &status, &answer, e);
	if (rc == 0 && status != 200)
		rc = err_set(e, ERR_PEER, "the hub there has not signed which "
		    "keys are its own; its operator does that with tugid key "
		    "next");
	if (rc == 0)
		rc = hubpins_vouched(st, buf_view(&answer), pin, e);
	buf_done(&answer);
	return rc;
}

/* Who was let in knows the key that signs such words. */
static int
can_tell(struct session *s, struct err *e)
{
	if (!contact_known(s))
		return no_hub(e);
	return session_store(s)->stage >= STORE_MEMBER ? 0 : err_set(e,
	    ERR_DENIED, "this device is not let in yet and cannot tell whose "
	    "key that is; ask the office for a new card");
}

int
contact_carried(struct session *s, struct view word, struct err *e)
{
	return can_tell(s, e) == 0 ?
	    hubpins_carried(session_store(s), word, e) : -1;
}

int
contact_vouch(struct session *s, const struct hash *pin, struct err *e)
{
	struct store *st = session_store(s);
	struct remote_pins pins = { .now = *pin };
	struct remote r;
	int rc;

	if (can_tell(s, e) != 0)
		return -1;
	if (remote_http(st->hub.url, &pins, st->tick, &r, e) != 0)
		return -1;
	rc = take_vouched(st, &r, pin, e);
	remote_done(&r);
	return rc;
}
