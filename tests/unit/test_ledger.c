/*
 * daemon/ledger: stock git takes it for what it is; it comes out the same
 * bytes however it was made; what is damaged is made again, what contradicts
 * the database stops, and being killed at any moment does no harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/db/db.h"
#include "common/wire/sshsig.h"
#include "daemon/ledger/ledger.h"
#include "tests/support/faults.h"
#include "tests/support/hubworld.h"

#define WORKER 2
#define KILLS 15

static struct hubworld w;
static struct id space;
static char repo[96], words[1024];
static int warnings, graves;

static void
tell(enum ledger_tell what, const char *text)
{
	snprintf(words, sizeof(words), "%s", text);
	if (what == LEDGER_GRAVE)
		graves++;
	else
		warnings++;
}

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
	warnings = graves = 0;
	words[0] = '\0';
	return 0;
}

/* Shell with $R the repository, $W the world's folder; its exit code. */
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

static int
teardown(void **state)
{
	(void)state;
	sh("rm -rf \"$R\" \"$R\".* \"$W\"/allowed \"$W\"/old*");
	hw_end(&w);
	return 0;
}

/* The first line that ${cmd} prints. */
static void
ask(const char *cmd, char *out, size_t size)
{
	FILE *p;

	setenv("R", repo, 1);
	setenv("W", w.folder, 1);
	p = popen(cmd, "r");
	assert_non_null(p);
	out[0] = '\0';
	if (fgets(out, (int)size, p) != NULL)
		out[strcspn(out, "\n")] = '\0';
	pclose(p);
}

static void
tip(char out[64])
{
	ask("git -C \"$R\" rev-parse HEAD 2>/dev/null", out, 64);
}

static void
push_notes(int n)
{
	struct hw_item list[PROTO_PUSH_ITEMS_MAX];
	struct hub_pushed *answer;
	struct err e;
	int i;

	for (i = 0; i < n; i++) {
		hw_note(&w, WORKER, &space, 1, &list[i]);
		list[i].line->counter = list[i].counter;
		list[i].line->last = list[i].id;
	}
	assert_int_equal(hw_push(&w, WORKER, list, (size_t)n, &answer, &e),
	    0);
	for (i = 0; i < n; i++) {
		assert_int_equal(answer->answer.items[i].verdict,
		    VERDICT_ACCEPTED);
		hw_free(&list[i]);
	}
	hw_pushed_free(answer);
	hw_pass(&w, 1500);
}

static struct ledger_options
options(void)
{
	struct ledger_options o = { .repo = repo, .db = w.path,
		.pub = w.hub_pub, .key = w.hub_key, .tell = tell };

	return o;
}

static int
follow(struct err *e)
{
	struct ledger_options o = options();
	struct ledger *l;
	int rc;

	err_clear(e);
	if (ledger_open(&o, &l, e) != 0)
		return -1;
	while ((rc = ledger_follow(l, e)) == 1)
		;
	ledger_close(l);
	return rc;
}

static void
must_follow(void)
{
	struct err e;

	if (follow(&e) != 0)
		fail_msg("%s", e.text);
}

/* Whole for git, signed throughout, and as many commits as signed heads. */
static void
check_with_git(void)
{
	struct buf line;
	char out[64];
	char path[96];
	struct err e;

	buf_init(&line, 512);
	buf_add_fmt(&line, "%s namespaces=\"git\" ", "hub.test");
	sshsig_key(&w.hub_pub, &line);
	buf_add_str(&line, "\n");
	snprintf(path, sizeof(path), "%s/allowed", w.folder);
	assert_int_equal(file_replace(path, buf_view(&line), 0600, &e), 0);
	buf_done(&line);
	assert_int_equal(sh("git -C \"$R\" fsck --strict --full >/dev/null"),
	    0);
	assert_int_equal(sh("git -C \"$R\" -c gpg.ssh.allowedSignersFile="
	    "\"$W/allowed\" verify-commit $(git -C \"$R\" rev-list HEAD) "
	    "2>/dev/null"), 0);
	ask("test $(git -C \"$R\" rev-list HEAD | wc -l) -eq "
	    "$(sqlite3 -readonly \"$W/hub.db\" "
	    "'SELECT count(*) FROM checkpoint') && echo same", out,
	    sizeof(out));
	assert_string_equal(out, "same");
}

