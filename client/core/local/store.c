/*
 * The open store: what is read once at the start and held for the session.
 *
 * Keys, hub, head and clock are named values; the roster is replayed from the
 * directory items the log gave us, so that it can never differ from them.
 * Every layer above works on struct store; only this file and session.c know
 * where it comes from.
 */
#include "client/core/local/store.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "client/core/local/places.h"
#include "client/core/vault/vault.h"
#include "common/base/mem.h"
#include "common/rules/time.h"

#define HUB_NAME "hub"
#define HEAD_NAME "head"
#define HEAD_NOTE_NAME "head.note"
#define CLOCK_NAME "clock"
#define PERSON_NAME "person"
#define STAGE_NAME "stage"

#define KEYS_BYTES (32 + 32 + 64 + 32)
#define HEAD_BYTES (8 + 8 + 32)
#define CLOCK_BYTES (8 + 8)
#define VALUE_MAX (1024 * 1024)

/* ---- named values ---- */

int
store_get(struct store *s, const char *key, struct buf *out, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "SELECT value FROM meta WHERE key = ?");
	struct view v;
	int rc;

	db_bind_text(q, 1, key);
	rc = db_step(q, e);
	if (rc != 1)
		return rc;
	v = db_blob(q, 0);
	buf_add(out, v.data, v.len);
	db_reset(q);
	return buf_check(out, "a stored value", e) == 0 ? 1 : -1;
}

int
store_put(struct store *s, const char *key, struct view v, struct err *e)
{
	struct stmt *q = db_prepare(s->db,
	    "INSERT INTO meta (key, value) VALUES (?, ?) "
	    "ON CONFLICT (key) DO UPDATE SET value = excluded.value "
	    "WHERE value IS NOT excluded.value"); /* no page is touched */

	db_bind_text(q, 1, key);
	db_bind_view(q, 2, v);
	return db_run(q, e);
}

int
store_del(struct store *s, const char *key, struct err *e)
{
	struct stmt *q = db_prepare(s->db, "DELETE FROM meta WHERE key = ?");

	db_bind_text(q, 1, key);
	return db_run(q, e);
}

/* A value of fixed length: 1 found, 0 absent, -1. */
static int
get_fixed(struct store *s, const char *key, void *out, size_t len,
    struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, VALUE_MAX);
	rc = store_get(s, key, &b, e);
	if (rc == 1 && b.len != len)
		rc = err_set(e, ERR_LOCAL,
		    "the store is damaged: \"%s\" has %zu bytes, not %zu",
		    key, b.len, len);
	if (rc == 1)
		memcpy(out, b.data, len);
	buf_done(&b);
	return rc;
}

int
store_get_int(struct store *s, const char *key, int64_t *out, struct err *e)
{
	uint8_t raw[8];
	struct reader r;
	int rc = get_fixed(s, key, raw, sizeof(raw), e);

	if (rc == 1) {
		reader_init(&r, view_of(raw, sizeof(raw)));
		*out = (int64_t)reader_be(&r, sizeof(raw));
	}
	return rc;
}

int
store_put_int(struct store *s, const char *key, int64_t v, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, 8);
	buf_add_be(&b, (uint64_t)v, 8);
	rc = store_put(s, key, buf_view(&b), e);
	buf_done(&b);
	return rc;
}

/* ---- older than it was ---- */

bool
store_older(const struct store *s)
{
	return vault_older(s->vault);
}

/* Durable before the store is closed to writing, so it stays closed. */
int
store_hold(struct store *s, struct err *e)
{
	if (store_put_int(s, STORE_OLDER, 1, e) != 0)
		return -1;
	vault_hold(s->vault);
	return 0;
}

int
store_held(struct store *s, struct err *e)
{
	int64_t older = 0;
	int rc = store_get_int(s, STORE_OLDER, &older, e);

	if (rc == 1)
		vault_hold(s->vault);
	return rc < 0 ? -1 : 0;
}

struct hubanchor_mark
store_mark(const struct store *s)
{
	struct vault_mark m = vault_mark(s->vault);
	struct hubanchor_mark out = { m.seq, m.head };

	return out;
}

/* ---- the clock ---- */

int64_t
store_now_ms(const struct store *s)
{
	int64_t own = tick_wall_ms(&s->tick);

	return own > s->hub_ms ? own : s->hub_ms;
}

