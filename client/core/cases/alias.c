/*
 * Aliases written: the same words into the cards of both cases, in one
 * transaction. The record's id follows from what it says, so two people who
 * say the same write one record, and a contradiction is a conflict of one
 * field like any other.
 */
#include "client/core/cases/alias.h"

#include <string.h>

#include "client/core/accord/statements.h"
#include "client/core/local/aliases.h"
#include "client/core/profile/people.h"
#include "common/base/mem.h"

#define CASE_SPACES_MAX 64
#define NAMES_MAX 4096

/* ---- some ids, each once ---- */

struct id_set {
	struct id *ids;
	size_t count, room;
};

static bool
has_id(const struct id_set *p, const struct id *id)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (id_eq(&p->ids[i], id))
			return true;
	return false;
}

static void
add_id(struct id_set *p, const struct id *id)
{
	struct id *ids;

	if (has_id(p, id))
		return;
	if (p->count == p->room) {
		p->room = p->room > 0 ? 2 * p->room : 16;
		ids = mem_new(p->room * sizeof(*ids));
		if (p->count > 0)
			memcpy(ids, p->ids, p->count * sizeof(*ids));
		mem_free(p->ids);
		p->ids = ids;
	}
	p->ids[p->count++] = *id;
}

/* ---- writing ---- */

static int
card_of(struct store *s, const struct id *case_id, struct space *card,
    struct err *e)
{
	enum right right;
	int rc = spaces_find_section(s, case_id, "card", NULL, card, e);

	if (rc < 0 || (rc == 1 && spaces_right(s, &card->id, &right, e) != 0))
		return -1;
	if (rc == 0 || right < RIGHT_WRITE)
		return err_set(e, ERR_DENIED, "two cases are made one, or "
		    "two, by who may write in the cards of both");
	return 0;
}

static void
put(struct op *op, uint16_t field, enum value_type type, struct view data)
{
	op->field = field;
	op->value.type = type;
	op->value.data = data;
}

/* ${status} into the card of case ${at}. */
static int
write_half_tx(struct store *s, const struct id *at,
    const struct alias_pair *p, const char *status, struct err *e)
{
	struct op *ops = mem_new(3 * sizeof(*ops));
	struct write w = { .type = TYPE_ALIAS, .case_id = *at, .ops = ops,
		.op_count = 3 };
	struct space card;
	int rc = card_of(s, at, &card, e);

	put(&ops[0], ALIAS_FRONT, VALUE_BYTES, view_of(p->front.b,
	    sizeof(p->front.b)));
	put(&ops[1], ALIAS_BEHIND, VALUE_BYTES, view_of(p->behind.b,
	    sizeof(p->behind.b)));
	put(&ops[2], ALIAS_STATUS, VALUE_TEXT, view_str(status));
	aliases_record(at, &p->front, &p->behind, &w.id);
	w.space = card.id;
	if (rc == 0)
		rc = versions_write_tx(s, &w, NULL, e);
	mem_free(ops);
	return rc;
}

static int
write_tx(struct store *s, const struct id *front, const struct id *behind,
    const char *status, struct err *e)
{
	struct alias_pair p = { .front = *front, .behind = *behind };

	if (write_half_tx(s, front, &p, status, e) != 0)
		return -1;
	return write_half_tx(s, behind, &p, status, e);
}

static bool
stands(const struct alias_set *set, const struct id *front,
    const struct id *behind)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (id_eq(&set->pairs[i].front, front) &&
		    id_eq(&set->pairs[i].behind, behind))
			return true;
	return false;
}

/* Somebody said the opposite without having seen it: saying it again, or the
 * opposite, names both and ends that. */
static int
is_doubted(struct store *s, const struct id *front, const struct id *behind,
    bool *out, struct err *e)
{
	const struct id *cards[] = { front, behind };
	struct record_row row;
	struct id id;
	size_t i;
	int rc;

	*out = false;
	for (i = 0; i < 2; i++) {
		aliases_record(cards[i], front, behind, &id);
		rc = versions_row(s, &id, &row, e);
		if (rc < 0)
			return -1;
		*out = *out || (rc == 1 &&
		    (row.flags & RECORD_CONFLICT) != 0);
	}
	return 0;
}

static int
same_tx(struct store *s, const struct alias_set *set, const struct id *front,
    const struct id *behind, struct err *e)
{
	size_t added = 0;

	if (stands(set, behind, front) &&
	    write_tx(s, behind, front, ALIAS_APART, e) != 0)
		return -1;
	if (write_tx(s, front, behind, ALIAS_SAME, e) != 0)
		return -1;
	return statements_apply_tx(s, front, &added, e);
}

