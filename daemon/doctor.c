/*
 * Each check says one thing, in the order in which an operator would mend
 * them: what keeps the hub from starting first, what will matter later last.
 */
#include "daemon/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/tick.h"
#include "daemon/backup.h"
#include "daemon/datadir.h"
#include "daemon/hub/check.h"
#include "daemon/keep.h"
#include "daemon/sandbox.h"
#include "daemon/serve.h"
#include "daemon/tls.h"
#include "daemon/tlskeys.h"

#define DAY_MS (24 * 3600 * 1000LL)
#define CERT_WARN_DAYS 30
#define BACKUP_WARN_DAYS 2
#define BACKUP_BAD_DAYS 8
#define AHEAD_MS (10 * 60 * 1000LL)
#define PEM_MAX 65536
#define LEDGER_BEHIND 1000 /* more than a second's pushes */

__attribute__((format(printf, 4, 5)))
static struct doctor_finding *
say(struct doctor *d, const char *check, enum doctor_state state,
    const char *fmt, ...)
{
	struct doctor_finding *f = &d->list[d->count++];
	va_list ap;

	f->check = check;
	f->state = state;
	f->fix[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(f->words, sizeof(f->words), fmt, ap);
	va_end(ap);
	if (state > d->worst)
		d->worst = state;
	return f;
}

__attribute__((format(printf, 2, 3)))
static void
fix(struct doctor_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->fix, sizeof(f->fix), fmt, ap);
	va_end(ap);
}

/* ---- files ---- */

/* What others of this machine could do with one file; true: nothing. */
static bool
check_mode(struct doctor *d, const char *path, mode_t most)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		fix(say(d, "files", DOCTOR_BAD, "%s is missing or cannot be "
		    "looked at", path), "run this as the hub's user, such as "
		    "runuser -u tugid; if the file is gone, restore a backup");
		return false;
	}
	if ((st.st_mode & 0777 & ~most) != 0) {
		fix(say(d, "files", DOCTOR_BAD, "%s may be used by others of "
		    "this machine (mode %03o)", path, st.st_mode & 0777),
		    "chmod %03o %s", (unsigned)most, path);
		return false;
	}
	if (geteuid() != 0 && st.st_uid != geteuid()) {
		fix(say(d, "files", DOCTOR_BAD, "%s belongs to another user",
		    path), "chown it to the hub's user");
		return false;
	}
	return true;
}

/* Keys to come, which may lie elsewhere until they are used. */
static bool
check_next(struct doctor *d, const char *data)
{
	static const char *const names[] = { "tls-next.key", "log-next.key" };
	bool good = true;
	size_t i;

	for (i = 0; good && i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = file_join(data, names[i]);

		good = !file_exists(path) || check_mode(d, path, 0600);
		mem_free(path);
	}
	return good;
}

static void
check_files(const struct settings *s, struct doctor *d)
{
	char *key = file_join(s->data, "log.key"), *db = datadir_db(s->data);
	bool good = check_mode(d, s->data, 0700) && check_mode(d, key, 0600) &&
	    check_mode(d, s->tls_key, 0600) && check_mode(d, db, 0600) &&
	    check_next(d, s->data);

	if (good)
		say(d, "files", DOCTOR_GOOD,
		    "folder, keys and database are the hub's alone");
	mem_free(key);
	mem_free(db);
}

static void
check_disk(const struct settings *s, struct doctor *d)
{
	unsigned long long mib, keep = s->free_bytes >> 20;
	struct statvfs fs;

	if (statvfs(s->data, &fs) != 0)
		return; /* said by the files */
	mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	if (mib < keep)
		fix(say(d, "disk", DOCTOR_BAD, "%llu MiB are free: below "
		    "keep_free_mib (%llu) no notes are taken", mib, keep),
		    "free space where %s lies, or move the folder to a larger "
		    "disk", s->data);
	else if (mib < 2 * keep)
		fix(say(d, "disk", DOCTOR_WARNING, "%llu MiB are free; at "
		    "%llu the hub stops taking notes", mib, keep),
		    "free space where %s lies", s->data);
	else
		say(d, "disk", DOCTOR_GOOD, "%llu MiB are free", mib);
}

/* ---- certificate ---- */

static void
judge_certificate(struct doctor *d, const char *path, int64_t days,
    const char *data)
{
	if (days < 0)
		fix(say(d, "certificate", DOCTOR_WARNING, "the certificate "
		    "%s ended %lld days ago; the clients go by its key and "
		    "do not mind, other tools do", path, (long long)-days),
		    "tugid renew-cert %s, then reload", data);
	else if (days < CERT_WARN_DAYS)
		fix(say(d, "certificate", DOCTOR_WARNING, "the certificate "
		    "ends in %lld days", (long long)days),
		    "tugid renew-cert %s, then reload", data);
	else
		say(d, "certificate", DOCTOR_GOOD,
		    "the certificate is good for %lld days", (long long)days);
}

