/*
 * Consents "from now on" (rules.md 5.12): who is let in reads what is written
 * after, and has no key, by any way, to what was written before.
 *
 * Client 1 keeps the case, 2 is let in from now on, 3 with the past.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/consent/consent.h"
#include "tests/support/trust.h"

#define DAY INT64_C(86400000)

static struct world w;
static struct id kid;
static struct err e;

static void
settle(void)
{
	int round, i;

	for (round = 0; round < 3; round++)
		for (i = 1; i < 4; i++)
			world_must_sync(&w, i);
}

static int
give(int whom, const char *sections, bool from_now, const struct id *since,
    struct id *id)
{
	struct consent_draft d = { .case_id = kid, .sections = sections,
		.audience = w.c[whom].person, .right = RIGHT_WRITE,
		.giver = "Mari Tamm", .giver_role = "guardian",
		.from_now = from_now };

	if (since != NULL)
		d.since = *since;
	world_pass(&w, 1000);
	return consent_grant(w.c[1].session, &d, id, &e);
}

static void
must_give(int whom, const char *sections, bool from_now)
{
	struct id id;

	if (give(whom, sections, from_now, NULL, &id) != 0)
		fail_msg("%s", e.text);
}

static void
refused(int rc, enum err_kind kind, const char *words)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e.kind, kind);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", words, e.text);
}

static void
note(int i, const char *text)
{
	world_pass(&w, 1000);
	assert_int_equal(world_note(&w, i, &kid, text, NULL), 0);
}

static int
setup(void **state)
{
	(void)state;
	world_begin(&w, 4);
	world_case(&w, 1, "Anna Tamm", &kid);
	note(1, "needle before");
	settle();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* ---- every key ---- */

struct keys {
	struct sym_key list[64];
	size_t count;
};

/* All that a device holds, and all that follows from them: each epoch's key
 * unwraps the one before. ${in}: whose view of the epochs. */
static void
keys_of(int i, struct keys *out)
{
	struct store *s = world_store(&w, i);
	struct space list[64];
	struct space_epoch ep;
	size_t n, k;
	uint32_t at;

	out->count = 0;
	assert_int_equal(spaces_list(s, NULL, list, 64, &n, &e), 0);
	for (k = 0; k < n; k++)
		for (at = 1; at <= list[k].epoch; at++) {
			if (spaces_epoch_find(s, &list[k].id, at, &ep, &e) !=
			    1)
				continue;
			assert_true(out->count < 64);
			if (ep.has_key)
				out->list[out->count++] = ep.key;
			space_epoch_done(&ep);
		}
	assert_true(out->count > 0);
}

/* No key of ${k} is one of that space's, nor unwraps one. */
static void
opens_nothing(const struct keys *k, const struct id *space)
{
	struct store *s = world_store(&w, 1);
	struct sym_key before;
	struct space_epoch ep;
	struct space sp;
	uint32_t at;
	size_t i;

	assert_int_equal(spaces_find(s, space, &sp, &e), 1);
	assert_true(sp.epoch > 0);
	for (at = 1; at <= sp.epoch; at++) {
		assert_int_equal(spaces_epoch_find(s, space, at, &ep, &e), 1);
		for (i = 0; i < k->count; i++) {
			assert_false(epoch_is_key(&ep.ep, &k->list[i]));
			assert_false(ep.ep.has_wrap && epoch_unwrap(&ep.ep,
			    &k->list[i], &before, &e) == 0);
		}
		space_epoch_done(&ep);
	}
}

/* The newest space of the notes, and the first. */
static struct id
space_at(bool newest)
{
	struct space list[64], *best = NULL;
	size_t n, i;

	assert_int_equal(spaces_list(world_store(&w, 1), &kid, list, 64, &n,
	    &e), 0);
	for (i = 0; i < n; i++)
		if (strcmp(list[i].section, "notes") == 0 && (best == NULL ||
		    (newest ? list[i].since_count > best->since_count :
		    list[i].since_count < best->since_count)))
			best = &list[i];
	assert_non_null(best);
	return best->id;
}

/* ---- tests ---- */

static void
test_nothing_before(void **state)
{
	struct keys keys;
	struct id old, new;

	(void)state;
	must_give(2, "notes", true);
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	note(1, "needle after");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_true(world_has(&w, 2, "needle after"));
	assert_false(world_has(&w, 2, "needle before"));
	assert_int_equal(world_notes(&w, 1, &kid), 2); /* both together */
	old = space_at(false);
	new = space_at(true);
	assert_false(id_eq(&old, &new));
	assert_int_equal(trust_listed(&w, 1, &old, 2), 0);
	assert_int_equal(trust_listed(&w, 1, &new, 2), 1);
	keys_of(2, &keys);
	opens_nothing(&keys, &old);
	/* So that this says something: these keys do open the new one. */
	keys_of(1, &keys);
	assert_true(keys.count >= 2);
	/* Both write on together, also in what came before the other's. */
	note(2, "needle of two");
	settle();
	assert_int_equal(world_notes(&w, 1, &kid), 3);
}

