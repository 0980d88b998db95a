/*
 * Spaces: rows in and out, and what this device may do in one.
 *
 * Nothing here decides who may hold a space: common/rules does, from the
 * statements and epochs kept here. What spans records and search (beginning
 * and wiping a space) is in spaces_life.c.
 */
#include "client/core/local/spaces.h"

#include <stdio.h>
#include <string.h>

#include "client/core/local/places.h"
#include "common/base/mem.h"
#include "client/core/local/fields.h"

#define ACCESS_BYTES_MAX 4096
#define EPOCH_BYTES_MAX (1024 * 1024)

/* ---- the space row ---- */

#define SPACE_COLUMNS "SELECT id, kind, case_id, section, side, state, " \
	"epoch, sseq, lost_ms, listed_size, hidden, part, since FROM space "

static void
optional_id(struct stmt *q, int col, struct id *out)
{
	if (db_is_null(q, col) || db_id(q, col, out) != 0)
		memset(out, 0, sizeof(*out));
}

static void
take_since(struct view v, struct space *sp)
{
	sp->since_count = v.len % sizeof(struct id) != 0 ||
	    v.len > sizeof(sp->since) ? 0 : v.len / sizeof(struct id);
	if (sp->since_count > 0)
		memcpy(sp->since, v.data, v.len);
}

bool
spaces_since(const struct space *sp, const struct id *bound)
{
	size_t i;

	for (i = 0; i < sp->since_count; i++)
		if (id_eq(&sp->since[i], bound))
			return true;
	return id_is_zero(bound);
}

static void
read_space(struct stmt *q, struct space *out)
{
	memset(out, 0, sizeof(*out));
	optional_id(q, 0, &out->id);
	out->kind = (enum space_kind)db_int(q, 1);
	optional_id(q, 2, &out->case_id);
	snprintf(out->section, sizeof(out->section), "%s", db_text(q, 3));
	optional_id(q, 4, &out->side);
	out->state = (enum space_state)db_int(q, 5);
	out->epoch = (uint32_t)db_int(q, 6);
	out->sseq = (uint64_t)db_int(q, 7);
	out->lost_ms = db_int(q, 8);
	out->listed_size = (uint64_t)db_int(q, 9);
	out->hidden = db_int(q, 10) != 0;
	optional_id(q, 11, &out->part);
	take_since(db_blob(q, 12), out);
}

static int
one_space(struct stmt *q, struct space *out, struct err *e)
{
	int rc = db_step(q, e);

	if (rc == 1) {
		read_space(q, out);
		db_reset(q);
	}
	return rc;
}

int
spaces_find(struct store *s, const struct id *id, struct space *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, SPACE_COLUMNS "WHERE id = ?");

	db_bind_id(q, 1, id);
	return one_space(q, out, e);
}

int
spaces_find_section(struct store *s, const struct id *case_id,
    const char *section, const struct id *side, struct space *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, SPACE_COLUMNS
	    "WHERE case_id = ?1 AND section = ?2 AND part IS NULL "
	    "AND (?3 IS NULL OR side = ?3) ORDER BY state, side IS NOT ?4, id LIMIT 1");

	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, section);
	db_bind_id(q, 3, side);
	db_bind_id(q, 4, &s->person);
	return one_space(q, out, e);
}

int
spaces_find_part(struct store *s, const struct id *case_id,
    const char *section, const struct id *part, struct space *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, SPACE_COLUMNS
	    "WHERE case_id = ?1 AND section = ?2 AND part = ?3 "
	    "ORDER BY state, side IS NOT ?4, id LIMIT 1");

	db_bind_id(q, 1, case_id);
	db_bind_text(q, 2, section);
	db_bind_id(q, 3, part);
	db_bind_id(q, 4, &s->person);
	return one_space(q, out, e);
}

unsigned
spaces_home(const struct space *sp)
{
	return sp->kind == SPACE_COMMONS ? HOME_COMMONS :
	    sp->kind == SPACE_ROOM ? HOME_ROOM : HOME_CASE;
}

