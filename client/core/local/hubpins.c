/* In meta: u64 number || next pin. The key in use is the card's (s->hub). */
#include "client/core/local/hubpins.h"

#include <string.h>

#include "common/wire/pins.h"

#define KEY_PINS "hub.pins"

int
hubpins_next(struct store *s, struct hash *next, uint64_t *number,
    struct err *e)
{
	struct reader r;
	struct buf b;
	int rc;

	memset(next, 0, sizeof(*next));
	*number = 0;
	buf_init(&b, PINS_BYTES_MAX);
	rc = store_get(s, KEY_PINS, &b, e);
	if (rc == 1) {
		reader_init(&r, buf_view(&b));
		*number = reader_be(&r, 8);
		reader_copy(&r, next->b, sizeof(next->b));
		if (r.bad)
			rc = err_set(e, ERR_LOCAL, "what this profile knows "
			    "of the hub's next key is damaged");
	}
	buf_done(&b);
	return rc < 0 ? -1 : 0;
}

static int
save(struct store *s, const struct pins *p, struct err *e)
{
	struct hash before = s->hub.pin;
	struct buf b;
	int rc;

	if (db_begin(s->db, e) != 0)
		return -1;
	buf_init(&b, PINS_BYTES_MAX);
	buf_add_be(&b, p->number, 8);
	buf_add(&b, p->next.b, sizeof(p->next.b));
	s->hub.pin = p->now;
	rc = store_put(s, KEY_PINS, buf_view(&b), e);
	if (rc == 0)
		rc = store_save_hub(s, e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	buf_done(&b);
	if (rc == 0)
		return 0;
	s->hub.pin = before;
	db_rollback(s->db);
	return -1;
}

static int
read_word(const struct store *s, struct view word, struct pins *p,
    struct err *e)
{
	if (pins_decode(word, p, e) != 0)
		return -1;
	return pins_signed(p, &s->roster.genesis.hub) ? 0 : err_set(e,
	    ERR_PEER, "what the hub says of its keys is not signed by it; "
	    "this device keeps to the keys that it knows, tell the office");
}

/* 1 it is the hub's and newer than what is known, 0 it is not newer, -1. */
static int
read_newer(struct store *s, struct view word, struct pins *p,
    struct hash *next, struct err *e)
{
	uint64_t number;

	if (read_word(s, word, p, e) != 0 ||
	    hubpins_next(s, next, &number, e) != 0)
		return -1;
	if (p->number <= number)
		return 0;
	return 1;
}

int
hubpins_take(struct store *s, struct view word, struct err *e)
{
	struct hash next;
	struct pins p;
	int rc = read_newer(s, word, &p, &next, e);

	if (rc != 1)
		return rc;
	if (!hash_eq(&p.now, &s->hub.pin) && !hash_eq(&p.now, &next))
		return err_set(e, ERR_PEER, "the hub answers with one key and "
		    "says that it uses another; this device keeps to the keys "
		    "that it knows, tell the office");
	return save(s, &p, e) == 0 ? 1 : -1;
}

int
hubpins_carried(struct store *s, struct view word, struct err *e)
{
	struct hash next;
	struct pins p;
	int rc;

	if (s->stopped)
		return err_set(e, ERR_DENIED, "this device believes the hub "
		    "nothing now (tugi status says why); what it knows of the "
		    "hub's keys stays");
	rc = read_newer(s, word, &p, &next, e);
	if (rc == 0)
		return err_set(e, ERR_CLASH, "this word on the hub's keys is "
		    "not newer than the one this device has; nothing was "
		    "changed");
	return rc < 0 ? -1 : save(s, &p, e);
}

int
hubpins_vouched(struct store *s, struct view word, const struct hash *pin,
    struct err *e)
{
	struct pins p;

	if (read_word(s, word, &p, e) != 0)
		return -1;
	if (!hash_eq(&p.now, pin))
		return err_set(e, ERR_PEER, "the pin that you gave is not the "
		    "one that this office's hub has signed; nothing was "
		    "changed here");
	return save(s, &p, e);
}
