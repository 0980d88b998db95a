/*
 * Cases: a card in a space of its own, further sections begun when something
 * is first written in them. What a person sees of a case follows from the
 * spaces open to them; without the card a section's label says whose it is.
 */
#include "client/core/cases/cases.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases/alias.h"
#include "client/core/words/collate.h"
#include "client/core/cases/entries.h"
#include "client/core/local/aliases.h"
#include "client/core/local/utf8.h"
#include "client/core/records/value.h"

#define SPACES_MAX 128 /* of one case: 64 by rule, and lost ones */
#define CODE_DIGITS 6
#define TEXT_MAX 65536
#define TOLD_MAX 4  /* of the cases that fit a name alike */
#define FITS_CODE 3 /* see fits */
#define SHORT_AT 24 /* the eight digits that lists show */

/* ---- opening ---- */

static bool
has_field(const struct parsed *p, uint16_t field)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->ops[i].field == field &&
		    p->ops[i].value.type == VALUE_TEXT)
			return true;
	return false;
}

static const char *
given(const struct assignment *set, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(set[i].name, name) == 0)
			return set[i].text;
	return NULL;
}

static void
add_text(struct parsed *p, uint16_t field, const char *text)
{
	struct op *op = NULL;
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->ops[i].field == field)
			op = &p->ops[i]; /* given, but empty */
	if (op == NULL && p->count < RECORD_OPS_MAX)
		op = &p->ops[p->count++];
	if (op == NULL)
		return;
	op->field = field;
	op->value.type = VALUE_TEXT;
	op->value.data = view_str(text);
}

/* Easily read out: no 0 and o, 1, i and l. */
static void
make_code(char out[static CODE_DIGITS + 1])
{
	static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
	struct id r;
	size_t i;

	id_random(&r);
	for (i = 0; i < CODE_DIGITS; i++)
		out[i] = letters[r.b[i] % (sizeof(letters) - 1)];
	out[CODE_DIGITS] = '\0';
}

static int
write_card(struct session *session, const struct parsed *p,
    const char *label, struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	struct space sp = { .kind = SPACE_CASE_SECTION, .section = "card" };
	struct write w;

	memset(&w, 0, sizeof(w));
	id_timed(id, tick_wall_ms(&s->tick));
	sp.case_id = *id;
	if (spaces_begin_tx(s, &sp, label, &sp, e) != 0)
		return -1;
	w.id = *id;
	w.type = TYPE_CASE;
	w.space = sp.id;
	w.case_id = *id;
	w.ops = p->ops;
	w.op_count = p->count;
	return versions_write_tx(s, &w, NULL, e);
}

int
cases_open_tx(struct session *session, const struct assignment *set,
    size_t n, struct id *id, struct err *e)
{
	struct entry x = { .session = session, .type = TYPE_CASE };
	struct parsed *p = mem_new(sizeof(*p));
	char code[CODE_DIGITS + 1];
	int rc = value_parse(session, TYPE_CASE, set, n, p, e);

	if (rc == 0 && !has_field(p, CASE_NAME))
		rc = err_set(e, ERR_INPUT, "a case needs the child's name");
	if (rc == 0) {
		make_code(code);
		if (!has_field(p, CASE_CODE))
			add_text(p, CASE_CODE, code);
		if (!has_field(p, CASE_STATUS))
			add_text(p, CASE_STATUS, "open");
		x.ops = p->ops;
		x.op_count = p->count;
		rc = entry_check(&x, e);
	}
	if (rc == 0)
		rc = write_card(session, p, given(set, n, "name"), id, e);
	mem_free(p);
	return rc;
}

/* ---- what is known of a case ---- */

struct known {
	struct id id;
	char *name, *code, *school, *status; /* "" without the card */
	char *label;                         /* of a section, if no card */
};

static void
known_done(struct known *k)
{
	mem_free(k->name);
	mem_free(k->code);
	mem_free(k->school);
	mem_free(k->status);
	mem_free(k->label);
	memset(k, 0, sizeof(*k));
}

static char *
text_of(const struct loaded *l, uint16_t field)
{
	return l != NULL ? loaded_dup(l, field) : mem_dup("");
}

struct label {
	struct store *s;
	char *text;
};

static int
take_label(void *ctx, const struct record_row *row, struct err *e)
{
	struct label *x = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(x->s, row, l, e);

	if (rc == 1) {
		mem_free(x->text);
		x->text = text_of(l, SPACE_LABEL);
		versions_done(l);
		rc = x->text[0] != '\0';
	}
	mem_free(l);
	return rc;
}