static void
bind_unless_zero(struct stmt *q, int i, const struct id *id)
{
	db_bind_id(q, i, id_is_zero(id) ? NULL : id);
}

int
spaces_save_tx(struct store *s, const struct space *sp, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO space (id, kind, case_id, section, side, state, "
	    "epoch, sseq, lost_ms, listed_size, part, since) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
	    "SET kind = excluded.kind, case_id = excluded.case_id, "
	    "section = excluded.section, side = excluded.side, "
	    "state = excluded.state, epoch = excluded.epoch, "
	    "sseq = excluded.sseq, lost_ms = excluded.lost_ms, "
	    "listed_size = excluded.listed_size, part = excluded.part, "
	    "since = excluded.since");

	db_bind_id(q, 1, &sp->id);
	db_bind_int(q, 2, sp->kind);
	bind_unless_zero(q, 3, &sp->case_id);
	db_bind_text(q, 4, sp->section[0] != '\0' ? sp->section : NULL);
	bind_unless_zero(q, 5, &sp->side);
	db_bind_int(q, 6, sp->state);
	db_bind_int(q, 7, sp->epoch);
	db_bind_int(q, 8, (int64_t)sp->sseq);
	if (sp->lost_ms != 0)
		db_bind_int(q, 9, sp->lost_ms);
	db_bind_int(q, 10, (int64_t)sp->listed_size);
	bind_unless_zero(q, 11, &sp->part);
	if (sp->since_count > 0)
		db_bind_blob(q, 12, sp->since, sp->since_count *
		    sizeof(struct id));
	s->ends.known = false;
	return db_run(q, e);
}

static int
all_spaces(struct stmt *q, struct space *out, size_t max, size_t *n,
    struct err *e)
{
	int rc;

	*n = 0;
	while ((rc = db_step(q, e)) == 1) {
		if (*n == max) {
			db_reset(q);
			return err_set(e, ERR_TOOBIG,
			    "there are more than %zu sections to list", max);
		}
		read_space(q, &out[(*n)++]);
	}
	return rc;
}

int
spaces_list(struct store *s, const struct id *case_id, struct space *out,
    size_t max, size_t *n, struct err *e)
{
	struct stmt *q = case_id != NULL ?
	    db_prepare(s->db, SPACE_COLUMNS
	        "WHERE case_id = ?1 ORDER BY section, side IS NOT ?2, id") :
	    db_prepare(s->db, SPACE_COLUMNS
	        "WHERE ?1 IS NULL ORDER BY case_id, section, side IS NOT ?2, id");

	db_bind_id(q, 1, case_id);
	db_bind_id(q, 2, &s->person);
	return all_spaces(q, out, max, n, e);
}

int
spaces_rooms(struct store *s, const char *kind, struct space *out,
    size_t max, size_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db, SPACE_COLUMNS "WHERE kind = ?1 "
	    "AND (?2 IS NULL OR section = ?2) ORDER BY section, id");

	db_bind_int(q, 1, SPACE_ROOM);
	db_bind_text(q, 2, kind);
	return all_spaces(q, out, max, n, e);
}

static bool
text_is(const struct op *op)
{
	return op->value.type == VALUE_TEXT;
}

static void
take_id(const struct op *op, struct id *out)
{
	if (op->value.type == VALUE_BYTES &&
	    op->value.data.len == sizeof(out->b))
		memcpy(out->b, op->value.data.data, sizeof(out->b));
}

static void
learn_op(const struct op *op, struct space *sp)
{
	switch (op->field) {
	case SPACE_CASE:
		take_id(op, &sp->case_id);
		break;
	case SPACE_SECTION:
		if (text_is(op) && op->value.data.len < sizeof(sp->section))
			snprintf(sp->section, sizeof(sp->section), "%.*s",
			    (int)op->value.data.len,
			    (const char *)op->value.data.data);
		break;
	case SPACE_SIDE:
		take_id(op, &sp->side);
		break;
	case SPACE_PART:
		take_id(op, &sp->part);
		break;
	case SPACE_SINCE:
		if (op->value.type == VALUE_BYTES)
			take_since(op->value.data, sp);
		break;
	case SPACE_KIND:
		if (op->value.type == VALUE_INT &&
		    op->value.num == SPACE_ROOM &&
		    sp->kind != SPACE_COMMONS)
			sp->kind = SPACE_ROOM;
		break;
	default:
		break;
	}
}

