/*
 * Pieces are read from the commons when a policy is first asked for and after
 * each sync; the text of each policy is parsed when a record needs it. The one
 * in force is remembered by its short name in the store, so that opening a
 * profile and writing a record cost nothing for it.
 */
#include "client/core/profile/policies.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/keys.h"
#include "client/core/local/versions.h"
#include "client/core/words/near.h"
#include "client/core/profile/people.h"
#include "common/base/text.h"

#define PARTS_MAX 16
#define PART_BYTES ((size_t)38 * 1024)
#define TAG_POLICY "tugi policy 1"
#define MEMO 4 /* codes found right just now: an import asks thousands of times */
#define SEEN 16 /* words looked up just now: so does a list of notes */

struct kept { /* one published policy */
	char commit[POLICIES_COMMIT_BYTES];
	struct policy_ref ref;
	struct hash hash;
	size_t parts, have;
	struct buf part[PARTS_MAX];
	uint64_t seq, eff; /* of its first piece, last published */
	struct id origin;
	struct policy *p;  /* NULL: not parsed yet */
	bool bad;
};

struct policies {
	bool loaded;
	struct kept **all;
	size_t count;
	struct kept *now;          /* NULL: the program's own */
	struct policy *own;
	struct {
		const struct field *f;
		char code[48];
	} memo[MEMO];
	size_t memo_at;
	struct {
		const struct field *f;
		struct policy_ref ref;
		char code[48], lang[4];
		const char *word;
	} seen[SEEN];
	size_t seen_at;
};

static void
kept_free(struct kept *k)
{
	size_t i;

	for (i = 0; i < PARTS_MAX; i++)
		buf_done(&k->part[i]);
	policy_free(k->p);
	mem_free(k);
}

static void
forget(struct policies *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		kept_free(l->all[i]);
	mem_free(l->all);
	l->all = NULL;
	l->count = 0;
	l->now = NULL;
	l->loaded = false;
	memset(l->memo, 0, sizeof(l->memo));
	memset(l->seen, 0, sizeof(l->seen));
}

void
policies_free(struct policies *l)
{
	if (l == NULL)
		return;
	forget(l);
	policy_free(l->own);
	mem_free(l);
}

/* ---- pieces ---- */

static int
digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
read_commit(struct view v, struct kept *k)
{
	size_t i;

	if (v.len != POLICIES_COMMIT_BYTES - 1)
		return false;
	for (i = 0; i < v.len; i++)
		if (digit(v.data[i]) < 0)
			return false;
	memcpy(k->commit, v.data, v.len);
	for (i = 0; i < sizeof(k->ref.b); i++)
		k->ref.b[i] = (uint8_t)(digit(v.data[2 * i]) << 4 |
		    digit(v.data[2 * i + 1]));
	return !policy_ref_none(&k->ref);
}

static struct kept *
kept_of(struct policies *l, const struct kept *like)
{
	struct kept *k;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->all[i]->commit, like->commit) == 0 &&
		    hash_eq(&l->all[i]->hash, &like->hash) &&
		    l->all[i]->parts == like->parts)
			return l->all[i];
	l->all = mem_more(l->all, l->count, sizeof(*l->all));
	k = l->all[l->count++] = mem_new(sizeof(*k));
	memcpy(k->commit, like->commit, sizeof(k->commit));
	k->ref = like->ref;
	k->hash = like->hash;
	k->parts = like->parts;
	for (i = 0; i < PARTS_MAX; i++)
		buf_init(&k->part[i], RECORD_TEXT_MAX);
	return k;
}

/* By an officer, now or then: a person keeps the role (rules.md 3.3). */
static bool
by_officer(const struct store *s, const struct id *origin)
{
	const struct roster_device *d = roster_device(&s->roster, origin);

	return d != NULL &&
	    (roster_roles(&s->roster, &d->person) & ROLE_OFFICER) != 0;
}