static int
know(struct store *s, const struct id *id, struct known *k, struct err *e)
{
	struct version_query q = { .type = TYPE_SPACE, .case_id = id };
	struct label label = { s, NULL };
	struct loaded *l = loaded_new();
	struct record_row row;
	int rc = versions_row(s, id, &row, e);

	memset(k, 0, sizeof(*k));
	k->id = *id;
	if (rc == 1 && row.type == TYPE_CASE &&
	    (row.flags & RECORD_HIDDEN) == 0)
		rc = versions_load_row(s, &row, l, e);
	else if (rc == 1)
		rc = 0;
	if (rc >= 0) {
		const struct loaded *card = rc == 1 ? l : NULL;

		k->name = text_of(card, CASE_NAME);
		k->code = text_of(card, CASE_CODE);
		k->school = text_of(card, CASE_SCHOOL);
		k->status = text_of(card, CASE_STATUS);
		if (k->name[0] == '\0' &&
		    versions_each(s, &q, take_label, &label, e) != 0)
			rc = -1;
	}
	if (rc == 1)
		versions_done(l);
	mem_free(l);
	k->label = label.text != NULL ? label.text : mem_dup("");
	if (rc < 0)
		known_done(k);
	return rc < 0 ? -1 : 0;
}

static const char *
called(const struct known *k, char hex[static ID_TEXT_BYTES])
{
	if (k->name[0] != '\0')
		return k->name;
	if (k->label[0] != '\0')
		return k->label;
	return id_text(&k->id, hex);
}

int
cases_label(struct session *s, const struct id *case_id, char **out,
    struct err *e)
{
	char hex[ID_TEXT_BYTES];
	struct known k;

	if (know(session_store(s), case_id, &k, e) != 0)
		return -1;
	*out = mem_dup(called(&k, hex));
	known_done(&k);
	return 0;
}

int
cases_place(struct session *s, const struct id *case_id,
    struct case_place *out, struct err *e)
{
	char hex[ID_TEXT_BYTES];
	struct known k;

	memset(out, 0, sizeof(*out));
	if (know(session_store(s), case_id, &k, e) != 0)
		return -1;
	out->label = mem_dup(called(&k, hex));
	out->school = mem_dup(k.school);
	out->status = mem_dup(k.status);
	known_done(&k);
	return 0;
}

void
case_place_done(struct case_place *p)
{
	mem_free(p->label);
	mem_free(p->school);
	mem_free(p->status);
	memset(p, 0, sizeof(*p));
}

static bool
is_shut(const struct space *sp)
{
	return sp->state == SPACE_LOST || sp->hidden;
}

/* The cases of which some section is open here, ${deleted} ones too. */
static int
open_cases(struct store *s, bool deleted, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT DISTINCT case_id FROM space WHERE case_id IS NOT NULL "
	    "AND state <> ?1 AND hidden = 0 AND (?2 OR case_id NOT IN "
	    RECORD_GONE_CASES_SQL ") ORDER BY case_id");
	struct id id;
	int rc;

	db_bind_int(q, 1, SPACE_LOST);
	db_bind_int(q, 2, deleted);
	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(ids, id.b, sizeof(id.b));
	return rc == 0 ? buf_check(ids, "the list of cases", e) : -1;
}

/* ---- finding ---- */

/* 4 the id, 3 the code, 2 the whole name, 1 a part of it, 0 not. */
static int
fits(const struct known *k, const char *text)
{
	const char *name = k->name[0] != '\0' ? k->name : k->label;
	struct view v = view_str(text);
	char hex[ID_TEXT_BYTES];

	if (strcmp(id_text(&k->id, hex), text) == 0)
		return 4;
	if (k->code[0] != '\0' && utf8_same(view_str(k->code), v))
		return FITS_CODE;
	if (utf8_same(view_str(name), v))
		return 2;
	return utf8_has(view_str(name), v) ? 1 : 0;
}

struct found {
	struct id id, front;
	int best;
	size_t hits;     /* cases that are one count once */
	bool several;    /* of the one hit */
};

static void
note_hit(const struct alias_set *aliases, const struct id *id, int fit,
    struct found *f)
{
	struct alias_group group;

	aliases_group(aliases, id, false, &group);
	if (fit > f->best || f->hits == 0) {
		f->hits = 1;
		f->several = false;
	} else if (id_eq(&group.ids[0], &f->front)) {
		f->several = true;
	} else {
		f->hits++;
	}
	f->best = fit;
	f->id = *id;
	f->front = group.ids[0];
}

static int
find_best(struct store *s, const char *text, bool deleted, struct found *f,
    struct err *e)
{
	struct alias_set aliases;
	struct buf ids;
	struct known k;
	struct id id;
	size_t at;
	int rc, fit;

