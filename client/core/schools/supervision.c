/*
 * Made-up names are short words of letters that are easily read out; whose
 * they are stands in one record each, written once.
 */
#include "client/core/schools/supervision.h"

#include <stdio.h>
#include <string.h>

#include "client/core/cases/alias.h"
#include "client/core/local/utf8.h"
#include "client/core/cases/names.h"
#include "client/core/cases/rooms.h"
#include "common/base/mem.h"

#define DAY_MINUTES (24 * 60)

/* ---- made-up names ---- */

struct naming {
	struct store *s;
	const struct id *case_id; /* looked for; NULL: the word */
	const char *word;
	struct id found;
	char text[SUPERVISION_WORD_BYTES];
};

static int
look(void *ctx, const struct record_row *row, struct err *e)
{
	struct naming *n = ctx;
	struct loaded l;
	struct view word;
	struct id of;
	bool hit;

	if (versions_load_row(n->s, row, &l, e) != 1)
		return -1;
	of = loaded_id(&l, PSEUDONYM_CASE);
	word = loaded_text(&l, PSEUDONYM_WORD);
	hit = word.len > 0 && word.len < sizeof(n->text) &&
	    (n->case_id != NULL ? id_eq(&of, n->case_id) :
	    utf8_same(word, view_str(n->word)));
	if (hit) {
		n->found = of;
		memcpy(n->text, word.data, word.len);
		n->text[word.len] = '\0';
	}
	versions_done(&l);
	return hit;
}

/* 1 found, 0, -1. The first one written counts. */
static int
find(struct naming *n, struct err *e)
{
	struct version_query q = { .type = TYPE_PSEUDONYM,
		.oldest_first = true };

	n->text[0] = '\0';
	if (versions_each(n->s, &q, look, n, e) != 0)
		return -1;
	return n->text[0] != '\0';
}

static void
make_word(char out[static SUPERVISION_WORD_BYTES])
{
	static const char soft[] = "aeiou", hard[] = "bdgklmnprstv";
	struct id r;
	size_t i;

	id_random(&r);
	for (i = 0; i < 6; i++)
		out[i] = i % 2 == 0 ? hard[r.b[i] % (sizeof(hard) - 1)] :
		    soft[r.b[i] % (sizeof(soft) - 1)];
	out[0] = (char)(out[0] - 'a' + 'A');
	out[6] = '\0';
}

