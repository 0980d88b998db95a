/*
 * The text is copied as it stands, its author named, since a record belongs to
 * one section for ever; the old one is taken out by removal.c. Neither case
 * says which other child it was about: the right one says that the note came
 * from elsewhere, the wrong one that something was there and who had it.
 */
#include "client/core/cases/moving.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/cases/cases.h"
#include "client/core/cases/entries.h"
#include "client/core/cases/removal.h"
#include "client/core/records/value.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define TEXTS_MAX 64
#define FETCHED_MAX 4000

void
moving_done(struct moving *m)
{
	reach_done(&m->reach);
}

struct move {
	struct session *session;
	struct store *s;
	const struct moving_wish *wish;
	struct moving *out;
	struct record_row rows[TEXTS_MAX]; /* the note, then what amends it and
					    * their files */
	struct id made[TEXTS_MAX];
	size_t count;
	struct id to, from_space, to_space;
	char fetched[FETCHED_MAX];
};

/* ---- which texts ---- */

static int
take_amendment(void *ctx, const struct record_row *row, struct err *e)
{
	struct move *m = ctx;

	if (m->count == TEXTS_MAX)
		return err_set(e, ERR_TOOBIG, "a note with more than %d "
		    "amendments and attachments is not moved", TEXTS_MAX - 1);
	m->rows[m->count++] = *row;
	return 0;
}

/* An amendment may be amended in turn. */
static int
take_texts(struct move *m, struct err *e)
{
	struct version_query notes = { .type = TYPE_NOTE,
		.oldest_first = true };
	struct version_query files = { .type = TYPE_ATTACHMENT,
		.oldest_first = true };
	size_t i;

	for (i = 0; i < m->count; i++) {
		notes.parent = files.parent = &m->rows[i].id;
		if (versions_each(m->s, &notes, take_amendment, m, e) != 0 ||
		    versions_each(m->s, &files, take_amendment, m, e) != 0)
			return -1;
	}
	return 0;
}

static int
find_note(struct move *m, struct err *e)
{
	struct id front;
	int rc = versions_row(m->s, &m->wish->note, &m->rows[0], e);

	if (rc < 0)
		return -1;
	if (rc == 0 || m->rows[0].type != TYPE_NOTE ||
	    (m->rows[0].flags & RECORD_OUT) != 0)
		return err_set(e, ERR_ABSENT, "there is no such note here");
	if (!id_is_zero(&m->rows[0].parent))
		return err_set(e, ERR_INPUT, "this amends another note: move "
		    "that one, and this goes along");
	if (m->wish->reason == NULL || *m->wish->reason == '\0')
		return err_set(e, ERR_INPUT, "say why the note is moved");
	if (alias_front(m->session, &m->wish->to, &m->to, e) != 0 ||
	    alias_front(m->session, &m->rows[0].case_id, &front, e) != 0)
		return -1;
	if (id_eq(&front, &m->to))
		return err_set(e, ERR_INPUT, "the note is in this child's case "
		    "already");
	m->from_space = m->rows[0].space;
	m->count = 1;
	return take_texts(m, e);
}

/* ---- who had it ---- */

static int
place_of(struct store *s, int64_t rid, uint64_t *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT min(seq) FROM version "
	    "WHERE rid = ? AND seq IS NOT NULL");

	*out = 0;
	db_bind_int(q, 1, rid);
	if (db_step(q, e) != 1)
		return -1;
	if (!db_is_null(q, 0))
		*out = (uint64_t)db_int(q, 0);
	db_reset(q);
	return 0;
}

static int
find_readers(struct move *m, struct err *e)
{
	uint64_t seq;
	size_t i, len = 0;

	if (place_of(m->s, m->rows[0].rid, &seq, e) != 0)
		return -1;
	if (seq == 0)
		return 0;
	if (reach_of(m->session, &m->from_space, seq, &m->out->reach, e) != 0)
		return -1;
	for (i = 0; i < m->out->reach.count && len < FETCHED_MAX; i++)
		len += (size_t)snprintf(m->fetched + len, FETCHED_MAX - len,
		    "%s%s (%s)", i > 0 ? ", " : "",
		    m->out->reach.items[i].name,
		    m->out->reach.items[i].certain ? _("has had it") :
		    _("could have it"));
	return 0;
}

/* ---- writing it anew ---- */