	memset(f, 0, sizeof(*f));
	f->best = 1;
	if (aliases_load(s, &aliases, e) != 0)
		return -1;
	buf_init(&ids, 1u << 26);
	rc = open_cases(s, deleted, &ids, e);
	for (at = 0; rc == 0 && at < ids.len; at += sizeof(id.b)) {
		memcpy(id.b, ids.data + at, sizeof(id.b));
		rc = know(s, &id, &k, e);
		if (rc != 0)
			break;
		fit = fits(&k, text);
		known_done(&k);
		if (fit >= f->best)
			note_hit(&aliases, &id, fit, f);
	}
	buf_done(&ids);
	aliases_done(&aliases);
	return rc;
}

/* A deleted one by its id or code alone. */
static int
find_listed(struct store *s, const char *text, struct found *f,
    struct err *e)
{
	if (find_best(s, text, false, f, e) != 0)
		return -1;
	if (f->hits > 0)
		return 0;
	if (find_best(s, text, true, f, e) != 0)
		return -1;
	if (f->best < FITS_CODE)
		f->hits = 0;
	return 0;
}

/* The cases that fit alike, by code and name: what to type instead. */
static int
tell_hits(struct store *s, const char *text, const struct found *f,
    struct err *e)
{
	struct buf ids, list;
	char hex[ID_TEXT_BYTES];
	struct known k;
	struct id id;
	size_t at, told = 0;
	int rc;

	buf_init(&ids, 1u << 26);
	buf_init(&list, 1024);
	rc = open_cases(s, false, &ids, e);
	for (at = 0; rc == 0 && at < ids.len && told < TOLD_MAX;
	    at += sizeof(id.b)) {
		memcpy(id.b, ids.data + at, sizeof(id.b));
		rc = know(s, &id, &k, e);
		if (rc != 0)
			break;
		if (fits(&k, text) == f->best) {
			buf_add_fmt(&list, "%s%s (%.40s)", told > 0 ? ", " : "",
			    k.code[0] != '\0' ? k.code : id_text(&id, hex) +
			    SHORT_AT, called(&k, hex));
			told++;
		}
		known_done(&k);
	}
	if (rc == 0)
		err_set(e, ERR_INPUT, "%zu cases fit: %s%s; give the code",
		    f->hits, buf_str(&list), f->hits > told ? ", ..." : "");
	buf_done(&ids);
	buf_done(&list);
	return -1;
}

static int
find_case(struct session *s, const char *text, struct found *f,
    struct err *e)
{
	if (text[0] == '\0')
		return err_set(e, ERR_INPUT,
		    "a case is named by its code, the child's name or its id");
	if (find_listed(session_store(s), text, f, e) != 0)
		return -1;
	if (f->hits == 0 && session_store(s)->stage == STORE_REVOKED)
		return err_set(e, ERR_DENIED, STORE_REVOKED_WORDS);
	if (f->hits == 0)
		return err_set(e, ERR_ABSENT, "no case that is open to you has "
		    "this code or name");
	return f->hits > 1 ? tell_hits(session_store(s), text, f, e) : 0;
}

int
cases_find(struct session *s, const char *text, struct id *id, struct err *e)
{
	struct found f;

	if (find_case(s, text, &f, e) != 0)
		return -1;
	*id = f.front;
	return 0;
}

int
cases_find_one(struct session *s, const char *text, struct id *id,
    struct err *e)
{
	struct found f;

	if (find_case(s, text, &f, e) != 0)
		return -1;
	*id = f.several ? f.front : f.id;
	return 0;
}

int
cases_open(struct session *session, const struct assignment *set, size_t n,
    struct id *id, struct err *e)
{
	struct store *s = session_store(session);
	const char *code = given(set, n, "code");
	struct found f;
	int rc;

	if (code != NULL && code[0] != '\0') {
		if (find_best(s, code, true, &f, e) != 0)
			return -1;
		if (f.best == FITS_CODE)
			return err_set(e, ERR_CLASH,
			    "a case with this code is there already");
	}
	if (db_begin(s->db, e) != 0)
		return -1;
	rc = cases_open_tx(session, set, n, id, e);
	return db_end(s->db, rc, e);
}

/* ---- lists ---- */

static int
list_sections(struct store *s, const struct id *id, char **out,
    struct err *e)
{
	struct space *sp = mem_new(SPACES_MAX * sizeof(*sp));
	struct buf b;
	size_t n, i;
	int rc = spaces_list(s, id, sp, SPACES_MAX, &n, e);

	buf_init(&b, TEXT_MAX);
	for (i = 0; rc == 0 && i < n; i++) {
		if (is_shut(&sp[i]) || (i > 0 && !is_shut(&sp[i - 1]) &&
		    strcmp(sp[i - 1].section, sp[i].section) == 0))
			continue;
		if (b.len > 0)
			buf_add_str(&b, ", ");
		buf_add_str(&b, sp[i].section);
	}
	if (rc == 0)
		rc = buf_check(&b, "the list of sections", e);
	if (rc == 0)
		*out = mem_dup(buf_str(&b));
	buf_done(&b);
	mem_free(sp);
	return rc;
}