static int
check_room(const struct alias_set *set, const struct id *front,
    const struct id *behind, struct err *e)
{
	struct alias_group a, b;

	aliases_group(set, front, true, &a);
	aliases_group(set, behind, true, &b);
	if (a.count + b.count > ALIASES_GROUP_MAX)
		return err_set(e, ERR_TOOBIG, "at most %d cases are made one",
		    ALIASES_GROUP_MAX);
	return 0;
}

int
alias_same(struct session *session, const struct id *front,
    const struct id *behind, struct err *e)
{
	struct store *s = session_store(session);
	struct alias_set set;
	bool doubted;
	int rc;

	if (id_eq(front, behind))
		return err_set(e, ERR_INPUT, "these are one case already; "
		    "name the other one by its code");
	if (is_doubted(s, front, behind, &doubted, e) != 0 ||
	    aliases_load(s, &set, e) != 0)
		return -1;
	rc = stands(&set, front, behind) && !doubted ? err_set(e, ERR_CLASH,
	    "this case stands in front of the other already") :
	    check_room(&set, front, behind, e);
	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		rc = same_tx(s, &set, front, behind, e);
		rc = db_end(s->db, rc, e);
	}
	aliases_done(&set);
	return rc;
}

struct ending { /* which of two cases was said to be in front */
	bool one, other;
};

static int
find_ending(struct store *s, const struct id *a, const struct id *b,
    struct ending *out, struct err *e)
{
	struct alias_set set;

	if (is_doubted(s, a, b, &out->one, e) != 0 ||
	    is_doubted(s, b, a, &out->other, e) != 0 ||
	    aliases_load(s, &set, e) != 0)
		return -1;
	out->one = out->one || stands(&set, a, b);
	out->other = out->other || stands(&set, b, a);
	aliases_done(&set);
	return 0;
}

static int
apart_tx(struct store *s, const struct ending *x, const struct id *a,
    const struct id *b, struct err *e)
{
	if (x->one && write_tx(s, a, b, ALIAS_APART, e) != 0)
		return -1;
	return x->other ? write_tx(s, b, a, ALIAS_APART, e) : 0;
}

int
alias_apart(struct session *session, const struct id *a, const struct id *b,
    struct id *front, struct err *e)
{
	struct store *s = session_store(session);
	struct alias_group group;
	struct ending x;

