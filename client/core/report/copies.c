/*
 * What may be given at all, the list to go through, and the copy by a decided
 * list. Only what this person keeps is given; of what others keep, they give
 * copies. Drafts are nobody's file.
 */
#include "client/core/report/copies.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/attachments.h"
#include "client/core/cases/guard.h"
#include "client/core/profile/match.h"
#include "client/core/profile/policies.h"
#include "client/core/report/copies_parts.h"
#include "client/core/cases/timeline.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/keys.h"

#define TAG "tugi copy 1"
#define WHOM_MAX 200

/* ---- what may be given ---- */

static int
check_who(const struct copy_ask *q, struct err *e)
{
	bool child = strcmp(q->role, "child") == 0;

	if (!child && strcmp(q->role, "guardian") != 0 &&
	    strcmp(q->role, "representative") != 0)
		return err_set(e, ERR_INPUT, "who asks is child, guardian or "
		    "representative, not \"%.40s\"", q->role);
	if (q->whom[0] == '\0' || strlen(q->whom) > WHOM_MAX ||
	    strpbrk(q->whom, "\r\n") != NULL)
		return err_set(e, ERR_INPUT, "who asks is one line of at most "
		    "%d bytes", WHOM_MAX);
	return 0;
}

/* Whom the card does not name has to show it; what it says of whom it names,
 * the guard has answered. */
static int
check_authority(const struct copy_ask *q, const struct guard *g,
    struct err *e)
{
	if (!g->may)
		return err_set(e, ERR_DENIED, "%s", g->why != NULL ? g->why :
		    N_("nothing may be given to this person"));
	if (g->known || strcmp(q->role, "child") == 0)
		return 0;
	if (q->authority == NULL || (strcmp(q->authority, "sole") != 0 &&
	    strcmp(q->authority, "joint") != 0 &&
	    strcmp(q->authority, "limited") != 0))
		return err_set(e, ERR_INPUT, "say whether the authority of "
		    "who asks is sole, joint or limited, as you have seen it "
		    "shown");
	return strcmp(q->authority, "limited") != 0 ? 0 : err_set(e,
	    ERR_DENIED, "a parent whose authority is limited gets no copy "
	    "from here; the data-protection officer decides, with the ruling "
	    "in hand");
}

