/* What holds whatever the hub did: nothing disclosed, nothing lost, and who met
 * a contradiction says so and works on. */
#include <string.h>

#include "client/core/cases/notes.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "tests/sim/sim.h"

static bool
is_deleted(struct actor *a, const struct id *record)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT 1 FROM record WHERE "
	    "id = ? AND flags & 16 <> 0");
	struct err e;
	int rc;

	db_bind_id(q, 1, record);
	rc = db_step(q, &e);
	db_reset(q);
	return rc == 1;
}

/* Whoever met it says so, sends nothing (net.c) and still takes notes. */
static void
judge_stopped(struct sim *s, struct actor *a)
{
	struct note_draft d = { .text = view_str("after it stopped") };
	struct status st;
	struct err e;
	struct id id;
	int i;

	if (!cast_stopped(a))
		sim_fail(s, "person %d met another log than the one it knew, "
		    "and goes on", a->no);
	if (status_read(a->session, &st, &e) != 0 || !st.stopped ||
	    st.stopped_words[0] == '\0')
		sim_fail(s, "the store of person %d is stopped and does not "
		    "say so", a->no);
	for (i = 0; i < s->case_count; i++) {
		if (s->cases[i].by != a->no || a->old || s->aliased ||
		    s->cases[i].declined ||
		    s->cases[i].reduced || is_deleted(a, &s->cases[i].id))
			continue;
		d.case_id = s->cases[i].id;
		if (notes_add(a->session, &d, &id, &e) != 0)
			sim_fail(s, "person %d can take no note any more: %s",
			    a->no, e.text);
		break;
	}
}

/* Saved text lies with its author, or with somebody who may read it. */
void
judge_somewhere(struct sim *s, const struct scan *sc, int no)
{
	char what[160];
	int i;

	for (i = 0; i < s->actors; i++)
		if (sc->at[i][no].count > 0 && sc->at[i][no].state != GONE)
			return;
	if (!sc->reviewed[no])
		sim_fail(s, "LOST: %s was saved and lies nowhere", judge_describe(s,
		    no, what));
}

void
judge_broken(struct sim *s)
{
	struct judge *j = mem_new(sizeof(*j));
	struct scan sc;
	int i, no;

	judge_open(s, j);
	judge_keys(s, j);
	judge_scan(s, &sc);
	judge_devices(s, &sc);
	for (no = 0; no < s->text_count; no++)
		if (s->text[no].sure && !s->text[no].undone &&
		    !s->text[no].decided && !s->text[no].fades &&
		    !truth_erasing(s, &s->text[no].record))
			judge_somewhere(s, &sc, no);
	for (i = 0; i < s->actors; i++)
		if (!s->actor[i].revoked && (s->actor[i].split ||
		    cast_stopped(&s->actor[i])))
			judge_stopped(s, &s->actor[i]);
	db_close(j->hub);
}
