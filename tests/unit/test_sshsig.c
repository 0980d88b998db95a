/*
 * common/wire/sshsig: what stock ssh-keygen takes, and nothing that it would
 * not: every changed byte is refused by both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/wire/sshsig.h"

#define TEXT "tree 0\n\nhub.test/00\n5\n"

static char folder[32];
static struct sign_pub pub;
static struct sign_key key;

static int
setup(void **state)
{
	static const uint8_t seed[32] = { 7 };

	(void)state;
	if (keys_init() != 0)
		return -1;
	keys_sign_from_seed(seed, &pub, &key);
	snprintf(folder, sizeof(folder), "/tmp/tugi-ssh-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	char cmd[80];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", folder);
	return system(cmd);
}

static void
write_file(const char *name, struct view v)
{
	char path[80];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fwrite(v.data, 1, v.len, f) == v.len);
	assert_int_equal(fclose(f), 0);
}

/* Does ssh-keygen take ${sig} for ${text}? */
static bool
stock(struct view sig, const char *text, const char *namespace)
{
	char cmd[400];
	struct buf line;
	int rc;

	buf_init(&line, 512);
	buf_add_str(&line, "hub.test namespaces=\"git\" ");
	sshsig_key(&pub, &line);
	buf_add_str(&line, "\n");
	write_file("allowed", buf_view(&line));
	write_file("sig", sig);
	write_file("text", view_str(text));
	buf_done(&line);
	snprintf(cmd, sizeof(cmd), "ssh-keygen -q -Y verify -f %s/allowed "
	    "-I hub.test -n %s -s %s/sig <%s/text >%s/out 2>&1", folder,
	    namespace, folder, folder, folder);
	rc = system(cmd);
	assert_true(WIFEXITED(rc) && WEXITSTATUS(rc) != 127);
	return WEXITSTATUS(rc) == 0;
}

static void
test_stock(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SSHSIG_TEXT_MAX);
	sshsig_sign(view_str(TEXT), &pub, &key, &b);
	assert_false(b.toobig);
	assert_true(stock(buf_view(&b), TEXT, "git"));
	assert_false(stock(buf_view(&b), TEXT "x", "git"));
	assert_false(stock(buf_view(&b), TEXT, "file"));
	assert_true(sshsig_check(buf_view(&b), view_str(TEXT), &pub));
	assert_false(sshsig_check(buf_view(&b), view_str(TEXT "x"), &pub));
	buf_done(&b);
}

/* Theirs is ours: the same key signs to the same bytes. */
static void
test_same_bytes(void **state)
{
	struct buf one, two;

	(void)state;
	buf_init(&one, SSHSIG_TEXT_MAX);
	buf_init(&two, SSHSIG_TEXT_MAX);
	sshsig_sign(view_str(TEXT), &pub, &key, &one);
	sshsig_sign(view_str(TEXT), &pub, &key, &two);
	assert_true(view_eq(buf_view(&one), buf_view(&two)));
	buf_done(&one);
	buf_done(&two);
}

static void
test_changed(void **state)
{
	struct sign_pub other;
	struct sign_key other_key;
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, SSHSIG_TEXT_MAX);
	sshsig_sign(view_str(TEXT), &pub, &key, &b);
	for (i = 0; i < b.len; i++) {
		b.data[i] ^= 1;
		assert_false(sshsig_check(buf_view(&b), view_str(TEXT),
		    &pub));
		b.data[i] ^= 1;
	}
	for (i = 0; i < b.len; i++)
		assert_false(sshsig_check(view_of(b.data, i), view_str(TEXT),
		    &pub));
	keys_sign_make(&other, &other_key);
	assert_false(sshsig_check(buf_view(&b), view_str(TEXT), &other));
	/* another's, under this key's name */
	buf_reset(&b);
	sshsig_sign(view_str(TEXT), &pub, &other_key, &b);
	assert_false(sshsig_check(buf_view(&b), view_str(TEXT), &pub));
	assert_false(stock(buf_view(&b), TEXT, "git"));
	buf_done(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_changed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