static int
copy_tx(struct move *m, size_t i, struct err *e)
{
	struct loaded *l = loaded_new();
	struct op *ops = mem_new(RECORD_OPS_MAX * sizeof(*ops));
	const struct record_kind *kind = fields_kind(m->rows[i].type);
	struct write w = { .type = kind->type, .space = m->to_space,
		.case_id = m->to, .at_ms = m->rows[i].at_ms, .ops = ops };
	size_t k;
	int rc = versions_load_row(m->s, &m->rows[i], l, e);

	for (k = 0; rc == 1 && k < l->heads.count; k++) {
		const struct heads_field *f = &l->heads.fields[k];

		if (f->field == FIELD_DELETED)
			continue;
		ops[w.op_count].field = f->field;
		ops[w.op_count].value = f->heads[0].op->value;
		if (f->field == kind->parent)
			for (size_t n = 0; n < i; n++)
				if (id_eq(&m->rows[n].id, &m->rows[i].parent))
					ops[w.op_count].value.data =
					    view_of(m->made[n].b, 16);
		w.op_count++;
	}
	if (rc == 1)
		rc = versions_write_tx(m->s, &w, &m->made[i], e);
	else if (rc == 0)
		rc = err_set(e, ERR_ABSENT, "a text of this note is not here");
	versions_done(l);
	mem_free(l);
	mem_free(ops);
	return rc;
}

static int
author_of(struct move *m, char out[static 160], struct err *e)
{
	struct loaded *l = loaded_new();
	struct values v;
	int rc = versions_load_row(m->s, &m->rows[0], l, e);
	struct id who;

	if (rc == 1) {
		values_init(&v, m->session);
		who = loaded_id(l, NOTE_AUTHOR);
		snprintf(out, 160, "%s", value_name(&v, &who));
		values_done(&v);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* A word beside it: where it came from, or that it went. */
static int
say_tx(struct move *m, const char *way, const struct id *note,
    const struct id *space, struct err *e)
{
	char author[160] = "";
	struct assignment set[] = { { "way", way },
		{ "reason", m->wish->reason }, { "wrote", author },
		{ "fetched", m->fetched } };
	struct op more[2];
	struct entry_draft d = { .type = TYPE_MOVE, .space = *space,
		.set = set, .n = m->fetched[0] != '\0' &&
		    strcmp(way, "out") == 0 ? 4 : 3,
		.more = more, .more_count = 2 };
	struct id id;

	if (author_of(m, author, e) != 0)
		return -1;
	memset(more, 0, sizeof(more));
	more[0].field = MOVE_NOTE;
	more[0].value.type = VALUE_BYTES;
	more[0].value.data = view_of(note->b, sizeof(note->b));
	more[1].field = MOVE_WRITTEN;
	more[1].value.type = VALUE_INT;
	more[1].value.num = m->rows[0].at_ms;
	return entries_add_tx(m->session, &d, &id, e);
}

static int
move_tx(struct move *m, struct err *e)
{
	enum removal how;
	size_t i;
	int rc = cases_section_tx(m->session, &m->to, "notes", &m->to_space,
	    e);

	for (i = 0; rc == 0 && i < m->count; i++)
		rc = copy_tx(m, i, e);
	for (i = 0; rc == 0 && i < m->count; i++) {
		rc = removal_tx(m->session, &m->rows[i], &how, e);
		if (rc == 0 && how == REMOVAL_NOT_MINE)
			rc = err_set(e, ERR_DENIED, "the note or an amendment "
			    "of it is another person's: only they, or who "
			    "keeps the section, can move it");
		m->out->sent = m->out->sent || how == REMOVAL_DELETED;
		if (rc == 0 && how == REMOVAL_DELETED)
			rc = say_tx(m, "out", &m->rows[i].id, &m->from_space,
			    e);
	}
	return rc == 0 ? say_tx(m, "in", &m->made[0], &m->to_space, e) : -1;
}

int
moving_note(struct session *session, const struct moving_wish *wish,
    struct moving *out, struct err *e)
{
	struct move *m = mem_new(sizeof(*m));
	int rc;

	memset(out, 0, sizeof(*out));
	m->session = session;
	m->s = session_store(session);
	m->wish = wish;
	m->out = out;
	rc = find_note(m, e);
	if (rc == 0)
		rc = find_readers(m, e);
	if (rc == 0)
		rc = db_begin(m->s->db, e);
	if (rc == 0) {
		rc = move_tx(m, e);
		rc = db_end(m->s->db, rc, e);
	}
	out->note = m->made[0];
	out->texts = m->count;
	mem_free(m);
	if (rc != 0)
		moving_done(out);
	return rc;
}
