/*
 * Request bodies, the part that is about the hub itself: what it is, and why
 * it refused. The others are in proto_push.c, proto_pull.c, proto_enrol.c.
 */
#include "common/wire/proto.h"

#include <string.h>

#include "common/wire/proto_parts.h"
#include "common/base/text.h"

enum { KEY_VERSION = 1, KEY_HUB_NAME, KEY_LOG, KEY_HUB, KEY_NOW,
	KEY_CLAIMED };
enum { KEY_VERDICT = 1, KEY_REFUSED_AT, KEY_WORDS };

int
proto_meet(uint64_t mine, uint64_t theirs)
{
	if (theirs < mine)
		return mine - theirs > 1 ? -1 : 0;
	return theirs - mine > 1 ? 1 : 0;
}

const char *
verdict_words(enum verdict v)
{
	static const char *const words[] = {
		[VERDICT_ACCEPTED] = N_("the hub has it"),
		[VERDICT_DUPLICATE] = N_("the hub already had it"),
		[VERDICT_STALE_EPOCH] = N_("who may read here changed meanwhile; "
		    "what is new is fetched first"),
		[VERDICT_REKEY_FIRST] = N_("a device that may no longer read "
		    "here has to be left out first"),
		[VERDICT_NOT_MEMBER] = N_("this device has no right to write "
		    "here"),
		[VERDICT_REVOKED] = N_("this device was revoked"),
		[VERDICT_UNKNOWN_DEVICE] = N_("the hub does not know this device"),
		[VERDICT_COUNTER] = N_("the hub holds other work under the same "
		    "number; another copy of this device may be in use"),
		[VERDICT_TOO_LARGE] = N_("it is larger than the hub takes"),
		[VERDICT_BAD_SIGNATURE] = N_("its signature is not valid"),
		[VERDICT_BAD_FORM] = N_("it is not in the form allowed"),
		[VERDICT_BAD_SEEN] = N_("it names a state of the log that cannot "
		    "be"),
		[VERDICT_BAD_EPOCH] = N_("this change of who may read is not "
		    "allowed"),
		[VERDICT_BAD_DIRECTORY] = N_("this change of the directory is "
		    "not allowed"),
		[VERDICT_WITH_GROUP] = N_("another part of the same step was "
		    "refused"),
		[VERDICT_QUOTA] = N_("this device sent too much; it goes on "
		    "later"),
		[VERDICT_HUB_FULL] = N_("the hub has no room left; its operator "
		    "must help"),
		[VERDICT_UNKNOWN_SPACE] = N_("the hub does not know this space"),
		[VERDICT_BAD_ERASE] = N_("this order to erase does not have the two "
		    "signatures that it needs"),
		[VERDICT_ERASED] = N_("this section was erased; nothing enters "
		    "it any more")
	};

	if ((size_t)v < sizeof(words) / sizeof(words[0]) &&
	    words[v] != NULL)
		return _(words[v]);
	return _("refused for a reason this program does not know yet; update "
	    "it");
}

void
proto_info_encode(const struct proto_info *m, struct buf *out)
{
	cbor_put_map(out, 6);
	cbor_put_uint(out, KEY_VERSION);
	cbor_put_uint(out, m->version);
	cbor_put_uint(out, KEY_HUB_NAME);
	cbor_put_text(out, view_str(m->hub_name));
	cbor_put_uint(out, KEY_LOG);
	proto_parts_put_point(&m->log, out);
	cbor_put_uint(out, KEY_HUB);
	cbor_put_bytes(out, view_of(m->hub.b, sizeof(m->hub.b)));
	cbor_put_uint(out, KEY_NOW);
	cbor_put_int(out, m->now_ms);
	cbor_put_uint(out, KEY_CLAIMED);
	cbor_put_bool(out, m->claimed);
}

int
proto_info_decode(struct view in, struct proto_info *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_VERSION);
	m->version = cbor_uint(&r);
	cbor_need(&r, KEY_HUB_NAME);
	proto_parts_words(&r, m->hub_name, sizeof(m->hub_name));
	cbor_need(&r, KEY_LOG);
	proto_parts_point(&r, &m->log);
	cbor_need(&r, KEY_HUB);
	cbor_fixed(&r, m->hub.b, sizeof(m->hub.b));
	cbor_need(&r, KEY_NOW);
	m->now_ms = cbor_int(&r);
	cbor_need(&r, KEY_CLAIMED);
	m->claimed = cbor_bool(&r);
	cbor_leave(&r);
	return cbor_end(&r, "the hub's description of itself", e);
}

void
proto_refusal_encode(const struct proto_refusal *m, struct buf *out)
{
	cbor_put_map(out, 3);
	cbor_put_uint(out, KEY_VERDICT);
	cbor_put_uint(out, m->verdict);
	cbor_put_uint(out, KEY_REFUSED_AT);
	cbor_put_int(out, m->now_ms);
	cbor_put_uint(out, KEY_WORDS);
	cbor_put_text(out, view_str(m->words));
}

int
proto_refusal_decode(struct view in, struct proto_refusal *m, struct err *e)
{
	struct cbor_reader r;

	memset(m, 0, sizeof(*m));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_VERDICT);
	m->verdict = cbor_uint(&r);
	cbor_need(&r, KEY_REFUSED_AT);
	m->now_ms = cbor_int(&r);
	cbor_need(&r, KEY_WORDS);
	proto_parts_words(&r, m->words, sizeof(m->words));
	cbor_leave(&r);
	return cbor_end(&r, "the hub's refusal", e);
}