/* Whether the log has space ${a} from an earlier place on than ${b}. */
static int
is_earlier(struct store *s, const struct id *a, const struct id *b, bool *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT "
	    "(SELECT min(seq) FROM item WHERE space = ?1) < "
	    "(SELECT min(seq) FROM item WHERE space = ?2)");
	int rc;

	db_bind_id(q, 1, a);
	db_bind_id(q, 2, b);
	rc = db_step(q, e);
	*out = rc == 1 && db_int(q, 0) != 0;
	db_reset(q);
	return rc < 0 ? -1 : 0;
}

/* It is no section of any case any more, and nothing is written there. */
static int
demote_tx(struct store *s, struct space *card, struct err *e)
{
	card->section[0] = '\0';
	if (card->state != SPACE_LOST)
		card->state = SPACE_FROZEN;
	return spaces_save_tx(s, card, e);
}

/* What a card says opens all sections of its case: somebody who knows a case
 * by id alone must not begin a second one. The earlier in the log is the card,
 * whichever is seen first (rules.md 6.5). */
static int
check_only_card(struct store *s, const struct space *sp, struct err *e)
{
	struct space card;
	bool earlier;
	int rc;

	if (strcmp(sp->section, "card") != 0 || sp->kind == SPACE_ROOM)
		return 0;
	if (!id_is_zero(&sp->part))
		return err_set(e, ERR_PEER, "it says it is a part of a case's "
		    "card, which has none");
	rc = spaces_find_section(s, &sp->case_id, "card", NULL, &card, e);
	if (rc <= 0 || id_eq(&card.id, &sp->id))
		return rc < 0 ? -1 : 0;
	if (is_earlier(s, &sp->id, &card.id, &earlier, e) != 0)
		return -1;
	if (earlier)
		return demote_tx(s, &card, e);
	return err_set(e, ERR_PEER, "it says it is the card of a case that "
	    "has another one");
}

int
spaces_learn_tx(struct store *s, const struct id *space,
    const struct record *rec, struct err *e)
{
	struct space sp;
	struct stmt *q;
	size_t i;
	int rc = spaces_find(s, space, &sp, e);

	if (rc != 1 || sp.state != SPACE_UNKNOWN)
		return rc < 0 ? -1 : 0;
	/* The directory names the commons; no record makes another one. */
	sp.kind = id_eq(space, &s->roster.genesis.commons) ? SPACE_COMMONS :
	    SPACE_CASE_SECTION;
	for (i = 0; i < rec->op_count; i++)
		learn_op(&rec->ops[i], &sp);
	if (sp.kind == SPACE_ROOM)
		memset(&sp.case_id, 0, sizeof(sp.case_id));
	if (check_only_card(s, &sp, e) != 0)
		return -1;
	sp.state = SPACE_OPEN;
	if (spaces_save_tx(s, &sp, e) != 0)
		return -1;
	q = db_prepare(s->db, "UPDATE record SET case_id = ? WHERE space = ? "
	    "AND case_id IS NULL");
	bind_unless_zero(q, 1, &sp.case_id);
	db_bind_id(q, 2, space);
	return db_run(q, e);
}

/* ---- epochs ---- */

static int
read_epoch(struct stmt *q, struct space_epoch *out, struct err *e)
{
	struct view key = db_blob(q, 2);

	if (db_hash(q, 0, &out->id) != 0 || db_id(q, 3, &out->author) != 0 ||
	    (!db_is_null(q, 2) && key.len != sizeof(out->key.b)))
		return err_set(e, ERR_LOCAL, "the store is damaged: an epoch "
		    "has values of the wrong size");
	out->has_key = !db_is_null(q, 2);
	if (out->has_key)
		memcpy(out->key.b, key.data, key.len);
	out->accepted = !db_is_null(q, 4);
	out->seq = (uint64_t)db_int(q, 4);
	out->accept_ms = db_int(q, 5);
	if (epoch_decode(db_blob(q, 1), &out->ep, e) != 0)
		return err_add(e, "a stored epoch cannot be read");
	return 0;
}

