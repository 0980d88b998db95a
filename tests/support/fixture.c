/* See the header. Everything here fails the test that called it. */
#include "tests/support/fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/core/cases/cases.h"
#include "client/core/cases/notes.h"

static int64_t
fake_ms(void *ctx)
{
	return *(const int64_t *)ctx;
}

static void
must(int rc, const struct err *e)
{
	if (rc < 0)
		fail_msg("%s", e->text);
}

/* The entry as a row of the log and in the roster, as a pull leaves it. */
static void
list(struct fixture *f, const struct directory_entry *d)
{
	static const struct id zero;
	struct stmt *q = db_prepare(f->st->db, "INSERT INTO item (seq, space, "
	    "sseq, id, kind, author, accept_ms, header, body) "
	    "VALUES (?1, ?2, (SELECT count(*) + 1 FROM item WHERE space = ?2), "
	    "?3, ?4, ?2, ?5, x'00', ?6)");
	struct hash id = { { 0 } };
	struct buf b;
	struct err e = { 0 };

	buf_init(&b, 65536);
	directory_encode(d, &b);
	f->seq++;
	memcpy(id.b, &f->seq, sizeof(f->seq));
	db_bind_int(q, 1, (int64_t)f->seq);
	db_bind_id(q, 2, &zero);
	db_bind_hash(q, 3, &id);
	db_bind_int(q, 4, CHANGESET_DIRECTORY);
	db_bind_int(q, 5, f->now_ms);
	db_bind_view(q, 6, buf_view(&b));
	must(db_run(q, &e), &e);
	buf_done(&b);
	must(roster_apply(&f->st->roster, d, f->seq, &e), &e);
}

static void
list_device(struct fixture *f, const struct device_keys *k,
    const struct id *person, unsigned roles)
{
	struct directory_entry d;

	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_DEVICE;
	d.person = *person;
	d.device = k->device;
	d.sign = k->sign_pub;
	d.box = k->box_pub;
	d.roles = roles;
	list(f, &d);
}

static void
begin_office(struct fixture *f)
{
	struct directory_entry d;
	struct sign_key ignored;
	struct box_key secret;

	memset(&d, 0, sizeof(d));
	d.kind = DIRECTORY_GENESIS;
	keys_sign_make(&d.root, &ignored);
	keys_sign_make(&d.hub, &ignored);
	keys_box_make(&d.recovery, &secret);
	id_random(&f->commons);
	d.commons = f->commons;
	d.log_id = 7;
	snprintf(d.hub_name, sizeof(d.hub_name), "hub.example");
	list(f, &d);
}

void
fixture_text_op(struct op *op, uint16_t field, const char *text)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = VALUE_TEXT;
	op->value.data = view_str(text);
}

static void
id_op(struct op *op, uint16_t field, const struct id *id)
{
	memset(op, 0, sizeof(*op));
	op->field = field;
	op->value.type = VALUE_BYTES;
	op->value.data = view_of(id->b, sizeof(id->b));
}

static void
name_person(struct fixture *f, const struct id *person, const char *name)
{
	struct op ops[2];
	struct write w;
	struct err e = { 0 };

	memset(&w, 0, sizeof(w));
	id_op(&ops[0], STAFF_PERSON, person);
	fixture_text_op(&ops[1], STAFF_NAME, name);
	w.type = TYPE_STAFF;
	w.space = f->commons;
	w.ops = ops;
	w.op_count = 2;
	must(db_begin(f->st->db, &e), &e);
	must(versions_write_tx(f->st, &w, NULL, &e), &e);
	must(db_commit(f->st->db, &e), &e);
}

static void
become_member(struct fixture *f)
{
	struct space sp;
	struct err e = { 0 };

	begin_office(f);
	id_random(&f->st->person);
	f->st->stage = STORE_MEMBER;
	snprintf(f->st->hub.url, sizeof(f->st->hub.url),
	    "https://hub.example:8443");
	list_device(f, f->st->me, &f->st->person, ROLE_WORKER | ROLE_OFFICER);
	must(store_save_hub(f->st, &e), &e);
	memset(&sp, 0, sizeof(sp));
	sp.id = f->commons;
	sp.kind = SPACE_COMMONS;
	must(db_begin(f->st->db, &e), &e);
	must(spaces_begin_tx(f->st, &sp, "Office", &sp, &e), &e);
	must(db_commit(f->st->db, &e), &e);
	name_person(f, &f->st->person, "Anna Arumets");
}

