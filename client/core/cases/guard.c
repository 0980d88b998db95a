/*
 * Where two people wrote different things about an authority or an address
 * without knowing of each other, the more careful one counts: every head of
 * these fields is looked at, not the one shown.
 */
#include "client/core/cases/guard.h"

#include <string.h>

#include "client/core/local/aliases.h"
#include "client/core/local/utf8.h"
#include "client/core/local/versions.h"
#include "client/core/cases/persons.h"
#include "common/base/mem.h"
#include "common/base/text.h"

#define WHY_MAX 1000
#define PIECE_MIN 5      /* bytes of an address that are worth blotting out */
#define PIECES_MAX 256
#define OMITS_MAX 4096

struct omit {
	struct id record;
	uint16_t field; /* 0: all of it */
};

struct guard_inner {
	const struct guard_asked *q;
	struct store *s;
	struct guard *out;
	struct buf omits;              /* struct omit */
	char *pieces[PIECES_MAX];      /* secret words, each a string */
	size_t piece_count;
};

const char *
guard_use_name(unsigned use)
{
	static const char *const names[] = { "consent", "copy", "disclosure",
		"paper" };

	return use < sizeof(names) / sizeof(names[0]) ? names[use] : NULL;
}

/* ---- what a person's record says, all of its heads ---- */

static bool
any_says(const struct loaded *l, uint16_t field, const char *code)
{
	const struct heads_field *f = heads_find(&l->heads, field);
	size_t i;

	for (i = 0; f != NULL && i < f->count; i++) {
		const struct value *v = &f->heads[i].op->value;

		if (code == NULL ? v->type == VALUE_BOOL && v->num != 0 :
		    v->type == VALUE_TEXT && view_eq(v->data, view_str(code)))
			return true;
	}
	return false;
}

/* What every head allows. */
static unsigned
uses_of(const struct loaded *l)
{
	const struct heads_field *f = heads_find(&l->heads, PERSON_MAY);
	unsigned all = f != NULL && f->count > 0 ? ~0u : 0, one;
	size_t i;

	for (i = 0; f != NULL && i < f->count; i++) {
		const struct value *v = &f->heads[i].op->value;

		if (v->type != VALUE_TEXT || !persons_uses(v->data, &one))
			one = 0;
		all &= one;
	}
	return all;
}

static bool
is_asked(const struct guard_asked *q, const struct loaded *l)
{
	if (q->person != NULL)
		return id_eq(q->person, &l->row.id);
	return q->who != NULL && *q->who != '\0' &&
	    utf8_same(view_str(q->who), loaded_text(l, PERSON_NAME));
}

/* ---- may they? ---- */

static void
say_no(struct guard *g, const char *why)
{
	g->may = false;
	if (g->why == NULL)
		g->why = mem_dup(why);
}

static void
judge_guardian(struct guard_inner *in, const struct loaded *l)
{
	static const char *const none[] = {
		N_("This guardian has no authority for the child: a consent by "
		    "them is none. Ask who has the authority."),
		N_("This guardian has no authority for the child: no copy of "
		    "the file goes to them. A court's decision can say "
		    "otherwise: record it as limited authority with its "
		    "ground."),
		N_("This guardian has no authority for the child: nothing is "
		    "passed on to them."),
		N_("This guardian has no authority for the child: no paper "
		    "goes to them.") };
	static const char *const limited[] = {
		N_("This guardian's authority is limited and does not cover "
		    "consent. Ask who has the authority; if it does cover it, "
		    "say so: tugi person set ID may=consent"),
		N_("This guardian's authority is limited and does not cover a "
		    "copy of the file. If it does, say so: tugi person set ID "
		    "may=copy"),
		N_("This guardian's authority is limited and does not cover "
		    "disclosures. If it does, say so: tugi person set ID "
		    "may=disclosure"),
		N_("This guardian's authority is limited and does not cover "
		    "papers. If it does, say so: tugi person set ID "
		    "may=paper") };
	enum guard_use use = in->q->use;

	if (any_says(l, PERSON_AUTHORITY, "none"))
		say_no(in->out, _(none[use]));
	else if (any_says(l, PERSON_AUTHORITY, "limited") &&
	    (uses_of(l) & 1u << use) == 0)
		say_no(in->out, _(limited[use]));
}