uint64_t
store_stamp(struct store *s)
{
	s->hlc = hlc_next(s->hlc, tick_wall_ms(&s->tick));
	return s->hlc;
}

int64_t
store_latest_ms(const struct store *s)
{
	int64_t own = tick_wall_ms(&s->tick);

	return (own > s->contact_ms ? own : s->contact_ms) + TIME_SLACK_MS;
}

void
store_absorb(struct store *s, uint64_t eff, int64_t hub_ms)
{
	int64_t latest = store_latest_ms(s);
	uint64_t most = hlc_from_ms(latest + TIME_SLACK_MS);

	if (hub_ms > latest)
		hub_ms = latest;
	if (eff > most)
		eff = most;
	if (eff > s->hlc)
		s->hlc = eff;
	if (hub_ms > s->hub_ms)
		s->hub_ms = hub_ms;
}

int
store_save_clock_tx(struct store *s, struct err *e)
{
	uint8_t raw[CLOCK_BYTES];
	int i;

	for (i = 0; i < 8; i++) {
		raw[i] = (uint8_t)(s->hlc >> (56 - 8 * i));
		raw[8 + i] = (uint8_t)((uint64_t)s->hub_ms >> (56 - 8 * i));
	}
	return store_put(s, CLOCK_NAME, view_of(raw, sizeof(raw)), e);
}

static int
load_clock(struct store *s, struct err *e)
{
	uint8_t raw[CLOCK_BYTES];
	struct reader r;
	int rc = get_fixed(s, CLOCK_NAME, raw, sizeof(raw), e);

	if (rc == 1) {
		reader_init(&r, view_of(raw, sizeof(raw)));
		s->hlc = reader_be(&r, 8);
		s->hub_ms = (int64_t)reader_be(&r, 8);
	}
	return rc < 0 ? -1 : 0;
}

/* ---- keys of this device ---- */

int
store_keys_put(struct store *s, const char *name,
    const struct device_keys *keys, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, KEYS_BYTES);
	buf_add(&b, keys->sign_pub.b, sizeof(keys->sign_pub.b));
	buf_add(&b, keys->box_pub.b, sizeof(keys->box_pub.b));
	buf_add(&b, keys->sign.b, sizeof(keys->sign.b));
	buf_add(&b, keys->box.b, sizeof(keys->box.b));
	rc = store_put(s, name, buf_view(&b), e);
	buf_done(&b);
	return rc;
}

int
store_keys_get(struct store *s, const char *name, struct device_keys *out,
    struct err *e)
{
	uint8_t raw[KEYS_BYTES];
	struct reader r;
	int rc = get_fixed(s, name, raw, sizeof(raw), e);

	if (rc == 1) {
		reader_init(&r, view_of(raw, sizeof(raw)));
		reader_copy(&r, out->sign_pub.b, sizeof(out->sign_pub.b));
		reader_copy(&r, out->box_pub.b, sizeof(out->box_pub.b));
		reader_copy(&r, out->sign.b, sizeof(out->sign.b));
		reader_copy(&r, out->box.b, sizeof(out->box.b));
		keys_device_id(&out->sign_pub, &out->box_pub, &out->device);
	}
	mem_wipe(raw, sizeof(raw));
	return rc;
}

int
store_keys_drop_tx(struct store *s, struct err *e)
{
	return store_del(s, STORE_KEYS, e);
}

int
store_drop_box_tx(struct store *s, struct err *e)
{
	struct device_keys *k = mem_secret_new(sizeof(*k));
	int rc;

	*k = *s->me;
	mem_wipe(&k->box, sizeof(k->box));
	rc = store_keys_put(s, STORE_KEYS, k, e);
	mem_secret_free(k);
	return rc;
}