	if (aliases_of(s, a, true, &group, e) != 0 ||
	    find_ending(s, a, b, &x, e) != 0)
		return -1;
	if (!x.one && !x.other)
		return err_set(e, ERR_ABSENT, "nothing makes these two cases "
		    "one; tugi case list shows what stands behind what");
	*front = x.other && !(x.one && id_eq(&group.ids[0], a)) ? *b : *a;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (apart_tx(s, &x, a, b, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

int
alias_front(struct session *session, const struct id *case_id,
    struct id *front, struct err *e)
{
	struct alias_group group;

	if (aliases_of(session_store(session), case_id, false, &group, e) !=
	    0)
		return -1;
	*front = group.ids[0];
	return 0;
}

/* ---- lists ---- */

static struct case_item *
item_of(struct case_list *l, const struct id *id)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (id_eq(&l->items[i].id, id))
			return &l->items[i];
	return NULL;
}

static void
add_behind(struct case_item *front, struct case_item *item)
{
	struct case_behind *all = mem_new((front->behind_count + 1) *
	    sizeof(*all));
	struct buf title;

	if (front->behind_count > 0)
		memcpy(all, front->behind, front->behind_count *
		    sizeof(*all));
	mem_free(front->behind);
	front->behind = all;
	all += front->behind_count++;
	buf_init(&title, NAMES_MAX);
	buf_add_fmt(&title, "%s (%s)", item->name, item->code);
	all->id = item->id;
	all->code = mem_dup(item->code);
	all->title = mem_dup(buf_str(&title));
	buf_done(&title);
	front->notes += item->notes;
	if (item->last_ms > front->last_ms)
		front->last_ms = item->last_ms;
	front->conflict = front->conflict || item->conflict;
}

/* Sections of either, each once. */
static void
add_sections(struct case_item *front, const char *sections)
{
	struct buf all;
	size_t n;

	buf_init(&all, NAMES_MAX);
	buf_add_str(&all, front->sections);
	for (; *sections != '\0'; sections += strspn(sections, ", ")) {
		n = strcspn(sections, ",");
		if (memmem(buf_str(&all), all.len, sections, n) == NULL)
			buf_add_fmt(&all, "%s%.*s", all.len > 0 ? ", " : "",
			    (int)n, sections);
		sections += n;
	}
	mem_free(front->sections);
	front->sections = mem_dup(buf_str(&all));
	buf_done(&all);
}

/* Without those marked. */
static void
drop(struct case_list *l, const bool *gone)
{
	struct case_list out = { .items = mem_new(l->count *
	    sizeof(*out.items)) };
	struct case_list old = { .items = mem_new(l->count *
	    sizeof(*old.items)) };
	size_t i;

	for (i = 0; i < l->count; i++)
		if (gone[i])
			old.items[old.count++] = l->items[i];
		else
			out.items[out.count++] = l->items[i];
	case_list_done(&old);
	mem_free(l->items);
	*l = out;
}

int
alias_join(struct session *session, struct case_list *list, struct err *e)
{
	struct case_item *item, *front;
	struct alias_group group;
	struct alias_set set;
	bool *gone;
	size_t i;

	if (aliases_load(session_store(session), &set, e) != 0)
		return -1;
	gone = mem_new(list->count + 1);
	for (i = 0; i < list->count; i++) {
		item = &list->items[i];
		aliases_group(&set, &item->id, false, &group);
		front = item_of(list, &group.ids[0]);
		if (front == NULL || front == item)
			continue;
		add_behind(front, item);
		add_sections(front, item->sections);
		gone[i] = true;
	}
	if (set.count > 0)
		drop(list, gone);
	mem_free(gone);
	aliases_done(&set);
	return 0;
}

int
alias_behind(struct session *session, size_t *n, struct err *e)
{
	struct alias_group group;
	struct alias_set set;
	struct id_set seen = { 0 };
	size_t i, k;

	*n = 0;
	if (aliases_load(session_store(session), &set, e) != 0)
		return -1;
	for (i = 0; i < set.count; i++) {
		if (set.pairs[i].shut)
			continue;
		aliases_group(&set, &set.pairs[i].front, false, &group);
		for (k = 1; k < group.count; k++)
			add_id(&seen, &group.ids[k]);
	}
	*n = seen.count;
	mem_free(seen.ids);
	aliases_done(&set);
	return 0;
}

/* ---- who is let in only behind ---- */

static int
persons_in(struct store *s, const struct id *case_id, const char *section,
    struct id_set *out, struct err *e)
{
	struct space *list = mem_new(CASE_SPACES_MAX * sizeof(*list));
	struct access_answer answer;
	struct access_book book;
	size_t i, k, n = 0;
	int rc = spaces_list(s, case_id, list, CASE_SPACES_MAX, &n, e);

	for (i = 0; rc == 0 && i < n; i++) {
		if (list[i].state != SPACE_OPEN ||
		    strcmp(list[i].section, section) != 0)
			continue;
		access_book_init(&book);
		rc = spaces_access_load(s, &list[i].id, &book, e);
		for (k = 0; rc == 0 && k < book.count; k++) {
			access_judge(&book, &book.list[k].person,
			    store_now_ms(s), &answer);
			if (answer.right != RIGHT_NONE)
				add_id(out, &book.list[k].person);
		}
		access_book_done(&book);
	}
	mem_free(list);
	return rc;
}

static int
name_missing(struct session *session, const struct id_set *behind,
    const struct id_set *front, struct buf *out, struct err *e)
{
	const struct id *me = &session_store(session)->person;
	char name[160];
	size_t i;

	for (i = 0; i < behind->count; i++) {
		if (has_id(front, &behind->ids[i]) ||
		    id_eq(&behind->ids[i], me))
			continue;
		if (people_name(session, &behind->ids[i], name, e) != 0)
			return -1;
		buf_add_fmt(out, "%s%s", out->len > 0 ? ", " : "", name);
	}
	return buf_check(out, "a list of people", e);
}

int
alias_left_out(struct session *session, const struct id *case_id,
    const char *section, char **names, struct err *e)
{
	struct store *s = session_store(session);
	struct id_set front = { 0 }, behind = { 0 };
	struct alias_group group;
	struct buf out;
	size_t i;
	int rc = aliases_of(s, case_id, false, &group, e);

	buf_init(&out, NAMES_MAX);
	for (i = 0; rc == 0 && group.count > 1 && i < group.count; i++)
		rc = persons_in(s, &group.ids[i], section, i == 0 ? &front :
		    &behind, e);
	if (rc == 0)
		rc = name_missing(session, &behind, &front, &out, e);
	if (rc == 0)
		*names = mem_dup(buf_str(&out));
	mem_free(front.ids);
	mem_free(behind.ids);
	buf_done(&out);
	return rc;
}
