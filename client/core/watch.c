/*
 * The head and its proof come in the answer to a push of nothing: every device
 * may ask for it, and it changes nothing at the hub.
 */
#include "client/core/watch.h"

#include <stdio.h>
#include <string.h>

#include "client/core/sync/talk.h"
#include "common/base/mem.h"
#include "common/wire/proto.h"

#define NAME_BYTES 96

static void
name_of(const struct store *s, char out[static NAME_BYTES])
{
	char device[ID_TEXT_BYTES];

	snprintf(out, NAME_BYTES, "%s/witness/%.8s",
	    s->roster.genesis.hub_name, id_text(&s->me->device, device));
}

/* What the file says was seen last. */
static int
read_file(const struct store *s, const struct cosigner *me, struct view file,
    struct view *note, struct watch *out, struct err *e)
{
	struct err why;

	out->first = file.len == 0;
	*note = view_of(NULL, 0);
	if (out->first)
		return 0;
	if (!checkpoint_cosigned(file, me, note, &out->before_s) ||
	    store_head_read(s, *note, &out->before, &why) != 0)
		return err_set(e, ERR_INPUT, "the file holds no head of this "
		    "hub that this device signed; name another file to begin "
		    "anew, and keep this one");
	return 0;
}

static int
ask_from(struct talk *t, const struct log_point *known, struct buf *answer,
    struct proto_pushed *out, struct err *e)
{
	struct proto_push *ask = mem_new(sizeof(*ask));
	struct buf body;
	int rc;

	buf_init(&body, PROTO_REQUEST_BYTES_MAX);
	ask->known = *known;
	proto_push_encode(ask, &body);
	rc = talk_ask(t, "/v1/push", buf_view(&body), answer, e);
	if (rc == 0)
		rc = proto_pushed_decode(buf_view(answer), out, e);
	buf_done(&body);
	mem_free(ask);
	return rc;
}

/* A hub that does not know the remembered head is asked what it has instead,
 * so that both are there in its own signature. */
static int
ask(struct talk *t, const struct log_point *known, struct buf *answer,
    struct proto_pushed *out, struct err *e)
{
	struct log_point none = { 0, 0 };
	struct err why;

	if (ask_from(t, known, answer, out, e) == 0)
		return 0;
	if (known->size == 0 || e->kind == ERR_AWAY ||
	    ask_from(t, &none, answer, out, &why) != 0)
		return -1;
	return 0;
}

static int
keep_evidence(struct watch *out, struct view before, struct view now)
{
	buf_add(&out->evidence, before.data, before.len);
	buf_add_str(&out->evidence, "\n");
	buf_add(&out->evidence, now.data, now.len);
	return -1;
}

/* A log that was restored goes on under another id, as two officers say, and
 * that is a sync's to judge. What it has of the log before stands at the same
 * places, so the proof is asked for and checked under the id of today. */
static int
check_log(const struct talk *t, struct view note, struct err *e)
{
	const struct directory_entry *genesis = &t->s->roster.genesis;
	struct checkpoint cp;

	if (checkpoint_read(note, genesis->hub_name, &genesis->hub, &cp,
	    e) != 0)
		return -1;
	return t->witness.newest.at.size == 0 || cp.at.log_id ==
	    t->witness.newest.at.log_id ? 0 : err_set(e, ERR_CLASH, "the hub "
	    "shows another log than this device knows; run tugi sync, which "
	    "judges that, then this again");
}

static int
look(struct talk *t, const struct cosigner *me, struct view note,
    struct watch *out, struct err *e)
{
	struct proto_pushed *said = mem_new(sizeof(*said));
	struct witness_in in = { .genesis = &t->s->roster.genesis };
	struct witness known = t->witness; /* of this hub, and which log */
	struct log_point at = out->before.at;
	struct buf answer;
	int rc;

	buf_init(&answer, PROTO_ANSWER_BYTES_MAX);
	if (at.size > 0 && t->witness.newest.at.size > 0)
		at.log_id = t->witness.newest.at.log_id;
	known.newest = out->before;
	known.newest.at = at;
	rc = ask(t, &at, &answer, said, e);
	if (rc == 0)
		rc = check_log(t, said->checkpoint, e);
	if (rc == 0) {
		in.note = said->checkpoint;
		in.proof = &said->consistency;
		rc = witness_read(&known, &in, &out->now, e);
		if (rc != 0 && e->code == WITNESS_SPLIT)
			rc = keep_evidence(out, note, in.note);
	}
	if (rc == 0)
		checkpoint_cosign(in.note, me, tick_wall_ms(&t->s->tick) /
		    1000, &out->text);
	buf_done(&answer);
	mem_free(said);
	return rc;
}

int
watch_head(struct session *session, struct remote *r, struct view file,
    struct watch *out, struct err *e)
{
	struct store *s = session_store(session);
	struct cosigner me = { NULL, s->me->sign_pub, &s->me->sign };
	char name[NAME_BYTES];
	struct view note;
	struct talk t;
	int rc;

	memset(out, 0, sizeof(*out));
	buf_init(&out->text, WATCH_FILE_MAX);
	buf_init(&out->evidence, 3 * CHECKPOINT_TEXT_MAX);
	if (s->stage != STORE_MEMBER)
		return err_set(e, ERR_DENIED, "this device belongs to no "
		    "office, so it can witness nothing");
	name_of(s, name);
	me.name = name;
	checkpoint_cosigner(&me, out->key);
	if (read_file(s, &me, file, &note, out, e) != 0 ||
	    talk_init(&t, s, r, e) != 0)
		return -1;
	rc = look(&t, &me, note, out, e);
	talk_done(&t);
	return rc;
}

void
watch_done(struct watch *w)
{
	buf_done(&w->text);
	buf_done(&w->evidence);
}