static void
take_piece(struct store *s, struct policies *l, const struct loaded *r)
{
	const struct version *v = r->count > 0 ? &r->versions[0] : NULL;
	struct view hash = view_of(NULL, 0);
	struct kept like, *k;
	const struct heads_field *h = heads_find(&r->heads, POLICY_HASH);
	int64_t part = loaded_int(r, POLICY_PART);
	int64_t parts = loaded_int(r, POLICY_PARTS);

	memset(&like, 0, sizeof(like));
	if (h != NULL && h->heads[0].op->value.type == VALUE_BYTES)
		hash = h->heads[0].op->value.data;
	if (v == NULL || !by_officer(s, &v->rec.origin) || parts < 1 ||
	    parts > PARTS_MAX || part < 0 || part >= parts ||
	    hash.len != sizeof(like.hash.b) ||
	    !read_commit(loaded_text(r, POLICY_COMMIT), &like))
		return;
	memcpy(like.hash.b, hash.data, hash.len);
	like.parts = (size_t)parts;
	k = kept_of(l, &like);
	if (k->part[part].len == 0) {
		struct view data = loaded_text(r, POLICY_DATA);

		if (data.len == 0)
			return;
		buf_add(&k->part[part], data.data, data.len);
		k->have++;
	}
	if (part == 0 && (k->seq == 0 || v->seq > k->seq ||
	    (v->seq == k->seq && v->eff > k->eff))) {
		k->seq = v->seq;
		k->eff = v->eff;
		k->origin = v->rec.origin;
	}
}

struct gathering {
	struct store *s;
	struct policies *l;
};

static int
take_row(void *ctx, const struct record_row *row, struct err *e)
{
	struct gathering *g = ctx;
	struct loaded *r = loaded_new();
	int rc = versions_load_row(g->s, row, r, e) == 1 ? 0 : -1;

	if (rc == 0) {
		take_piece(g->s, g->l, r);
		versions_done(r);
	}
	mem_free(r);
	return rc;
}

/* ---- which one ---- */

/* The policy itself, parsed; NULL: it cannot be read by this program. */
static struct policy *
opened(struct kept *k)
{
	struct hash hash;
	struct buf all;
	struct err why;
	size_t i;

	if (k->p != NULL || k->bad || k->have != k->parts)
		return k->p;
	buf_init(&all, POLICY_MAX);
	for (i = 0; i < k->parts; i++)
		buf_add(&all, k->part[i].data, k->part[i].len);
	keys_hash(TAG_POLICY, buf_view(&all), &hash);
	k->bad = all.toobig || all.nomem || !hash_eq(&hash, &k->hash) ||
	    policy_decode(buf_view(&all), &k->p, &why) != 0;
	buf_done(&all);
	return k->p;
}

static bool
is_later(const struct kept *a, const struct kept *b)
{
	return a->seq != b->seq ? a->seq > b->seq : a->eff > b->eff;
}

static void
choose(struct store *s, struct policies *l)
{
	struct kept *best = NULL;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->all[i]->have == l->all[i]->parts &&
		    (best == NULL || is_later(l->all[i], best)) &&
		    opened(l->all[i]) != NULL)
			best = l->all[i];
	l->now = best;
	memset(&s->policy, 0, sizeof(s->policy));
	if (best != NULL)
		s->policy = best->ref;
}

static int
load(struct session *session, struct policies **out, struct err *e)
{
	struct store *s = session_store(session);
	struct policies **at = session_policies(session), *l;
	struct gathering g = { s, NULL };
	struct version_query q = { .type = TYPE_POLICY,
		.space = &s->roster.genesis.commons };

	if (*at == NULL)
		*at = mem_new(sizeof(**at));
	g.l = l = *out = *at;
	if (l->loaded)
		return 0;
	if (versions_each(s, &q, take_row, &g, e) != 0) {
		forget(l);
		return -1;
	}
	choose(s, l);
	l->loaded = true;
	return 0;
}

/* The program's own, parsed when it is first needed. */
static const struct policy *
own(struct policies *l, struct err *e)
{
	if (l->own == NULL && (l->own = policy_default(e)) == NULL)
		err_add(e, "the program's own policy is damaged");
	return l->own;
}

static const struct policy *
current(struct policies *l, struct err *e)
{
	return l->now != NULL ? l->now->p : own(l, e);
}

const struct policy *
policies_now(struct session *session, struct err *e)
{
	struct policies *l;

	return load(session, &l, e) == 0 ? current(l, e) : NULL;
}

int
policies_settle(struct session *session, struct err *e)
{
	struct store *s = session_store(session);
	struct policies **at = session_policies(session), *l;
	struct policy_ref was = s->policy;

	if (*at != NULL)
		forget(*at);
	if (load(session, &l, e) != 0)
		return -1;
	if (memcmp(was.b, s->policy.b, sizeof(was.b)) == 0)
		return 0;
	return l->now != NULL ? store_put(s, STORE_POLICY,
	    view_of(s->policy.b, sizeof(s->policy.b)), e) :
	    store_del(s, STORE_POLICY, e);
}

/* ---- words ---- */

