/*
 * daemon/ledger/verify: each thing that was changed in database or ledger is
 * found, and named as what it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/sshsig.h"
#include "daemon/ledger/ledger.h"
#include "daemon/ledger/shape.h"
#include "daemon/ledger/verify.h"
#include "tests/support/faults.h"
#include "tests/support/hubworld.h"

#define WORKER 2

static struct hubworld w;
static struct id space;
static char repo[96];
static uint64_t told;

static void
tell(enum ledger_tell what, const char *text)
{
	(void)what;
	fail_msg("%s", text);
}

static void
progress(enum verify_step step, uint64_t done, uint64_t of)
{
	(void)step;
	assert_true(done <= of);
	told = done;
}

static int
sh(const char *cmd)
{
	int rc;

	setenv("R", repo, 1);
	setenv("W", w.folder, 1);
	rc = system(cmd);
	assert_true(WIFEXITED(rc));
	return WEXITSTATUS(rc);
}

static void
push_notes(int n)
{
	struct hw_item it;

	while (n-- > 0) {
		hw_note(&w, WORKER, &space, 1, &it);
		assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
		hw_pass(&w, 1500);
	}
}

static void
follow(void)
{
	struct ledger_options o = { .repo = repo, .db = w.path,
		.pub = w.hub_pub, .key = w.hub_key, .tell = tell };
	struct ledger *l;
	struct err e;
	int rc;

	assert_int_equal(ledger_open(&o, &l, &e), 0);
	while ((rc = ledger_follow(l, &e)) == 1)
		;
	ledger_close(l);
	assert_int_equal(rc, 0);
}

/* What tugid verify finds: an enum verify_code, 0 whole. */
static int
verify(struct verify_found *f)
{
	struct verify_options o = { repo, w.path, w.hub_pub, progress };
	struct err e;

	err_clear(&e);
	if (verify_all(&o, f, &e) == 0)
		return 0;
	assert_int_not_equal(verify_code(&e), 0);
	return (int)verify_code(&e);
}

