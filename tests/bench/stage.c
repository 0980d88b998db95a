/*
 * Uses the same calls as the command line does, in the same order.
 */
#include "tests/bench/stage.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/core/cases/cases.h"
#include "client/core/profile/enrol.h"
#include "client/core/local/index.h"
#include "client/core/local/store.h"
#include "client/core/cases/notes.h"
#include "client/core/profile/people.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/bench/child.h"
#include "tests/bench/texts.h"


#define CHUNK 1000 /* notes of one transaction */
#define INDEX_CHUNK 512

/* More requests than a person makes, and all of the disk. */
static const char settings[] =
    "rate_burst = 1000000\nrate_per_second = 100000\n"
    "day_mib = 0\nkeep_free_mib = 0\nquiet = true\n";

/* ---- the hub ---- */

static void
json_text(struct buf *in, const char *name, char *out, size_t size)
{
	const char *text = buf_str(in), *at = strstr(text, name);
	size_t n;

	if (at == NULL)
		die("tugid init printed no %s", name);
	at += strlen(name) + 2; /* a colon and a quote */
	n = strcspn(at, "\"");
	if (n >= size)
		die("tugid init printed a long %s", name);
	memcpy(out, at, n);
	out[n] = '\0';
}

static void
append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		die("cannot write %s", path);
}

static int
read_port(const char *path)
{
	FILE *f = fopen(path, "r");
	int port = 0;

	if (f == NULL || fscanf(f, "%d", &port) != 1)
		die("cannot read %s", path);
	fclose(f);
	return port;
}

static void
hub_make(struct stage *st)
{
	char data[STAGE_PATH + 8], path[STAGE_PATH + 32];
	char pin[HASH_TEXT_BYTES];
	const char *init[] = { st->tugid, "init", data, "--listen",
		"127.0.0.1:0", "--name", "bench", "--json", NULL };
	struct buf out;
	struct err e;

	buf_init(&out, 4096);
	snprintf(data, sizeof(data), "%s/hub", st->dir);
	child_run(init, &out);
	json_text(&out, "\"pin_hex\"", pin, sizeof(pin));
	json_text(&out, "\"claim_code\"", st->claim, sizeof(st->claim));
	json_text(&out, "\"recovery_code\"", st->recovery,
	    sizeof(st->recovery));
	must(hash_parse(pin, &st->pin, &e), &e);
	buf_done(&out);
	snprintf(path, sizeof(path), "%s/tugid.conf", data);
	append(path, settings);
}

void
stage_hub_start(struct stage *st)
{
	char data[STAGE_PATH + 8], path[STAGE_PATH + 32];
	char log[STAGE_PATH + 32];
	const char *serve[] = { st->tugid, "serve", data, NULL };

	snprintf(data, sizeof(data), "%s/hub", st->dir);
	snprintf(path, sizeof(path), "%s/port", data);
	unlink(path); /* of the last one */
	snprintf(log, sizeof(log), "%s/hub.log", st->dir);
	st->hub = child_start(serve, log);
	child_wait_file(path, st->hub);
	st->port = read_port(path);
}

int64_t
stage_hub_ns(const struct stage *st)
{
	return measure_process_ns(st->hub);
}

uint64_t
stage_hub_bytes(const struct stage *st)
{
	char data[STAGE_PATH + 8];

	snprintf(data, sizeof(data), "%s/hub", st->dir);
	return child_tree_bytes(data);
}

/* ---- devices ---- */

static int
counted_call(void *ctx, const struct remote_call *c, int *status,
    struct buf *answer, struct err *e)
{
	struct device *d = ctx;
	size_t before = answer->len;
	int rc = d->inner.call(d->inner.ctx, c, status, answer, e);

	d->calls++;
	d->up += c->body.len;
	d->down += answer->len - before;
	return rc;
}

static void
counted_done(void *ctx)
{
	struct device *d = ctx;

	remote_done(&d->inner);
}

void
device_route(struct device *d, int port)
{
	struct remote_pins pins = { .now = d->stage->pin };
	struct err e;
	char url[64];

	if (d->remote.call != NULL)
		remote_done(&d->inner);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
	must(remote_http(url, &pins, tick_system(), &d->inner, &e),
	    &e);
	d->remote = (struct remote){ counted_call, counted_done, d,
	    NULL };
}

static void
device_options(const struct device *d, struct session_options *o, bool cheap)
{
	session_options_default(d->profile, o);
	if (!cheap)
		return;
	o->cost_passes = 1;
	o->cost_bytes = 64 * 1024;
	o->cost_test = true;
}

static struct device *
device_make(struct stage *st, bool cheap)
{
	struct device *d = mem_new(sizeof(*d));
	struct session_options o;
	struct err e;

	d->stage = st;
	snprintf(d->profile, sizeof(d->profile), "%.*s/device-%zu",
	    STAGE_PATH - 32, st->dir, st->devices++);
	device_options(d, &o, cheap);
	must(session_create(&o, view_str(STAGE_PASSPHRASE), &d->s, &e), &e);
	device_route(d, st->port);
	return d;
}

void
device_close(struct device *d)
{
	remote_done(&d->remote);
	session_close(d->s);
	mem_free(d);
}

void
device_reopen(struct device *d)
{
	struct session_options o;
	struct err e;

	session_close(d->s);
	device_options(d, &o, true);
	must(session_open(&o, view_str(STAGE_PASSPHRASE), &d->s, &e), &e);
}

