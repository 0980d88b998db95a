/*
 * Packages for somebody outside (schema/package.md): open with the passphrase
 * alone, not when changed or cut; made of what a basis covers, recorded before
 * they leave.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/core/giving/basis.h"
#include "client/core/cases/objections.h"
#include "client/core/giving/handout.h"
#include "common/wire/package.h"
#include "tests/support/trust.h"

#define SECRET "river stone lamp"

static struct err e;
static const struct package_cost least = { 1, 8 };

static void
seal(size_t size, struct buf *files, struct buf *out)
{
	static uint8_t data[200 * 1024];
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7);
	buf_init(files, PACKAGE_MAX);
	buf_init(out, PACKAGE_MAX);
	assert_int_equal(package_put(files, "a.bin", view_of(data, size),
	    &e), 0);
	assert_int_equal(package_seal(buf_view(files), view_str(SECRET),
	    &least, out, &e), 0);
}

static int
opens(struct view in, const char *secret)
{
	struct buf out;
	int rc;

	buf_init(&out, PACKAGE_MAX);
	rc = package_open(in, view_str(secret), &out, &e);
	if (rc != 0)
		assert_int_equal(out.len, 0); /* nothing by halves */
	buf_done(&out);
	return rc;
}

/* Sizes around a chunk's end, among them whole chunks. */
static void
test_round(void **state)
{
	static const size_t sizes[] = { 0, 1, 65536 - 10, 65536 - 9, 65536,
		2 * 65536 - 10, 200 * 1024 };
	struct buf files, sealed, out;
	struct view at, data;
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		seal(sizes[i], &files, &sealed);
		buf_init(&out, PACKAGE_MAX);
		assert_int_equal(package_open(buf_view(&sealed),
		    view_str(SECRET), &out, &e), 0);
		assert_int_equal(out.len, files.len);
		assert_memory_equal(out.data, files.data, files.len);
		at = buf_view(&out);
		assert_int_equal(package_next(&at, name, &data), 1);
		assert_string_equal(name, "a.bin");
		assert_int_equal(data.len, sizes[i]);
		assert_int_equal(package_next(&at, name, &data), 0);
		buf_done(&files);
		buf_done(&sealed);
		buf_done(&out);
	}
}

