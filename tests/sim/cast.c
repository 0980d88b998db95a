/*
 * The hub, the devices, their disks and clocks. A profile is made on a real
 * disk (its name comes by rename) and lives on a simulated one from then on.
 *
 * An office of a size is made once, in the parent, and every run of that size
 * begins from a copy of it that fork makes. Only the hub is closed meanwhile:
 * its writing thread would not come along.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/core/profile/enrol.h"
#include "client/core/profile/policies.h"
#include "client/core/exchange.h"
#include "client/core/local/store.h"
#include "client/core/office/office.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "tests/sim/sim.h"

#define URL "https://hub.test:8443"
#define CODE "ABCDE-FGHJK-MNPQR-STVWX-YZ012"

/* ---- clocks ---- */

static int64_t
hub_wall(void *ctx)
{
	const struct sim *s = ctx;

	return s->now_ms + s->hub_offset_ms;
}

static int64_t
hub_mono(void *ctx)
{
	return ((struct sim *)ctx)->now_ms - SIM_START + 1000;
}

int64_t
cast_clock(const struct actor *a)
{
	int64_t now = a->sim->now_ms;

	return now + a->offset_ms + (now - a->drift_from_ms) / 1000 *
	    a->drift_ppm / 1000;
}

static int64_t
own_wall(void *ctx)
{
	return cast_clock(ctx);
}

static int64_t
own_mono(void *ctx)
{
	return hub_mono(((struct actor *)ctx)->sim);
}

/* ---- the hub ---- */

static void
must(struct sim *s, int rc, const struct err *e, const char *what)
{
	if (rc != 0)
		sim_fail(s, "%s: %s", what, e->text);
}

const char *
cast_hub_path(int side)
{
	return side == 0 ? "hub.db" : "fork.db";
}

void
cast_hub_open(struct sim *s)
{
	/* An operator confirms a clock that is right, and no other. */
	struct hub_options o = { .name = "hub.test",
	    .pub = s->hub_pub, .key = s->hub_key,
	    .tick = { hub_wall, hub_mono, s },
	    .clock_confirmed = s->hub_offset_ms == 0 };
	struct err e;
	int i;

	for (i = 0; i < s->hubs; i++) {
		o.path = cast_hub_path(i);
		must(s, hub_open(&o, &s->hub[i], &e), &e,
		    "the hub does not open again");
	}
}

void
cast_hub_close(struct sim *s)
{
	int i;

	for (i = 0; i < s->hubs; i++) {
		hub_close(s->hub[i]);
		s->hub[i] = NULL;
	}
}

void
cast_hub_restart(struct sim *s)
{
	struct chance c = { s->plan->seed + s->requests };

	cast_hub_close(s);
	if (simdisk_crashed(s->hub_disk)) {
		sim_note(s, "   the hub's disk stopped");
		simdisk_restart(s->hub_disk,
		    (enum simdisk_cut)chance_below(&c, SIMDISK_MODES));
	}
	simdisk_crash_at(s->hub_disk, 0);
	simdisk_fault_at(s->hub_disk, 0, 0, false);
	cast_hub_open(s);
}

/* ---- devices ---- */

struct session_options
cast_options(struct actor *a)
{
	struct session_options o;

	session_options_default(a->profile, &o);
	o.tick = (struct tick){ own_wall, own_mono, a };
	o.vfs = a->disk != NULL ? simdisk_name(a->disk) : "unix";
	if (a->disk != NULL)
		o.move = back_move;
	o.cost_passes = 1;
	o.cost_bytes = 8192;
	o.cost_test = true;
	return o;
}

struct db *
cast_db(struct actor *a)
{
	return session_store(a->session)->db;
}

void
cast_open(struct actor *a)
{
	struct session_options o = cast_options(a);
	struct err e;

	if (session_open(&o, view_str(SIM_PASSPHRASE), &a->session, &e) != 0 &&
	    (a->disk == NULL || !simdisk_crashed(a->disk)))
		sim_fail(a->sim, "the store of person %d does not open "
		    "again: %s", a->no, e.text);
}

void
cast_close(struct actor *a)
{
	session_close(a->session);
	a->session = NULL;
}

static void
move_file(struct actor *a, const char *name)
{
	char path[128];
	struct buf b;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", a->profile, name);
	buf_init(&b, SIZE_MAX);
	must(a->sim, file_read(path, &b, &e), &e, "a new profile");
	simdisk_put(a->disk, path, buf_view(&b));
	buf_done(&b);
	unlink(path);
}