static void
sync_once(struct device *d, const struct exchange_progress *p,
    struct exchange_result *out)
{
	struct exchange_result r;
	struct err e;

	must(exchange_sync(d->s, &d->remote, p, &r, &e), &e);
	if (r.quarantined_new > 0 || r.held_new > 0 || r.conflicts_new > 0)
		die("a sync met %zu bad items, %zu held, %zu conflicts",
		    r.quarantined_new, r.held_new, r.conflicts_new);
	if (out != NULL)
		*out = r;
}

void
device_sync(struct device *d, struct exchange_result *out)
{
	sync_once(d, NULL, out);
}

struct until_stored {
	struct mark began;
	struct series *stored;
	bool done;
};

static void
hear(void *ctx, const char *what, size_t done, size_t of)
{
	struct until_stored *u = ctx;

	(void)done;
	(void)of;
	if (u->done || strcmp(what, "indexing") != 0)
		return;
	measure_add(u->stored, &u->began);
	u->done = true;
}

void
device_pull(struct device *d, struct series *stored)
{
	struct until_stored u = { measure_begin(), stored, false };
	struct exchange_progress p = { hear, &u };

	sync_once(d, &p, NULL);
	if (!u.done)
		die("nothing was pulled that search needs");
}

/* ---- the office ---- */

static void
claim(struct stage *st, struct device *d)
{
	char url[64];
	struct office_init_in in = { .url = url, .pin = st->pin,
		.claim = st->claim, .name = "First Officer",
		.title = "officer" };
	struct err e;

	snprintf(url, sizeof(url), "https://127.0.0.1:%d", st->port);
	must(office_init(d->s, &d->remote, &in, &st->sheet, &e), &e);
	device_sync(d, NULL);
}

static void
stage_begin(struct stage *st, const char *dir, const char *tugid, bool cheap)
{
	memset(st, 0, sizeof(*st));
	snprintf(st->dir, sizeof(st->dir), "%s", dir);
	st->tugid = tugid;
	child_remove_tree(dir);
	if (mkdir(dir, 0700) != 0)
		die("cannot make %s", dir);
	hub_make(st);
	stage_hub_start(st);
	st->officer = device_make(st, cheap);
	claim(st, st->officer);
}

void
stage_open(struct stage *st, const char *dir, const char *tugid)
{
	stage_begin(st, dir, tugid, true);
}

void
stage_close(struct stage *st)
{
	office_sheet_done(&st->sheet);
	device_close(st->officer);
	child_stop(st->hub);
	child_remove_tree(st->dir);
}

struct device *
stage_device(struct stage *st)
{
	struct device *d = device_make(st, true);
	struct session *o = st->officer->s;
	struct office_approval a = { .name = "First Officer",
		.title = "officer", .share_a = st->sheet.share[0],
		.share_b = st->sheet.share[1] };
	struct enrol_result wish;
	struct person_item me;
	struct buf card;
	struct err e;

	buf_init(&card, 4096);
	must(office_card(o, &card, &e), &e);
	must(enrol_join(d->s, &d->remote, buf_str(&card), &wish, &e), &e);
	buf_done(&card);
	must(people_find(o, "First Officer", &me, &e), &e);
	a.code = wish.code;
	a.person = &me.person;
	must(office_approve(o, &st->officer->remote, &a, &e), &e);
	device_sync(st->officer, NULL);
	device_sync(d, NULL);
	return d;
}

/* ---- notes ---- */

void
device_case(struct device *d, size_t n, struct id *id)
{
	char name[64];
	struct assignment set = { "name", name };
	struct err e;

	snprintf(name, sizeof(name), "Invented Child %zu", n);
	must(cases_open(d->s, &set, 1, id, &e), &e);
}

void
device_notes(struct device *d, const struct id *cases, size_t case_count,
    size_t from, size_t n)
{
	static char text[CHUNK][TEXTS_BYTES];
	static struct note_draft draft[CHUNK];
	struct err e;
	size_t i, k;

	for (; n > 0; n -= k, from += k) {
		k = n < CHUNK ? n : CHUNK;
		for (i = 0; i < k; i++) {
			memset(&draft[i], 0, sizeof(draft[i]));
			draft[i].case_id = cases[(from + i) % case_count];
			draft[i].text = texts_note(from + i, text[i]);
		}
		must(notes_add_many(d->s, draft, k, &e), &e);
	}
}

void
device_index(struct device *d)
{
	size_t done;
	struct err e;

	do
		must(index_step(session_store(d->s), INDEX_CHUNK, &done, &e),
		    &e);
	while (done > 0);
}

size_t
device_notes_held(struct device *d)
{
	struct err e;
	int64_t n;

	must(db_one_int(session_store(d->s)->db,
	    "SELECT count(*) FROM record WHERE type = 4", &n, &e), &e);
	return (size_t)n;
}

struct device *
stage_store(const char *dir, const char *tugid, bool default_cost,
    struct id *case_id)
{
	static struct stage st;

	stage_begin(&st, dir, tugid, !default_cost);
	device_case(st.officer, 0, case_id);
	device_sync(st.officer, NULL);
	child_stop(st.hub);
	office_sheet_done(&st.sheet);
	return st.officer;
}
