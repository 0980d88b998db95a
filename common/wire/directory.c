/*
 * Directory entries: written by the office and its officers, read by the hub
 * and by every client, who replay them from the first one on. Whether a
 * signer may say what it says is for the rules, not decided here.
 */
#include "common/wire/directory.h"

#include <string.h>

#include "common/wire/cbor.h"

#define TAG_ROOT_ID "tugi root id 1"
#define TAG_ORDER_ID "tugi order 1"

enum { KEY_KIND = 1, KEY_ROOT, KEY_HUB, KEY_RECOVERY, KEY_COMMONS,
	KEY_LOG_ID, KEY_HUB_NAME, KEY_PERSON, KEY_DEVICE, KEY_SIGN, KEY_BOX,
	KEY_ROLES, KEY_VOUCHER, KEY_SPACE, KEY_SECOND, KEY_SECOND_SIG,
	KEY_AT, KEY_SCOPE, KEY_WHOM, KEY_HEAD };

#define HEAD_BYTES (8 + 8 + 32)

static void
put_key(struct buf *out, uint64_t key, const void *data, size_t len)
{
	cbor_put_uint(out, key);
	cbor_put_bytes(out, view_of(data, len));
}

static void
put_genesis(const struct directory_entry *d, struct buf *out)
{
	put_key(out, KEY_ROOT, d->root.b, sizeof(d->root.b));
	put_key(out, KEY_HUB, d->hub.b, sizeof(d->hub.b));
	put_key(out, KEY_RECOVERY, d->recovery.b, sizeof(d->recovery.b));
	put_key(out, KEY_COMMONS, d->commons.b, sizeof(d->commons.b));
	cbor_put_uint(out, KEY_LOG_ID);
	cbor_put_uint(out, d->log_id);
	cbor_put_uint(out, KEY_HUB_NAME);
	cbor_put_text(out, view_str(d->hub_name));
}

static void
put_device(const struct directory_entry *d, struct buf *out)
{
	put_key(out, KEY_PERSON, d->person.b, sizeof(d->person.b));
	put_key(out, KEY_DEVICE, d->device.b, sizeof(d->device.b));
	if (d->kind == DIRECTORY_REVOKE)
		return;
	put_key(out, KEY_SIGN, d->sign.b, sizeof(d->sign.b));
	put_key(out, KEY_BOX, d->box.b, sizeof(d->box.b));
	cbor_put_uint(out, KEY_ROLES);
	cbor_put_uint(out, d->roles);
	if (d->has_voucher) {
		cbor_put_uint(out, KEY_VOUCHER);
		cbor_put_array(out, 2);
		cbor_put_id(out, &d->voucher);
		cbor_put_bytes(out, view_of(d->voucher_sig.b,
		    sizeof(d->voucher_sig.b)));
	}
}

static void
add_head(const struct directory_entry *d, struct buf *out)
{
	buf_add_be(out, d->head.log_id, 8);
	buf_add_be(out, d->head.size, 8);
	buf_add(out, d->head_root.b, sizeof(d->head_root.b));
}

static void
put_head(const struct directory_entry *d, struct buf *out)
{
	struct buf head;

	buf_init(&head, HEAD_BYTES);
	add_head(d, &head);
	put_key(out, KEY_HEAD, head.data, head.len);
	buf_done(&head);
}

static bool
has_head(enum order_scope scope)
{
	return scope == ORDER_ALARM || scope == ORDER_SUCCESSION;
}

static bool
has_space(enum order_scope scope)
{
	return scope == ORDER_SPACE || scope == ORDER_TAKEOVER;
}

static void
put_recover(const struct directory_entry *d, struct buf *out)
{
	put_key(out, KEY_PERSON, d->person.b, sizeof(d->person.b));
	put_key(out, KEY_DEVICE, d->device.b, sizeof(d->device.b));
	if (has_space(d->scope))
		put_key(out, KEY_SPACE, d->space.b, sizeof(d->space.b));
	put_key(out, KEY_SECOND, d->second.b, sizeof(d->second.b));
	put_key(out, KEY_SECOND_SIG, d->second_sig.b,
	    sizeof(d->second_sig.b));
	cbor_put_uint(out, KEY_AT);
	cbor_put_int(out, d->at_ms);
	if (d->scope == ORDER_SPACE)
		return;
	cbor_put_uint(out, KEY_SCOPE);
	cbor_put_uint(out, (uint64_t)d->scope);
	if (has_head(d->scope))
		put_head(d, out);
	else
		put_key(out, KEY_WHOM, d->whom.b, sizeof(d->whom.b));
}

