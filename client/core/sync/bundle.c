/*
 * The round over a hub that is a file: its pages are given out one after the
 * other as if they had been asked for now.
 */
#include "client/core/sync/bundle.h"

#include <string.h>

#include "client/core/local/restored.h"
#include "client/core/sync/pull.h"
#include "client/core/sync/round.h"
#include "common/base/mem.h"
#include "common/base/text.h"
#include "common/wire/bundle.h"

static int
may_go(struct store *s, struct err *e)
{
	bool alone;

	if (s->stage != STORE_MEMBER || !s->roster.begun)
		return err_set(e, ERR_ABSENT, "this device has not been with "
		    "the hub since it was approved; the first sync needs a "
		    "line");
	if (!s->stopped)
		return 0;
	if (restored_alone(s, &alone, e) != 0)
		return -1;
	return !alone ? witness_error(s, e) : err_set(e, ERR_DENIED, "%s",
	    _(restored_words()));
}

/* ---- outward ---- */

int
bundle_write(struct store *s, struct talk_figures *figures, struct buf *file,
    size_t *items, size_t *left, struct err *e)
{
	struct round_bundle b;
	struct bundle_ask m;
	struct talk t;
	int rc;

	memset(figures, 0, sizeof(*figures));
	if (may_go(s, e) != 0)
		return -1;
	buf_init(&b.push, PROTO_REQUEST_BYTES_MAX);
	buf_init(&b.pull, PROTO_REQUEST_BYTES_MAX);
	rc = talk_init(&t, s, NULL, e);
	t.figures = figures;
	if (rc == 0)
		rc = round_write(&t, &b, e);
	if (rc == 0) {
		m = (struct bundle_ask){ s->me->device, buf_view(&b.push),
			buf_view(&b.pull) };
		bundle_ask_seal(&m, s->me, &s->roster.genesis.hub, file);
		rc = buf_check(file, "a bundle", e);
		*items = b.items;
		*left = b.left;
	}
	talk_done(&t);
	buf_done(&b.push);
	buf_done(&b.pull);
	return rc;
}

/* ---- inward ---- */

struct tape { /* the answers, as a hub */
	const struct bundle_answer *m;
	size_t next;
};

static int
play(void *ctx, const struct remote_call *c, int *status, struct buf *answer,
    struct err *e)
{
	struct tape *t = ctx;
	const struct bundle_part *p;

	if (strcmp(c->path, "/v1/pull") != 0 || t->next == t->m->count) {
		err_set(e, ERR_AWAY, "the bundle ends here; a line or another "
		    "bundle brings the rest");
		e->code = ROUND_BUNDLE_END;
		return -1;
	}
	p = &t->m->pages[t->next++];
	buf_add(answer, p->body.data, p->body.len);
	*status = (int)p->status;
	return 0;
}

static int
refused(const struct bundle_part *p, struct err *e)
{
	struct proto_refusal r;

	if (proto_refusal_decode(p->body, &r, e) != 0)
		return err_add(e, "the hub's answer cannot be read");
	err_set(e, p->status >= 500 ? ERR_AWAY : ERR_PEER, "the hub refused "
	    "the request: %s", r.verdict != 0 ?
	    verdict_words((enum verdict)r.verdict) : r.words);
	e->code = (int)r.verdict;
	return -1;
}

static int
take(struct talk *t, const struct bundle_answer *m, struct bundle_taken *out,
    struct err *e)
{
	struct view pushed = { NULL, 0 };
	struct err why;
	bool bad = m->pushed && m->push.status != 200;
	int rc = pull_fits(t, m->pull, e);

	if (rc != 1) {
		out->stale = rc == 0;
		return rc;
	}
	if (m->pushed && !bad)
		pushed = m->push.body;
	rc = round_take(t, pushed, m->at_ms, &out->more, e);
	/* What the pages bring may be why. */
	if (bad && refused(&m->push, &why) != 0 && rc == 0 &&
	    !t->figures->revoked) {
		*e = why;
		rc = -1;
	}
	return rc;
}

int
bundle_take(struct store *s, const struct talk_progress *progress,
    struct view file, struct bundle_taken *out, struct err *e)
{
	struct bundle_answer *m = mem_new(sizeof(*m));
	struct tape tape = { m, 0 };
	struct remote r = { play, NULL, &tape, NULL };
	struct buf plain;
	struct talk t;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	buf_init(&plain, file.len + 1);
	if (may_go(s, e) == 0 && bundle_answer_open(file, s->me,
	    &s->roster.genesis.hub, &plain, m, e) == 0) {
		rc = talk_init(&t, s, &r, e);
		t.progress = progress;
		t.figures = &out->figures;
		if (rc == 0)
			rc = take(&t, m, out, e);
		talk_done(&t);
	}
	buf_done(&plain);
	mem_free(m);
	return rc;
}
