/*
 * One transaction for all of it: a device that is cut off in the middle is
 * still a member and finds its revocation again.
 */
#include "client/core/sync/revoked.h"

#include <string.h>

#include "client/core/accord/letters.h"
#include "common/base/mem.h"

static int
list_spaces(struct store *s, struct buf *ids, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "SELECT id FROM space");
	struct id id;
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (db_id(q, 0, &id) == 0)
			buf_add(ids, &id, sizeof(id));
	return rc != 0 ? -1 : buf_check(ids, "the list of sections", e);
}

static int
close_spaces(struct store *s, struct err *e)
{
	struct buf ids;
	struct id id;
	size_t i;
	int rc;

	buf_init(&ids, SIZE_MAX);
	rc = list_spaces(s, &ids, e);
	for (i = 0; rc == 0 && i < ids.len; i += sizeof(id)) {
		memcpy(&id, ids.data + i, sizeof(id));
		if (letters_hold_tx(s, &id, e) != 0 ||
		    spaces_wipe_tx(s, &id, e) != 0)
			rc = -1;
	}
	buf_done(&ids);
	return rc;
}

/* What others sent in other ways than as text of a section. */
static int
wipe_rest(struct store *s, struct err *e)
{
	static const char *const all[] = {
		"UPDATE review SET plain = NULL",
		"UPDATE item SET body = NULL WHERE kind = 5",
		"DELETE FROM memo",
		"DELETE FROM quarantine WHERE space <> zeroblob(16)",
		"DELETE FROM want WHERE space <> zeroblob(16)",
		"DELETE FROM outgoing WHERE state = 1",
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (db_exec(s->db, all[i], e) != 0)
			return -1;
	return 0;
}

static int
count_held(struct store *s, int64_t *out, struct err *e)
{
	return db_one_int(s->db, "SELECT count(*) FROM held", out, e) < 0 ?
	    -1 : 0;
}

static int
end_tx(struct talk *t, struct err *e)
{
	struct store *s = t->s;
	int64_t before, after;

	if (count_held(s, &before, e) != 0 || close_spaces(s, e) != 0 ||
	    wipe_rest(s, e) != 0 || count_held(s, &after, e) != 0 ||
	    store_drop_box_tx(s, e) != 0)
		return -1;
	s->stage = STORE_REVOKED;
	t->figures->held_new += (size_t)(after - before);
	return store_save_hub(s, e);
}

int
revoked_settle(struct talk *t, struct err *e)
{
	struct store *s = t->s;
	const struct roster_device *me = roster_device(&s->roster,
	    &s->me->device);

	t->figures->revoked = s->stage == STORE_REVOKED;
	if (s->stage != STORE_MEMBER || s->stopped || me == NULL ||
	    !me->revoked)
		return 0;
	if (db_begin(s->db, e) != 0)
		return -1;
	if (end_tx(t, e) != 0 || db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		s->stage = STORE_MEMBER;
		return -1;
	}
	mem_wipe(&s->me->box, sizeof(s->me->box));
	t->figures->revoked = true;
	return 0;
}
