/*
 * A record that no version of was ever sealed is nobody's but this device's:
 * its text goes at once. One that was sent is deleted, which hides it from
 * every reader at the next sync, and then erased by the rules that exist: a
 * keeper asks, a data-protection officer signs. The request follows the
 * deletion to the hub, since an order names only what is there.
 */
#include "client/core/cases/removal.h"

#include <string.h>

#include "client/core/records/erase.h"
#include "client/core/local/erased.h"
#include "client/core/cases/uptake.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define VERSIONS_MAX 256

/* ---- one record ---- */

struct unsent {
	struct version_ref refs[VERSIONS_MAX];
	size_t count;
	bool sent;
};

static int
look(struct store *s, const struct record_row *row, struct unsent *u,
    struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT origin, hlc, state FROM "
	    "version WHERE rid = ?");
	int rc;

	db_bind_int(q, 1, row->rid);
	while ((rc = db_step(q, e)) == 1) {
		if (db_int(q, 2) != VERSION_LOCAL || u->count == VERSIONS_MAX)
			u->sent = true;
		else if (db_id(q, 0, &u->refs[u->count].origin) == 0)
			u->refs[u->count++].hlc = (uint64_t)db_int(q, 1);
	}
	return rc;
}

static int
delete_tx(struct store *s, const struct record_row *row, struct err *e)
{
	struct op op;
	struct write w;

	memset(&op, 0, sizeof(op));
	memset(&w, 0, sizeof(w));
	op.field = FIELD_DELETED;
	op.value.type = VALUE_BOOL;
	op.value.num = 1;
	w.id = row->id;
	w.type = row->type;
	w.ops = &op;
	w.op_count = 1;
	return versions_write_tx(s, &w, NULL, e);
}

int
removal_tx(struct session *session, const struct record_row *row,
    enum removal *out, struct err *e)
{
	struct store *s = session_store(session);
	struct unsent *u;
	size_t i;
	int rc;

	if (!erased_alone(row->type))
		return err_set(e, ERR_INPUT, "this goes only with its whole "
		    "case");
	u = mem_new(sizeof(*u));
	rc = look(s, row, u, e);
	*out = u->sent ? REMOVAL_DELETED : REMOVAL_WIPED;
	for (i = 0; rc == 0 && !u->sent && i < u->count; i++)
		rc = versions_mark_tx(s, row->rid, &u->refs[i], VERSION_GONE,
		    e);
	if (rc == 0 && u->sent && (row->flags & RECORD_DELETED) == 0) {
		rc = delete_tx(s, row, e);
		if (rc != 0 && e->kind == ERR_DENIED) {
			err_clear(e);
			*out = REMOVAL_NOT_MINE;
			rc = 0;
		}
	}
	mem_free(u);
	return rc;
}

/* ---- after a sync ---- */

struct settling {
	struct session *session;
	struct store *s;
	const char *words;
	size_t asked;
};

/* Asked already, nobody to sign, not kept here: it waits, and nothing of the
 * sync fails for it. */
static int
ask(struct settling *x, const struct id *record, struct err *e)
{
	struct erase_wish w = { ERASE_MISTAKE, x->words };
	struct erase_asked asked;
	struct record_row row;
	struct err why;
	int rc = versions_row(x->s, record, &row, e);

	if (rc != 1)
		return rc;
	if ((row.flags & RECORD_DELETED) == 0 ||
	    (row.flags & (RECORD_HIDDEN | RECORD_ERASED)) != 0)
		return 0;
	if (erase_record(x->session, record, &w, &asked, &why) == 0)
		x->asked += 1 + asked.files;
	else if (why.kind != ERR_CLASH && why.kind != ERR_DENIED &&
	    why.kind != ERR_INPUT && why.kind != ERR_TOOBIG)
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

static int
ask_moved(void *ctx, const struct record_row *row, struct err *e)
{
	struct settling *x = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(x->s, row, l, e);
	struct id note;

	if (rc == 1) {
		note = loaded_id(l, MOVE_NOTE);
		if (view_eq(loaded_text(l, MOVE_WAY), view_str("out")))
			rc = ask(x, &note, e);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

static int
ask_deleted(void *ctx, const struct record_row *row, struct err *e)
{
	return erased_alone(row->type) ? ask(ctx, &row->id, e) : 0;
}

static int
ask_declined(void *ctx, const struct record_row *row, struct err *e)
{
	struct settling *x = ctx;
	struct version_query q = { .case_id = &row->case_id,
		.flags = RECORD_DELETED, .deleted = true };
	bool declined;

	if (uptake_declined(x->session, &row->case_id, &declined, e) != 0)
		return -1;
	return declined ? versions_each(x->s, &q, ask_deleted, x, e) : 0;
}

int
removal_settle(struct session *session, size_t *asked, struct err *e)
{
	struct settling x = { .session = session,
		.s = session_store(session) };
	struct version_query moved = { .type = TYPE_MOVE };
	struct version_query declined = { .type = TYPE_UPTAKE };
	int rc;

	*asked = 0;
	if (x.s->stage != STORE_MEMBER || x.s->stopped)
		return 0;
	x.words = _("written in the wrong case and moved to the right one");
	rc = versions_each(x.s, &moved, ask_moved, &x, e);
	x.words = _("written under an offer of the service that was declined");
	if (rc == 0)
		rc = versions_each(x.s, &declined, ask_declined, &x, e);
	*asked = x.asked;
	return rc;
}
