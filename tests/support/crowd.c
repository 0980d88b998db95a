/*
 * The makers of hubworld know sixteen devices; a worker takes the place of one
 * of them for as long as something is made for it.
 */
#include "tests/support/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/wire/checkpoint.h"
#include "common/wire/httpsig.h"

#define PLACE 2 /* of the worker something is made for; the next is its mate */
#define EPOCH 2 /* under which both read */
#define BODY_BYTES 680

static void
end_with(const char *what, const char *why)
{
	fprintf(stderr, "crowd: %s: %s\n", what, why);
	exit(1);
}

/* ---- requests ---- */

static size_t
collect(char *data, size_t size, size_t n, void *ctx)
{
	buf_add(ctx, data, size * n);
	return size * n;
}

static struct curl_slist *
sign(const struct crowd *c, const struct device_keys *keys, const char *method,
    const char *path, struct view body)
{
	struct httpsig_request req = { method, c->host, path, "?" };
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	struct tick tick = tick_system();
	char *line, *save = NULL;
	struct buf head;

	buf_init(&head, 4096);
	if (keys != NULL)
		httpsig_sign(&req, body, keys, tick_wall_ms(&tick) / 1000,
		    &head);
	buf_add(&head, "", 1);
	for (line = strtok_r((char *)head.data, "\r\n", &save); line != NULL;
	    line = strtok_r(NULL, "\r\n", &save))
		list = curl_slist_append(list, line);
	buf_done(&head);
	return list;
}

