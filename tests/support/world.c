/* An office in one process; see the header. */
#include "tests/support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/cases/cases.h"
#include "client/core/consent/consent.h"
#include "client/core/profile/enrol.h"
#include "client/core/local/store.h"
#include "client/core/cases/notes.h"
#include "client/core/office/office.h"
#include "client/core/records/records.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/api/route.h"

#define URL "https://hub.test:8443"

static void
must(int rc, const struct err *e, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "world: %s: %s\n", what, e->text);
	abort();
}

/* ---- clocks ---- */

static int64_t
hub_wall(void *ctx)
{
	return atomic_load(&((struct world *)ctx)->wall_ms);
}

static int64_t
hub_mono(void *ctx)
{
	return atomic_load(&((struct world *)ctx)->mono_ms);
}

static int64_t
own_wall(void *ctx)
{
	const struct world_client *c = ctx;

	return hub_wall(c->w) + c->skew_ms;
}

static int64_t
own_mono(void *ctx)
{
	return hub_mono(((struct world_client *)ctx)->w);
}

void
world_pass(struct world *w, int64_t ms)
{
	atomic_fetch_add(&w->wall_ms, ms);
	atomic_fetch_add(&w->mono_ms, ms);
}

void
world_until(void *world, int64_t wall_ms)
{
	struct world *w = world;
	int64_t now = atomic_load(&w->wall_ms);

	if (wall_ms > now)
		world_pass(w, wall_ms - now);
}

/* ---- the hub ---- */

void
world_hub_open(struct world *w)
{
	struct hub_options o = { .path = w->path, .name = "hub.test",
		.pub = w->hub_pub, .key = w->hub_key,
		.tick = { hub_wall, hub_mono, w }, .clock_confirmed = true };
	struct err e;

	must(hub_open(&o, &w->hub, &e), &e, "hub_open");
}

void
world_hub_close(struct world *w)
{
	hub_close(w->hub);
	w->hub = NULL;
}

/* As daemon/api/http.c has it. */
static int
status_of(const struct err *e)
{
	switch (e->kind) {
	case ERR_INPUT:
	case ERR_PEER:
		return 400;
	case ERR_ABSENT:
		return 404;
	case ERR_DENIED:
		return 403;
	case ERR_CLASH:
		return 409;
	case ERR_TOOBIG:
		return 413;
	case ERR_AWAY:
		return 503;
	default:
		return 500;
	}
}

int
world_serve(struct hub *hub, const struct remote_call *c, struct buf *out)
{
	struct request in = { .hub = hub, .body = c->body,
		.version = PROTO_VERSION };
	struct reply reply;
	struct proto_refusal no;
	const struct route *r;
	struct sign_pub pub;
	enum verdict v;
	struct err e;
	bool known;
	int rc, status = 200;

	r = route_find(c->method, c->path, &known);
	if (r == NULL)
		return 404;
	if (c->me != NULL)
		in.device = c->me->device;
	buf_init(&reply.body, PROTO_ANSWER_BYTES_MAX);
	v = hub_device(hub, &in.device, &pub);
	if (c->body.len > r->ceiling)
		rc = err_set(&e, ERR_TOOBIG, "too long");
	else if (r->access == ROUTE_SIGNED && v != VERDICT_ACCEPTED &&
	    !(v == VERDICT_REVOKED && r->revoked_too))
		rc = hub_refuse(&e, ERR_DENIED, v);
	else
		rc = r->handle(&in, &reply, &e);
	if (rc != 0) {
		memset(&no, 0, sizeof(no));
		no.verdict = hub_verdict(&e);
		no.now_ms = hub_told_ms(hub);
		memcpy(no.words, e.text, strnlen(e.text,
		    sizeof(no.words) - 1));
		buf_reset(&reply.body);
		proto_refusal_encode(&no, &reply.body);
		status = status_of(&e);
	}
	buf_add(out, reply.body.data, reply.body.len);
	buf_done(&reply.body);
	return status;
}

static int
call(void *ctx, const struct remote_call *c, int *status, struct buf *answer,
    struct err *e)
{
	struct world *w = ((struct world_client *)ctx)->w;
	unsigned n = ++w->calls;

	if (w->hub == NULL || n == w->cut_request)
		return err_set(e, ERR_AWAY, "the hub cannot be reached");
	*status = world_serve(w->hub, c, answer);
	w->bytes_up += c->body.len;
	w->bytes_down += answer->len;
	if (n == w->cut_answer) {
		buf_reset(answer);
		return err_set(e, ERR_AWAY, "the answer was lost");
	}
	if (w->tamper != NULL)
		return w->tamper(w, c->path, c->body, status, answer, e);
	return 0;
}