/* Onto a simulated disk, the store and what stands beside it. */
static void
onto_disk(struct actor *a)
{
	cast_close(a);
	a->disk = simdisk_new((uint64_t)a->no);
	move_file(a, "store.tugi");
	move_file(a, "store.tugi-anchor");
	rmdir(a->profile);
}

/* A device with nothing on it yet: a closed store. */
static void
profile(struct sim *s, int i)
{
	struct actor *a = &s->actor[i];
	struct session_options o;
	struct err e;

	a->sim = s;
	a->no = a->who = i;
	buf_init(&a->copy, SIZE_MAX);
	buf_init(&a->pulled, SIZE_MAX);
	buf_init(&a->stick, SIZE_MAX);
	buf_init(&a->bundle, SIZE_MAX);
	buf_init(&a->answer, SIZE_MAX);
	snprintf(a->profile, sizeof(a->profile), "p%d", i);
	a->remote = (struct remote){ net_call, NULL, a, NULL };
	o = cast_options(a);
	must(s, session_create(&o, view_str(SIM_PASSPHRASE), &a->session, &e), &e,
	    "session_create");
	a->keys = *session_store(a->session)->me;
	onto_disk(a);
}

static void
begin_office(struct sim *s)
{
	struct office_init_in in = { .url = URL, .claim = CODE,
		.name = "Person 0", .title = "head of unit" };
	struct office_sheet sheet;
	struct err e;

	cast_open(&s->actor[0]);
	must(s, office_init(s->actor[0].session, &s->actor[0].remote, &in,
	    &sheet, &e), &e, "office_init");
	s->share[0] = mem_dup(sheet.share[0]);
	s->share[1] = mem_dup(sheet.share[2]);
	office_sheet_done(&sheet);
	s->actor[0].roles = ROLE_WORKER | ROLE_OFFICER;
	s->actor[0].person = session_store(s->actor[0].session)->person;
	s->actor[0].joined = true;
	s->actors = 1;
}

/* A further device, and an officer, need a second hand: the root's. */
static void
approve(struct sim *s, struct actor *a, const char *code)
{
	struct actor *by = people_officer(s);
	struct office_approval ok = { .title = "worker", .code = code };
	char name[32];
	struct err e;

	snprintf(name, sizeof(name), "Person %d", a->who);
	ok.name = name;
	ok.roles = a->roles == ROLE_WORKER ? 0 : a->roles;
	if (a->who != a->no)
		ok.person = &s->actor[a->who].person;
	if (ok.person != NULL || ok.roles != 0) {
		ok.share_a = s->share[0];
		ok.share_b = s->share[1];
	}
	must(s, office_approve(by->session, &by->remote, &ok, &e), &e,
	    "office_approve");
}

void
cast_join(struct sim *s, int i, int who, unsigned roles)
{
	struct exchange_result res;
	struct actor *a = &s->actor[i];
	struct enrol_result asked;
	struct buf card;
	struct err e;

	cast_open(a);
	a->who = who;
	a->roles = who != i ? s->actor[who].roles : roles | ROLE_WORKER;
	a->drift_from_ms = s->now_ms;
	if (i >= s->actors)
		s->actors = i + 1;
	buf_init(&card, 4096);
	must(s, office_card(people_officer(s)->session, &card, &e), &e,
	    "card");
	must(s, enrol_join(a->session, &a->remote, buf_str(&card), &asked,
	    &e), &e, "enrol_join");
	buf_done(&card);
	approve(s, a, asked.code);
	must(s, exchange_sync(a->session, &a->remote, NULL, &res, &e), &e,
	    "the first sync");
	if (session_store(a->session)->stage != STORE_MEMBER)
		sim_fail(s, "person %d was approved and did not join", i);
	a->person = session_store(a->session)->person;
	a->joined = true;
	a->anew = s->anew;
}

bool
cast_stopped(const struct actor *a)
{
	return session_store(a->session)->stopped;
}

/* ---- an office to begin from ---- */

/* Which person a device is of, and with which roles, on the first day. */
static void
join_crew(struct sim *s, const struct plan *p, int i)
{
	bool last = i == p->people - 1;
	unsigned roles = 0;
	int who = i;

	if (p->crew == CREW_OFFICERS && i == 1)
		roles = ROLE_OFFICER;
	else if (p->crew == CREW_OFFICERS && i == 2)
		roles = ROLE_DPO;
	else if (p->crew != CREW_WORKERS && last)
		who = p->crew == CREW_DEVICES ? 0 : 1;
	else if (p->crew == CREW_DEVICES && i == 4)
		who = 1;
	cast_join(s, i, who, roles);
}

