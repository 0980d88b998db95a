/* plan add, list; show and set are those of any kind (cmd_entry.c). */
#include "client/core/cases/plans.h"

#include "client/cli/show.h"
#include "client/cli/text.h"

int
cmd_plan_add(struct ctx *c, struct err *e)
{
	struct assignment set[SHOW_SET_MAX] = { { "goal", cmd_word(c, 1) } };
	struct id case_id, id;
	size_t n = 1;
	int rc;

	if (show_case_find(c, cmd_word(c, 0), &case_id, e) != 0)
		return -1;
	rc = show_assignments(c, 2, set, &n, e);
	if (rc == 0)
		rc = plans_add(c->s, &case_id, set, n, &id, e);
	if (rc == 0)
		show_left_out(c, &case_id, "plan");
	if (rc == 0)
		rc = show_made(c, &id, _("Saved on this device; the next tugi "
		    "sync sends it."), e);
	show_assignments_done(set + 1, n - 1);
	return rc;
}

static int
print_plans(struct ctx *c, const struct record_list *l, struct err *e)
{
	static const char *const heads[] = { N_("ID"), N_("CASE"), N_("DUE"),
		N_("WHO"), N_("OUTCOME"), N_("LOOK"), N_("GOAL") };
	char id[MATCH_SHORT_BYTES], marks[SHOW_MARKS_BYTES];
	struct case_list cases = { 0 };
	const struct record_item *r;
	struct table t;
	size_t i;
	int rc;

	if (cases_names(c->s, &cases, e) != 0)
		return -1;
	table_init(&t, heads, 7, 6);
	for (i = 0; i < l->count; i++) {
		r = &l->items[i];
		table_cell(&t, match_short(&r->id, id));
		table_cell(&t, show_case_name(&cases, &r->case_id));
		table_cell(&t, record_word(r, "due"));
		table_cell(&t, record_field(r, "responsible"));
		table_cell(&t, record_field(r, "outcome"));
		show_marks(r, marks);
		table_cell(&t, marks);
		table_cell(&t, record_field(r, "goal"));
	}
	rc = table_print(&t, &c->out, e);
	table_done(&t);
	case_list_done(&cases);
	return rc;
}

int
cmd_plan_list(struct ctx *c, struct err *e)
{
	return show_newest(c, TYPE_PLAN, _("No goals yet."), print_plans, e);
}