static const char *
word_in(const struct policy *p, const struct field *f, const char *code,
    const char *lang)
{
	if (f->type == TYPE_SPACE && f->number == SPACE_SECTION)
		return policy_name(p, "sections", code, lang);
	return f->vocabulary == NULL ? NULL :
	    policy_name(p, f->vocabulary, code, lang);
}

static const char *
find_word(struct policies *l, const struct policy_ref *ref,
    const struct field *f, const char *code, const char *lang)
{
	const struct policy *p;
	const char *word = NULL;
	struct err why;
	size_t i;

	for (i = 0; word == NULL && !policy_ref_none(ref) && i < l->count;
	    i++)
		if (memcmp(l->all[i]->ref.b, ref->b, sizeof(ref->b)) == 0 &&
		    opened(l->all[i]) != NULL)
			word = word_in(l->all[i]->p, f, code, lang);
	if (word == NULL && l->now != NULL)
		word = word_in(l->now->p, f, code, lang);
	p = word == NULL ? own(l, &why) : NULL;
	return p != NULL ? word_in(p, f, code, lang) : word;
}

const char *
policies_word(struct session *session, const struct policy_ref *ref,
    const struct field *f, const char *code)
{
	const char *lang = session_language(session), *word;
	struct policies *l;
	struct err why;
	size_t i;

	if (f->kind != FIELD_CODE || load(session, &l, &why) != 0)
		return NULL;
	for (i = 0; i < SEEN; i++)
		if (l->seen[i].f == f && strcmp(l->seen[i].code, code) == 0 &&
		    strcmp(l->seen[i].lang, lang) == 0 &&
		    memcmp(l->seen[i].ref.b, ref->b, sizeof(ref->b)) == 0)
			return l->seen[i].word;
	word = find_word(l, ref, f, code, lang);
	if (strlen(code) < sizeof(l->seen[0].code)) {
		i = l->seen_at++ % SEEN;
		l->seen[i].f = f;
		l->seen[i].ref = *ref;
		snprintf(l->seen[i].code, sizeof(l->seen[i].code), "%s",
		    code);
		snprintf(l->seen[i].lang, sizeof(l->seen[i].lang), "%s",
		    lang);
		l->seen[i].word = word;
	}
	return word;
}

static bool
has_version(const struct policy *p, const struct policies_wanted *want)
{
	return p != NULL && policy_number(p, want->list, want->code,
	    "version", 0) == want->version;
}

const struct policy *
policies_version(struct session *session, const struct policies_wanted *want)
{
	struct policies *l;
	struct err why;
	size_t i;

	if (load(session, &l, &why) != 0)
		return NULL;
	for (i = 0; want->ref != NULL && i < l->count; i++)
		if (memcmp(l->all[i]->ref.b, want->ref->b,
		    sizeof(want->ref->b)) == 0 &&
		    has_version(opened(l->all[i]), want))
			return l->all[i]->p;
	if (l->now != NULL && has_version(l->now->p, want))
		return l->now->p;
	for (i = 0; i < l->count; i++)
		if (has_version(opened(l->all[i]), want))
			return l->all[i]->p;
	return has_version(own(l, &why), want) ? l->own : NULL;
}

/* The code that is spelt nearly so, or whose name is; NULL: none. */
static const char *
nearest(const struct policy *p, const char *list, const char *text,
    const char *lang)
{
	size_t i, n = policy_count(p, list);
	const char *code, *name;
	struct near near;

	near_begin(&near, text);
	for (i = 0; i < n; i++) {
		code = policy_code(p, list, i);
		if (!policy_takes(p, list, code))
			continue;
		name = policy_name(p, list, code, lang);
		if (name != NULL && strcmp(name, text) == 0)
			return code;
		near_offer(&near, code);
		if (name != NULL)
			near_offer(&near, name);
	}
	for (i = 0; near.best != NULL && i < n; i++) {
		code = policy_code(p, list, i);
		if (near.best == code ||
		    near.best == policy_name(p, list, code, lang))
			return code;
	}
	return NULL;
}

static int
fail_code(const struct policy *p, const struct field *f, const char *text,
    const char *lang, struct err *e)
{
	const char *list = f->vocabulary, *code, *near;
	char all[190];
	size_t i, at = 0, len, n = policy_count(p, list);

	all[0] = '\0';
	for (i = 0; i < n; i++) {
		code = policy_code(p, list, i);
		len = strlen(code);
		if (!policy_takes(p, list, code))
			continue;
		if (at + len + 8 > sizeof(all)) {
			snprintf(all + at, sizeof(all) - at, ", ...");
			break;
		}
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s",
		    at > 0 ? ", " : "", code);
	}
	near = nearest(p, list, text, lang);
	if (near != NULL)
		return err_set(e, ERR_INPUT, "%s has no word \"%.40s\"; did "
		    "you mean %s? There are %s", f->name, text, near, all);
	return err_set(e, ERR_INPUT, "%s has no word \"%.40s\"; there are %s",
	    f->name, text, all);
}