static void
check_certificate(const struct settings *s, struct doctor *d)
{
	struct tick tick = tick_system();
	struct buf cert, key;
	int64_t until = 0;
	struct err e;

	buf_init(&cert, PEM_MAX);
	buf_init(&key, PEM_MAX);
	if (file_read(s->tls_cert, &cert, &e) != 0 ||
	    file_read(s->tls_key, &key, &e) != 0 ||
	    tls_until(buf_view(&cert), &until, &e) != 0 ||
	    tls_pair(buf_view(&cert), buf_view(&key), &e) != 0)
		fix(say(d, "certificate", DOCTOR_BAD, "%s", e.text), "if a "
		    "change of the key was cut short, tugid key change %s "
		    "again; else put back tls.crt and tls.key from a backup",
		    s->data);
	else
		judge_certificate(d, s->tls_cert,
		    (until - tick_wall_ms(&tick)) / DAY_MS, s->data);
	buf_done(&cert);
	buf_done(&key);
}

static void
check_next_key(const struct settings *s, struct doctor *d)
{
	struct pins p;
	struct err e;
	int rc = tlskeys_read(s, &p, &e);

	if (rc == 1)
		say(d, "next-key", DOCTOR_GOOD, "the devices are told which "
		    "TLS key comes next");
	else if (rc == 0)
		fix(say(d, "next-key", DOCTOR_WARNING, "no device knows which "
		    "TLS key comes next; a change would lock them all out"),
		    "start the hub, which makes one, or tugid key next %s, "
		    "then reload", s->data);
	else
		fix(say(d, "next-key", DOCTOR_BAD, "%s", e.text), "if a change "
		    "was cut short, tugid key change %s again; else put the "
		    "certificate's own key back from a backup, or tugid key "
		    "next %s", s->data, s->data);
}

/* ---- clock ---- */

static void
check_clock(const struct hub_status *st, struct doctor *d)
{
	struct tick tick = tick_system();
	struct timex t = { .modes = 0 };
	int64_t ahead = st->accept_ms - tick_wall_ms(&tick);

	if (st->clock_stopped)
		fix(say(d, "clock", DOCTOR_BAD, "the clock lies more than 7 "
		    "days from when the hub last ran: nothing is accepted"),
		    "set the clock right, then start once with "
		    "--confirm-clock");
	else if (ahead > AHEAD_MS)
		fix(say(d, "clock", DOCTOR_BAD, "the newest item was accepted "
		    "%lld minutes later than this clock shows",
		    (long long)ahead / 60000), "set the clock right; the hub "
		    "gives no time before that of its newest item");
	else if (adjtimex(&t) < 0 || (t.status & STA_UNSYNC) != 0)
		fix(say(d, "clock", DOCTOR_WARNING, "no time service keeps "
		    "this clock right"), "apt install systemd-timesyncd (or "
		    "chrony), then timedatectl set-ntp true");
	else
		say(d, "clock", DOCTOR_GOOD, "a time service keeps the clock");
}

/* ---- database ---- */

static int
look_whole(const struct settings *s, struct err *e)
{
	struct hub_checked c;
	char *copy = file_join(s->data, "doctor.part");
	char *db = datadir_db(s->data);
	int rc;

	unlink(copy);
	rc = hub_copy(db, copy, NULL, 0, e);
	if (rc == 0)
		rc = hub_check(copy, &c, e);
	unlink(copy);
	mem_free(copy);
	mem_free(db);
	return rc;
}

static void
check_database(const struct settings *s, bool full, struct doctor *d)
{
	char *db = datadir_db(s->data);
	struct err e;
	int rc = full ? look_whole(s, &e) : hub_quick_check(db, &e);

	mem_free(db);
	if (rc == 0)
		say(d, "database", DOCTOR_GOOD, full ? "every item is as its "
		    "author signed it, under the signed head" :
		    "the database is sound");
	else
		fix(say(d, "database", DOCTOR_BAD, "%s", e.text), "stop the "
		    "hub, keep the folder as it is, restore the newest backup "
		    "into a new one; what it lacks the clients send again");
}

/* ---- ledger ---- */

static void
check_ledger(const struct settings *s, struct doctor *d)
{
	struct ledger_seen seen;
	struct err e;

	if (keep_look(s, &seen, &e) != 0)
		fix(say(d, "ledger", DOCTOR_BAD, "%s", e.text),
		    e.kind == ERR_CLASH ? "stop the hub, change nothing, and "
		    "look at tugid verify %s: one of the two was altered" :
		    "restart the hub: it sets a damaged ledger aside and makes "
		    "it again; then tugid verify %s", s->data);
	else if (!seen.there)
		fix(say(d, "ledger", DOCTOR_WARNING, "there is no ledger yet"),
		    "start the hub: it makes it from the database");
	else if (seen.behind > LEDGER_BEHIND)
		fix(say(d, "ledger", DOCTOR_WARNING, "the ledger is %llu "
		    "entries behind the log", (unsigned long long)
		    seen.behind), "if the hub runs, look in its log for "
		    "event=ledger; if it does not, it gets in step at the "
		    "next start");
	else
		say(d, "ledger", DOCTOR_GOOD, "%llu entries; whole by tugid "
		    "verify", (unsigned long long)seen.size);
}

