/* signal add, letter, send, step. */
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/given.h"
#include "client/cli/show.h"
#include "client/cli/text.h"
#include "client/core/support/signal.h"
#include "client/paper/paper.h"
#include "common/base/mem.h"

int
cmd_signal_add(struct ctx *c, struct err *e)
{
	struct signal_draft d = { .to = cmd_word(c, 1),
	    .urgency = cmd_value(c, "urgency"),
	    .provision = cmd_value(c, "provision"),
	    .to_kind = cmd_value(c, "to-kind") };
	struct buf facts;
	struct id id;
	int rc;

	if (show_case_find(c, cmd_word(c, 0), &d.case_id, e) != 0)
		return -1;
	if (cmd_time(c, "deadline", 1, &d.deadline_ms, e) != 0)
		return -1;
	buf_init(&facts, ASK_TEXT_MAX);
	rc = ask_text(c, cmd_word(c, 2), cmd_value(c, "file"), &facts, e);
	buf_add(&facts, "", 1);
	d.facts = (const char *)facts.data;
	if (rc == 0)
		rc = signal_add(c->s, &d, &id, e);
	mem_wipe(facts.data, facts.len);
	buf_done(&facts);
	return rc != 0 ? -1 : show_made(c, &id, _("A draft. Print it: tugi "
	    "signal letter; when it is sent: tugi signal send"), e);
}

int
cmd_signal_letter(struct ctx *c, struct err *e)
{
	char hex[HASH_TEXT_BYTES];
	struct hash hash;
	struct paper *p;
	struct id id;
	json_t *j;
	int rc;

	if (match_record(c->s, cmd_word(c, 0), TYPE_SIGNAL, &id, e) != 0 ||
	    signal_paper(c->s, &id, &p, &hash, e) != 0)
		return -1;
	rc = given_paper(c, p, cmd_value(c, "out"), e);
	paper_free(p);
	if (rc != 0)
		return -1;
	if (!c->g.json) {
		out_line(&c->out, "BLAKE2b-256 %s", hash_text(&hash, hex));
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "id", show_id_json(&id));
	json_object_set_new(j, "hash", json_string(hash_text(&hash, hex)));
	return out_json(j, e);
}

int
cmd_signal_send(struct ctx *c, struct err *e)
{
	struct disclosure_draft d = { .channel = cmd_value(c, "channel"),
	    .basis = cmd_value(c, "basis"),
	    .provision = cmd_value(c, "provision"),
	    .reason = cmd_value(c, "reason"),
	    .receipt = cmd_value(c, "receipt"),
	    .safety_seen = cmd_flag(c, "safety-seen") };

	if (match_record(c->s, cmd_word(c, 0), TYPE_SIGNAL, &d.of, e) != 0 ||
	    given_family(c, &d, e) != 0 || signal_send(c->s, &d, e) != 0)
		return -1;
	return show_made(c, &d.of, _("Sent, and recorded as a disclosure. "
	    "Proof of delivery and feedback: tugi signal step"), e);
}

int
cmd_signal_step(struct ctx *c, struct err *e)
{
	struct signal_step st = { .state = cmd_word(c, 1),
	    .words = cmd_value(c, "words") };

	if (match_record(c->s, cmd_word(c, 0), TYPE_SIGNAL, &st.signal, e) !=
	    0 || signal_step(c->s, &st, e) != 0)
		return -1;
	return show_made(c, &st.signal, _("Recorded."), e);
}
