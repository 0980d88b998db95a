/*
 * The id of a receiver's part follows from case and person, so that two who
 * share with the same person share in one place. Once it was closed the next
 * one is taken: a later consent must not open again what was taken back.
 */
#include "client/core/giving/share.h"

#include <string.h>

#include "client/core/giving/basis.h"
#include "client/core/giving/copies.h"
#include "client/core/giving/disclosure.h"
#include "client/core/local/spaces.h"
#include "client/core/profile/people.h"
#include "common/wire/keys.h"

#define TAG_SHARE "tugi share 1"
#define PARTS_MAX 32 /* for one person in one case, one after the other */

static void
part_id(const struct id *case_id, const struct id *person, uint8_t turn,
    struct id *out)
{
	uint8_t bytes[33];
	struct hash hash;

	memcpy(bytes, case_id->b, 16);
	memcpy(bytes + 16, person->b, 16);
	bytes[32] = turn;
	keys_hash(TAG_SHARE, view_of(bytes, sizeof(bytes)), &hash);
	memcpy(out->b, hash.b, sizeof(out->b));
}

static int
part_begun(struct store *s, const struct id *case_id, const struct id *part,
    bool *out, struct err *e)
{
	struct space list[64];
	size_t i, n = 0;

	*out = false;
	if (spaces_list(s, case_id, list, 64, &n, e) != 0)
		return -1;
	for (i = 0; i < n; i++)
		*out = *out || id_eq(&list[i].part, part);
	return 0;
}

/* The open one, else the first that was never begun. */
static int
find_part(struct session *session, const struct id *case_id,
    const struct id *person, bool open_only, struct id *out, struct err *e)
{
	struct store *s = session_store(session);
	bool open, begun;
	uint8_t turn;

	for (turn = 0; turn < PARTS_MAX; turn++) {
		part_id(case_id, person, turn, out);
		if (part_begun(s, case_id, out, &begun, e) != 0 ||
		    basis_part_open(session, case_id, out, &open, e) != 0)
			return -1;
		if (open || (!begun && !open_only))
			return 0;
		if (!begun)
			break;
	}
	return open_only ? err_set(e, ERR_ABSENT, "nothing is shared with "
	    "this person in this case") : err_set(e, ERR_TOOBIG, "what was "
	    "shared with this person was taken back %d times; open a section "
	    "by tugi consent grant", PARTS_MAX);
}

static int
add_tx(struct session *session, const struct share_draft *d,
    struct id *consent, struct err *e)
{
	struct consent_draft c = d->consent;
	struct copies_draft copies = { .case_id = c.case_id,
	    .records = d->records, .count = d->count };
	struct disclosure_draft out = { .case_id = c.case_id,
	    .records = d->records, .record_count = d->count,
	    .person = c.audience, .channel = "program",
	    .family = DISCLOSURE_TOLD, .safety_seen = d->safety_seen };
	char sections[80], name[160];
	struct id id;

	if (people_name(session, &c.audience, name, e) != 0)
		return -1;
	copies.to = name;
	if (find_part(session, &c.case_id, &c.audience, false, &c.part, e) !=
	    0)
		return -1;
	copies.part = c.part;
	if (copies_make_tx(session, &copies, sections, e) != 0)
		return -1;
	c.sections = out.sections = sections;
	c.right = RIGHT_READ;
	if (consent_grant_tx(session, &c, consent, e) != 0)
		return -1;
	out.consent = *consent;
	out.part = c.part;
	return disclosure_record_tx(session, &out, &id, e);
}

int
share_add(struct session *session, const struct share_draft *d,
    struct id *consent, struct err *e)
{
	struct store *s = session_store(session);

	if (db_begin(s->db, e) != 0)
		return -1;
	if (add_tx(session, d, consent, e) != 0 ||
	    db_commit(s->db, e) != 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

int
share_end(struct session *session, const struct id *case_id,
    const struct id *person, const char *giver,
    struct withdrawal_effect *effect, struct err *e)
{
	struct withdrawal_draft d = { .case_id = *case_id,
	    .audience = *person, .giver = giver };
	struct id id;

	if (find_part(session, case_id, person, true, &d.part, e) != 0)
		return -1;
	return consent_withdraw(session, &d, &id, effect, e);
}
