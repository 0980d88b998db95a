/*
 * Pushing, and the claim, which is a push with the one-time code for its key.
 *
 * Items are read and their signatures checked by the caller's thread; the
 * writing thread judges and stores them; the receipts' proofs are made by the
 * caller's thread again, from a reading connection, in the newest tree head.
 */
#include <string.h>

#include "common/base/mem.h"
#include "daemon/hub/accept.h"
#include "daemon/hub/page.h"

struct push_job {
	struct hub *hub;
	struct accept *list;
	size_t count;
	/* claim only */
	const struct proto_claim *claim;
	bool denied;          /* not the code */
	enum verdict refused; /* 0: taken */
};

/* ---- push ---- */

static int
run_push(void *ctx, void *arg, struct err *e)
{
	struct push_job *job = arg;
	size_t i, n;

	for (i = 0; i < job->count; i += n) {
		for (n = 1; i + n < job->count &&
		    job->list[i + n].group == job->list[i].group; n++)
			;
		if (accept_group_tx(ctx, &job->list[i], n, e) != 0)
			return -1;
	}
	return 0;
}

static void
free_list(struct accept *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		accept_done(&list[i]);
	mem_free(list);
}

static int
fill_item(struct hubdb *db, const struct accept *a, uint64_t size,
    struct proto_pushed_item *out, struct err *e)
{
	struct merkle_store nodes = hubdb_merkle(db);

	out->id = a->cs.id;
	out->verdict = a->verdict;
	if (a->verdict != VERDICT_ACCEPTED &&
	    a->verdict != VERDICT_DUPLICATE)
		return 0;
	out->receipt = a->receipt;
	return merkle_prove_inclusion(&nodes, a->receipt.seq, size,
	    &out->receipt.inclusion, e);
}

static int
answer_push(struct hub *hub, const struct proto_push *push,
    const struct accept *list, struct hub_pushed *out, struct err *e)
{
	struct hubdb *db = hub_read(hub, e);
	uint64_t size;
	size_t i;
	int rc = -1;

	if (db == NULL)
		return -1;
	if (page_head(db, &push->known, &out->note, &size,
	    &out->answer.consistency, e) != 0)
		goto out;
	out->answer.checkpoint = buf_view(&out->note);
	out->answer.now_ms = hub_told_ms(hub);
	out->answer.count = push->count;
	for (i = 0; i < push->count; i++)
		if (fill_item(db, &list[i], size, &out->answer.items[i],
		    e) != 0)
			goto out;
	rc = 0;
out:
	hub_read_end(hub, db);
	return rc;
}

int
hub_push(struct hub *hub, const struct id *device,
    const struct proto_push *push, struct hub_pushed *out, struct err *e)
{
	struct push_job job = { .hub = hub, .count = push->count };
	struct writer_job wj = { .run = run_push, .arg = &job };
	size_t i;
	int rc;

	/* Not all of it: it has room for many more items than mostly come. */
	memset(&out->note, 0, sizeof(out->note));
	out->answer.count = 0;
	buf_init(&out->note, CHECKPOINT_TEXT_MAX);
	/* Nobody can have learned of the order yet but who brings it. */
	if (hub_may_ask(hub, device, e) != 0 || (hub_waits(hub) &&
	    push->count != 1 && hub_refuse_waiting(e) != 0) ||
	    page_known(hub, &push->known, e) != 0)
		return -1;
	job.list = mem_new((push->count + 1) * sizeof(*job.list));
	for (i = 0; i < push->count; i++) {
		job.list[i].group = push->items[i].group;
		accept_read(hub, push->items[i].bytes, device, &job.list[i]);
		wj.bytes += push->items[i].bytes.len;
	}
	rc = push->count > 0 ? writer_do(hub->writer, &wj, e) : 0;
	if (rc == 0)
		rc = answer_push(hub, push, job.list, out, e);
	free_list(job.list, push->count);
	return rc;
}

void
hub_pushed_done(struct hub_pushed *out)
{
	buf_done(&out->note);
}

/* ---- claim ---- */

/* Upper case, without marks; O and 0, I, L and 1 are the same on paper. */
void
hub_code_hash(const char *code, struct hash *out)
{
	static const char from[] = "abcdefghijklmnopqrstuvwxyzOIL";
	static const char to[] = "ABCDEFGH1JK1MN0PQRSTUVWXYZ011";
	char clean[sizeof(((struct proto_claim *)0)->code)];
	const char *at;
	size_t n = 0;

	for (; *code != '\0' && n < sizeof(clean); code++) {
		if (*code == '-' || *code == ' ')
			continue;
		at = strchr(from, *code);
		clean[n++] = at != NULL ? to[at - from] : *code;
	}
	keys_hash("tugi claim 1", view_of(clean, n), out);
	mem_wipe(clean, sizeof(clean));
}

/* The office's first entry must speak of this hub and of no other. */
static bool
genesis_fits(const struct hub *hub, const struct accept *a)
{
	const struct directory_entry *g = a->entry;

	return a->early == 0 && g != NULL && g->kind == DIRECTORY_GENESIS &&
	    g->log_id == hub->work.at.log_id &&
	    strcmp(g->hub_name, hub->name) == 0 &&
	    memcmp(&g->hub, &hub->pub, sizeof(hub->pub)) == 0;
}

static int
run_claim(void *ctx, void *arg, struct err *e)
{
	struct hub *hub = ctx;
	struct push_job *job = arg;
	struct hash code;
	size_t i;

	hub_code_hash(job->claim->code, &code);
	job->denied = true;
	if (!hub->work.claim_open || !hash_eq(&code, &hub->work.claim))
		return 0;
	job->denied = false;
	job->refused = VERDICT_BAD_DIRECTORY;
	if (job->count < 2 || !genesis_fits(hub, &job->list[0]))
		return 0;
	if (accept_group_tx(hub, job->list, job->count, e) != 0)
		return -1;
	job->refused = 0;
	for (i = 0; i < job->count; i++)
		if (job->list[i].verdict != VERDICT_ACCEPTED &&
		    job->list[i].verdict != VERDICT_WITH_GROUP)
			job->refused = job->list[i].verdict;
	if (job->refused == 0)
		hub->work.claim_open = false;
	return 0;
}

int
hub_claim(struct hub *hub, const struct proto_claim *claim, struct err *e)
{
	struct push_job job = { .hub = hub, .claim = claim,
		.count = claim->count };
	struct writer_job wj = { .run = run_claim, .arg = &job };
	size_t i;
	int rc;

	job.list = mem_new((claim->count + 1) * sizeof(*job.list));
	for (i = 0; i < claim->count; i++) {
		accept_read(hub, claim->items[i], NULL, &job.list[i]);
		wj.bytes += claim->items[i].len;
	}
	rc = writer_do(hub->writer, &wj, e);
	free_list(job.list, claim->count);
	if (rc != 0)
		return -1;
	if (job.denied)
		return err_set(e, ERR_DENIED, "the claim code is wrong or "
		    "was used before; make a new hub with tugid init if it "
		    "is lost");
	return job.refused == 0 ? 0 :
	    hub_refuse(e, ERR_INPUT, job.refused);
}