/* A closed hub with a good copy of everything beside it. */
static int
setup(void **state)
{
	struct hw_epoch one = { .number = 1, .count = 1, .devs = { WORKER },
		.rights = { RIGHT_KEEP } };
	struct hw_item it;

	(void)state;
	hw_begin(&w);
	hw_claim(&w, 3);
	memset(space.b, 7, sizeof(space.b));
	hw_epoch(&w, WORKER, &space, &one, &it);
	assert_int_equal(hw_push1(&w, WORKER, &it), VERDICT_ACCEPTED);
	snprintf(repo, sizeof(repo), "%s/ledger.git", w.folder);
	push_notes(4);
	follow();
	hw_close(&w);
	assert_int_equal(sh("mkdir \"$W/good\" && cp -a \"$W/hub.db\" \"$R\" "
	    "\"$W/good\""), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	sh("rm -rf \"$R\" \"$W\"/good");
	hw_end(&w);
	return 0;
}

static void
restore(void)
{
	assert_int_equal(sh("rm -rf \"$R\" \"$W\"/hub.db* && "
	    "cp -a \"$W/good/.\" \"$W\""), 0);
}

static void
test_whole(void **state)
{
	struct verify_found f;
	struct err e;

	(void)state;
	assert_int_equal(verify(&f), 0);
	assert_true(f.entries == f.log.size && f.entries > 8);
	assert_true(f.heads == f.commits && f.behind == 0);
	assert_true(told == f.commits);
	/* beside a hub that is ahead of its ledger */
	assert_int_equal(hw_open(&w, true, &e), 0);
	push_notes(2);
	assert_int_equal(verify(&f), 0);
	assert_int_equal(f.behind, 2);
}

/* A byte that is not the one there. */
#define OTHER(blob, at) "CASE substr(" blob ", " at ", 1) WHEN x'77' " \
	"THEN x'78' ELSE x'77' END"

static void
test_database(void **state)
{
	static const char *const edits[] = {
		/* what an author said */
		"UPDATE item SET body = " OTHER("body", "1")
		    " || substr(body, 2) "
		    "WHERE seq = 9",
		"UPDATE item SET header = substr(header, 1, length(header) - 41)"
		    " || x'7777' || substr(header, length(header) - 38) "
		    "WHERE seq = 9",
		"UPDATE item SET header = substr(header, 1, 50) || "
		    OTHER("header", "51") " || substr(header, 52) "
		    "WHERE seq = 9",
		/* where it stands */
		"UPDATE item SET accept_ms = accept_ms + 1 WHERE seq = 9",
		"UPDATE item SET accept_ms = 5 WHERE seq = 9",
		"UPDATE item SET id = zeroblob(32) WHERE seq = 9",
		"UPDATE item SET author = zeroblob(16) WHERE seq = 9",
		"UPDATE item SET sseq = 77 WHERE seq = 9",
		"DELETE FROM item WHERE seq = 9",
		/* what the hub said of it */
		"UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND at = 2",
		"UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND at = 0",
		"UPDATE checkpoint SET root = zeroblob(32) WHERE size = "
		    "(SELECT min(size) FROM checkpoint)",
		"UPDATE checkpoint SET note = (SELECT max(note) FROM checkpoint)"
		    " WHERE size = (SELECT min(size) FROM checkpoint)",
		"DELETE FROM checkpoint WHERE size = "
		    "(SELECT max(size) FROM checkpoint)",
		"UPDATE log SET size = size - 1",
	};
	struct db_options o = { .busy_ms = 1000 };
	struct verify_found f;
	struct db *db;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		assert_int_equal(db_open(w.path, &o, &db, &e), 0);
		assert_int_equal(db_exec(db, edits[i], &e), 0);
		assert_true(db_changes(db) > 0);
		db_close(db);
		if (verify(&f) != VERIFY_DATABASE)
			fail_msg("not found: %s", edits[i]);
		restore();
	}
	assert_int_equal(verify(&f), 0);
}

/* A head over other entries, which somebody with the hub's key has signed. */
static void
test_signed_lie(void **state)
{
	struct db_options o = { .busy_ms = 1000 };
	struct checkpoint cp = { .at = w.info.log };
	struct verify_found f;
	struct buf note;
	struct stmt *s;
	struct db *db;
	struct err e;

	(void)state;
	memset(&cp.root, 5, sizeof(cp.root));
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_one_int(db, "SELECT max(size) FROM checkpoint",
	    (int64_t *)&cp.at.size, &e), 1);
	checkpoint_sign(&cp, "hub.test", &w.hub_pub, &w.hub_key, &note);
	s = db_prepare(db, "UPDATE checkpoint SET note = ?1 WHERE size = ?2");
	db_bind_view(s, 1, buf_view(&note));
	db_bind_int(s, 2, (int64_t)cp.at.size);
	assert_int_equal(db_run(s, &e), 0);
	db_close(db);
	buf_done(&note);
	assert_int_equal(verify(&f), VERIFY_DATABASE);
}

static void
test_ledger(void **state)
{
	static const char *const edits[] = {
		"rm -rf \"$R\"",
		"rm \"$R\"/HEAD",
		"rm \"$R\"/objects/pack/*.idx",
		"f=$(ls \"$R\"/objects/pack/*.pack); chmod u+w $f; "
		    "head -c 900 /dev/zero | dd of=$f bs=1 seek=400 "
		    "conv=notrunc 2>/dev/null",
		/* the same entries and note, by another hand */
		"c=$(git -C \"$R\" cat-file commit HEAD | "
		    "sed 's/^author hub/author hum/' | git -C \"$R\" "
		    "hash-object -t commit -w --stdin --literally) && "
		    "git -C \"$R\" update-ref HEAD $c",
		"c=$(git -C \"$R\" -c user.name=x -c user.email=x commit-tree "
		    "-p HEAD -m x 'HEAD^{tree}') && git -C \"$R\" "
		    "update-ref HEAD $c",
	};
	struct verify_found f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		assert_int_equal(sh(edits[i]), 0);
		if (verify(&f) != VERIFY_LEDGER)
			fail_msg("not found: %s", edits[i]);
		restore();
	}
	assert_int_equal(verify(&f), 0);
}