int
spaces_epoch_find(struct store *s, const struct id *space,
    uint32_t number, struct space_epoch *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT id, body, key, author, seq, accept_ms FROM epoch "
	    "WHERE space = ? AND number = ?");
	int rc;

	memset(out, 0, sizeof(*out));
	db_bind_id(q, 1, space);
	db_bind_int(q, 2, number);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	rc = read_epoch(q, out, e);
	db_reset(q);
	if (rc != 0) {
		space_epoch_done(out);
		return -1;
	}
	return 1;
}

int
spaces_epoch_save_tx(struct store *s, const struct space_epoch *ep,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO epoch (space, number, id, body, key, author, seq, "
	    "accept_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
	    "ON CONFLICT (space, number) DO UPDATE SET id = excluded.id, "
	    "body = excluded.body, key = excluded.key, "
	    "author = excluded.author, seq = excluded.seq, "
	    "accept_ms = excluded.accept_ms");
	struct buf b;
	int rc;

	s->ends.known = false;
	buf_init(&b, EPOCH_BYTES_MAX);
	epoch_encode(&ep->ep, &b);
	if (buf_check(&b, "an epoch", e) != 0) {
		buf_done(&b);
		return -1;
	}
	db_bind_id(q, 1, &ep->ep.space);
	db_bind_int(q, 2, ep->ep.number);
	db_bind_hash(q, 3, &ep->id);
	db_bind_view(q, 4, buf_view(&b));
	if (ep->has_key)
		db_bind_blob(q, 5, ep->key.b, sizeof(ep->key.b));
	db_bind_id(q, 6, &ep->author);
	if (ep->accepted) {
		db_bind_int(q, 7, (int64_t)ep->seq);
		db_bind_int(q, 8, ep->accept_ms);
	}
	rc = db_run(q, e);
	buf_done(&b);
	return rc;
}

void
space_epoch_done(struct space_epoch *ep)
{
	if (ep == NULL)
		return;
	epoch_done(&ep->ep);
	mem_wipe(&ep->key, sizeof(ep->key));
}

/* ---- what this device may do ---- */

/* By the statements alone, before there is an epoch. */
static int
right_by_access(struct store *s, const struct id *space, enum right *out,
    struct err *e)
{
	struct access_book book;
	struct access_answer answer;

	if (spaces_access_load(s, space, &book, e) != 0)
		return -1;
	access_judge(&book, &s->person, store_now_ms(s), &answer);
	*out = answer.right;
	access_book_done(&book);
	return 0;
}

/* Remembered by the epoch's id, because decoding a long list of recipients
 * costs more than saving a note. */
static int
right_by_epoch(struct store *s, const struct id *space, uint32_t number,
    const struct hash *epoch_id, enum right *out, struct err *e)
{
	const struct epoch_recipient *me;
	struct space_epoch ep;
	int rc;

	if (hash_is_zero(epoch_id) ||
	    !hash_eq(&s->right_memo.epoch, epoch_id)) {
		rc = spaces_epoch_find(s, space, number, &ep, e);
		if (rc != 1)
			return rc;
		me = epoch_find(&ep.ep, &s->me->device);
		s->right_memo.epoch = *epoch_id;
		s->right_memo.right =
		    (uint8_t)(me != NULL ? me->right : RIGHT_NONE);
		s->right_memo.until_ms = me != NULL ? me->until_ms : 0;
		space_epoch_done(&ep);
	}
	if (store_now_ms(s) <= s->right_memo.until_ms)
		*out = (enum right)s->right_memo.right;
	return 0;
}

