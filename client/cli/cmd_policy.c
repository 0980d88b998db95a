/* policy list, show; office policy check, diff, publish. */
#include "client/core/profile/policies.h"

#include <string.h>

#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/profile/repository.h"
#include "common/base/mem.h"

#define COMMIT_SHOWN 12

/* ---- what holds ---- */

static json_t *
item_json(const struct policies_item *p)
{
	json_t *j = json_object();

	json_object_set_new(j, "commit", p->commit[0] != '\0' ?
	    json_string(p->commit) : json_null());
	json_object_set_new(j, "published", show_time_json(p->at_ms));
	json_object_set_new(j, "by", p->by != NULL ? out_json_text(p->by) :
	    json_null());
	json_object_set_new(j, "waits", json_boolean(p->waits));
	json_object_set_new(j, "in_force", json_boolean(p->in_force));
	json_object_set_new(j, "readable", json_boolean(p->readable));
	return j;
}

static const char *
state_of(const struct policies_item *p)
{
	return !p->readable ? _("needs a newer program") :
	    p->in_force && p->waits ? _("in force here, not sent") :
	    p->in_force ? _("in force") : p->waits ? _("not sent") : "";
}

static int
print_list(struct ctx *c, const struct policies_list *l, struct err *e)
{
	static const char *const heads[] = { N_("COMMIT"), N_("PUBLISHED"),
		N_("STATE"), N_("BY") };
	char when[WHEN_BYTES], commit[COMMIT_SHOWN + 1];
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 4, 3);
	for (i = 0; i < l->count; i++) {
		snprintf(commit, sizeof(commit), "%.*s", COMMIT_SHOWN,
		    l->items[i].commit);
		table_cell(&t, commit[0] != '\0' ? commit : "-");
		when[0] = '\0';
		if (l->items[i].at_ms != 0)
			when_short(l->items[i].at_ms, when);
		table_cell(&t, when);
		table_cell(&t, state_of(&l->items[i]));
		table_cell(&t, l->items[i].by != NULL ? l->items[i].by :
		    _("comes with the program"));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	return rc;
}

int
cmd_policy_list(struct ctx *c, struct err *e)
{
	struct policies_list l = { 0 };
	json_t *j;
	size_t i;
	int rc;

	if (policies_list(c->s, &l, e) != 0)
		return -1;
	if (c->g.json) {
		j = json_array();
		for (i = 0; i < l.count; i++)
			json_array_append_new(j, item_json(&l.items[i]));
		rc = out_json(j, e);
	} else {
		rc = print_list(c, &l, e);
	}
	policies_list_done(&l);
	return rc;
}

/* Every list of a policy with the number of its entries. */
static int
show_lists(struct ctx *c, const struct policy *p, struct err *e)
{
	static const char *const heads[] = { N_("LIST"), N_("ENTRIES"),
		N_("NAME") };
	const char *lang = session_language(c->s), *name;
	char count[24];
	json_t *j = json_array();
	struct table t;
	size_t i, k;
	int rc;

	table_init(&t, heads, 3, 2);
	out_say(&c->out, "%s", policy_title(p, lang));
	for (i = 1; (name = policy_file(i)) != NULL; i++) {
		char list[32];

		snprintf(list, sizeof(list), "%.*s", (int)strcspn(name, "."),
		    name);
		snprintf(count, sizeof(count), "%zu", policy_count(p, list));
		table_cell(&t, list);
		table_cell(&t, count);
		table_cell(&t, "");
		json_array_append_new(j, json_pack("{s:s, s:I}", "list", list,
		    "entries", (json_int_t)policy_count(p, list)));
	}
	for (k = 0; (name = policy_code(p, "vocabularies", k)) != NULL; k++) {
		snprintf(count, sizeof(count), "%zu", policy_count(p, name));
		table_cell(&t, name);
		table_cell(&t, count);
		table_cell(&t, policy_name(p, "vocabularies", name, lang));
		json_array_append_new(j, json_pack("{s:s, s:I}", "list", name,
		    "entries", (json_int_t)policy_count(p, name)));
	}
	if (c->g.json)
		rc = out_json(j, e);
	else
		rc = table_print(&t, &c->out, e);
	if (!c->g.json)
		json_decref(j);
	table_done(&t);
	return rc;
}

static int
show_list(struct ctx *c, const struct policy *p, const char *list,
    struct err *e)
{
	static const char *const heads[] = { N_("CODE"), N_("NAME"), "" };
	const char *lang = session_language(c->s), *code, *name;
	json_t *all = json_array(), *j;
	struct table t;
	size_t i;
	int rc;

	table_init(&t, heads, 3, 1);
	for (i = 0; (code = policy_code(p, list, i)) != NULL; i++) {
		name = policy_name(p, list, code, lang);
		table_cell(&t, code);
		table_cell(&t, name);
		table_cell(&t, policy_takes(p, list, code) ? "" :
		    _("retired"));
		j = json_object();
		json_object_set_new(j, "code", json_string(code));
		json_object_set_new(j, "name", out_json_text(name));
		json_object_set_new(j, "retired",
		    json_boolean(!policy_takes(p, list, code)));
		json_array_append_new(all, j);
	}
	if (c->g.json)
		rc = out_json(all, e);
	else
		rc = table_print(&t, &c->out, e);
	if (!c->g.json)
		json_decref(all);
	table_done(&t);
	return rc;
}