/* The hub's own signature under something that its log does not make: a tree
 * without the entries, a date of another day. */
static void
test_signed_commit(void **state)
{
	struct shape_sink sink = shape_sink_oid();
	struct shape_commit c = { .at_ms = HW_NOW };
	struct verify_found f;
	struct shape s;
	struct buf note, text, sig;
	char path[120];
	struct err e;

	(void)state;
	assert_int_equal(sh("git -C \"$R\" show HEAD:checkpoint >"
	    "\"$W/good/note\""), 0);
	snprintf(path, sizeof(path), "%s/good/note", w.folder);
	buf_init(&note, CHECKPOINT_TEXT_MAX);
	buf_init(&text, SHAPE_COMMIT_MAX);
	buf_init(&sig, SSHSIG_TEXT_MAX);
	assert_int_equal(file_read(path, &note, &e), 0);
	c.note = buf_view(&note);
	shape_init(&s, "hub.test", &w.hub_pub, sink);
	assert_int_equal(shape_tree(&s, c.note, &c.tree, &e), 0);
	s.begun = true;
	assert_int_equal(sh("git -C \"$R\" rev-parse HEAD^ >"
	    "\"$W/good/parent\""), 0);
	snprintf(path, sizeof(path), "%s/good/parent", w.folder);
	buf_reset(&sig);
	assert_int_equal(file_read(path, &sig, &e), 0);
	sig.len = 40;
	assert_int_equal(oid_parse(buf_str(&sig), &s.tip), 0);
	buf_reset(&sig);
	shape_text(&s, &c, &text);
	sshsig_sign(buf_view(&text), &w.hub_pub, &w.hub_key, &sig);
	snprintf(path, sizeof(path), "%s/good/sig", w.folder);
	assert_int_equal(file_replace(path, buf_view(&sig), 0600, &e), 0);
	snprintf(path, sizeof(path), "%s/good/text", w.folder);
	assert_int_equal(file_replace(path, buf_view(&text), 0600, &e), 0);
	/* git puts a header where an unsigned commit has its empty line */
	assert_int_equal(sh("c=$(cd \"$W/good\" && { sed '/^$/,$d' text; "
	    "printf 'gpgsig '; sed '2,$s/^/ /' sig; echo; "
	    "sed '1,/^$/d' text; } | git -C \"$R\" hash-object -t commit -w "
	    "--stdin --literally) && git -C \"$R\" update-ref HEAD $c"), 0);
	assert_int_equal(verify(&f), VERIFY_LEDGER);
	shape_done(&s);
	buf_done(&note);
	buf_done(&text);
	buf_done(&sig);
}

static void
test_rolled_back(void **state)
{
	struct verify_found f;
	struct err e;

	(void)state;
	assert_int_equal(hw_open(&w, true, &e), 0);
	push_notes(1);
	follow();
	hw_close(&w);
	assert_int_equal(verify(&f), 0);
	sh("cp \"$W/good/hub.db\" \"$W/hub.db\"");
	assert_int_equal(verify(&f), VERIFY_CLASH);
	assert_non_null(strstr(f.in_ledger, "hub.test/"));
	assert_non_null(strstr(f.in_database, "hub.test/"));
	assert_string_not_equal(f.in_ledger, f.in_database);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_whole), T(test_database), T(test_signed_lie),
		T(test_ledger), T(test_signed_commit), T(test_rolled_back),
	};

	(void)faults_end(); /* with it, nothing here waits for a disk */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