/* A secret address, or fear of somebody: no copy without a second thought. */
static int
check_safety(struct session *s, const struct copy_ask *ask, struct err *e)
{
	struct records_query q = { .type = TYPE_CASE,
		.case_id = &ask->case_id };
	struct record_list l;
	bool flagged = false;
	size_t i;

	if (records_list(s, &q, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		flagged |= record_field(&l.items[i], "safety")[0] != '\0';
	i = l.count;
	record_list_done(&l);
	if (i == 0)
		return err_set(e, ERR_DENIED, "this case's card is not open "
		    "to you; who keeps it gives copies");
	return !flagged || ask->safety_seen ? 0 : err_set(e, ERR_DENIED,
	    "the card of this case has a word on safety: a copy could tell "
	    "somebody where a person is. Read it (tugi case show), decide "
	    "with the data-protection officer, and say so with "
	    "--safety-seen. Nothing was given out");
}

static bool
may_be_given(struct session *s, const struct guard *g,
    const struct record_item *r)
{
	enum right right = RIGHT_NONE;
	struct err why;

	if (r->erased || r->deleted || r->held || r->type == TYPE_HANDOVER ||
	    guard_omits(g, &r->id, 0))
		return false;
	if (strcmp(record_field(r, "category"), "private_draft") == 0)
		return false;
	return spaces_right(session_store(s), &r->space, &right, &why) == 0 &&
	    right == RIGHT_KEEP;
}

/* What may be given at all, under the guard's answer, which is ${g}'s. */
static int
gather(struct session *s, const struct copy_ask *q, struct guard *g,
    struct record_list *out, struct err *e)
{
	struct timeline_query tq = { .case_id = q->case_id };
	struct guard_asked asked = { q->case_id, GUARD_COPY, q->whom, NULL };
	struct record_item *r;
	size_t i, n = 0;

	if (check_who(q, e) != 0 || guard_ask(s, &asked, g, e) != 0)
		return -1;
	if (check_authority(q, g, e) != 0 || check_safety(s, q, e) != 0 ||
	    timeline_list(s, &tq, out, e) != 0)
		goto no;
	for (i = 0; i < out->count; i++) {
		r = &out->items[i];
		if (!may_be_given(s, g, r)) {
			record_item_done(r);
			continue;
		}
		if (n != i)
			out->items[n] = *r;
		n++;
	}
	out->count = n;
	if (n > 0)
		return 0;
	record_list_done(out);
	err_set(e, ERR_DENIED, "there is nothing in this case that you "
	    "keep; who keeps a section gives copies of it");
no:
	guard_done(g);
	return -1;
}

/* Of all that is said in these records: a list made of another state of the
 * case is not used. */
static void
state_hash(const struct record_list *l, struct hash *out)
{
	struct buf b;
	size_t i, k;

	buf_init(&b, COPIES_MAX_BYTES);
	for (i = 0; i < l->count; i++) {
		buf_add(&b, l->items[i].id.b, sizeof(l->items[i].id.b));
		for (k = 0; k < l->items[i].field_count; k++) {
			const struct field_text *f = &l->items[i].fields[k];

			buf_add(&b, f->name, strlen(f->name) + 1);
			buf_add(&b, f->text, strlen(f->text) + 1);
		}
	}
	keys_hash(TAG, buf_view(&b), out);
	buf_done(&b);
}

/* ---- the list ---- */

static void
put_line(struct buf *out, const char *what, const char *text)
{
	if (text != NULL)
		buf_add_fmt(out, "%s %s\n", what, text);
}

/* A file is looked at as a whole: nothing in it can be blacked out. */
static void
put_file(const struct record_item *r, struct buf *out)
{
	char id[ID_TEXT_BYTES];

	if (r->type == TYPE_ATTACHMENT)
		buf_add_fmt(out, "? file %s %s\n", id_text(&r->id, id),
		    attachments_ending(record_field(r, "media")));
}

static bool
has_files(const struct record_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->items[i].type == TYPE_ATTACHMENT)
			return true;
	return false;
}

int
copies_review(struct session *s, const struct copy_ask *q, struct buf *out,
    struct err *e)
{
	char id[ID_TEXT_BYTES], hash[HASH_TEXT_BYTES], day[DAY_TEXT_BYTES];
	struct record_list l;
	struct guard g;
	struct hash h;
	size_t i;
	int rc;

	if (gather(s, q, &g, &l, e) != 0)
		return -1;
	guard_done(&g);
	state_hash(&l, &h);
	buf_add_str(out, _("# Go through this list: every line with a "
	    "question mark needs a decision.\n"
	    "#   record: give or leave (it is not given)\n"
	    "#   word:   show or black (it is blacked out wherever it "
	    "stands)\n"
	    "# Put the decision in place of the question mark. Add lines "
	    "\"black word TEXT\"\n"
	    "# for what was not found. Read the records first: tugi timeline "
	    "CASE.\n"));
	if (has_files(&l))
		buf_add_str(out, _("#   file:   give or leave; nothing in it "
		    "is blacked out. Look at all of it first:\n"
		    "#           tugi attachment get ID\n"));
	put_line(out, "case", id_text(&q->case_id, id));
	put_line(out, "state", hash_text(&h, hash));
	put_line(out, "for", q->whom);
	put_line(out, "as", q->role);
	put_line(out, "authority", q->authority);
	put_line(out, "safety", q->safety_seen ? "seen" : NULL);
	for (i = l.count; i-- > 0;) {
		buf_add_fmt(out, "? record %s %s %s %s\n",
		    id_text(&l.items[i].id, id),
		    day_text(l.items[i].at_ms, day), l.items[i].section,
		    fields_kind(l.items[i].type)->name);
		put_file(&l.items[i], out);
	}
	rc = copies_names(s, q, &l, out, e);
	record_list_done(&l);
	return rc == 0 ? buf_check(out, "the list", e) : -1;
}

/* ---- reading a decided list ---- */

void
copies_list_done(struct copies_list *l)
{
	size_t i;

	for (i = 0; i < l->black_count; i++)
		mem_free(l->black[i]);
	mem_free(l->black);
	mem_free(l->records);
	mem_free(l->files);
	mem_free(l->whom);
	mem_free(l->role);
	mem_free(l->authority);
	memset(l, 0, sizeof(*l));
}

static int
bad_line(size_t line, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "line %zu of the list: %s", line,
	    text_spoken(what));
}