int
cmd_policy_show(struct ctx *c, struct err *e)
{
	const struct policy *p = policies_now(c->s, e);
	const char *list = cmd_word(c, 0), *text;

	if (p == NULL)
		return -1;
	if (list == NULL)
		return show_lists(c, p, e);
	text = policy_text(p, list, session_language(c->s));
	if (policy_count(p, list) > 0)
		return show_list(c, p, list, e);
	if (text == NULL)
		return err_set(e, ERR_ABSENT, _("the policy has no list or "
		    "text \"%.60s\"; tugi policy show names its lists"),
		    list);
	if (c->g.json)
		return out_json(json_pack("{s:s, s:s}", "code", list, "text",
		    text), e);
	out_line(&c->out, "%s", text);
	return 0;
}

/* ---- from the repository ---- */

static int
read_commit(struct ctx *c, struct policy **out,
    char commit[static REPOSITORY_COMMIT_BYTES], struct err *e)
{
	const char *names[POLICY_FILES];
	struct repository_ask ask = { .dir = cmd_word(c, 1),
		.rev = cmd_value(c, "commit"), .names = names,
		.count = POLICY_FILES };
	struct repository_files files;
	struct policy_source src;
	struct buf texts[POLICY_FILES];
	bool there[POLICY_FILES];
	size_t i;
	int rc;

	if (ask.dir == NULL)
		ask.dir = ".";
	for (i = 0; i < POLICY_FILES; i++) {
		names[i] = policy_file(i);
		buf_init(&texts[i], POLICY_FILE_MAX + 1);
	}
	files.texts = texts;
	files.there = there;
	rc = repository_read(&ask, &files, e);
	for (i = 0; rc == 0 && i < POLICY_FILES; i++)
		src.text[i] = there[i] ? view_of(texts[i].len > 0 ?
		    texts[i].data : (const uint8_t *)"", texts[i].len) :
		    view_of(NULL, 0);
	if (rc == 0)
		rc = policy_read(&src, out, e);
	if (rc == 0)
		memcpy(commit, files.commit, REPOSITORY_COMMIT_BYTES);
	for (i = 0; i < POLICY_FILES; i++)
		buf_done(&texts[i]);
	return rc;
}

static void
warn_lines(struct ctx *c, const char *text)
{
	const char *end;

	for (; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		if (end == NULL)
			break;
		out_warn(&c->out, "%.*s", (int)(end - text), text);
	}
}

/* What it takes away of what is in force; refused when that is in use. */
static int
compare(struct ctx *c, const struct policy *p, struct err *e)
{
	struct buf warn;
	int rc;

	buf_init(&warn, POLICY_MAX);
	rc = policies_drops(c->s, p, &warn, e);
	if (rc == 0)
		warn_lines(c, buf_str(&warn));
	buf_done(&warn);
	return rc;
}

static int
say_commit(struct ctx *c, const char *commit, struct err *e)
{
	json_t *j;

	if (!c->g.json)
		return 0;
	j = json_object();
	json_object_set_new(j, "commit", json_string(commit));
	return out_json(j, e);
}

static int
from_check(struct ctx *c, struct err *e)
{
	char commit[REPOSITORY_COMMIT_BYTES];
	struct policy *p = NULL;
	int rc = read_commit(c, &p, commit, e);

	if (rc == 0 && cmd_flag(c, "against"))
		rc = compare(c, p, e);
	if (rc == 0)
		out_say(&c->out, _("The policy of commit %.12s is in order."),
		    commit);
	if (rc == 0)
		rc = say_commit(c, commit, e);
	policy_free(p);
	return rc;
}

static int
from_diff(struct ctx *c, struct err *e)
{
	char commit[REPOSITORY_COMMIT_BYTES];
	const struct policy *now;
	struct policy *p = NULL;
	struct buf out;
	int rc;

	buf_init(&out, POLICY_MAX);
	rc = read_commit(c, &p, commit, e);
	now = rc == 0 ? policies_now(c->s, e) : NULL;
	if (now == NULL) {
		rc = -1;
		goto out;
	}
	policy_diff(now, p, session_language(c->s), &out);
	rc = buf_check(&out, "the differences", e);
	if (rc == 0 && c->g.json)
		rc = out_json(json_pack("{s:s, s:s}", "commit", commit,
		    "diff", buf_str(&out)), e);
	else if (rc == 0 && out.len == 0)
		out_say(&c->out, "%s", _("Nothing differs from the policy in "
		    "force."));
	else if (rc == 0)
		out_line(&c->out, "%.*s", (int)out.len - 1, buf_str(&out));
out:
	buf_done(&out);
	policy_free(p);
	return rc;
}

static int
from_publish(struct ctx *c, struct err *e)
{
	char commit[REPOSITORY_COMMIT_BYTES];
	struct policy *p = NULL;
	int rc = read_commit(c, &p, commit, e);

	if (rc == 0)
		rc = compare(c, p, e);
	if (rc == 0)
		rc = policies_publish(c->s, p, commit, e);
	if (rc == 0)
		out_say(&c->out, _("The policy of commit %.12s holds here; "
		    "tugi sync sends it to everybody. To undo: publish an "
		    "earlier commit."), commit);
	if (rc == 0)
		rc = say_commit(c, commit, e);
	policy_free(p);
	return rc;
}

int
cmd_office_policy(struct ctx *c, struct err *e)
{
	const char *what = cmd_word(c, 0);

	if (strcmp(what, "check") == 0)
		return from_check(c, e);
	if (cmd_flag(c, "against"))
		return err_set(e, ERR_INPUT, "%s", _("--against goes with "
		    "check; publish looks by itself"));
	if (strcmp(what, "diff") == 0)
		return from_diff(c, e);
	if (strcmp(what, "publish") == 0)
		return from_publish(c, e);
	return err_set(e, ERR_INPUT, _("tugi office policy goes with check, "
	    "diff or publish, not \"%.40s\""), what);
}