static int
load_keys(struct store *s, struct err *e)
{
	int rc = store_keys_get(s, STORE_KEYS, s->me, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	keys_device_make(s->me);
	return store_keys_put(s, STORE_KEYS, s->me, e);
}

/* ---- hub, person, stage ---- */

static void
encode_hub(const struct store *s, struct buf *b)
{
	static const uint8_t none[48];
	bool member = s->stage >= STORE_MEMBER;

	buf_add(b, s->hub.pin.b, sizeof(s->hub.pin.b));
	buf_add(b, s->hub.root.b, sizeof(s->hub.root.b));
	buf_add(b, s->hub.id.b, sizeof(s->hub.id.b));
	/* The card's secret has done its work once the device is listed. */
	buf_add(b, member ? none : s->hub.secret.b, sizeof(s->hub.secret.b));
	buf_add(b, member ? none : s->hub.secret16, sizeof(s->hub.secret16));
	buf_add_str(b, s->hub.url);
}

static void
decode_hub(struct view in, struct card *c)
{
	struct reader r;
	struct view url;

	reader_init(&r, in);
	reader_copy(&r, c->pin.b, sizeof(c->pin.b));
	reader_copy(&r, c->root.b, sizeof(c->root.b));
	reader_copy(&r, c->id.b, sizeof(c->id.b));
	reader_copy(&r, c->secret.b, sizeof(c->secret.b));
	reader_copy(&r, c->secret16, sizeof(c->secret16));
	url = reader_bytes(&r, reader_left(&r));
	if (r.bad || url.len >= sizeof(c->url))
		url.len = 0;
	if (url.len > 0)
		memcpy(c->url, url.data, url.len);
	c->url[url.len] = '\0';
}

int
store_save_hub(struct store *s, struct err *e)
{
	bool own_tx = !db_in_tx(s->db);
	struct buf b;
	int rc = -1;

	buf_init(&b, VALUE_MAX);
	encode_hub(s, &b);
	if (own_tx && db_begin(s->db, e) != 0)
		goto out;
	if (store_put(s, HUB_NAME, buf_view(&b), e) == 0 &&
	    store_put(s, PERSON_NAME,
	        view_of(s->person.b, sizeof(s->person.b)), e) == 0 &&
	    store_put_int(s, STAGE_NAME, s->stage, e) == 0)
		rc = 0;
	if (rc == 0 && own_tx)
		rc = db_commit(s->db, e);
	if (rc != 0 && own_tx)
		db_rollback(s->db);
	if (s->stage >= STORE_MEMBER) {
		mem_wipe(&s->hub.secret, sizeof(s->hub.secret));
		mem_wipe(s->hub.secret16, sizeof(s->hub.secret16));
	}
out:
	buf_done(&b);
	return rc;
}

static int
load_hub(struct store *s, struct err *e)
{
	int64_t stage = STORE_NEW;
	struct buf b;
	int rc;

	buf_init(&b, VALUE_MAX);
	rc = store_get(s, HUB_NAME, &b, e);
	if (rc == 1)
		decode_hub(buf_view(&b), &s->hub);
	buf_done(&b);
	if (rc < 0 || store_get_int(s, STAGE_NAME, &stage, e) < 0 ||
	    get_fixed(s, PERSON_NAME, s->person.b, sizeof(s->person.b), e) < 0)
		return -1;
	if (stage < STORE_NEW || stage > STORE_REVOKED)
		return err_set(e, ERR_LOCAL, "the store is damaged: it has an "
		    "unknown stage");
	s->stage = (enum store_stage)stage;
	return 0;
}

/* ---- the head of the log ---- */

int
store_save_head_tx(struct store *s, const struct checkpoint *cp,
    struct view note, struct err *e)
{
	struct buf b;
	int rc;

	buf_init(&b, HEAD_BYTES);
	buf_add_be(&b, cp->at.log_id, 8);
	buf_add_be(&b, cp->at.size, 8);
	buf_add(&b, cp->root.b, sizeof(cp->root.b));
	rc = store_put(s, HEAD_NAME, buf_view(&b), e);
	buf_done(&b);
	if (rc != 0 || store_put(s, HEAD_NOTE_NAME, note, e) != 0)
		return -1;
	s->head = *cp;
	return 0;
}

static int
load_head(struct store *s, struct err *e)
{
	uint8_t raw[HEAD_BYTES];
	int64_t restored = 0;
	struct reader r;
	struct buf why;
	int rc = get_fixed(s, HEAD_NAME, raw, sizeof(raw), e);

	if (rc < 0)
		return -1;
	if (rc == 1) {
		reader_init(&r, view_of(raw, sizeof(raw)));
		s->head.at.log_id = reader_be(&r, 8);
		s->head.at.size = reader_be(&r, 8);
		reader_copy(&r, s->head.root.b, sizeof(s->head.root.b));
	}
	buf_init(&why, VALUE_MAX);
	rc = store_get(s, STORE_STOPPED, &why, e);
	s->stopped = rc == 1;
	buf_done(&why);
	if (rc < 0 || store_get_int(s, STORE_RESTORED, &restored, e) < 0)
		return -1;
	s->restored = restored != 0;
	return 0;
}

int
store_stop(struct store *s, const char *words, struct err *e)
{
	s->stopped = true;
	return store_put(s, STORE_STOPPED, view_str(words), e);
}

/* ---- the policy ---- */

static int
load_policy(struct store *s, struct err *e)
{
	int rc = get_fixed(s, STORE_POLICY, s->policy.b, sizeof(s->policy.b),
	    e);

	return rc < 0 ? -1 : 0;
}

/* ---- opening ---- */

int
store_load(struct vault *vault, struct tick tick, struct store **out,
    struct err *e)
{
	struct store *s = mem_new(sizeof(*s));

	s->vault = vault;
	s->db = vault_db(vault);
	s->tick = tick;
	s->me = mem_secret_new(sizeof(*s->me));
	roster_init(&s->roster);
	if (load_keys(s, e) != 0 || load_clock(s, e) != 0 ||
	    load_hub(s, e) != 0 || load_head(s, e) != 0 ||
	    load_policy(s, e) != 0 ||
	    store_roster_reload(s, e) != 0 || store_load_log(s, e) != 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

struct vault *
store_leave(struct store *s)
{
	struct vault *v = s->vault;

	roster_done(&s->roster);
	mem_secret_free(s->me);
	mem_free(s->folder);
	mem_wipe(s, sizeof(*s));
	mem_free(s);
	return v;
}

void
store_close(struct store *s)
{
	if (s != NULL)
		vault_close(store_leave(s));
}

void
store_check(struct store *s)
{
	static const char *const none[] = {
		/* Every version has its record and none a record without. */
		"SELECT count(*) FROM version WHERE rid NOT IN "
		"(SELECT rid FROM record)",
		"SELECT count(*) FROM record WHERE rid NOT IN "
		"(SELECT rid FROM version)",
		/* Accepted means a place in the log; unsent means none. */
		"SELECT count(*) FROM version WHERE state = 3 AND seq IS NULL",
		"SELECT count(*) FROM version WHERE state = 1 "
		"AND (seq IS NOT NULL OR outgoing IS NOT NULL)",
		"SELECT count(*) FROM version WHERE state = 2 "
		"AND outgoing IS NULL",
		/* Every record's space is known. */
		"SELECT count(*) FROM record WHERE space NOT IN "
		"(SELECT id FROM space)",
		/* Places in a space have no gaps. */
		"SELECT count(*) FROM (SELECT count(*) AS n, max(sseq) AS m, "
		"min(sseq) AS l FROM item WHERE sseq < " PLACE_LOST_SQL " "
		"GROUP BY space) "
		"WHERE n <> m OR l <> 1",
		/* A lost space has no key. */
		"SELECT count(*) FROM epoch JOIN space ON space.id = "
		"epoch.space WHERE space.state = 2 AND key IS NOT NULL",
	};
	struct stmt *q;
	struct err e;
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert(db_one_int(s->db, none[i], &n, &e) == 1);
		assert(n == 0);
	}
	assert(s->stage != STORE_MEMBER || !id_is_zero(&s->person));
	/* The clock is at or past every stamp it gave; what is filed for
	 * somebody else carries theirs. */
	q = db_prepare(s->db, "SELECT coalesce(max(hlc), 0) FROM version "
	    "WHERE state = 1 AND origin = ?");
	db_bind_id(q, 1, &s->me->device);
	assert(db_step(q, &e) == 1 && (uint64_t)db_int(q, 0) <= s->hlc);
	db_reset(q);
}

int
store_reload(struct store *s, struct err *e)
{
	return load_clock(s, e) != 0 || load_hub(s, e) != 0 ||
	    load_head(s, e) != 0 || store_roster_reload(s, e) != 0 ||
	    store_load_log(s, e) != 0 ? -1 : 0;
}