static void
make_office(struct sim *s, const struct plan *p)
{
	struct tick tick = { hub_wall, hub_mono, s };
	struct err e;
	int i;

	s->now_ms = SIM_START;
	s->hubs = 1;
	s->hub_disk = simdisk_new(63);
	sqlite3_vfs_register(sqlite3_vfs_find(simdisk_name(s->hub_disk)), 1);
	sqlite3_randomness(0, NULL);
	chance_install((uint64_t)p->people * CREWS + p->crew);
	keys_sign_make(&s->hub_pub, &s->hub_key);
	must(s, hub_make(cast_hub_path(0), "hub.test", CODE, tick, &e), &e,
	    "hub_make");
	cast_hub_open(s);
	for (i = 0; i < p->people + SIM_SPARE; i++)
		profile(s, i);
	begin_office(s);
	for (i = 1; i < p->people; i++)
		join_crew(s, p, i);
	for (i = 0; i < p->people; i++) {
		cast_settle(&s->actor[i]);
		/* Read here, it is there in every run. */
		if (policies_now(s->actor[i].session, &e) == NULL)
			sim_fail(s, "the policy: %s", e.text);
	}
	cast_hub_close(s);
}

struct sim *
cast_office(const struct plan *p)
{
	static struct sim *made[SIM_ACTORS + 1][CREWS];
	char folder[] = "/dev/shm/tugi-sim-XXXXXX", back[4096];
	struct sim *s = made[p->people][p->crew];

	if (s != NULL)
		return s;
	s = made[p->people][p->crew] = mem_new(sizeof(*s));
	/* Profiles begin on a real disk, under names that are always the same:
	 * nothing that a run does may depend on the folder. */
	if (getcwd(back, sizeof(back)) == NULL || mkdtemp(folder) == NULL ||
	    chdir(folder) != 0)
		sim_fail(s, "no folder in /dev/shm");
	make_office(s, p);
	if (chdir(back) != 0 || rmdir(folder) != 0)
		sim_fail(s, "%s was not left empty", folder);
	s->requests = 0;
	return s;
}

void
cast_begin(struct sim *s, const struct plan *p, FILE *trace)
{
	int i;

	s->plan = p;
	s->trace = trace;
	sqlite3_vfs_register(sqlite3_vfs_find(simdisk_name(s->hub_disk)), 1);
	sqlite3_randomness(0, NULL);
	chance_install(p->seed);
	buf_init(&s->backup, SIZE_MAX);
	simdisk_seed(s->hub_disk, p->seed * 64 + 63);
	for (i = 0; i < p->people + SIM_SPARE; i++)
		simdisk_seed(s->actor[i].disk, p->seed * 64 + (uint64_t)i);
	cast_hub_open(s);
}

/* ---- after a step ---- */

static void
note_keys(struct actor *a)
{
	struct stmt *q = db_prepare(cast_db(a), "SELECT space, number, key "
	    "FROM epoch WHERE key IS NOT NULL");
	struct held_key *h;
	struct id space;
	struct view key;
	struct err e;

	while (db_step(q, &e) == 1) {
		db_id(q, 0, &space);
		key = db_blob(q, 2);
		for (h = a->held; h != NULL; h = h->next)
			if (id_eq(&h->space, &space) && key.len == 32 &&
			    h->number == (uint32_t)db_int(q, 1) &&
			    memcmp(h->key.b, key.data, 32) == 0)
				break;
		if (h != NULL || key.len != 32)
			continue;
		h = mem_new(sizeof(*h));
		h->space = space;
		h->number = (uint32_t)db_int(q, 1);
		memcpy(h->key.b, key.data, 32);
		h->next = a->held;
		a->held = h;
	}
}

void
cast_settle(struct actor *a)
{
	if (a->disk == NULL)
		return;
	if (simdisk_crashed(a->disk)) {
		a->sim->crashed++;
		sim_note(a->sim, "   power cut at person %d", a->no);
		cast_close(a);
		simdisk_restart(a->disk, a->step != NULL ? a->step->cut :
		    SIMDISK_DROP);
		cast_open(a);
		trouble_forgets(a);
		a->full = false;
	} else if (a->full && a->step != NULL && a->step->param % 2 == 0) {
		/* Others go on in the program that met the full disk. */
		simdisk_crash_at(a->disk, 0);
		cast_close(a);
		cast_open(a);
		a->full = false;
	}
	simdisk_crash_at(a->disk, 0);
	if (a->unfound)
		truth_find(a, SIM_TEXTS, false);
	a->unfound = false;
	back_settle(a);
	note_keys(a);
	store_check(session_store(a->session));
}
