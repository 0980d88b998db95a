/*
 * daemon/ledger/gitpack: stock git reads back every object; the same objects
 * are the same bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/ledger/gitpack.h"

#define GROWN 150 /* versions of one file */
#define LARGE 200000

static char folder[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tugi-gitpack-XXXXXX");
	assert_non_null(mkdtemp(folder));
	setenv("W", folder, 1);
	assert_int_equal(system("git init -q --bare \"$W/a\" && "
	    "git init -q --bare \"$W/b\" && mkdir \"$W/want\""), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(system("rm -rf \"$W\""), 0);
	return 0;
}

/* Into the pack, and as it is into want/NAME. */
static struct oid
add(struct gitpack *p, enum oid_kind kind, struct view data)
{
	char path[160], text[OID_TEXT];
	struct oid name;
	struct err e;

	oid_of(kind, data, &name);
	gitpack_add(p, kind, data, &name);
	snprintf(path, sizeof(path), "%s/want/%s", folder,
	    oid_text(&name, text));
	assert_int_equal(file_replace(path, data, 0600, &e), 0);
	return name;
}

/* A tree with one file, and a commit of it. */
static void
add_commit(struct gitpack *p, const struct oid *blob, int i)
{
	struct buf b;
	struct oid tree;
	char text[OID_TEXT];

	buf_init(&b, 4096);
	buf_add(&b, "100644 a", 9);
	buf_add(&b, blob->b, sizeof(blob->b));
	tree = add(p, OID_TREE, buf_view(&b));
	buf_reset(&b);
	buf_add_fmt(&b, "tree %s\nauthor A <a@b> %d +0000\n"
	    "committer A <a@b> %d +0000\n\nwords\n", oid_text(&tree, text),
	    1790000000 + i, 1790000000 + i);
	add(p, OID_COMMIT, buf_view(&b));
	buf_done(&b);
}

/* Short and long, empty, changed at either end and in the middle. */
static void
fill(struct gitpack *p)
{
	struct oid name;
	struct buf b;
	size_t n;
	int i;

	buf_init(&b, 2 * LARGE);
	add(p, OID_BLOB, buf_view(&b));
	for (i = 0; i < GROWN; i++) {
		buf_add_fmt(&b, "line %d of a file that grows at its end\n",
		    i);
		name = add(p, OID_BLOB, buf_view(&b));
		add_commit(p, &name, i);
	}
	name = add(p, OID_BLOB, buf_view(&b)); /* once more: no more */
	while (b.len < LARGE)
		buf_add_fmt(&b, "%zu,", b.len);
	add(p, OID_BLOB, buf_view(&b));
	for (n = 1; n < LARGE; n = n * 7 + 3) {
		b.data[n] ^= 1;
		add(p, OID_BLOB, buf_view(&b));
	}
	b.data[0] ^= 1;
	add(p, OID_BLOB, buf_view(&b));
	b.data[b.len - 1] ^= 1;
	add(p, OID_BLOB, buf_view(&b));
	add(p, OID_BLOB, view_of("x", 1));
	buf_done(&b);
}

static void
write_into(const char *repo)
{
	struct gitpack *p = gitpack_new();
	char path[160];
	struct err e;

	fill(p);
	snprintf(path, sizeof(path), "%s/%s/objects/pack", folder, repo);
	assert_int_equal(gitpack_write(p, path, &e), 0);
	gitpack_free(p);
}

static void
test_git_reads_it(void **state)
{
	(void)state;
	write_into("a");
	assert_int_equal(system("cd \"$W/a\" && git fsck --strict --full "
	    ">/dev/null 2>&1 && git verify-pack objects/pack/*.idx"), 0);
	assert_int_equal(system("cd \"$W/a\" && for f in \"$W\"/want/*; do "
	    "o=${f##*/}; git cat-file $(git cat-file -t $o) $o | "
	    "cmp - $f || exit 1; done"), 0);
	assert_int_equal(system("cd \"$W/a\" && test $(git count-objects -v | "
	    "sed -n 's/in-pack: //p') -eq $(ls \"$W/want\" | wc -l)"), 0);
	/* git's own index of the pack is the same bytes */
	assert_int_equal(system("cd \"$W/a\" && git index-pack --strict "
	    "-o \"$W/made.idx\" objects/pack/*.pack >/dev/null && "
	    "cmp \"$W/made.idx\" objects/pack/*.idx"), 0);
	/* 3 MB of blobs are fewer */
	assert_int_equal(system("cd \"$W/a\" && test $(cat "
	    "objects/pack/*.pack | wc -c) -lt 1500000"), 0);
	assert_int_equal(system("! ls \"$W\"/a/objects/pack/" GITPACK_NEW
	    "* 2>/dev/null"), 0);
}

static void
test_same_bytes(void **state)
{
	(void)state;
	write_into("a");
	write_into("b");
	write_into("b"); /* over itself */
	assert_int_equal(system("diff -r \"$W/a/objects\" "
	    "\"$W/b/objects\""), 0);
}

static void
test_no_room(void **state)
{
	struct gitpack *p = gitpack_new();
	struct oid name;
	struct err e;
	char path[160];

	(void)state;
	oid_of(OID_BLOB, view_str("x"), &name);
	gitpack_add(p, OID_BLOB, view_str("x"), &name);
	snprintf(path, sizeof(path), "%s/none", folder);
	assert_int_equal(gitpack_write(p, path, &e), -1);
	gitpack_free(p);
}

static void
test_names(void **state)
{
	struct oid a, b;
	char text[OID_TEXT];

	(void)state;
	oid_of(OID_BLOB, view_of(NULL, 0), &a);
	assert_string_equal(oid_text(&a, text),
	    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
	assert_int_equal(oid_parse(text, &b), 0);
	assert_true(oid_eq(&a, &b));
	text[39] = 'x';
	assert_int_equal(oid_parse(text, &b), -1);
	text[39] = '\0';
	assert_int_equal(oid_parse(text, &b), -1);
	oid_sum(view_str("abc"), &a);
	assert_string_equal(oid_text(&a, text),
	    "a9993e364706816aba3e25717850c26c9cd0d89d");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_git_reads_it), T(test_same_bytes), T(test_no_room),
		T(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