int
policies_check(struct session *session, const struct field *f,
    const char *text, struct err *e)
{
	const char *list = f->vocabulary;
	struct policies *l;
	const struct policy *p;
	size_t i;

	if (f->kind != FIELD_CODE || list == NULL || text == NULL ||
	    text[strspn(text, " \t")] == '\0')
		return 0;
	if (load(session, &l, e) != 0)
		return -1;
	for (i = 0; i < MEMO; i++)
		if (l->memo[i].f == f && strcmp(l->memo[i].code, text) == 0)
			return 0;
	p = current(l, e);
	if (p == NULL)
		return -1;
	if (!policy_takes(p, list, text))
		return fail_code(p, f, text, session_language(session), e);
	if (strlen(text) < sizeof(l->memo[0].code)) {
		l->memo[l->memo_at].f = f;
		memcpy(l->memo[l->memo_at].code, text, strlen(text) + 1);
		l->memo_at = (l->memo_at + 1) % MEMO;
	}
	return 0;
}

int
policies_section(struct session *session, const char *section,
    struct err *e)
{
	const struct policy *p = policies_now(session, e);

	if (p == NULL)
		return -1;
	return policy_takes(p, "sections", section) ? 0 : err_set(e,
	    ERR_DENIED, "the office's policy has no section \"%.40s\": no new "
	    "one is begun", section);
}

/* ---- what a new one takes away ---- */

static int
count_in(struct store *s, const char *section, int64_t *n, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT count(*) FROM record r "
	    "JOIN space p ON p.id = r.space WHERE p.section = ?1 "
	    "AND p.case_id IS NOT NULL AND r.type <> ?2 "
	    "AND r." RECORD_OUT_SQL " = 0");

	db_bind_text(q, 1, section);
	db_bind_int(q, 2, TYPE_SPACE);
	if (db_step(q, e) != 1)
		return -1;
	*n = db_int(q, 0);
	db_reset(q);
	return 0;
}

static void
warn_words(const struct policy *was, const struct policy *is,
    struct buf *warn)
{
	const char *list, *code;
	size_t i, k;

	for (i = 0; (list = policy_code(was, "vocabularies", i)) != NULL; i++)
		for (k = 0; (code = policy_code(was, list, k)) != NULL; k++)
			if (policy_takes(was, list, code) &&
			    !policy_takes(is, list, code))
				buf_add_fmt(warn, _("%s: \"%s\" is not written "
				    "any more; records that have it stay "
				    "readable.\n"), list, code);
}

int
policies_drops(struct session *session, const struct policy *p,
    struct buf *warn, struct err *e)
{
	struct store *s = session_store(session);
	const struct policy *was = policies_now(session, e);
	const char *code;
	int64_t n = 0;
	size_t i;

	if (was == NULL)
		return -1;
	for (i = 0; (code = policy_code(was, "sections", i)) != NULL; i++) {
		if (policy_takes(p, "sections", code))
			continue;
		if (count_in(s, code, &n, e) != 0)
			return -1;
		if (n > 0)
			return err_set(e, ERR_DENIED, plural(n, "this policy "
			    "drops the section \"%s\", which has %lld record "
			    "that you can see: keep it, or move or erase that "
			    "first", "this policy drops the section \"%s\", "
			    "which has %lld records that you can see: keep it, "
			    "or move or erase them first"), code,
			    (long long)n);
		buf_add_fmt(warn, _("The section \"%s\" is dropped. You see no "
		    "record in it; others may. What is there stays "
		    "readable.\n"), code);
	}
	warn_words(was, p, warn);
	return buf_check(warn, "the list of what is dropped", e);
}

/* ---- publishing ---- */

static size_t
piece_end(struct view v, size_t at)
{
	size_t end = at + PART_BYTES;

	if (end >= v.len)
		return v.len;
	while (end > at && (v.data[end] & 0xc0) == 0x80)
		end--;
	return end;
}

static int
write_piece_tx(struct store *s, struct op ops[static 5], struct err *e)
{
	struct write w = { .type = TYPE_POLICY, .ops = ops, .op_count = 5,
		.space = s->roster.genesis.commons };

	return versions_write_tx(s, &w, NULL, e);
}