/* The status, or -1: no answer. */
static int
call_on(const struct crowd *c, CURL *line, const struct device_keys *keys,
    const char *path, struct view body, struct buf *out,
    const char **trouble)
{
	const char *method = body.data != NULL ? "POST" : "GET";
	struct curl_slist *list = sign(c, keys, method, path, body);
	char url[160];
	long status = 0;
	CURLcode rc;

	snprintf(url, sizeof(url), "https://%s%s", c->host, path);
	buf_reset(out);
	curl_easy_setopt(line, CURLOPT_URL, url);
	/* A store of authorities would be read for each connection. */
	curl_easy_setopt(line, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(line, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(line, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(line, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(line, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(line, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(line, CURLOPT_WRITEFUNCTION, collect);
	curl_easy_setopt(line, CURLOPT_WRITEDATA, out);
	if (body.data != NULL) {
		curl_easy_setopt(line, CURLOPT_POSTFIELDS, body.data);
		curl_easy_setopt(line, CURLOPT_POSTFIELDSIZE,
		    (long)body.len);
	} else {
		curl_easy_setopt(line, CURLOPT_HTTPGET, 1L);
	}
	rc = curl_easy_perform(line);
	curl_slist_free_all(list);
	if (rc != CURLE_OK || curl_easy_getinfo(line, CURLINFO_RESPONSE_CODE,
	    &status) != CURLE_OK || status == 0) {
		*trouble = curl_easy_strerror(rc);
		return -1;
	}
	return (int)status;
}

static int
call(const struct crowd *c, CURL *line, const struct device_keys *keys,
    const char *path, struct view body, struct buf *out)
{
	const char *trouble;

	return call_on(c, line, keys, path, body, out, &trouble);
}

static int
call_as(struct crowd_worker *w, const char *path, struct view body,
    struct buf *out)
{
	if (w->line == NULL) {
		w->line = curl_easy_init();
		curl_easy_setopt(w->line, CURLOPT_INTERFACE, w->address);
	}
	return call_on(w->crowd, w->line, &w->dev.keys, path, body, out,
	    &w->trouble);
}

void
crowd_hang_up(struct crowd_worker *w)
{
	if (w->line != NULL)
		curl_easy_cleanup(w->line);
	w->line = NULL;
}

void
crowd_port(struct crowd *c, int port)
{
	snprintf(c->host, sizeof(c->host), "127.0.0.1:%d", port);
}

/* ---- the office ---- */

static void
learn(struct crowd *c, CURL *line, struct buf *out)
{
	struct err e;

	if (call(c, line, NULL, "/v1/info", view_of(NULL, 0), out) != 200 ||
	    proto_info_decode(buf_view(out), &c->w.info, &e) != 0)
		end_with("info", buf_str(out));
}

/* Items of one device, all to be taken. */
static void
send_items(struct crowd *c, CURL *line, int by, struct hw_item *it, size_t n,
    struct buf *out)
{
	struct proto_push *p = mem_new(sizeof(*p));
	struct proto_pushed *m = mem_new(sizeof(*m));
	struct buf body;
	struct err e;
	size_t i;

	p->count = n;
	for (i = 0; i < n; i++)
		p->items[i].bytes = view_of(it[i].bytes, it[i].len);
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	proto_push_encode(p, &body);
	if (call(c, line, &c->w.dev[by].keys, "/v1/push", buf_view(&body),
	    out) != 200 || proto_pushed_decode(buf_view(out), m, &e) != 0)
		end_with("push", "not answered");
	for (i = 0; i < n; i++) {
		if (m->items[i].verdict != VERDICT_ACCEPTED)
			end_with("push", verdict_words(m->items[i].verdict));
		hw_free(&it[i]);
	}
	buf_done(&body);
	mem_free(p);
	mem_free(m);
}

/* In a chain that is sealed before it is sent. */
static void
move_on(struct hw_item *it)
{
	it->line->counter = it->counter;
	it->line->last = it->id;
}

static void
list_workers(struct crowd *c, CURL *line, struct buf *out)
{
	struct hw_item it[PROTO_PUSH_ITEMS_MAX];
	size_t i, n = 0;

	for (i = 0; i < c->count; i++) {
		c->w.dev[PLACE] = c->worker[i].dev;
		hw_enrol(&c->w, 0, PLACE, ROLE_WORKER, &it[n]);
		move_on(&it[n++]);
		if (n == PROTO_PUSH_ITEMS_MAX || i + 1 == c->count) {
			send_items(c, line, 0, it, n, out);
			n = 0;
		}
	}
}

static void
begin_spaces(struct crowd *c, CURL *line, struct buf *out)
{
	struct hw_epoch first = { .number = 1, .count = 1,
		.devs = { PLACE }, .rights = { RIGHT_KEEP } };
	struct hw_epoch both = { .number = EPOCH, .count = 2,
		.devs = { PLACE, PLACE + 1 },
		.rights = { RIGHT_KEEP, RIGHT_READ } };
	struct hw_item it[2];
	size_t i;

	for (i = 0; i < c->count; i++) {
		c->w.dev[PLACE] = c->worker[i].dev;
		c->w.dev[PLACE + 1] = c->worker[(i + 1) % c->count].dev;
		hw_epoch(&c->w, PLACE, &c->worker[i].space, &first, &it[0]);
		move_on(&it[0]);
		both.prev = it[0].id;
		hw_epoch(&c->w, PLACE, &c->worker[i].space, &both, &it[1]);
		move_on(&it[1]);
		send_items(c, line, PLACE, it, 2, out);
		c->worker[i].dev = c->w.dev[PLACE];
	}
}

static void
make_worker(struct crowd *c, size_t i, bool one)
{
	struct crowd_worker *w = &c->worker[i];
	struct device_keys *k = &w->dev.keys;
	uint8_t seed[32] = { 77 };

	w->crowd = c;
	memcpy(seed + 8, &i, sizeof(i));
	keys_sign_from_seed(seed, &k->sign_pub, &k->sign);
	seed[1] = 1;
	keys_box_from_seed(seed, &k->box_pub, &k->box);
	keys_device_id(&k->sign_pub, &k->box_pub, &k->device);
	id_random(&w->dev.person);
	id_random(&w->space);
	snprintf(w->address, sizeof(w->address), "127.0.%zu.%zu",
	    one ? 1 : 1 + i / 250, one ? 1 : 1 + i % 250);
}

void
crowd_begin(struct crowd *c, int port, const char *code, size_t count,
    bool one)
{
	CURL *line = curl_easy_init();
	struct buf body, out;
	size_t i;

	memset(c, 0, sizeof(*c));
	hw_keys(&c->w);
	crowd_port(c, port);
	c->count = count;
	c->worker = mem_new(count * sizeof(*c->worker));
	for (i = 0; i < count; i++)
		make_worker(c, i, one);
	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	learn(c, line, &out);
	hw_claim_body(&c->w, code, &body);
	if (call(c, line, NULL, "/v1/claim", buf_view(&body), &out) != 200)
		end_with("claim", "refused");
	list_workers(c, line, &out);
	learn(c, line, &out);
	begin_spaces(c, line, &out);
	learn(c, line, &out);
	buf_done(&body);
	buf_done(&out);
	curl_easy_cleanup(line);
}

void
crowd_end(struct crowd *c)
{
	size_t i, k;

	for (i = 0; i < c->count; i++) {
		crowd_hang_up(&c->worker[i]);
		for (k = 0; k < c->worker[i].push_count; k++)
			buf_done(&c->worker[i].pushes[k].body);
		mem_free(c->worker[i].pushes);
	}
	mem_free(c->worker);
}

/* ---- pushing ---- */

static void
seal_one(struct crowd_worker *w, size_t records, struct hw_item *out)
{
	static char text[CHANGESET_BODIES_MAX][BODY_BYTES];
	struct changeset_header h = { .kind = CHANGESET_CONTENT,
		.space = w->space, .epoch = EPOCH, .seen = w->crowd->w.info.log };
	struct view plain[CHANGESET_BODIES_MAX];
	struct changeset_seal_in in = { &w->crowd->w.key, plain, records,
		&w->dev.keys.sign };
	struct buf b;
	struct err e;
	size_t i, k;

	for (i = 0; i < records; i++) {
		for (k = 0; k < BODY_BYTES; k++)
			text[i][k] = (char)('0' + random() % 64);
		plain[i] = view_of(text[i], BODY_BYTES);
	}
	memset(out, 0, sizeof(*out));
	out->line = hw_line(&w->crowd->w, PLACE, &w->space);
	out->counter = out->line->counter + 1;
	h.author = w->dev.keys.device;
	h.counter = out->counter;
	h.prev_own = out->line->last;
	buf_init(&b, CHANGESET_BYTES_MAX);
	if (changeset_seal(&h, &in, &b, &out->id, &e) != 0)
		end_with("seal", e.text);
	out->len = b.len;
	out->bytes = mem_new(b.len);
	memcpy(out->bytes, b.data, b.len);
	buf_done(&b);
}

static void
seal_push(struct crowd_worker *w, struct crowd_push *p, size_t records)
{
	struct proto_push *m = mem_new(sizeof(*m));
	struct hw_item it[CROWD_PUSH];
	size_t i;

	m->count = CROWD_PUSH;
	for (i = 0; i < CROWD_PUSH; i++) {
		seal_one(w, records, &it[i]);
		move_on(&it[i]);
		p->id[i] = it[i].id;
		m->items[i].bytes = view_of(it[i].bytes, it[i].len);
	}
	buf_init(&p->body, PROTO_REQUEST_BYTES_MAX);
	proto_push_encode(m, &p->body);
	for (i = 0; i < CROWD_PUSH; i++)
		hw_free(&it[i]);
	mem_free(m);
}

void
crowd_seal(struct crowd_worker *w, size_t n, size_t records)
{
	struct crowd_push *more = mem_new((w->push_count + n) *
	    sizeof(*more));

	if (w->push_count > 0)
		memcpy(more, w->pushes, w->push_count * sizeof(*more));
	mem_free(w->pushes);
	w->pushes = more;
	w->crowd->w.dev[PLACE] = w->dev;
	while (n-- > 0)
		seal_push(w, &w->pushes[w->push_count++], records);
	w->dev = w->crowd->w.dev[PLACE];
}

/* The hub's answer to ${p}; 0, -1: none. */
static int
send_push(struct crowd_worker *w, const struct crowd_push *p,
    struct proto_pushed *m)
{
	struct buf out;
	struct err e;
	int status, rc = -1;

	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	status = call_as(w, "/v1/push", buf_view(&p->body), &out);
	if (status > 0 && status != 200)
		end_with("push", "refused");
	if (status == 200) {
		rc = proto_pushed_decode(buf_view(&out), m, &e);
		if (rc != 0 || m->count != CROWD_PUSH)
			end_with("push", "not understood");
	}
	buf_done(&out);
	return rc;
}

int
crowd_push(struct crowd_worker *w)
{
	struct crowd_push *p = &w->pushes[w->next];
	struct proto_pushed *m;
	size_t i;
	int rc;

	if (w->next == w->push_count)
		end_with("push", "nothing is left that was sealed");
	m = mem_new(sizeof(*m));
	rc = send_push(w, p, m);
	for (i = 0; rc == 0 && i < CROWD_PUSH; i++) {
		if (m->items[i].verdict != VERDICT_ACCEPTED && !(p->sent &&
		    m->items[i].verdict == VERDICT_DUPLICATE))
			end_with("push", verdict_words(m->items[i].verdict));
		p->seq[i] = m->items[i].receipt.seq;
	}
	p->sent = true;
	if (rc == 0) {
		p->acknowledged = true;
		w->next++;
	}
	mem_free(m);
	return rc;
}

bool
crowd_again(struct crowd_worker *w, struct crowd_push *p)
{
	struct proto_pushed *m = mem_new(sizeof(*m));
	bool same = send_push(w, p, m) == 0;
	size_t i;

	for (i = 0; same && i < CROWD_PUSH; i++)
		same = m->items[i].verdict == VERDICT_DUPLICATE &&
		    m->items[i].receipt.seq == p->seq[i];
	mem_free(m);
	return same;
}

/* ---- pulling ---- */

static void
take_page(struct crowd_worker *w, const struct proto_page *page)
{
	const struct proto_info *info = &w->crowd->w.info;
	struct changeset *cs = mem_new(sizeof(*cs));
	struct checkpoint cp;
	struct err e;
	size_t i;

	if (checkpoint_read(page->checkpoint, info->hub_name, &info->hub, &cp,
	    &e) != 0)
		end_with("pull", e.text);
	w->known = cp.at;
	w->at = page->next;
	for (i = 0; i < page->count; i++) {
		if (changeset_decode(page->items[i].bytes, cs, &e) != 0)
			end_with("pull", e.text);
		w->pulled += cs->h.kind == CHANGESET_CONTENT && cs->has_bodies;
	}
	mem_free(cs);
}

int
crowd_pull(struct crowd_worker *w)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct buf body, out;
	struct proto_page page;
	struct err e;
	bool more = true;
	int status = 200;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	buf_init(&out, PROTO_ANSWER_BYTES_MAX);
	while (more && status == 200) {
		pull->known = w->known;
		pull->at = w->at;
		buf_reset(&body);
		proto_pull_encode(pull, &body);
		status = call_as(w, "/v1/pull", buf_view(&body), &out);
		if (status > 0 && (status != 200 || proto_page_decode(
		    buf_view(&out), &page, &e) != 0))
			end_with("pull", "refused");
		if (status == 200) {
			take_page(w, &page);
			more = page.more;
			proto_page_done(&page);
		}
	}
	buf_done(&body);
	buf_done(&out);
	mem_free(pull);
	return status == 200 ? 0 : -1;
}
