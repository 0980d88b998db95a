/*
 * A small office around one hub in this process: keys, a clock that stands
 * still until told, and makers of every kind of changeset. Makers keep each
 * device's counter and chain as its outbox would; hw_push moves them on when
 * the hub took the item.
 */
#ifndef SUPPORT_HUBWORLD_H
#define SUPPORT_HUBWORLD_H

#include <stdatomic.h>

#include "common/rules/admit.h"
#include "daemon/hub/hub.h"
#include "tests/support/folder.h"

#define HW_DEVICES 16
#define HW_LINES 16
#define HW_CODE "ABCDE-FGHJK-MNPQR-STVWX-YZ012"
#define HW_NOW 1790000000000LL

struct hw_line { /* one device's chain in one space */
	bool used;
	struct id space;
	uint64_t counter;
	struct hash last;
};

struct hw_device {
	struct device_keys keys;
	struct id person;
	struct hw_line lines[HW_LINES];
};

struct hubworld {
	char folder[FOLDER_BYTES], *path;
	struct hub *hub;
	struct proto_info info;
	struct hub_limits limits;
	struct sign_pub root, hub_pub;
	struct sign_key root_key, hub_key;
	struct box_pub recovery;
	struct hw_line root_line;
	struct id commons;
	struct sym_key key;         /* of every epoch: tests read nothing */
	struct hw_device dev[HW_DEVICES]; /* 0 and 1 are officers */
	_Atomic int64_t wall_ms, mono_ms;
	void (*on_clock)(struct hubworld *w); /* when the hub asks the time */
};

/** hw_begin(w): a made, open, unclaimed hub in a new folder. */
void hw_begin(struct hubworld *w);

/** hw_keys(w): keys alone, for a hub elsewhere. Same keys each time. */
void hw_keys(struct hubworld *w);

/** hw_claim(w): genesis, officer 0, commons; then officer 1 by the root and
 * workers 2..${devices} - 1. */
void hw_claim(struct hubworld *w, int devices);
void hw_end(struct hubworld *w);

/** hw_open(w, confirmed), hw_close(w): restart. hw_open: 0, -1. */
int hw_open(struct hubworld *w, bool confirmed, struct err *e);
void hw_close(struct hubworld *w);

/** hw_pass(w, ms): time goes by. */
void hw_pass(struct hubworld *w, int64_t ms);

struct hw_item { /* a made changeset and whose chain it is in */
	uint8_t *bytes;
	size_t len;
	struct hash id;
	struct hw_line *line;
	uint64_t counter;
	uint32_t group;
};
void hw_free(struct hw_item *it);

/* Makers. ${dev} -1: the office root. */
struct hw_line *hw_line(struct hubworld *w, int dev, const struct id *space);
void hw_make(struct hubworld *w, int dev, struct changeset_header *h,
    struct view body, struct hw_item *out);
void hw_genesis(struct hubworld *w, struct hw_item *out);
void hw_entry(struct hubworld *w, int by, struct directory_entry *d,
    struct hw_item *out);
void hw_device_entry(struct hubworld *w, int dev, unsigned roles,
    struct directory_entry *d);
void hw_enrol(struct hubworld *w, int by, int dev, unsigned roles,
    struct hw_item *out);

/** hw_note(w, dev, space, epoch, out): content, having seen the whole log;
 * hw_note_seen: having seen that much; hw_statement: kind ACCESS. */
void hw_note(struct hubworld *w, int dev, const struct id *space,
    uint32_t epoch, struct hw_item *out);
void hw_note_seen(struct hubworld *w, int dev, const struct id *space,
    uint32_t epoch, struct log_point seen, struct hw_item *out);
void hw_statement(struct hubworld *w, int dev, const struct id *space,
    uint32_t epoch, struct hw_item *out);

struct hw_epoch {
	uint32_t number;
	struct hash prev;
	size_t count;
	int devs[HW_DEVICES];
	enum right rights[HW_DEVICES];
	int64_t until_ms[HW_DEVICES]; /* 0: no end */
	bool cites;
};
void hw_epoch(struct hubworld *w, int by, const struct id *space,
    const struct hw_epoch *in, struct hw_item *out);
void hw_letter(struct hubworld *w, int by, int to, const struct id *space,
    enum letter_kind kind, struct hw_item *out);

/** hw_push(w, by, items, n, answer): ${answer} on the heap, hw_pushed_free.
 * Returns hub_push's result. */
int hw_push(struct hubworld *w, int by, struct hw_item *items, size_t n,
    struct hub_pushed **answer, struct err *e);
void hw_pushed_free(struct hub_pushed *p);

/** hw_push1(w, by, item): its verdict; frees the item. */
enum verdict hw_push1(struct hubworld *w, int by, struct hw_item *item);

/** hw_claim_body(w, code, out): the claim that hw_claim sends, as bytes; for
 * a hub elsewhere, whose answer to info is w->info. */
void hw_claim_body(struct hubworld *w, const char *code, struct buf *out);

#endif