/* ---- devices ---- */

static struct session_options
options_of(struct world *w, int i)
{
	struct world_client *c = &w->c[i];
	struct session_options o;

	session_options_default(c->profile, &o);
	o.tick = (struct tick){ own_wall, own_mono, c };
	o.vfs = c->vfs;
	o.cost_passes = 1;
	o.cost_bytes = 64 * 1024;
	o.cost_test = true;
	return o;
}

void
world_profile(struct world *w, int i)
{
	struct world_client *c = &w->c[i];
	struct session_options o;
	struct err e;
	char *folder;

	c->w = w;
	folder = mem_dup(w->folder);
	snprintf(c->profile, sizeof(c->profile), "%s/p%d", folder, i);
	mem_free(folder);
	c->remote = (struct remote){ call, NULL, c, NULL };
	o = options_of(w, i);
	must(session_create(&o, view_str(WORLD_PASSPHRASE), &c->session, &e),
	    &e, "session_create");
}

void
world_close(struct world *w, int i)
{
	session_close(w->c[i].session);
	w->c[i].session = NULL;
}

int
world_open(struct world *w, int i, struct err *e)
{
	struct session_options o = options_of(w, i);

	return session_open(&o, view_str(WORLD_PASSPHRASE),
	    &w->c[i].session, e);
}

struct store *
world_store(struct world *w, int i)
{
	return session_store(w->c[i].session);
}

static void
begin_office(struct world *w)
{
	struct office_init_in in = { .url = URL, .claim = WORLD_CODE,
		.name = "Person 0", .title = "head of unit" };
	struct office_sheet sheet;
	struct err e;
	int i;

	world_profile(w, 0);
	must(office_init(w->c[0].session, &w->c[0].remote, &in, &sheet, &e),
	    &e, "office_init");
	for (i = 0; i < 3; i++) {
		w->shares[i] = sheet.share[i];
		sheet.share[i] = NULL;
	}
	office_sheet_done(&sheet);
	w->c[0].person = world_store(w, 0)->person;
}

void
world_join(struct world *w, int i)
{
	world_join_as(w, i, 0);
}

void
world_join_as(struct world *w, int i, unsigned roles)
{
	struct office_approval a = { .title = "worker", .roles = roles };
	struct enrol_result asked;
	char name[32];
	struct buf card;
	struct err e;

	world_profile(w, i);
	buf_init(&card, 4096);
	must(office_card(w->c[0].session, &card, &e), &e, "office_card");
	must(enrol_join(w->c[i].session, &w->c[i].remote, buf_str(&card),
	    &asked, &e), &e, "enrol_join");
	buf_done(&card);
	snprintf(name, sizeof(name), "Person %d", i);
	a.name = name;
	a.code = asked.code;
	if ((roles & (ROLE_OFFICER | ROLE_DPO)) != 0) {
		a.share_a = w->shares[0];
		a.share_b = w->shares[1];
	}
	must(office_approve(w->c[0].session, &w->c[0].remote, &a, &e), &e,
	    "office_approve");
	world_must_sync(w, i);
	if (world_store(w, i)->stage != STORE_MEMBER) {
		fprintf(stderr, "world: client %d did not join\n", i);
		abort();
	}
	w->c[i].person = world_store(w, i)->person;
}

void
world_begin_bare(struct world *w)
{
	struct tick tick = { hub_wall, hub_mono, w };
	struct err e;

	memset(w, 0, sizeof(*w));
	must(keys_init(), &e, "keys_init");
	atomic_store(&w->wall_ms, WORLD_NOW);
	atomic_store(&w->mono_ms, 1000);
	folder_make(w->folder, "tugi-world");
	snprintf(w->path, sizeof(w->path), "%s/hub.db", w->folder);
	keys_sign_make(&w->hub_pub, &w->hub_key);
	must(hub_make(w->path, "hub.test", WORLD_CODE, tick, &e), &e,
	    "hub_make");
	world_hub_open(w);
}

void
world_begin(struct world *w, int n)
{
	int i;

	world_begin_bare(w);
	begin_office(w);
	for (i = 1; i < n; i++)
		world_join(w, i);
	for (i = 0; i < n; i++)
		world_must_sync(w, i);
}

static int
remove_file(void *ctx, const char *name, struct err *e)
{
	char *path = file_join(ctx, name);

	(void)e;
	unlink(path);
	mem_free(path);
	return 0;
}

