/*
 * What decides is the count of commits inside, which the hub cannot read; the
 * turn outside only tells the hub which of two is newer. A sync that was cut
 * after the hub took a turn leaves one that this store does not remember and
 * that is no later than the store is.
 */
#include "client/core/sync/anchored.h"

#include "common/wire/hubanchor.h"

#define TRIES 3 /* while another turn is found */

static bool
is_later(const struct hubanchor_mark *said, const struct hubanchor_mark *now)
{
	return said->seq > now->seq ||
	    (said->seq == now->seq && !hash_eq(&said->head, &now->head));
}

static int
hold(struct store *s, struct err *e)
{
	return store_hold(s, e) != 0 ? -1 : err_set(e, ERR_LOCAL, "this device "
	    "has told the hub of a later state of this store than what is "
	    "here: it was put back to an older copy, or another copy of it is "
	    "in use. From now on it is read and not written. To go on: tugi "
	    "store backup FILE, move the profile's folder away, tugi store "
	    "restore FILE");
}

/* 1 the hub has ${turn} now, 0 it has a later one, which is in ${turn}. */
static int
weigh(struct talk *t, struct view answer, struct view ours, uint64_t *turn,
    struct err *e)
{
	struct hubanchor_mark said, now = store_mark(t->s);
	struct hubanchor a;

	if (view_eq(answer, ours))
		return 1;
	if (hubanchor_read(answer, &a, e) != 0 || a.turn < *turn ||
	    !hubanchor_open(t->s->me, answer, &said))
		return err_set(e, ERR_PEER, "the hub shows a word on this "
		    "store that is not the newest one of this device; nothing "
		    "was sent");
	*turn = a.turn;
	return is_later(&said, &now) ? hold(t->s, e) : 0;
}

/* As weigh; 1 also when the hub does not take any. */
static int
ask(struct talk *t, uint64_t *turn, struct err *e)
{
	struct hubanchor_mark mark = store_mark(t->s);
	struct buf ours, answer;
	int rc;

	buf_init(&ours, HUBANCHOR_BYTES);
	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	hubanchor_make(t->s->me, *turn, &mark, &ours);
	rc = talk_ask(t, "/v1/anchor", buf_view(&ours), &answer, e);
	if (rc == 0) {
		rc = weigh(t, buf_view(&answer), buf_view(&ours), turn, e);
		t->turn = *turn;
	} else if (t->status != 0) {
		/* The pull that follows meets what is the matter, if it is. */
		err_clear(e);
		rc = 1;
	}
	buf_done(&ours);
	buf_done(&answer);
	return rc;
}

int
anchored_tell(struct talk *t, struct err *e)
{
	struct store *s = t->s;
	int64_t before = 0;
	uint64_t turn;
	int i, rc = 0;

	if (store_older(s))
		return err_set(e, ERR_LOCAL, "this profile is older than what "
		    "was saved here before: it is read, and nothing is sent "
		    "or taken in");
	if (s->stage != STORE_MEMBER || s->restored || s->stopped)
		return 0;
	if (store_get_int(s, STORE_TURN, &before, e) < 0)
		return -1;
	turn = (uint64_t)before;
	for (i = 0; rc == 0 && i < TRIES && turn < INT64_MAX; i++) {
		turn++;
		rc = ask(t, &turn, e);
	}
	return rc < 0 ? -1 : 0;
}

int
anchored_save_tx(struct talk *t, struct err *e)
{
	return t->turn == 0 ? 0 :
	    store_put_int(t->s, STORE_TURN, (int64_t)t->turn, e);
}