static void
test_stock_git(void **state)
{
	char out[64];

	(void)state;
	push_notes(3);
	must_follow();
	check_with_git();
	/* the entries, and the head that signs them */
	assert_int_equal(sh("test \"$(git -C \"$R\" show HEAD:log/0000/00)\" "
	    "= \"$(sqlite3 -readonly \"$W/hub.db\" 'SELECT lower(hex(hash)) "
	    "FROM node WHERE level = 0 ORDER BY at')\""), 0);
	assert_int_equal(sh("test \"$(git -C \"$R\" show HEAD:checkpoint)\" = "
	    "\"$(sqlite3 -readonly \"$W/hub.db\" 'SELECT note FROM "
	    "checkpoint ORDER BY size DESC LIMIT 1')\""), 0);
	/* nobody else's key will do */
	w.hub_pub = w.root;
	ask("sed -i 's/AAAAI[^ ]*$/AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2"
	    "l9GKJl/' \"$W/allowed\"; git -C \"$R\" -c "
	    "gpg.ssh.allowedSignersFile=\"$W/allowed\" verify-commit HEAD "
	    "2>/dev/null || echo refused", out, sizeof(out));
	assert_string_equal(out, "refused");
	assert_int_equal(warnings + graves, 0);
}

/* Written as it grew, in one go, and again after it was lost. */
static void
test_same_commits(void **state)
{
	char grown[64], made[64];
	int i;

	(void)state;
	must_follow();
	for (i = 0; i < 4; i++) {
		push_notes(i % 2 == 0 ? 120 : 1);
		must_follow();
	}
	push_notes(60);
	must_follow();
	check_with_git();
	tip(grown);
	assert_int_equal(strlen(grown), 40);
	ask("git -C \"$R\" ls-tree -r --name-only HEAD | tr '\\n' ' '", made,
	    sizeof(made));
	assert_string_equal(made, "checkpoint log/0000/00 log/0000/01 ");
	sh("rm -rf \"$R\"");
	must_follow();
	tip(made);
	assert_string_equal(made, grown);
	check_with_git();
	assert_int_equal(warnings + graves, 0);
}

/* Each is mended, nothing is thrown away, and the same commits come back. */
static void
test_damage(void **state)
{
	static const char *const done[] = {
		"for f in \"$R\"/objects/pack/*.pack; do "
		    "chmod u+w $f; truncate -s -40 $f; done",
		"for f in \"$R\"/objects/pack/*.pack; do chmod u+w $f; "
		    "head -c 2000 /dev/zero | dd of=$f bs=1 seek=12 "
		    "conv=notrunc 2>/dev/null; done",
		"rm -f $(ls \"$R\"/objects/pack/*.pack | head -n 1)",
		"rm -f \"$R\"/objects/pack/*",
		"echo junk >$(ls -d \"$R\"/refs/heads/*)",
		"printf '%040d\\n' 7 >$(ls -d \"$R\"/refs/heads/*)",
		"export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x "
		    "GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x; "
		    "git -C \"$R\" update-ref HEAD $(git -C \"$R\" commit-tree "
		    "-p HEAD -m foreign HEAD^{tree})",
		/* everything is there but one segment */
		"mv \"$R\"/objects/pack/*.pack \"$W/old.pack\" && "
		    "rm -f \"$R\"/objects/pack/* && "
		    "git -C \"$R\" unpack-objects -q <\"$W/old.pack\" && "
		    "o=$(git -C \"$R\" rev-parse HEAD:log/0000/00) && "
		    "rm -f \"$R\"/objects/${o%${o#??}}/${o#??}",
		"git -C \"$R\" update-ref HEAD $(git -C \"$R\" cat-file commit "
		    "HEAD | sed 's/hub.test <l/hub.tost <l/' | "
		    "git -C \"$R\" hash-object -t commit -w --stdin "
		    "--literally)",
	};
	char before[64], after[64];
	size_t i;

	(void)state;
	push_notes(2);
	must_follow();
	push_notes(2);
	must_follow();
	tip(before);
	for (i = 0; i < sizeof(done) / sizeof(done[0]); i++) {
		assert_int_equal(sh(done[i]), 0);
		must_follow();
		tip(after);
		assert_string_equal(after, before);
		check_with_git();
		assert_int_equal(warnings, (int)i + 1);
		assert_non_null(strstr(words, ".damaged-"));
	}
	assert_int_equal(graves, 0);
}