int
spaces_right(struct store *s, const struct id *space, enum right *out,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT space.state, space.epoch, epoch.id FROM space "
	    "LEFT JOIN epoch ON epoch.space = space.id "
	    "AND epoch.number = space.epoch WHERE space.id = ?");
	enum space_state state;
	struct hash epoch_id = { { 0 } };
	uint32_t number;
	int rc;

	*out = RIGHT_NONE;
	db_bind_id(q, 1, space);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	state = (enum space_state)db_int(q, 0);
	number = (uint32_t)db_int(q, 1);
	if (!db_is_null(q, 2))
		db_hash(q, 2, &epoch_id);
	db_reset(q);
	if (state == SPACE_LOST)
		return 0;
	rc = number == 0 ? right_by_access(s, space, out, e) :
	    right_by_epoch(s, space, number, &epoch_id, out, e);
	if (state != SPACE_OPEN && *out > RIGHT_READ)
		*out = RIGHT_READ;
	return rc;
}

/* ---- access statements ---- */

/* With ${said} what opened and was lost by the hub is left out: who knows it
 * would go on opening for somebody whom no other member sees a ground for. */
static int
read_book(struct stmt *q, bool said, struct access_book *out, struct err *e)
{
	struct access a;
	int rc;

	access_book_init(out);
	while ((rc = db_step(q, e)) == 1) {
		rc = access_decode(db_blob(q, 0), &a, e);
		if (rc == 0 && said && db_int(q, 1) >= PLACE_LOST &&
		    a.kind != ACCESS_OWNER && !access_closes(a.kind))
			continue;
		if (rc == 0)
			rc = access_book_add(out, &a, e);
		if (rc != 0) {
			db_reset(q);
			access_book_done(out);
			return err_add(e,
			    "a stored access statement cannot be read");
		}
	}
	if (rc < 0)
		access_book_done(out);
	return rc;
}

static int
load_book(struct store *s, const struct id *space, bool said,
    struct access_book *out, struct err *e)
{
	/* Log order, then idx as saved; own unsent ones last. */
	struct stmt *q = db_prepare(s->db,
	    "SELECT body, seq FROM access WHERE space = ? "
	    "ORDER BY seq IS NULL, seq, id");

	db_bind_id(q, 1, space);
	return read_book(q, said, out, e);
}

int
spaces_access_load(struct store *s, const struct id *space,
    struct access_book *out, struct err *e)
{
	return load_book(s, space, false, out, e);
}

int
spaces_access_said(struct store *s, const struct id *space,
    struct access_book *out, struct err *e)
{
	return load_book(s, space, true, out, e);
}

int
spaces_access_before(struct store *s, const struct id *space, int64_t seq,
    struct access_book *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT body, seq FROM access WHERE space = ? AND seq < ? "
	    "AND seq < " PLACE_LOST_SQL " ORDER BY seq, id");

	db_bind_id(q, 1, space);
	db_bind_int(q, 2, seq);
	return read_book(q, false, out, e);
}

/* Under one id a withdrawal stands, whatever else was said under it and when:
 * a keeper who knows the record could have taken its place (rules.md 5.2). */
static int
make_way_tx(struct store *s, const struct id *space, const struct access *a,
    bool *taken, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT body FROM access WHERE space = ? AND id = ?");
	struct access there;
	int rc;

	*taken = false;
	db_bind_id(q, 1, space);
	db_bind_id(q, 2, &a->id);
	rc = db_step(q, e);
	if (rc == 1)
		rc = access_decode(db_blob(q, 0), &there, e) == 0 ? 1 : -1;
	db_reset(q);
	if (rc != 1 || there.kind == a->kind)
		return rc < 0 ? -1 : 0;
	*taken = there.kind == ACCESS_WITHDRAW;
	if (a->kind != ACCESS_WITHDRAW)
		return 0;
	q = db_prepare(s->db, "DELETE FROM access WHERE space = ? AND id = ?");
	db_bind_id(q, 1, space);
	db_bind_id(q, 2, &a->id);
	return db_run(q, e);
}