/* Keys change for other reasons too; none of them leads back. */
static void
test_no_later_way_back(void **state)
{
	struct keys keys;
	struct id old;

	(void)state;
	must_give(2, "notes", true);
	settle();
	must_give(3, "notes", false);
	settle();
	world_withdraw(&w, 1, &kid, 3, "notes");
	settle();
	note(1, "needle after");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	old = space_at(false);
	keys_of(2, &keys);
	opens_nothing(&keys, &old);
}

/* Who may read the past reads both, and writes where the newcomer reads, as
 * soon as they know. */
static void
test_a_colleague(void **state)
{
	(void)state;
	must_give(3, "card,notes", false);
	settle();
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	must_give(2, "notes", true);
	note(3, "needle unaware"); /* not synced: does not know */
	settle();
	assert_false(world_has(&w, 2, "needle unaware"));
	note(3, "needle aware");
	settle();
	assert_true(world_has(&w, 2, "needle aware"));
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_int_equal(world_notes(&w, 3, &kid), 3);
	assert_int_equal(world_notes(&w, 1, &kid), 3);
}

/* Two bounds: each reads from its own on, whoever of them came first. */
static void
test_two_bounds(void **state)
{
	(void)state;
	must_give(2, "notes", true);
	note(1, "needle between");
	must_give(3, "notes", true);
	note(1, "needle last");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 2);
	assert_true(world_has(&w, 2, "needle between"));
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	assert_false(world_has(&w, 3, "needle between"));
	assert_int_equal(world_notes(&w, 1, &kid), 3);
}

/* A section that is begun later stands behind every bound. */
static void
test_begun_later(void **state)
{
	(void)state;
	must_give(2, "plan", true);
	assert_int_equal(trust_plan(&w, 1, &kid, "needle goal", NULL), 0);
	settle();
	assert_true(world_has(&w, 2, "needle goal"));
}

static void
test_given_again(void **state)
{
	struct id first, next;

	(void)state;
	assert_int_equal(give(2, "notes", true, NULL, &first), 0);
	note(1, "needle under it");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	world_withdraw(&w, 1, &kid, 2, "notes");
	note(1, "needle meanwhile");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	assert_false(world_has(&w, 2, "needle meanwhile"));
	/* From now on, anew. */
	assert_int_equal(give(2, "notes", true, NULL, &next), 0);
	note(1, "needle later");
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 1);
	assert_false(world_has(&w, 2, "needle under it"));
	assert_false(world_has(&w, 2, "needle meanwhile"));
	/* From where the first one opened. */
	assert_int_equal(give(2, "notes", false, &first, &next), 0);
	settle();
	assert_true(world_has(&w, 2, "needle under it"));
	assert_true(world_has(&w, 2, "needle meanwhile"));
	assert_false(world_has(&w, 2, "needle before"));
	/* And the past, if that is what is said. */
	must_give(2, "notes", false);
	settle();
	assert_true(world_has(&w, 2, "needle before"));
}

static void
test_what_cannot_be(void **state)
{
	struct id id, full;

	(void)state;
	refused(give(2, "card,notes", true, NULL, &id), ERR_INPUT, "the card");
	assert_int_equal(give(3, "notes", false, NULL, &full), 0);
	settle();
	refused(give(3, "notes", true, NULL, &id), ERR_CLASH, "withdraw");
	refused(give(3, "notes", false, &full, &id), ERR_INPUT, "before too");
	refused(give(2, "notes", false, &full, &id), ERR_ABSENT, "same person");
	refused(give(2, "notes", false, &kid, &id), ERR_ABSENT, "earlier");
	/* Of all that, nothing was written. */
	settle();
	assert_int_equal(world_notes(&w, 2, &kid), 0);
	assert_int_equal(world_notes(&w, 3, &kid), 1);
	/* A consent that is over asks for no bound any more. */
	assert_int_equal(give(2, "notes", true, NULL, &id), 0);
	world_withdraw(&w, 1, &kid, 2, "notes");
	note(1, "one"); /* stands behind it all the same */
	assert_int_equal(give(2, "plan", true, NULL, &id), 0);
	world_withdraw(&w, 1, &kid, 2, "plan");
	assert_int_equal(trust_plan(&w, 1, &kid, "goal", NULL), 0);
	assert_int_equal(world_count(&w, 1, "SELECT count(*) FROM space WHERE "
	    "section = 'plan' AND since IS NOT NULL"), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_nothing_before), T(test_no_later_way_back),
		T(test_a_colleague), T(test_two_bounds), T(test_begun_later),
		T(test_given_again), T(test_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