/* 1 it is free and nobody's name, 0 not, -1. */
static int
is_free(struct session *s, const char *word, struct err *e)
{
	struct naming n = { .s = session_store(s), .word = word };
	char found[NAMES_FOUND_BYTES];
	int rc = find(&n, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	rc = names_find(s, view_str(word), found, e);
	return rc < 0 ? -1 : rc == 0;
}

static int
check_wish(struct session *s, const char *wish, struct err *e)
{
	char found[NAMES_FOUND_BYTES];
	size_t i, n = strlen(wish);
	struct naming other = { .s = session_store(s), .word = wish };
	int rc;

	for (i = 0; i < n; i++)
		if (wish[i] == ' ' || wish[i] == ',')
			break;
	if (n == 0 || n >= SUPERVISION_WORD_BYTES || i < n ||
	    utf8_bad(view_str(wish)) != n)
		return err_set(e, ERR_INPUT, "a made-up name is one word of "
		    "at most %d bytes", SUPERVISION_WORD_BYTES - 1);
	rc = names_find(s, view_str(wish), found, e);
	if (rc == 1)
		return err_set(e, ERR_INPUT, "\"%s\" is the name of a child "
		    "you work with; make up another", found);
	if (rc == 0)
		rc = find(&other, e);
	return rc == 1 ? err_set(e, ERR_CLASH, "this name stands for another "
	    "case already") : rc;
}

static int
write_name(struct session *s, const struct id *case_id, const char *word,
    struct err *e)
{
	char hex[ID_TEXT_BYTES];
	struct assignment set[2] = { { "word", word },
		{ "case", id_text(case_id, hex) } };
	struct entry_draft d = { .type = TYPE_PSEUDONYM, .set = set, .n = 2 };
	struct id id;

	return entries_add(s, &d, &id, e);
}

int
supervision_name(struct session *s, const struct id *case_id,
    const char *wish, char word[static SUPERVISION_WORD_BYTES], struct err *e)
{
	struct id front;
	struct naming n = { .s = session_store(s), .case_id = &front };
	int rc = alias_front(s, case_id, &front, e) != 0 ? -1 : find(&n, e);

	if (rc < 0)
		return -1;
	if (rc == 1) {
		memcpy(word, n.text, SUPERVISION_WORD_BYTES);
		return wish == NULL || utf8_same(view_str(wish),
		    view_str(word)) ? 0 : err_set(e, ERR_CLASH, "this case is "
		    "called %s in supervision already", word);
	}
	if (wish != NULL) {
		if (check_wish(s, wish, e) != 0)
			return -1;
		snprintf(word, SUPERVISION_WORD_BYTES, "%s", wish);
	}
	for (rc = wish != NULL ? 1 : 0; rc == 0;) {
		make_word(word);
		rc = is_free(s, word, e);
	}
	return rc < 0 ? -1 : write_name(s, &front, word, e);
}

int
supervision_case(struct session *s, const char *word, struct id *case_id,
    struct err *e)
{
	struct naming n = { .s = session_store(s), .word = word };
	int rc = find(&n, e);

	*case_id = n.found;
	if (rc == 0)
		return err_set(e, ERR_ABSENT, "\"%.40s\" stands for no case "
		    "of yours", word);
	return rc < 0 ? -1 : 0;
}

/* ---- what is brought to supervision ---- */

static int
check_cases(const struct entry *x, struct err *e)
{
	struct view v = entry_text(x, SUPERVISION_CASES);
	char word[SUPERVISION_WORD_BYTES];
	struct id of;
	size_t at = 0, n;

	while (at < v.len) {
		for (n = 0; at + n < v.len && v.data[at + n] != ' ' &&
		    v.data[at + n] != ','; n++)
			if (n < sizeof(word) - 1)
				word[n] = (char)v.data[at + n];
		word[n < sizeof(word) - 1 ? n : sizeof(word) - 1] = '\0';
		at += n + 1;
		if (n > 0 && supervision_case(x->session, word, &of, e) != 0)
			return err_add(e, "cases (tugi supervision name CASE "
			    "makes a name up)");
	}
	return 0;
}

/* A record of another person is not asked for the own names. */
int
supervision_check(const struct entry *x, struct err *e)
{
	static const uint16_t texts[] = { SUPERVISION_QUESTION,
		SUPERVISION_NOTES, SUPERVISION_CASES, SUPERVISION_WITH };
	char found[NAMES_FOUND_BYTES];
	size_t i;
	int rc;

	if (entry_int(x, SUPERVISION_MINUTES) > DAY_MINUTES)
		return err_set(e, ERR_INPUT, "minutes are 0 to %d, the "
		    "length of a day", DAY_MINUTES);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!entry_changes(x, texts[i]))
			continue;
		rc = names_find(x->session, entry_text(x, texts[i]), found,
		    e);
		if (rc < 0)
			return -1;
		if (rc == 1)
			return err_set(e, ERR_DENIED, "%s: \"%s\" is the name "
			    "of a child you work with; write a made-up one "
			    "instead: tugi supervision name CASE",
			    fields_number(x->type, texts[i])->name, found);
	}
	return entry_changes(x, SUPERVISION_CASES) ? check_cases(x, e) : 0;
}

int
supervision_share(struct session *s, const struct id *id,
    const struct id *room, struct id *copy, struct err *e)
{
	struct store *st = session_store(s);
	struct op ops[RECORD_OPS_MAX];
	struct entry_draft d = { .type = TYPE_SUPERVISION, .space = *room,
		.more = ops };
	struct loaded *l = loaded_new();
	size_t i;
	int rc = versions_load(st, id, l, e);

	if (rc == 1 && l->row.type == TYPE_SUPERVISION) {
		for (i = 0; i < l->heads.count; i++) {
			if (l->heads.fields[i].field == FIELD_DELETED)
				continue;
			memset(&ops[d.more_count], 0, sizeof(ops[0]));
			ops[d.more_count].field = l->heads.fields[i].field;
			ops[d.more_count++].value =
			    l->heads.fields[i].heads[0].op->value;
		}
		rc = entries_add(s, &d, copy, e);
	} else if (rc >= 0) {
		rc = err_set(e, ERR_ABSENT, "there is no such record of "
		    "supervision here");
	}
	versions_done(l);
	mem_free(l);
	return rc;
}