/* Left by a process that was killed, or a copy from before. */
static void
test_left_over(void **state)
{
	char before[64], after[64];

	(void)state;
	must_follow();
	sh("cp -a \"$R\" \"$W/old\"");
	push_notes(1);
	must_follow();
	tip(before);
	assert_int_equal(sh("cd \"$R\" && for f in HEAD refs/heads/*; do "
	    "echo x >$f.lock; done && echo x >objects/pack/pack_git2_x1 && "
	    "rm HEAD"), 0);
	must_follow();
	tip(after);
	assert_string_equal(after, before);
	push_notes(1);
	must_follow();
	tip(before);
	assert_int_equal(sh("test ! -e \"$R/HEAD.lock\" -a "
	    "! -e \"$R/objects/pack/pack_git2_x1\""), 0);
	/* a shorter one goes on where it stands, to the same end */
	sh("rm -rf \"$R\" && mv \"$W/old\" \"$R\"");
	must_follow();
	tip(after);
	assert_string_equal(after, before);
	check_with_git();
	assert_int_equal(warnings + graves, 0);
}

static void
edit(const char *sql)
{
	struct db_options o = { .busy_ms = 1000 };
	struct db *db;
	struct err e;

	assert_int_equal(db_open(w.path, &o, &db, &e), 0);
	assert_int_equal(db_exec(db, sql, &e), 0);
	assert_true(db_changes(db) > 0);
	db_close(db);
}