/* ---- what stays out ---- */

static void
omit(struct guard_inner *in, const struct id *record, uint16_t field)
{
	struct omit o;

	memset(&o, 0, sizeof(o));
	o.record = *record;
	o.field = field;
	buf_add(&in->omits, &o, sizeof(o));
	in->out->omitted++;
}

static bool
has_digit(struct view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (v.data[i] >= '0' && v.data[i] <= '9')
			return true;
	return false;
}

static struct view
trimmed(struct view v)
{
	while (v.len > 0 && strchr(" \t\r\n", v.data[0]) != NULL)
		v = view_of(v.data + 1, v.len - 1);
	while (v.len > 0 && strchr(" \t\r\n", v.data[v.len - 1]) != NULL)
		v.len--;
	return v;
}

static void
add_piece(struct guard_inner *in, struct view v)
{
	char *piece;

	v = trimmed(v);
	if (v.len < PIECE_MIN || in->piece_count == PIECES_MAX)
		return;
	piece = mem_new(v.len + 1);
	memcpy(piece, v.data, v.len);
	in->pieces[in->piece_count++] = piece;
}

/* The whole of it, and what tells the place by itself: what has a number in
 * it. The name of a town alone does not. */
static void
add_words(struct guard_inner *in, struct view v)
{
	size_t from = 0, to;

	add_piece(in, v);
	while (from < v.len) {
		for (to = from; to < v.len &&
		    strchr(",;\n", v.data[to]) == NULL; to++)
			;
		if (has_digit(view_of(v.data + from, to - from)))
			add_piece(in, view_of(v.data + from, to - from));
		from = to + 1;
	}
}

static void
hide_field(struct guard_inner *in, const struct loaded *l, uint16_t field)
{
	const struct heads_field *f = heads_find(&l->heads, field);
	size_t i;

	omit(in, &l->row.id, field);
	for (i = 0; f != NULL && i < f->count; i++)
		if (f->heads[i].op->value.type == VALUE_TEXT)
			add_words(in, f->heads[i].op->value.data);
}

/* Also of the case's own card: how to find the family, and what workers have
 * to know for their and the child's safety. */
static int
hide_card(struct guard_inner *in, const struct id *case_id, bool contact,
    struct err *e)
{
	struct loaded *l = loaded_new();
	int rc = versions_load(in->s, case_id, l, e);