static void
test_changed(void **state)
{
	struct buf files, sealed, out;
	size_t i;

	(void)state;
	seal(2 * 65536, &files, &sealed);
	assert_int_equal(opens(buf_view(&sealed), "river stone lamb"), -1);
	assert_int_equal(e.kind, ERR_DENIED);
	for (i = 0; i < sealed.len; i += i < 100 ? 1 : 9973) {
		if (i >= 16 && i < 24)
			continue; /* the cost: another test */
		sealed.data[i] ^= 1;
		assert_int_equal(opens(buf_view(&sealed), SECRET), -1);
		sealed.data[i] ^= 1;
	}
	for (i = 0; i < sealed.len; i += 1021)
		assert_int_equal(opens(view_of(sealed.data, i), SECRET), -1);
	/* Cut between two chunks. */
	assert_int_equal(opens(view_of(sealed.data, 64 + 65536 + 17),
	    SECRET), -1);
	sealed.data[20] = 0xff; /* asks for more memory than there is */
	assert_int_equal(opens(buf_view(&sealed), SECRET), -1);
	assert_int_equal(e.kind, ERR_TOOBIG);
	buf_init(&out, PACKAGE_MAX);
	assert_int_equal(package_seal(buf_view(&files), view_str("short"),
	    &least, &out, &e), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	buf_done(&out);
	buf_done(&files);
	buf_done(&sealed);
}

static void
test_names(void **state)
{
	static const uint8_t evil[] = { 4, 0, 0, 0, 0, '.', '.', '/', 'x' };
	static const uint8_t longer[] = { 1, 0, 0, 0, 9, 'a', 'b' };
	struct view at = view_of(evil, sizeof(evil)), data;
	struct buf files;
	char name[64];

	(void)state;
	assert_int_equal(package_next(&at, name, &data), -1);
	at = view_of(longer, sizeof(longer));
	assert_int_equal(package_next(&at, name, &data), -1);
	buf_init(&files, PACKAGE_MAX);
	assert_int_equal(package_put(&files, "../x", view_str("y"), &e), -1);
	buf_done(&files);
}

/* ---- of a case ---- */

static struct world w;
static struct id kid, note, rel;

static int
setup(void **state)
{
	struct assignment set[] = { { "body", "Family doctor" },
		{ "sections", "notes" }, { "by", "Mari Tamm" },
		{ "role", "guardian" }, { "until", "2027-06-30" } };

	(void)state;
	world_begin(&w, 2);
	world_case(&w, 1, "Anna Tamm", &kid);
	assert_int_equal(world_note(&w, 1, &kid, "Talked of the river.",
	    &note), 0);
	assert_int_equal(basis_release(w.c[1].session, &kid, set, 5, &rel,
	    &e), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

static size_t
given(void)
{
	struct disclosure_query q = { .case_id = &kid };
	struct disclosure_counts n;

	assert_int_equal(disclosure_count(w.c[1].session, &q, &n, &e), 0);
	return n.count > 0 ? n.items[0].count : 0;
}

static void
test_of_a_case(void **state)
{
	struct disclosure_draft d = { .case_id = kid, .sections = "notes",
		.records = &note, .record_count = 1, .to = "Family doctor",
		.channel = "sealed_file", .family = DISCLOSURE_TOLD };
	const struct assignment objection[] = { { "kind", "objection" },
		{ "by", "Mari Tamm" }, { "role", "guardian" },
		{ "text", "It was not so." } };
	struct handout_sealing x = { .draft = &d, .cheap = true,
		.passphrase = view_str(SECRET) };
	struct buf files, out, back;
	struct handout h;
	struct id id;

	(void)state;
	assert_int_equal(handout_gather(w.c[1].session, &d, &h, &e), -1);
	assert_int_equal(e.kind, ERR_DENIED); /* without a basis */
	d.consent = rel;
	assert_int_equal(handout_gather(w.c[1].session, &d, &h, &e), 0);
	assert_int_equal(h.count, 1);
	assert_int_equal(given(), 0);
	handout_done(&h);
	/* What was objected to it goes wherever it goes. */
	assert_int_equal(objections_add(w.c[1].session, &note, objection, 4,
	    &id, &e), 0);
	assert_int_equal(handout_gather(w.c[1].session, &d, &h, &e), 0);
	assert_int_equal(h.count, 2);
	assert_string_equal(h.records[1].kind, "objection");
	assert_string_equal(h.records[1].section, "notes");
	buf_init(&files, PACKAGE_MAX);
	buf_init(&out, PACKAGE_MAX);
	buf_init(&back, PACKAGE_MAX);
	handout_text(&h, &back);
	assert_int_equal(handout_file(&files, "records.txt", buf_view(&back),
	    &e), 0);
	handout_done(&h);
	x.files = buf_view(&files);
	assert_int_equal(handout_seal(w.c[1].session, &x, &out, &id, &e), 0);
	assert_int_equal(given(), 1);
	back.len = 0;
	assert_int_equal(handout_open(buf_view(&out), view_str(SECRET),
	    &back, &e), 0);
	buf_add(&back, "", 1);
	assert_non_null(strstr((char *)back.data + 16, "Talked of the river"));
	assert_int_equal(basis_release_end(w.c[1].session, &rel, "Mari", &e),
	    0);
	assert_int_equal(handout_seal(w.c[1].session, &x, &out, &id, &e), -1);
	assert_int_equal(given(), 1);
	buf_done(&files);
	buf_done(&out);
	buf_done(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_of_a_case, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