static void
remove_profile(const char *profile)
{
	static const char *const files[] = { "store.tugi", "store.tugi-wal",
		"store.tugi-shm", "store.tugi.anchor", "store.tugi-anchor" };
	char path[160];
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", profile, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/attachments", profile);
	(void)file_each(path, remove_file, path, &e);
	rmdir(path);
	rmdir(profile);
}

void
world_end(struct world *w)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	char path[128];
	size_t i;

	for (i = 0; i < WORLD_CLIENTS; i++) {
		world_close(w, (int)i);
		if (w->c[i].profile[0] != '\0')
			remove_profile(w->c[i].profile);
	}
	world_hub_close(w);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", w->path, tails[i]);
		unlink(path);
		mem_free(w->shares[i]);
	}
	rmdir(w->folder);
}

/* ---- what people do ---- */

int
world_sync(struct world *w, int i, struct exchange_result *out,
    struct err *e)
{
	struct exchange_result res;

	return exchange_sync(w->c[i].session, &w->c[i].remote, NULL,
	    out != NULL ? out : &res, e);
}

struct exchange_result
world_must_sync(struct world *w, int i)
{
	struct exchange_result res;
	char what[32];
	struct err e;

	snprintf(what, sizeof(what), "sync of client %d", i);
	must(world_sync(w, i, &res, &e), &e, what);
	return res;
}

void
world_case(struct world *w, int i, const char *name, struct id *id)
{
	struct assignment set = { "name", name };
	struct err e;

	must(cases_open(w->c[i].session, &set, 1, id, &e), &e, "cases_open");
}

void
world_grant(struct world *w, int i, const struct id *case_id, int whom,
    const char *sections, bool write)
{
	struct consent_draft d = { .case_id = *case_id,
		.audience = w->c[whom].person, .sections = sections,
		.right = write ? RIGHT_WRITE : RIGHT_READ, .giver = "Mari",
		.giver_role = "guardian",
		.until_ms = hub_wall(w) + 365 * INT64_C(86400000) };
	struct id id;
	struct err e;

	must(consent_grant(w->c[i].session, &d, &id, &e), &e,
	    "consent_grant");
}

void
world_withdraw(struct world *w, int i, const struct id *case_id, int whom,
    const char *sections)
{
	struct withdrawal_draft d = { .case_id = *case_id,
		.audience = w->c[whom].person, .sections = sections,
		.giver = "Mari" };
	struct withdrawal_effect effect;
	struct id id;
	struct err e;

	must(consent_withdraw(w->c[i].session, &d, &id, &effect, &e), &e,
	    "consent_withdraw");
}

int
world_note(struct world *w, int i, const struct id *case_id,
    const char *text, struct id *id)
{
	struct note_draft d = { .case_id = *case_id, .text = view_str(text) };
	struct id made;
	struct err e;
	int rc = notes_add(w->c[i].session, &d, &made, &e);

	if (rc == 0 && id != NULL)
		*id = made;
	return rc;
}

size_t
world_notes(struct world *w, int i, const struct id *case_id)
{
	struct records_query q = { .type = TYPE_NOTE,
		.case_id = case_id, .limit = 0 };
	struct record_list list;
	struct err e;
	size_t n;

	must(records_list(w->c[i].session, &q, &list, &e), &e,
	    "records_list");
	n = list.count;
	record_list_done(&list);
	return n;
}

bool
world_has(struct world *w, int i, const char *text)
{
	struct stmt *q = db_prepare(world_store(w, i)->db,
	    "SELECT 1 FROM version WHERE instr(body, ?) > 0 LIMIT 1");
	struct err e;
	int rc;

	db_bind_view(q, 1, view_str(text));
	rc = db_step(q, &e);
	db_reset(q);
	must(rc < 0 ? -1 : 0, &e, "looking for a text");
	return rc == 1;
}

void
world_field(struct world *w, int i, const struct id *id, const char *name,
    char out[static 160])
{
	struct record_item r;
	struct err e;
	int rc = records_find(w->c[i].session, id, &r, &e);

	out[0] = '\0';
	must(rc < 0 ? -1 : 0, &e, "records_find");
	if (rc != 1)
		return;
	snprintf(out, 160, "%s", record_field(&r, name));
	record_item_done(&r);
}

int
world_set(struct world *w, int i, const struct id *id, const char *name,
    const char *text)
{
	struct assignment set = { name, text };
	struct err e;

	return records_set(w->c[i].session, id, &set, 1, &e);
}

int64_t
world_count(struct world *w, int i, const char *sql)
{
	int64_t n = 0;
	struct err e;

	must(db_one_int(world_store(w, i)->db, sql, &n, &e) < 0 ? -1 : 0, &e,
	    sql);
	return n;
}