	if (rc == 1) {
		omit(in, case_id, CASE_SAFETY);
		if (contact)
			hide_field(in, l, CASE_CONTACT);
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* ---- the persons of the case ---- */

static int
look_at(void *ctx, const struct record_row *row, struct err *e)
{
	struct guard_inner *in = ctx;
	struct loaded *l = loaded_new();
	int rc = versions_load_row(in->s, row, l, e);
	bool asked;

	if (rc == 1) {
		asked = is_asked(in->q, l);
		in->out->known = in->out->known || asked;
		if (asked && any_says(l, PERSON_KIND, "guardian"))
			judge_guardian(in, l);
		if (any_says(l, PERSON_SECRET, NULL) &&
		    (!asked || in->q->use == GUARD_PAPER)) {
			in->out->secret = true;
			hide_field(in, l, PERSON_ADDRESS);
			hide_field(in, l, PERSON_CONTACT);
		}
		versions_done(l);
	}
	mem_free(l);
	return rc < 0 ? -1 : 0;
}

/* What is kept and not used goes nowhere. */
static int
omit_all(void *ctx, const struct record_row *row, struct err *e)
{
	(void)e;
	omit(ctx, &row->id, 0);
	return 0;
}

/* Who cannot read the card cannot know. */
static int
look_at_case(struct guard_inner *in, const struct id *case_id, struct err *e)
{
	struct version_query q = { .type = TYPE_PERSON, .case_id = case_id };
	struct version_query kept = { .case_id = case_id,
		.flags = RECORD_RESTRICTED, .with_hidden = true };
	struct space card;
	int rc = spaces_find_section(in->s, case_id, "card", NULL, &card, e);

	if (rc < 0)
		return -1;
	if (rc == 0 || card.hidden) {
		say_no(in->out, _("The card of this case is not open to you, so "
		    "it cannot be seen who may be given what. Ask the case's "
		    "coordinator."));
		return 0;
	}
	if (versions_each(in->s, &q, look_at, in, e) != 0 ||
	    versions_each(in->s, &kept, omit_all, in, e) != 0)
		return -1;
	return hide_card(in, case_id, in->out->secret, e);
}

int
guard_ask(struct session *session, const struct guard_asked *q,
    struct guard *out, struct err *e)
{
	struct guard_inner *in = mem_new(sizeof(*in));
	struct alias_group group;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	out->may = true;
	out->inner = in;
	in->q = q;
	in->s = session_store(session);
	in->out = out;
	buf_init(&in->omits, OMITS_MAX * sizeof(struct omit));
	rc = aliases_of(in->s, &q->case_id, false, &group, e);
	for (i = 0; rc == 0 && i < group.count; i++)
		rc = look_at_case(in, &group.ids[i], e);
	if (rc == 0)
		rc = buf_check(&in->omits, "what is left out", e);
	if (rc != 0)
		guard_done(out);
	return rc;
}

void
guard_done(struct guard *g)
{
	size_t i;

	mem_free(g->why);
	for (i = 0; g->inner != NULL && i < g->inner->piece_count; i++)
		mem_forget(g->inner->pieces[i]);
	if (g->inner != NULL)
		buf_done(&g->inner->omits);
	mem_free(g->inner);
	memset(g, 0, sizeof(*g));
}

bool
guard_omits(const struct guard *g, const struct id *record, uint16_t field)
{
	struct omit o;
	size_t i;

	for (i = 0; i + sizeof(o) <= g->inner->omits.len; i += sizeof(o)) {
		memcpy(&o, g->inner->omits.data + i, sizeof(o));
		if (id_eq(&o.record, record) &&
		    (o.field == 0 || o.field == field))
			return true;
	}
	return false;
}

/* ---- texts ---- */

static bool
is_blank(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' ||
	    cp == 0xa0;
}

/* How many bytes of ${text} from ${at} are the piece; 0: they are not. */
static size_t
covers(struct view text, size_t at, struct view piece)
{
	size_t i = at, k = 0, next;
	uint32_t a, b;

	while (k < piece.len) {
		if (i >= text.len)
			return 0;
		a = utf8_next(text, &i);
		b = utf8_next(piece, &k);
		if (is_blank(a) != is_blank(b) ||
		    (!is_blank(a) && utf8_fold(a) != utf8_fold(b)))
			return 0;
		for (next = i; is_blank(a) && next < text.len &&
		    is_blank(utf8_next(text, &next)); i = next)
			;
		for (next = k; is_blank(b) && next < piece.len &&
		    is_blank(utf8_next(piece, &next)); k = next)
			;
	}
	return i - at;
}

size_t
guard_clean(const struct guard *g, struct view text, struct buf *out)
{
	const struct guard_inner *in = g->inner;
	size_t at = 0, from, n, best, i, count = 0;

	while (at < text.len) {
		for (best = 0, i = 0; i < in->piece_count; i++) {
			n = covers(text, at, view_str(in->pieces[i]));
			best = n > best ? n : best;
		}
		from = at;
		if (best > 0) {
			buf_add_str(out, _("[left out]"));
			at += best;
			count++;
			continue;
		}
		(void)utf8_next(text, &at);
		buf_add(out, text.data + from, at - from);
	}
	return count;
}