static int
count_notes(struct store *s, struct case_item *item, struct err *e)
{
	/* The many are counted from an index alone, the hidden ones apart;
	 * a plus keeps SQLite from reading all rows of the case for them. */
	struct stmt *q = db_prepare(s->db,
	    "SELECT (SELECT count(*) FROM record WHERE case_id = ?1 "
	    "AND type = ?2) - (SELECT count(*) FROM record WHERE flags <> 0 "
	    "AND " RECORD_OUT_SQL " <> 0 AND +case_id = ?1 "
	    "AND +type = ?2), "
	    "(SELECT at_ms FROM record WHERE case_id = ?1 AND type = ?2 "
	    "AND " RECORD_OUT_SQL " = 0 ORDER BY at_ms DESC LIMIT 1)");
	int rc;

	db_bind_id(q, 1, &item->id);
	db_bind_int(q, 2, TYPE_NOTE);
	if (db_step(q, e) != 1)
		return -1;
	item->notes = (size_t)db_int(q, 0);
	item->last_ms = db_int(q, 1);
	db_reset(q);
	q = db_prepare(s->db, "SELECT 1 FROM record WHERE flags <> 0 "
	    "AND flags & 1 AND " RECORD_OUT_SQL " = 0 "
	    "AND +case_id = ? LIMIT 1");
	db_bind_id(q, 1, &item->id);
	rc = db_step(q, e);
	if (rc == 1)
		db_reset(q);
	item->conflict = rc == 1;
	return rc < 0 ? -1 : 0;
}

static int
name_one(struct store *s, const struct id *id, struct case_item *item,
    struct err *e)
{
	char hex[ID_TEXT_BYTES];
	struct known k;

	if (know(s, id, &k, e) != 0)
		return -1;
	item->id = *id;
	item->code = mem_dup(k.code);
	item->name = mem_dup(called(&k, hex));
	item->school = mem_dup(k.school);
	item->status = mem_dup(k.status);
	item->sections = mem_dup("");
	known_done(&k);
	return 0;
}

static int
list_one(struct store *s, const struct id *id, struct case_item *item,
    struct err *e)
{
	char *sections;

	if (name_one(s, id, item, e) != 0 ||
	    list_sections(s, id, &sections, e) != 0)
		return -1;
	mem_free(item->sections);
	item->sections = sections;
	return count_notes(s, item, e);
}

static int
cmp_name(const void *va, const void *vb, void *order)
{
	const struct case_item *a = va, *b = vb;
	int by_name = collate_cmp(order, a->name, b->name);

	return by_name != 0 ? by_name : id_cmp(&a->id, &b->id);
}

static int
each_case(struct session *session, int (*one)(struct store *s,
    const struct id *id, struct case_item *item, struct err *e),
    struct case_list *out, struct err *e)
{
	struct store *s = session_store(session);
	struct buf ids;
	struct id id;
	size_t at;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&ids, 1u << 26);
	rc = open_cases(s, false, &ids, e);
	if (rc == 0)
		out->items = mem_new(ids.len / sizeof(id.b) *
		    sizeof(*out->items));
	for (at = 0; rc == 0 && at < ids.len; at += sizeof(id.b)) {
		memcpy(id.b, ids.data + at, sizeof(id.b));
		rc = one(s, &id, &out->items[out->count++], e);
	}
	buf_done(&ids);
	if (rc == 0)
		rc = alias_join(session, out, e);
	if (rc != 0)
		case_list_done(out);
	return rc;
}

int
cases_names(struct session *session, struct case_list *out, struct err *e)
{
	return each_case(session, name_one, out, e);
}

int
cases_list(struct session *session, struct case_list *out, struct err *e)
{
	struct collate *order;

	if (each_case(session, list_one, out, e) != 0)
		return -1;
	if (out->count > 1) {
		order = collate_new(session_language(session));
		qsort_r(out->items, out->count, sizeof(*out->items), cmp_name,
		    order);
		collate_free(order);
	}
	return 0;
}

void
case_list_done(struct case_list *l)
{
	size_t i, k;

	for (i = 0; i < l->count; i++) {
		for (k = 0; k < l->items[i].behind_count; k++) {
			mem_free(l->items[i].behind[k].code);
			mem_free(l->items[i].behind[k].title);
		}
		mem_free(l->items[i].behind);
		mem_free(l->items[i].code);
		mem_free(l->items[i].name);
		mem_free(l->items[i].school);
		mem_free(l->items[i].status);
		mem_free(l->items[i].sections);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}
