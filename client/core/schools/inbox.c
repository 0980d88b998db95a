/*
 * Filing writes the note and takes the quick one out of the inbox together:
 * at no moment is the text in neither place.
 */
#include "client/core/schools/inbox.h"

#include <string.h>

#include "client/core/cases/entries.h"
#include "client/core/cases/notes.h"
#include "client/core/cases/removal.h"
#include "client/core/local/day.h"
#include "common/base/mem.h"

int
inbox_add(struct session *s, const struct assignment *set, size_t n,
    struct id *id, struct err *e)
{
	struct entry_draft d = { .type = TYPE_QUICK, .set = set, .n = n };

	return entries_add(s, &d, id, e);
}

int
inbox_list(struct session *s, struct record_list *out, struct err *e)
{
	struct records_query q = { .type = TYPE_QUICK };

	return records_list(s, &q, out, e);
}

struct counting {
	struct store *s;
	size_t waiting, drafts;
};

static bool
is_private(const struct loaded *l)
{
	const struct heads_field *h = heads_find(&l->heads, QUICK_PRIVATE);

	return h != NULL && h->heads[0].op->value.type == VALUE_BOOL &&
	    h->heads[0].op->value.num != 0;
}

static int
count_one(void *ctx, const struct record_row *row, struct err *e)
{
	struct counting *c = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(c->s, row, l, e);

	if (rc == 1 && is_private(l))
		c->drafts++;
	else if (rc == 1)
		c->waiting++;
	versions_done(l);
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

int
inbox_count(struct session *session, size_t *waiting, size_t *drafts,
    struct err *e)
{
	struct counting c = { session_store(session), 0, 0 };
	struct version_query q = { .type = TYPE_QUICK };

	if (versions_each(c.s, &q, count_one, &c, e) != 0)
		return -1;
	*waiting = c.waiting;
	*drafts = c.drafts;
	return 0;
}

/* ---- what goes by itself ---- */

int64_t
inbox_draft_end(const struct loaded *l)
{
	int64_t last = 0, at;
	size_t i;

	for (i = 0; i < l->count; i++) {
		at = hlc_ms(l->versions[i].rec.hlc);
		last = at > last ? at : last;
	}
	return is_private(l) && last > 0 ?
	    last + INBOX_DRAFT_DAYS * DAY_MS : 0;
}

struct expiring {
	struct session *session;
	struct store *s;
	int64_t now_ms;
	size_t gone;
};

static int
expire_one(void *ctx, const struct record_row *row, struct err *e)
{
	struct expiring *x = ctx;
	struct loaded *l = mem_new(sizeof(*l));
	int rc = versions_load_row(x->s, row, l, e);
	int64_t end = rc == 1 ? inbox_draft_end(l) : 0;
	enum removal how;

	versions_done(l);
	mem_free(l);
	if (rc < 0 || end == 0 || end > x->now_ms)
		return rc < 0 ? -1 : 0;
	x->gone++;
	return removal_tx(x->session, row, &how, e);
}

int
inbox_expire(struct session *session, size_t *gone, struct err *e)
{
	struct store *s = session_store(session);
	struct version_query q = { .type = TYPE_QUICK };
	struct expiring x = { session, s, tick_wall_ms(&s->tick), 0 };
	int rc;

	*gone = 0;
	if (s->stage != STORE_MEMBER || s->stopped)
		return 0;
	if (x.now_ms > s->contact_ms)
		x.now_ms = s->contact_ms;
	if (db_begin(s->db, e) != 0)
		return -1;
	rc = versions_each(s, &q, expire_one, &x, e);
	rc = db_end(s->db, rc, e);
	if (rc == 0)
		*gone = x.gone;
	return rc;
}

/* ---- filing ---- */

static char *
text_of(const struct loaded *l, uint16_t field)
{
	struct view v = loaded_text(l, field);
	char *out;

	if (v.len == 0)
		return NULL;
	out = mem_new(v.len + 1);
	memcpy(out, v.data, v.len);
	return out;
}

static int
write_note_tx(struct session *session, const struct loaded *l,
    const struct id *case_id, const struct id *note, struct err *e)
{
	struct note_draft d = { .case_id = *case_id,
		.text = loaded_text(l, QUICK_TEXT),
		.happened_ms = loaded_int(l, QUICK_HAPPENED),
		.minutes = loaded_int(l, QUICK_MINUTES) };
	char *category = text_of(l, QUICK_CATEGORY);
	char *language = text_of(l, QUICK_LANGUAGE);
	char *school = text_of(l, QUICK_SCHOOL);
	int rc;

	d.category = category;
	d.language = language;
	d.school = school;
	rc = notes_write_tx(session, &d, note, 1, e);
	mem_free(category);
	mem_free(language);
	mem_free(school);
	return rc;
}

static int
say_filed_tx(struct store *s, const struct id *quick, const struct id *note,
    struct err *e)
{
	struct op filed = { .field = QUICK_FILED }, gone = {
		.field = FIELD_DELETED };
	struct write w = { .id = *quick, .type = TYPE_QUICK, .ops = &filed,
		.op_count = 1 };

	filed.value.type = VALUE_BYTES;
	filed.value.data = view_of(note->b, sizeof(note->b));
	if (versions_write_tx(s, &w, NULL, e) != 0)
		return -1;
	gone.value.type = VALUE_BOOL;
	gone.value.num = true;
	w.ops = &gone;
	return versions_write_tx(s, &w, NULL, e);
}

static int
check_quick(int rc, const struct loaded *l, struct err *e)
{
	struct id filed;

	if (rc < 0)
		return -1;
	if (rc == 0 || l->row.type != TYPE_QUICK ||
	    (l->row.flags & (RECORD_HIDDEN | RECORD_ERASED)) != 0)
		return err_set(e, ERR_ABSENT, "there is no such quick note "
		    "here; tugi inbox lists them");
	filed = loaded_id(l, QUICK_FILED);
	if (!id_is_zero(&filed))
		return err_set(e, ERR_CLASH, "this note is in a case already");
	return (l->row.flags & RECORD_DELETED) == 0 ? 0 : err_set(e,
	    ERR_DENIED, "this note is deleted; restore it first");
}

int
inbox_file(struct session *session, const struct id *quick,
    const struct id *case_id, struct id *note, struct err *e)
{
	struct store *s = session_store(session);
	struct loaded *l = loaded_new();
	int rc = check_quick(versions_load(s, quick, l, e), l, e);

	id_timed(note, tick_wall_ms(&s->tick));
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = write_note_tx(session, l, case_id, note, e);
		if (rc == 0)
			rc = say_filed_tx(s, quick, note, e);
		rc = db_end(s->db, rc, e);
	}
	versions_done(l);
	mem_free(l);
	return rc;
}
