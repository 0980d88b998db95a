/* What still hangs on a person, from what is open on this device. */
#include "client/core/profile/exposure.h"

#include <string.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/profile/devices.h"
#include "client/core/consent/handover.h"
#include "client/core/local/spaces.h"
#include "client/core/profile/people.h"
#include "client/core/cases/rooms.h"
#include "client/core/upkeep/status.h"
#include "common/base/mem.h"

void
leaving_done(struct leaving *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		mem_free(l->items[i].words);
		mem_free(l->items[i].kind);
	}
	mem_free(l->items);
	memset(l, 0, sizeof(*l));
}

static struct leaving_item *
add(struct leaving *l, enum leaving_what what, const char *words)
{
	struct leaving_item *one;

	l->items = mem_more(l->items, l->count, sizeof(*l->items));
	one = &l->items[l->count++];
	one->what = what;
	one->words = words != NULL ? mem_dup(words) : NULL;
	return one;
}

static void
add_count(struct leaving *l, enum leaving_what what, size_t count)
{
	if (count > 0)
		add(l, what, NULL)->count = count;
}

static int
add_devices(struct session *s, const struct id *person, struct leaving *out,
    struct err *e)
{
	struct device_list l;
	size_t i;

	if (devices_list(s, person, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (!l.items[i].revoked)
			add(out, LEAVING_DEVICE, NULL)->id = l.items[i].device;
	device_list_done(&l);
	return 0;
}

/* The right a person has in a space by its newest epoch. */
static int
right_in(struct store *s, const struct id *space, const struct id *person,
    enum right *out, struct err *e)
{
	struct space_epoch ep;
	struct space sp;
	size_t i;
	int rc = spaces_find(s, space, &sp, e);

	*out = RIGHT_NONE;
	if (rc <= 0 || sp.state == SPACE_LOST)
		return rc < 0 ? -1 : 0;
	if (sp.epoch == 0 || (rc = spaces_epoch_find(s, space, sp.epoch, &ep,
	    e)) == 0) {
		*out = id_eq(person, &s->person) ? RIGHT_KEEP : RIGHT_NONE;
		return 0;
	}
	if (rc < 0)
		return -1;
	for (i = 0; i < ep.ep.recipient_count; i++)
		if (id_eq(&ep.ep.recipients[i].person, person) &&
		    ep.ep.recipients[i].right > *out)
			*out = ep.ep.recipients[i].right;
	space_epoch_done(&ep);
	return 0;
}

static int
add_consents(struct session *s, const struct id *case_id, const char *name,
    struct leaving *out, struct err *e)
{
	struct consent_list l;
	size_t i;

	if (consent_list(s, case_id, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (strcmp(l.items[i].audience, name) == 0 &&
		    (strcmp(l.items[i].status, "given") == 0 ||
		    strcmp(l.items[i].status, "limited") == 0)) {
			struct leaving_item *x = add(out, LEAVING_CONSENT,
			    l.items[i].sections);

			x->case_id = *case_id;
			x->id = l.items[i].id;
		}
	consent_list_done(&l);
	return 0;
}

static int
add_cases(struct session *session, const struct id *person, const char *name,
    struct leaving *out, struct err *e)
{
	struct store *s = session_store(session);
	struct case_list l;
	struct space card;
	enum right right;
	size_t i;
	int rc = cases_list(session, &l, e);

	if (rc != 0)
		return -1;
	for (i = 0; rc >= 0 && i < l.count; i++) {
		rc = spaces_find_section(s, &l.items[i].id, "card", NULL, &card,
		    e);
		if (rc != 1)
			continue;
		rc = right_in(s, &card.id, person, &right, e);
		if (rc == 0 && right == RIGHT_KEEP)
			add(out, LEAVING_CASE, l.items[i].name)->case_id =
			    l.items[i].id;
		else if (rc == 0)
			rc = add_consents(session, &l.items[i].id, name, out, e);
	}
	case_list_done(&l);
	return rc < 0 ? -1 : 0;
}

static int
add_rooms(struct session *session, const struct id *person,
    struct leaving *out, struct err *e)
{
	struct room_list l;
	enum right right;
	size_t i;
	int rc = rooms_list(session, NULL, &l, e);

	if (rc != 0)
		return -1;
	for (i = 0; rc == 0 && i < l.count; i++) {
		rc = right_in(session_store(session), &l.items[i].space, person,
		    &right, e);
		if (rc == 0 && right != RIGHT_NONE) {
			struct leaving_item *x = add(out, LEAVING_ROOM,
			    l.items[i].name);

			x->kind = mem_dup(l.items[i].kind);
			x->count = right == RIGHT_KEEP;
		}
	}
	room_list_done(&l);
	return rc;
}

static int
add_handovers(struct session *session, const char *name, struct leaving *out,
    struct err *e)
{
	struct handover_list l;
	size_t i;

	if (handover_list(session, NULL, &l, e) != 0)
		return -1;
	for (i = 0; i < l.count; i++)
		if (strcmp(l.items[i].state, "proposed") == 0 &&
		    (strcmp(l.items[i].person, name) == 0 ||
		    strcmp(l.items[i].by, name) == 0))
			add(out, LEAVING_HANDOVER, l.items[i].case_label)->id =
			    l.items[i].id;
	handover_list_done(&l);
	return 0;
}

/* Only the person's own device knows what waits on it. */
static int
add_own(struct session *session, struct leaving *out, struct err *e)
{
	struct status st;

	if (status_read(session, &st, e) != 0)
		return -1;
	add_count(out, LEAVING_UNSENT, st.unsent);
	add_count(out, LEAVING_HELD, st.held);
	add_count(out, LEAVING_REVIEW, st.reviews);
	return 0;
}

int
leaving_of(struct session *session, const struct id *person,
    struct leaving *out, struct err *e)
{
	struct store *s = session_store(session);
	char name[160];
	int rc;

	memset(out, 0, sizeof(*out));
	out->me = id_eq(person, &s->person);
	rc = people_name(session, person, name, e);
	if (rc == 0 && out->me)
		rc = add_own(session, out, e);
	if (rc == 0)
		rc = add_handovers(session, name, out, e);
	if (rc == 0)
		rc = add_cases(session, person, name, out, e);
	if (rc == 0)
		rc = add_rooms(session, person, out, e);
	if (rc == 0 && (roster_roles(&s->roster, person) &
	    (ROLE_OFFICER | ROLE_DPO)) != 0)
		add(out, LEAVING_ROLE, NULL);
	if (rc == 0)
		rc = add_devices(session, person, out, e);
	if (rc != 0)
		leaving_done(out);
	return rc;
}