static int
write_pieces_tx(struct store *s, struct view all, const char *commit,
    struct err *e)
{
	struct op *ops = mem_new(5 * sizeof(*ops));
	size_t at, end, part = 0, parts = 0;
	struct hash hash;
	int rc = 0;

	keys_hash(TAG_POLICY, all, &hash);
	for (at = 0; at < all.len; at = piece_end(all, at))
		parts++;
	for (at = 0; rc == 0 && at < all.len; at = end, part++) {
		end = piece_end(all, at);
		ops[0].field = POLICY_COMMIT;
		ops[0].value = (struct value){ VALUE_TEXT, 0,
			view_str(commit) };
		ops[1].field = POLICY_PART;
		ops[1].value = (struct value){ VALUE_INT, (int64_t)part,
			{ NULL, 0 } };
		ops[2].field = POLICY_PARTS;
		ops[2].value = (struct value){ VALUE_INT, (int64_t)parts,
			{ NULL, 0 } };
		ops[3].field = POLICY_HASH;
		ops[3].value = (struct value){ VALUE_BYTES, 0,
			view_of(hash.b, sizeof(hash.b)) };
		ops[4].field = POLICY_DATA;
		ops[4].value = (struct value){ VALUE_TEXT, 0,
			view_of(all.data + at, end - at) };
		rc = write_piece_tx(s, ops, e);
	}
	mem_free(ops);
	return rc;
}

static int
check_publisher(struct session *session, const char *commit, struct err *e)
{
	struct store *s = session_store(session);
	struct policies *l;
	struct kept k;

	memset(&k, 0, sizeof(k));
	if (s->stage != STORE_MEMBER ||
	    (roster_roles(&s->roster, &s->person) & ROLE_OFFICER) == 0)
		return err_set(e, ERR_DENIED, "only an officer of the office "
		    "publishes its policy");
	if (!read_commit(view_str(commit), &k))
		return err_set(e, ERR_INPUT, "a policy is published from a "
		    "commit of 40 hex digits");
	if (load(session, &l, e) != 0)
		return -1;
	return l->now != NULL && strcmp(l->now->commit, commit) == 0 ?
	    err_set(e, ERR_CLASH, "the policy of commit %.12s is in force "
	    "already", commit) : 0;
}

int
policies_publish(struct session *session, const struct policy *p,
    const char *commit, struct err *e)
{
	struct store *s = session_store(session);
	struct buf all;
	int rc = -1;

	if (check_publisher(session, commit, e) != 0)
		return -1;
	buf_init(&all, POLICY_MAX);
	if (policy_encode(p, &all, e) != 0 || db_begin(s->db, e) != 0)
		goto out;
	rc = write_pieces_tx(s, buf_view(&all), commit, e);
	rc = db_end(s->db, rc, e);
	if (rc == 0)
		rc = policies_settle(session, e);
out:
	buf_done(&all);
	return rc;
}

/* ---- the list ---- */

static void
list_one(struct session *session, struct policies *l, struct kept *k,
    struct policies_item *out)
{
	struct store *s = session_store(session);
	const struct roster_device *d = roster_device(&s->roster, &k->origin);
	char name[160] = "";
	struct err why;

	memcpy(out->commit, k->commit, sizeof(out->commit));
	out->at_ms = hlc_ms(k->eff);
	if (d != NULL)
		(void)people_name(session, &d->person, name, &why);
	out->by = mem_dup(name);
	out->waits = k->seq == UINT64_MAX;
	out->in_force = k == l->now;
	out->readable = opened(k) != NULL;
}

int
policies_list(struct session *session, struct policies_list *out,
    struct err *e)
{
	struct policies_item swap;
	struct policies *l;
	size_t i, k;

	memset(out, 0, sizeof(*out));
	if (load(session, &l, e) != 0)
		return -1;
	out->items = mem_new((l->count + 1) * sizeof(*out->items));
	for (i = 0; i < l->count; i++)
		if (l->all[i]->have == l->all[i]->parts)
			list_one(session, l, l->all[i],
			    &out->items[out->count++]);
	for (i = 1; i < out->count; i++)
		for (k = i; k > 0 && out->items[k].at_ms >
		    out->items[k - 1].at_ms; k--) {
			swap = out->items[k];
			out->items[k] = out->items[k - 1];
			out->items[k - 1] = swap;
		}
	out->items[out->count].in_force = l->now == NULL;
	out->items[out->count++].readable = true;
	return 0;
}

void
policies_list_done(struct policies_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		mem_free(l->items[i].by);
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}