static void
add_decided(struct copies_decided **list, size_t *n, const struct id *id,
    bool give)
{
	*list = mem_more(*list, *n, sizeof(**list));
	(*list)[*n].id = *id;
	(*list)[(*n)++].give = give;
}

static void
add_black(struct copies_list *l, const char *text)
{
	l->black = mem_more(l->black, l->black_count, sizeof(*l->black));
	l->black[l->black_count++] = mem_dup(text);
}

/* "give record 0190... 2026-09-01 notes note", "leave file 0190... pdf". */
static int
read_given(struct copies_list *l, size_t line, const char *verb, char *rest,
    struct err *e)
{
	bool file = strncmp(rest, "file ", 5) == 0;
	bool give = strcmp(verb, "give") == 0;
	struct id id;

	rest += file ? 5 : 7;
	rest[strcspn(rest, " ")] = '\0';
	if (id_parse(rest, &id, e) != 0)
		return bad_line(line, e, N_("the record's id is damaged"));
	if (!give && strcmp(verb, "leave") != 0)
		return bad_line(line, e, N_("a record is given or left out: "
		    "give or leave"));
	if (file)
		add_decided(&l->files, &l->file_count, &id, give);
	else
		add_decided(&l->records, &l->record_count, &id, give);
	return 0;
}

/* "black word Jaani", and what read_given reads. */
static int
read_decision(struct copies_list *l, size_t line, const char *verb,
    char *rest, struct err *e)
{
	bool word = strncmp(rest, "word ", 5) == 0;

	if (!word && strncmp(rest, "record ", 7) != 0 &&
	    strncmp(rest, "file ", 5) != 0)
		return bad_line(line, e, N_("what stands after the decision "
		    "is neither record nor file nor word"));
	if (strcmp(verb, "?") == 0)
		return bad_line(line, e, N_("not decided yet; nothing is "
		    "given out before every line is"));
	if (!word)
		return read_given(l, line, verb, rest, e);
	rest += 5;
	if (strcmp(verb, "black") == 0 && rest[0] != '\0')
		add_black(l, rest);
	else if (strcmp(verb, "show") != 0)
		return bad_line(line, e, N_("a word is shown or blacked: show "
		    "or black"));
	return 0;
}

static int
read_line(struct copies_list *l, size_t line, char *text, struct err *e)
{
	char *rest = text + strcspn(text, " ");

	if (*rest != '\0')
		*rest++ = '\0';
	if (text[0] == '\0' || text[0] == '#')
		return 0;
	if (strcmp(text, "case") == 0)
		return id_parse(rest, &l->case_id, e) == 0 ? 0 :
		    bad_line(line, e, N_("the case's id is damaged"));
	if (strcmp(text, "state") == 0)
		return hash_parse(rest, &l->state, e) == 0 ? 0 :
		    bad_line(line, e, N_("the state is damaged"));
	if (strcmp(text, "for") == 0 && l->whom == NULL)
		l->whom = mem_dup(rest);
	else if (strcmp(text, "as") == 0 && l->role == NULL)
		l->role = mem_dup(rest);
	else if (strcmp(text, "authority") == 0 && l->authority == NULL)
		l->authority = mem_dup(rest);
	else if (strcmp(text, "safety") == 0 && strcmp(rest, "seen") == 0)
		l->safety_seen = true;
	else
		return read_decision(l, line, text, rest, e);
	return 0;
}

static int
read_list(struct view in, struct copies_list *l, struct err *e)
{
	struct buf one;
	size_t at = 0, end, line = 0;
	int rc = 0;

	memset(l, 0, sizeof(*l));
	buf_init(&one, 1 << 16);
	for (; rc == 0 && at < in.len; at = end + 1) {
		for (end = at; end < in.len && in.data[end] != '\n'; end++)
			;
		buf_reset(&one);
		buf_add(&one, in.data + at, end - at);
		if (one.len > 0 && one.data[one.len - 1] == '\r')
			one.len--;
		line++;
		rc = buf_check(&one, "a line of the list", e);
		if (rc == 0)
			rc = read_line(l, line, (char *)(uintptr_t)buf_str(
			    &one), e);
	}
	if (rc == 0 && (l->whom == NULL || l->role == NULL))
		rc = err_set(e, ERR_INPUT, "this is no list from tugi copy "
		    "review");
	buf_done(&one);
	return rc;
}