void
fixture_open(struct fixture *f, bool member)
{
	struct err e = { 0 };

	memset(f, 0, sizeof(*f));
	setenv("TZ", "UTC", 1);
	folder_make(f->folder, "tugi-fixture");
	snprintf(f->profile, sizeof(f->profile), "%s/profile", f->folder);
	session_options_default(f->profile, &f->options);
	f->now_ms = FIXTURE_NOW;
	f->options.tick.wall_ms = f->options.tick.mono_ms = fake_ms;
	f->options.tick.ctx = &f->now_ms;
	f->options.cost_passes = 1;
	f->options.cost_bytes = 8192;
	f->options.cost_test = true;
	must(session_create(&f->options, view_str(FIXTURE_PASS), &f->s, &e),
	    &e);
	f->st = session_store(f->s);
	if (member)
		become_member(f);
}

void
fixture_reopen(struct fixture *f)
{
	struct err e = { 0 };

	session_close(f->s);
	f->s = NULL;
	must(session_open(&f->options, view_str(FIXTURE_PASS), &f->s, &e), &e);
	f->st = session_store(f->s);
}

static void
empty_folder(const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	char name[512];

	while (d != NULL && (entry = readdir(d)) != NULL) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(name);
	}
	if (d != NULL)
		closedir(d);
	rmdir(path);
}

void
fixture_close(struct fixture *f)
{
	struct err e = { 0 };

	if (f->s != NULL)
		store_check(f->st);
	session_close(f->s);
	session_forget(&f->options, &e);
	empty_folder(f->profile);
	empty_folder(f->folder);
}

struct colleague *
fixture_colleague(struct fixture *f, const char *name)
{
	struct colleague *c;

	assert_true(f->other_count < FIXTURE_COLLEAGUES);
	c = &f->others[f->other_count++];
	keys_device_make(&c->keys);
	id_random(&c->person);
	list_device(f, &c->keys, &c->person, ROLE_WORKER);
	name_person(f, &c->person, name);
	return c;
}

int
fixture_accept(struct fixture *f, struct colleague *c,
    const struct id *space, struct record *rec, struct err *e)
{
	struct version_at at;
	struct buf body;
	int rc;

	c->hlc = hlc_next(c->hlc, f->now_ms);
	rec->origin = c->keys.device;
	rec->hlc = c->hlc;
	rec->wall_ms = f->now_ms;
	if (id_is_zero(&rec->id))
		id_timed(&rec->id, f->now_ms);
	at.seq = ++f->seq;
	at.idx = 0;
	at.eff = rec->hlc;
	at.state = VERSION_ACCEPTED;
	buf_init(&body, CHANGESET_BODY_MAX);
	record_encode(rec, &body);
	must(buf_check(&body, "a record", e), e);
	must(db_begin(f->st->db, e), e);
	rc = versions_accept_tx(f->st, space, rec, buf_view(&body), &at, e);
	if (rc == 0) {
		must(store_save_clock_tx(f->st, e), e);
		must(db_commit(f->st->db, e), e);
	} else {
		db_rollback(f->st->db);
	}
	buf_done(&body);
	return rc;
}

void
fixture_ack(struct fixture *f)
{
	struct err e = { 0 };
	struct stmt *q;
	int64_t seq = (int64_t)f->seq;

	must(db_begin(f->st->db, &e), &e);
	q = db_prepare(f->st->db, "UPDATE version SET state = 3, eff = hlc, "
	    "seq = ?1 + (SELECT count(*) FROM version v WHERE v.state = 1 "
	    "AND v.hlc <= version.hlc) WHERE state = 1");
	db_bind_int(q, 1, seq);
	must(db_run(q, &e), &e);
	f->seq += (uint64_t)db_changes(f->st->db);
	must(db_commit(f->st->db, &e), &e);
}

struct id
fixture_case(struct fixture *f, const char *name, const char *code)
{
	struct assignment set[] = { { "name", name }, { "code", code } };
	struct err e = { 0 };
	struct id id;

	must(cases_open(f->s, set, 2, &id, &e), &e);
	return id;
}

struct id
fixture_note(struct fixture *f, const struct id *case_id, const char *text)
{
	struct note_draft d;
	struct err e = { 0 };
	struct id id;

	memset(&d, 0, sizeof(d));
	d.case_id = *case_id;
	d.text = view_str(text);
	must(notes_add(f->s, &d, &id, &e), &e);
	return id;
}

void
fixture_bases(struct fixture *f, const struct id *id, struct op *op)
{
	static struct loaded l;
	const struct heads_field *h;
	struct err e = { 0 };
	size_t i;

	assert_int_equal(versions_load(f->st, id, &l, &e), 1);
	h = heads_find(&l.heads, op->field);
	for (i = 0; h != NULL && i < h->count; i++) {
		op->bases[i].origin = h->heads[i].version->rec.origin;
		op->bases[i].hlc = h->heads[i].version->rec.hlc;
		op->base_count = i + 1;
	}
	versions_done(&l);
}