/* How many pairs more than an entry of its kind has at the least. */
static size_t
more_pairs(const struct directory_entry *d)
{
	if (d->kind == DIRECTORY_DEVICE)
		return d->has_voucher ? 1 : 0;
	if (d->kind != DIRECTORY_RECOVER)
		return 0;
	return (has_space(d->scope) ? 1u : 0) +
	    (d->scope != ORDER_SPACE ? 2u : 0);
}

void
directory_encode(const struct directory_entry *d, struct buf *out)
{
	static const size_t pairs[] = {
		[DIRECTORY_GENESIS] = 7, [DIRECTORY_DEVICE] = 6,
		[DIRECTORY_REVOKE] = 3, [DIRECTORY_RECOVER] = 6
	};

	cbor_put_map(out, pairs[d->kind] + more_pairs(d));
	cbor_put_uint(out, KEY_KIND);
	cbor_put_uint(out, (uint64_t)d->kind);
	switch (d->kind) {
	case DIRECTORY_GENESIS:
		put_genesis(d, out);
		break;
	case DIRECTORY_DEVICE:
	case DIRECTORY_REVOKE:
		put_device(d, out);
		break;
	case DIRECTORY_RECOVER:
		put_recover(d, out);
		break;
	}
}

static void
read_key(struct cbor_reader *r, uint64_t key, void *out, size_t len)
{
	cbor_need(r, key);
	cbor_fixed(r, out, len);
}

static bool
name_ok(struct view v)
{
	size_t i;

	for (i = 0; i < v.len; i++)
		if (v.data[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyz"
		    "0123456789.-/", v.data[i]) == NULL)
			return false;
	return v.len > 0;
}

static void
read_genesis(struct cbor_reader *r, struct directory_entry *d)
{
	struct view name;

	read_key(r, KEY_ROOT, d->root.b, sizeof(d->root.b));
	read_key(r, KEY_HUB, d->hub.b, sizeof(d->hub.b));
	read_key(r, KEY_RECOVERY, d->recovery.b, sizeof(d->recovery.b));
	read_key(r, KEY_COMMONS, d->commons.b, sizeof(d->commons.b));
	cbor_need(r, KEY_LOG_ID);
	d->log_id = cbor_uint(r);
	cbor_need(r, KEY_HUB_NAME);
	name = cbor_text(r, sizeof(d->hub_name) - 1);
	if (!name_ok(name)) {
		r->bad = true;
		return;
	}
	memcpy(d->hub_name, name.data, name.len);
}

static void
read_device(struct cbor_reader *r, struct directory_entry *d)
{
	struct id own;
	uint64_t roles;

	read_key(r, KEY_PERSON, d->person.b, sizeof(d->person.b));
	read_key(r, KEY_DEVICE, d->device.b, sizeof(d->device.b));
	if (d->kind == DIRECTORY_REVOKE)
		return;
	read_key(r, KEY_SIGN, d->sign.b, sizeof(d->sign.b));
	read_key(r, KEY_BOX, d->box.b, sizeof(d->box.b));
	cbor_need(r, KEY_ROLES);
	roles = cbor_uint(r);
	if (roles > (ROLE_WORKER | ROLE_OFFICER | ROLE_DPO))
		r->bad = true;
	d->roles = (unsigned)roles;
	d->has_voucher = cbor_key(r, KEY_VOUCHER);
	if (d->has_voucher) {
		if (cbor_array(r, 2) != 2)
			r->bad = true;
		cbor_id(r, &d->voucher);
		cbor_fixed(r, d->voucher_sig.b, sizeof(d->voucher_sig.b));
		cbor_leave(r);
	}
	/* The id is made of the keys: nobody can name another's. */
	keys_device_id(&d->sign, &d->box, &own);
	if (!id_eq(&own, &d->device))
		r->bad = true;
}