static size_t
count_files(const struct record_list *l)
{
	size_t i, n = 0;

	for (i = 0; i < l->count; i++)
		n += l->items[i].type == TYPE_ATTACHMENT;
	return n;
}

/* Said once and said so; said twice and otherwise it is not given. */
static bool
decided(const struct copies_decided *list, size_t n, const struct id *id)
{
	size_t i;
	bool give = false;

	for (i = 0; i < n; i++)
		if (id_eq(&list[i].id, id)) {
			if (!list[i].give)
				return false;
			give = true;
		}
	return give;
}

static bool
is_given(const struct copies_list *l, const struct id *id)
{
	return decided(l->records, l->record_count, id);
}

/* Each record and each file as it stands now was decided on. */
static int
match(const struct copies_list *l, const struct record_list *now,
    struct err *e)
{
	struct hash h;
	size_t i;

	state_hash(now, &h);
	if (l->record_count != now->count || !hash_eq(&h, &l->state) ||
	    l->file_count != count_files(now))
		return err_set(e, ERR_CLASH, "the case has changed since this "
		    "list was made, or lines are missing; make it anew with "
		    "tugi copy review");
	for (i = 0; i < l->file_count; i++)
		if (decided(l->files, l->file_count, &l->files[i].id) &&
		    !is_given(l, &l->files[i].id))
			return err_set(e, ERR_INPUT, "a file is given together "
			    "with its record, or not at all: say so in both "
			    "lines");
	return 0;
}

/* ---- the copy ---- */

void
copy_done(struct copy *c)
{
	size_t i, k, m;

	for (i = 0; i < c->count; i++) {
		struct copy_register *g = &c->registers[i];

		for (k = 0; k < g->count; k++) {
			struct copy_record *r = &g->records[k];

			for (m = 0; m < r->field_count; m++) {
				mem_free(r->fields[m].label);
				mem_forget(r->fields[m].text);
			}
			mem_free(r->fields);
			mem_free(r->kind);
			mem_free(r->title);
			mem_free(r->author);
		}
		mem_free(g->records);
		mem_free(g->section);
		mem_free(g->title);
	}
	mem_free(c->registers);
	mem_free(c->files);
	mem_free(c->whom);
	mem_free(c->role);
	mem_free(c->authority);
	memset(c, 0, sizeof(*c));
}

static struct copy_register *
register_of(struct session *s, struct copy *c, const char *section)
{
	struct copy_register *g;
	const struct policy *p;
	const char *title = NULL;
	struct err why;
	size_t i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->registers[i].section, section) == 0)
			return &c->registers[i];
	c->registers = mem_more(c->registers, c->count,
	    sizeof(*c->registers));
	p = policies_now(s, &why);
	if (p != NULL)
		title = policy_name(p, "sections", section,
		    session_language(s));
	g = &c->registers[c->count++];
	g->section = mem_dup(section);
	g->title = mem_dup(title != NULL ? title : section);
	return g;
}

/* What fills a copy: the decided list and the guard. */
struct filling {
	struct session *s;
	const struct copies_list *l;
	const struct guard *g;
	struct copy *c;
};

/* A text as it may be given: secret addresses blotted out, then what was
 * decided. */
static char *
given_text(const struct filling *x, const char *text)
{
	struct buf b;
	char *out;

	buf_init(&b, 4 * (size_t)RECORD_TEXT_MAX);
	x->c->blacked += guard_clean(x->g, view_str(text), &b);
	out = b.toobig || b.nomem ? mem_dup(COPIES_BLACK) :
	    copies_blacked(x->l, buf_str(&b), &x->c->blacked);
	buf_done(&b);
	return out;
}

/* What the copy says of the file itself, and which it is. */
static void
fill_file(const struct filling *x, const struct record_item *from,
    struct copy_record *r)
{
	struct copy *c = x->c;
	struct copy_file *f;

