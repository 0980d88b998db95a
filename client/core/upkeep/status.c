/* Figures for the status: counted when asked, never kept. The words are the
 * front ends'. */
#include "client/core/upkeep/status.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "client/core/cases/alias.h"
#include "client/core/consent/consent.h"
#include "client/core/records/erase.h"
#include "client/core/local/day.h"
#include "client/core/local/versions.h"
#include "client/core/consent/override.h"
#include "client/core/profile/people.h"
#include "client/core/consent/review.h"
#include "client/core/sync/quarantine.h"
#include "client/core/sync/returned.h"

#define SOON_MS (30 * DAY_MS)
#define WORDS_MAX 4096

static int
count(struct store *s, const char *sql, size_t *out, struct err *e)
{
	int64_t n;

	if (db_one_int(s->db, sql, &n, e) != 1)
		return -1;
	*out = (size_t)n;
	return 0;
}

/* What only waits, for a key or for something before it, is no matter yet. */
static int
count_quarantined(struct store *s, struct status *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT reason, count(*) FROM quarantine GROUP BY reason");
	int rc;

	while ((rc = db_step(q, e)) == 1)
		if (!quarantine_waits((enum quarantine_reason)db_int(q, 0)))
			out->quarantined += (size_t)db_int(q, 1);
	return rc;
}

static int
count_all(struct session *session, struct status *out, struct err *e)
{
	struct store *s = session_store(session);
	size_t behind;
	int64_t oldest;
	size_t texts;

	if (count(s, "SELECT count(DISTINCT case_id) FROM space "
	        "WHERE state <> 2 AND hidden = 0 AND case_id NOT IN "
	        RECORD_GONE_CASES_SQL, &out->cases, e) != 0 ||
	    count(s, "SELECT (SELECT count(*) FROM record WHERE type = 4) - "
	        "(SELECT count(*) FROM record WHERE flags <> 0 "
	        "AND " RECORD_OUT_SQL " <> 0 AND +type = 4)", &out->notes,
	        e) != 0 ||
	    count(s, "SELECT count(*) FROM version WHERE state IN (1, 2, 4) "
	        "AND state <> 4", &out->unsent, e) != 0 ||
	    count(s, "SELECT count(*) FROM record WHERE flags <> 0 "
	        "AND flags & 1 AND " RECORD_OUT_SQL " = 0", &out->conflicts,
	        e) != 0 ||
	    count(s, "SELECT count(*) FROM record WHERE flags <> 0 "
	        "AND flags & 4 = 0 AND flags & 48 = 48", &out->deleted_changed,
	        e) != 0 ||
	    count(s, "SELECT (SELECT count(*) FROM held WHERE outcome IS NULL)"
	        " + (SELECT count(*) FROM moved)",
	        &out->held, e) != 0 ||
	    count(s, "SELECT count(*) FROM review WHERE outcome IS NULL "
	        "AND space NOT IN (SELECT id FROM space WHERE hidden = 1)",
	        &out->reviews, e) != 0 || count_quarantined(s, out, e) != 0 ||
	    returned_missing(s, &out->unreturned, e) != 0 ||
	    review_text_count(s, &texts, e) != 0)
		return -1;
	out->reviews += texts;
	if (alias_behind(session, &behind, e) != 0)
		return -1;
	out->cases -= behind < out->cases ? behind : 0;
	if (out->unsent == 0)
		return 0;
	if (db_one_int(s->db, "SELECT min(hlc) FROM version "
	    "WHERE state IN (1, 2, 4) AND state <> 4", &oldest, e) != 1)
		return -1;
	out->unsent_since_ms = hlc_ms((uint64_t)oldest);
	return 0;
}

static int
find_expiring(struct session *session, struct status *out, struct err *e)
{
	int64_t now = store_now_ms(session_store(session));
	struct consent_list l;

	if (consent_ending(session, now, now + SOON_MS, &l, e) != 0)
		return -1;
	out->expiring = l.count;
	consent_list_done(&l);
	return 0;
}

/* Orders to open a section that this person reads; it is their right to know
 * of them, and nothing else tells them. */
static int
find_recovered(struct store *s, struct status *out, struct err *e)
{
	const struct roster_order *o;
	struct space sp;
	size_t i, k;
	int rc;

	for (i = 0; i < s->roster.order_count; i++) {
		o = &s->roster.orders[i];
		for (k = 0; k < i && !id_eq(&s->roster.orders[k].space,
		    &o->space); k++)
			;
		rc = spaces_find(s, &o->space, &sp, e);
		if (rc < 0)
			return -1;
		if (rc == 0 || sp.state == SPACE_LOST)
			continue;
		out->recovered += k == i ? 1 : 0;
		if (o->at_ms > out->recovered_ms)
			out->recovered_ms = o->at_ms;
	}
	return 0;
}

static int
find_stopped(struct store *s, struct status *out, struct err *e)
{
	struct buf words;
	int rc;

	out->stopped = s->stopped;
	buf_init(&words, WORDS_MAX);
	rc = store_get(s, STORE_STOPPED, &words, e);
	if (rc == 1)
		snprintf(out->stopped_words, sizeof(out->stopped_words), "%s",
		    buf_str(&words));
	buf_done(&words);
	return rc < 0 ? -1 : 0;
}

int
status_read(struct session *session, struct status *out, struct err *e)
{
	struct store *s = session_store(session);

	memset(out, 0, sizeof(*out));
	snprintf(out->hub, sizeof(out->hub), "%s", s->hub.url);
	out->joined = s->stage == STORE_MEMBER;
	out->revoked = s->stage == STORE_REVOKED;
	out->waiting = s->stage == STORE_WAITING;
	out->last_heard_ms = s->hub_ms;
	if (out->joined &&
	    people_name(session, &s->person, out->name, e) != 0)
		return -1;
	if (store_get_int(s, STORE_LAST_SYNC, &out->last_sync_ms, e) < 0 ||
	    store_get_int(s, STORE_SKEW, &out->skew_ms, e) < 0 ||
	    store_get_int(s, STORE_SUSPECT, &out->suspect_ms, e) < 0 ||
	    quarantine_refused(s, NULL, &out->refused, e) != 0)
		return -1;
	if (out->suspect_ms <= store_latest_ms(s))
		out->suspect_ms = 0; /* it has come */
	if (count_all(session, out, e) != 0 || find_stopped(s, out, e) != 0 ||
	    find_recovered(s, out, e) != 0 || override_status(session,
	    &out->overrides, &out->to_sign, e) != 0)
		return -1;
	if (erase_figures(session, &out->erase_late, &out->erase_asked, e) != 0)
		return -1;
	return find_expiring(session, out, e);
}