static void
read_head(struct cbor_reader *r, struct directory_entry *d)
{
	uint8_t raw[HEAD_BYTES];
	struct reader in;

	memset(raw, 0, sizeof(raw));
	read_key(r, KEY_HEAD, raw, sizeof(raw));
	reader_init(&in, view_of(raw, sizeof(raw)));
	d->head.log_id = reader_be(&in, 8);
	d->head.size = reader_be(&in, 8);
	reader_copy(&in, d->head_root.b, sizeof(d->head_root.b));
	r->bad |= d->head.size == 0 || d->head.size > INT64_MAX;
}

/* What is left of an order once its scope is known. */
static void
read_scope(struct cbor_reader *r, bool spaced, struct directory_entry *d)
{
	uint64_t scope = cbor_uint(r);

	d->scope = (enum order_scope)scope;
	r->bad |= scope < ORDER_LABELS || scope > ORDER_SUCCESSION ||
	    has_space(d->scope) != spaced;
	if (!r->bad && has_head(d->scope)) {
		read_head(r, d);
		return;
	}
	read_key(r, KEY_WHOM, d->whom.b, sizeof(d->whom.b));
	r->bad |= id_is_zero(&d->whom);
}

static void
read_recover(struct cbor_reader *r, struct directory_entry *d)
{
	bool spaced;

	read_key(r, KEY_PERSON, d->person.b, sizeof(d->person.b));
	read_key(r, KEY_DEVICE, d->device.b, sizeof(d->device.b));
	spaced = cbor_key(r, KEY_SPACE);
	if (spaced) {
		cbor_fixed(r, d->space.b, sizeof(d->space.b));
		r->bad |= id_is_zero(&d->space);
	}
	read_key(r, KEY_SECOND, d->second.b, sizeof(d->second.b));
	read_key(r, KEY_SECOND_SIG, d->second_sig.b, sizeof(d->second_sig.b));
	cbor_need(r, KEY_AT);
	d->at_ms = cbor_int(r);
	if (cbor_key(r, KEY_SCOPE))
		read_scope(r, spaced, d);
	else
		r->bad |= !spaced;
}

int
directory_decode(struct view in, struct directory_entry *d, struct err *e)
{
	struct cbor_reader r;
	uint64_t kind;

	memset(d, 0, sizeof(*d));
	cbor_init(&r, in);
	cbor_map(&r);
	cbor_need(&r, KEY_KIND);
	kind = cbor_uint(&r);
	d->kind = (enum directory_kind)kind;
	switch (kind) {
	case DIRECTORY_GENESIS:
		read_genesis(&r, d);
		break;
	case DIRECTORY_DEVICE:
	case DIRECTORY_REVOKE:
		read_device(&r, d);
		break;
	case DIRECTORY_RECOVER:
		read_recover(&r, d);
		break;
	default:
		r.bad = true;
		break;
	}
	cbor_leave(&r);
	return cbor_end(&r, "a directory entry", e);
}

void
directory_voucher_text(const struct directory_entry *d, struct buf *out)
{
	buf_add(out, d->person.b, sizeof(d->person.b));
	buf_add(out, d->device.b, sizeof(d->device.b));
	buf_add(out, d->sign.b, sizeof(d->sign.b));
	buf_add(out, d->box.b, sizeof(d->box.b));
}

void
directory_recover_text(const struct directory_entry *d, struct buf *out)
{
	buf_add(out, d->space.b, sizeof(d->space.b));
	buf_add(out, d->device.b, sizeof(d->device.b));
	buf_add_be(out, (uint64_t)d->at_ms, 8);
	if (d->scope == ORDER_SPACE)
		return;
	buf_add_be(out, (uint64_t)d->scope, 1);
	buf_add(out, d->whom.b, sizeof(d->whom.b));
	if (has_head(d->scope))
		add_head(d, out);
}

void
directory_order_id(const struct directory_entry *d, struct id *id)
{
	struct hash h;
	struct buf b;

	buf_init(&b, 256);
	directory_recover_text(d, &b);
	keys_hash(TAG_ORDER_ID, buf_view(&b), &h);
	buf_done(&b);
	memcpy(id->b, h.b, sizeof(id->b));
}

void
directory_root_id(const struct sign_pub *root, struct id *id)
{
	struct hash h;

	keys_hash(TAG_ROOT_ID, view_of(root->b, sizeof(root->b)), &h);
	memcpy(id->b, h.b, sizeof(id->b));
}