	if (from->type != TYPE_ATTACHMENT)
		return;
	r->fields[r->field_count].label = mem_dup(_("File"));
	if (!decided(x->l->files, x->l->file_count, &from->id)) {
		r->fields[r->field_count++].text = mem_dup(_("not given"));
		c->files_left++;
		return;
	}
	c->files = mem_more(c->files, c->file_count, sizeof(*c->files));
	f = &c->files[c->file_count++];
	f->record = from->id;
	snprintf(f->name, sizeof(f->name), "%zu.%s", c->file_count,
	    attachments_ending(record_field(from, "media")));
	snprintf(f->sealed, sizeof(f->sealed), "%s",
	    record_field(from, "blob"));
	r->fields[r->field_count++].text = mem_dup(f->name);
}

static void
fill_record(const struct filling *x, const struct record_item *from,
    struct copy_record *r)
{
	const struct record_kind *kind = fields_kind(from->type);
	const struct field *f;
	const char *text;
	size_t i;

	r->kind = mem_dup(kind->name);
	r->title = mem_dup(text_spoken(kind->label));
	r->author = given_text(x, from->author != NULL ? from->author : "");
	r->at_ms = from->at_ms;
	r->fields = mem_new((from->field_count + 2) * sizeof(*r->fields));
	for (i = 0; i < from->field_count; i++) {
		f = fields_find(from->type, from->fields[i].name);
		text = from->fields[i].word != NULL ? from->fields[i].word :
		    from->fields[i].text;
		/* Ids and hashes say nothing to a person. */
		if (text[0] == '\0' || f == NULL ||
		    f->kind == FIELD_RECORD || f->kind == FIELD_HASH ||
		    guard_omits(x->g, &from->id, f->number))
			continue;
		r->fields[r->field_count].label = mem_dup(text_spoken(
		    from->fields[i].label));
		r->fields[r->field_count++].text = given_text(x, text);
	}
	fill_file(x, from, r);
}

static void
give(const struct filling *x, const struct record_item *r)
{
	struct copy_register *g = register_of(x->s, x->c, r->section);

	g->records = mem_more(g->records, g->count, sizeof(*g->records));
	fill_record(x, r, &g->records[g->count++]);
	x->c->given++;
}

static bool
objects_to(const struct record_item *o, const struct record_item *r)
{
	return o->type == TYPE_OBJECTION &&
	    match_id(record_field(o, "to"), &r->id);
}

/* It follows what it is about. */
static bool
stands_beside(const struct filling *x, const struct record_list *now,
    const struct record_item *o)
{
	size_t i;

	for (i = 0; o->type == TYPE_OBJECTION && i < now->count; i++)
		if (objects_to(o, &now->items[i]))
			return is_given(x->l, &now->items[i].id);
	return false;
}

static void
fill(const struct filling *x, const struct record_list *now)
{
	size_t i, k;

	for (i = now->count; i-- > 0;) { /* the oldest first */
		if (!is_given(x->l, &now->items[i].id)) {
			x->c->left++;
			continue;
		}
		if (stands_beside(x, now, &now->items[i]))
			continue;
		give(x, &now->items[i]);
		for (k = now->count; k-- > 0;)
			if (objects_to(&now->items[k], &now->items[i]) &&
			    is_given(x->l, &now->items[k].id))
				give(x, &now->items[k]);
	}
}

int
copies_make(struct session *s, struct view review, struct copy *out,
    struct err *e)
{
	struct copies_list l;
	struct filling x = { s, &l, NULL, out };
	struct record_list now;
	struct copy_ask q;
	struct guard g;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_list(review, &l, e);
	q = (struct copy_ask){ l.case_id, l.whom, l.role, l.authority,
		l.safety_seen };
	if (rc == 0)
		rc = gather(s, &q, &g, &now, e);
	if (rc == 0) {
		rc = match(&l, &now, e);
		if (rc == 0) {
			out->whom = mem_dup(l.whom);
			out->role = mem_dup(l.role);
			out->authority = mem_dup(l.authority != NULL ?
			    l.authority : "");
			out->ask = (struct copy_ask){ l.case_id, out->whom,
				out->role, out->authority, l.safety_seen };
			x.g = &g;
			fill(&x, &now);
		}
		guard_done(&g);
		record_list_done(&now);
	}
	copies_list_done(&l);
	return rc;
}