/* ---- state ---- */

static void
check_state(const struct hub_status *st, struct doctor *d)
{
	if (st->pending)
		fix(say(d, "state", DOCTOR_BAD, "this hub was restored, or "
		    "has another key, and serves nobody yet"), "two officers say that its log goes "
		    "on: tugi office succession");
	else if (!st->claimed)
		fix(say(d, "state", DOCTOR_WARNING, "no office has taken this "
		    "hub yet"), "give address, pin and claim code to the "
		    "first officer: tugi office init");
	else
		say(d, "state", DOCTOR_GOOD, "%llu items, %llu devices",
		    (unsigned long long)st->log.size,
		    (unsigned long long)st->devices);
}

/* What the clients are told when there is no more room for a file. */
static void
check_attachments(const struct hub_status *st, struct doctor *d)
{
	unsigned long long mib = st->file_bytes >> 20;

	if (st->full > 0)
		fix(say(d, "attachments", DOCTOR_WARNING, "%llu spaces have "
		    "nearly as many files as a space may have (%d, %llu MiB); "
		    "then new ones wait on the devices", (unsigned long long)
		    st->full, HUB_BLOBS_MAX,
		    (unsigned long long)(HUB_BLOBS_BYTES_MAX >> 20)),
		    "tell the office: what is needed no more is erased by who "
		    "keeps the case (tugi erase)");
	else
		say(d, "attachments", DOCTOR_GOOD, "%llu files, %llu MiB; %llu "
		    "half sent", (unsigned long long)st->files, mib,
		    (unsigned long long)st->parts);
}

static void
check_hub(const struct settings *s, bool full, struct doctor *d)
{
	struct hub_status st;
	struct serve_hub h;
	struct err e;
	int rc = serve_open(s, 0, &h, &e);

	if (rc == 0) {
		rc = hub_status(h.hub, &st, &e);
		serve_close(&h);
	}
	if (rc != 0) {
		fix(say(d, "database", DOCTOR_BAD, "%s", e.text), "if the "
		    "file is damaged, restore the newest backup into a new "
		    "folder");
		return;
	}
	check_database(s, full, d);
	check_ledger(s, d);
	check_clock(&st, d);
	check_state(&st, d);
	check_attachments(&st, d);
}

/* ---- backup ---- */

static void
check_backup(const struct settings *s, struct doctor *d)
{
	struct tick tick = tick_system();
	struct backup_last last;
	struct err e;
	int rc = backup_last(s->data, &last, &e);
	long long days = (tick_wall_ms(&tick) - last.at_ms) / DAY_MS;

	if (rc != 1)
		fix(say(d, "backup", DOCTOR_WARNING, "%s", rc < 0 ? e.text :
		    "no backup was ever made"), "tugid backup %s FOLDER, each "
		    "night, to a disk that is not in this machine", s->data);
	else if (days >= BACKUP_WARN_DAYS)
		fix(say(d, "backup", days >= BACKUP_BAD_DAYS ? DOCTOR_BAD :
		    DOCTOR_WARNING, "the last backup is %lld days old", days),
		    "look why the nightly tugid backup does not run");
	else
		say(d, "backup", DOCTOR_GOOD, "the last backup is %lld hours "
		    "old and was read back", (long long)
		    (tick_wall_ms(&tick) - last.at_ms) / 3600000);
}

/* ---- from outside ---- */

static void
check_reach(const struct settings *s, struct doctor *d)
{
	char url[300];
	struct hash pin;
	struct err e;

	datadir_url(s, url);
	if (datadir_pin(s, &pin, &e) != 0)
		return; /* said by the certificate */
	if (tls_reach(url, s->data, &pin, &e) == 0)
		say(d, "reach", DOCTOR_GOOD, "%s answers with the hub's key",
		    url);
	else
		fix(say(d, "reach", DOCTOR_BAD, "%s", e.text), "%s",
		    e.kind == ERR_PEER ? "something else answers there: a "
		    "proxy with a key of its own, or another hub; let the "
		    "connection through as it is" : "is the hub started "
		    "(systemctl status tugid), the port open in the firewall, "
		    "the name known to the network?");
}

/* ---- confinement ---- */

static void
check_sandbox(struct doctor *d)
{
	int version = sandbox_kernel();

	if (version > 0)
		say(d, "sandbox", DOCTOR_GOOD, "a hub that serves is kept to "
		    "its folder by the kernel (Landlock %d)", version);
	else
		fix(say(d, "sandbox", DOCTOR_WARNING, "this kernel cannot "
		    "keep the hub to its folder; only the service's unit "
		    "does"), "start it as a service, or run a kernel with "
		    "Landlock, from 5.19 on");
}

void
doctor_look(const struct settings *s, bool full, struct doctor *out)
{
	memset(out, 0, sizeof(*out));
	check_files(s, out);
	check_disk(s, out);
	check_certificate(s, out);
	check_next_key(s, out);
	check_hub(s, full, out);
	check_sandbox(out);
	check_reach(s, out);
	check_backup(s, out);
}