/* An older database put back: neither side is touched. */
static void
test_rolled_back(void **state)
{
	char before[64], after[64];
	struct hw_line line;
	struct err e;
	uint64_t size;

	(void)state;
	push_notes(1);
	line = *hw_line(&w, WORKER, &space);
	size = w.info.log.size;
	hw_close(&w);
	sh("cp \"$W/hub.db\" \"$W/old.db\"");
	assert_int_equal(hw_open(&w, true, &e), 0);
	push_notes(1);
	must_follow();
	tip(before);
	hw_close(&w);
	sh("cp \"$W/old.db\" \"$W/hub.db\"");
	assert_int_equal(follow(&e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_non_null(strstr(e.text, "the database is older"));
	tip(after);
	assert_string_equal(after, before);
	/* and a log that went on from there */
	assert_int_equal(hw_open(&w, true, &e), 0);
	*hw_line(&w, WORKER, &space) = line;
	w.info.log.size = size;
	push_notes(2);
	assert_int_equal(follow(&e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	tip(after);
	assert_string_equal(after, before);
	assert_int_equal(warnings + graves, 0);
}

static void
test_altered(void **state)
{
	char before[64], after[64];
	struct err e;

	(void)state;
	must_follow();
	tip(before);
	push_notes(3);
	edit("UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND at = "
	    "(SELECT max(at) FROM node WHERE level = 0)");
	assert_int_equal(follow(&e), -1);
	assert_int_equal(e.kind, ERR_CLASH);
	assert_non_null(strstr(e.text, "altered"));
	tip(after);
	assert_string_equal(after, before);
	assert_int_equal(warnings, 0);
}

/* A leaf that is in the ledger already, and a head of long ago. */
static void
test_altered_before(void **state)
{
	static const char *const edits[] = {
		"UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND "
		    "at = 1",
		"UPDATE checkpoint SET note = note || x'00' WHERE size = "
		    "(SELECT min(size) FROM checkpoint)",
		"DELETE FROM checkpoint WHERE size = "
		    "(SELECT min(size) FROM checkpoint)",
	};
	char before[64], after[64];
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		push_notes(100);
	must_follow();
	tip(before);
	hw_close(&w);
	sh("cp \"$W/hub.db\" \"$W/old.db\"");
	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		edit(edits[i]);
		assert_int_equal(follow(&e), -1);
		assert_int_equal(e.kind, ERR_CLASH);
		tip(after);
		assert_string_equal(after, before);
		sh("rm -f \"$W\"/hub.db-*; cp \"$W/old.db\" \"$W/hub.db\"");
	}
	must_follow();
	assert_int_equal(warnings + graves, 0);
}

/* Somebody moves the branch while it runs. */
static void
test_foreign_writer(void **state)
{
	struct ledger_options o = options();
	struct ledger *l;
	struct err e;
	char before[64], after[64];

	(void)state;
	assert_int_equal(ledger_open(&o, &l, &e), 0);
	assert_int_equal(ledger_follow(l, &e), 0);
	sh("git -C \"$R\" update-ref HEAD HEAD^");
	push_notes(1);
	assert_int_equal(ledger_follow(l, &e), -1);
	assert_int_equal(e.kind, ERR_PEER);
	assert_int_equal(ledger_follow(l, &e), 0);
	ledger_close(l);
	tip(before);
	sh("rm -rf \"$R\"");
	must_follow();
	tip(after);
	assert_string_equal(after, before);
	check_with_git();
}

static void
test_packs(void **state)
{
	struct ledger_options o = options();
	struct ledger *l;
	struct err e;
	char out[64];
	int i;

	(void)state;
	assert_int_equal(ledger_open(&o, &l, &e), 0);
	for (i = 0; i < 18; i++) {
		push_notes(1);
		if (ledger_follow(l, &e) < 0)
			fail_msg("%s", e.text);
		if (i % 5 == 0)
			ledger_rest(l);
	}
	ledger_close(l);
	ask("n=$(ls \"$R\"/objects/pack/*.pack | wc -l); "
	    "[ $n -le 6 ] && echo few", out, sizeof(out));
	assert_string_equal(out, "few");
	check_with_git();
	must_follow();
	assert_int_equal(warnings + graves, 0);
}

static void
test_killed(void **state)
{
	char made[64], want[64];
	struct err e;
	pid_t pid;
	int i, code;

	(void)state;
	for (i = 0; i < 30; i++)
		push_notes(1);
	hw_close(&w);
	for (i = 0; i < KILLS; i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(follow(&e) == 0 ? 0 : 1);
		usleep((useconds_t)(i * 2000));
		kill(pid, SIGKILL);
		waitpid(pid, &code, 0);
		if (i % 5 == 4) /* from the start again */
			sh("rm -rf \"$R\"");
	}
	must_follow();
	tip(made);
	check_with_git();
	sh("rm -rf \"$R\"");
	must_follow();
	tip(want);
	assert_string_equal(made, want);
	assert_int_equal(warnings + graves, 0);
}

static void
wait_in_step(struct ledger_run *run)
{
	struct ledger_state st;
	struct hub_status hs;
	struct err e;
	int i;

	assert_int_equal(hub_status(w.hub, &hs, &e), 0);
	for (i = 0; i < 100; i++) {
		ledger_state(run, &st);
		if (st.size == hs.log.size)
			return;
		usleep(10000);
	}
	fail_msg("not in step after a second");
}

/* Its own thread is there within a second, and pushes never meet it. */
static void
test_thread(void **state)
{
	struct ledger_options o = options();
	struct ledger_run *run;
	struct ledger_state st;
	struct err e;
	int i;

	(void)state;
	assert_int_equal(ledger_start(&o, &run, &e), 0);
	push_notes(5);
	wait_in_step(run);
	push_notes(1);
	ledger_stop(run, 5000);
	check_with_git();
	/* what contradicts stops it for good, once told */
	assert_int_equal(ledger_start(&o, &run, &e), 0);
	wait_in_step(run);
	edit("UPDATE checkpoint SET note = zeroblob(32) WHERE size = "
	    "(SELECT max(size) FROM checkpoint)");
	sh("git -C \"$R\" update-ref HEAD HEAD^^");
	push_notes(1);
	for (i = 0; i < 300; i++) {
		ledger_state(run, &st);
		if (st.stopped)
			break;
		usleep(10000);
	}
	assert_true(st.stopped);
	assert_non_null(strstr(st.words, "altered"));
	ledger_stop(run, 1000);
	assert_int_equal(warnings, 0);
	assert_int_equal(graves, 2);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_stock_git), T(test_same_commits), T(test_damage),
		T(test_left_over), T(test_rolled_back), T(test_altered),
		T(test_altered_before), T(test_foreign_writer),
		T(test_packs), T(test_killed), T(test_thread),
	};

	(void)faults_end(); /* with it, nothing here waits for a disk */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