int
spaces_access_unsay_tx(struct store *s, const struct id *space,
    const struct id *id, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "DELETE FROM access WHERE space = ? "
	    "AND id = ? AND seq IS NULL AND item IS NULL");

	db_bind_id(q, 1, space);
	db_bind_id(q, 2, id);
	return db_run(q, e);
}

int
spaces_access_save_tx(struct store *s, const struct id *space,
    const struct access *a, const struct hash *item, int64_t seq,
    struct err *e)
{
	/* ?6: where what a restored hub lost begins. */
	static const char sql[] =
	    "INSERT INTO access (space, id, seq, item, body) "
	    "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (space, id) DO UPDATE SET "
	    "seq = iif(access.seq >= ?6, excluded.seq, "
	    "coalesce(excluded.seq, access.seq)), "
	    "item = iif(access.seq >= ?6, excluded.item, "
	    "coalesce(excluded.item, access.item)), "
	    "body = iif(excluded.seq IS NULL AND coalesce(access.seq, 0) < ?6, "
	    "access.body, excluded.body) "
	    "WHERE access.seq IS NULL OR excluded.seq < access.seq OR "
	    "(excluded.seq IS NULL AND access.seq >= ?6)";
	struct stmt *q;
	struct buf b;
	bool taken;
	int rc;

	if (make_way_tx(s, space, a, &taken, e) != 0)
		return -1;
	if (taken)
		return 0;
	buf_init(&b, ACCESS_BYTES_MAX);
	access_encode(a, &b);
	rc = buf_check(&b, "an access statement", e);
	if (rc == 0) {
		q = db_prepare(s->db, sql);
		db_bind_id(q, 1, space);
		db_bind_id(q, 2, &a->id);
		if (seq >= 0)
			db_bind_int(q, 3, seq);
		if (item != NULL)
			db_bind_hash(q, 4, item);
		db_bind_view(q, 5, buf_view(&b));
		db_bind_int(q, 6, PLACE_LOST);
		rc = db_run(q, e);
	}
	buf_done(&b);
	return rc;
}

/* ---- authors ---- */

int
spaces_author_find(struct store *s, const struct id *space,
    const struct id *device, struct admit_author *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT counter, last_id, seen_size, listed_size, removed_ms, "
	    "deposits FROM author WHERE space = ? AND device = ?");
	int rc;

	memset(out, 0, sizeof(*out));
	db_bind_id(q, 1, space);
	db_bind_id(q, 2, device);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	out->counter = (uint64_t)db_int(q, 0);
	rc = db_hash(q, 1, &out->last_id);
	out->seen_size = (uint64_t)db_int(q, 2);
	out->listed_size = (uint64_t)db_int(q, 3);
	out->was_member = !db_is_null(q, 4);
	out->removed_ms = db_int(q, 4);
	out->deposits = (int)db_int(q, 5);
	db_reset(q);
	if (rc != 0)
		return err_set(e, ERR_LOCAL, "the store is damaged: an author "
		    "has an id of the wrong size");
	return 1;
}

int
spaces_author_save_tx(struct store *s, const struct id *space,
    const struct id *device, const struct admit_author *a, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO author (space, device, counter, last_id, seen_size, "
	    "listed_size, removed_ms, deposits) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT (space, device) DO UPDATE SET "
	    "counter = excluded.counter, last_id = excluded.last_id, "
	    "seen_size = excluded.seen_size, "
	    "listed_size = excluded.listed_size, "
	    "removed_ms = excluded.removed_ms, deposits = excluded.deposits");

	db_bind_id(q, 1, space);
	db_bind_id(q, 2, device);
	db_bind_int(q, 3, (int64_t)a->counter);
	db_bind_hash(q, 4, &a->last_id);
	db_bind_int(q, 5, (int64_t)a->seen_size);
	db_bind_int(q, 6, (int64_t)a->listed_size);
	if (a->was_member)
		db_bind_int(q, 7, a->removed_ms);
	db_bind_int(q, 8, a->deposits);
	return db_run(q, e);
}
