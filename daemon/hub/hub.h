/*
 * The hub's decisions, without HTTP and without SQL.
 *
 * A struct hub is one log over one database. Every call may come from any
 * thread; pushes meet in one writing thread (writer.h), pulls read beside it
 * and never see beyond what is committed. What may enter is judged by
 * common/rules alone, with the same code that every client runs.
 *
 * Errors. A request refused as a whole fails with a kind that tells whose
 * fault it is and hub_verdict(e) tells why; ERR_LOCAL is the hub's own
 * trouble, ERR_AWAY a temporary one. Items refused inside a push are no
 * error: each carries its verdict.
 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include "common/base/tick.h"
#include "common/rules/roster.h"
#include "common/wire/hubkey.h"
#include "common/wire/proto.h"

#define HUB_REQUEST_LIFE_MS (24 * 3600 * 1000LL)  /* of an enrolment wish */
#define HUB_ORDER_LIFE_MS (7 * 24 * 3600 * 1000LL) /* of a recovery order */

struct hub_limits {
	uint64_t day_bytes;  /* of one device in a day, as much again for statements
			      * and epochs; 0: no limit */
	uint64_t free_bytes; /* keep this much of the disk free; 0: no limit */
};

struct hub_options {
	const char *path;        /* of the database */
	const char *name;        /* as given to hub_make */
	struct sign_pub pub;     /* signs checkpoints */
	struct sign_key key;
	struct tick tick;
	struct hub_limits limits;
	int readers;             /* pulls at the same time; 0: 4 */
	bool clock_confirmed;    /* by the operator, at this start */
};

struct hub;

/**
 * hub_make(path, name, code, tick, e): a new, empty log. ${code} is the
 * one-time claim code; its hash alone is kept. ERR_CLASH when a log is there.
 */
int hub_make(const char *path, const char *name, const char *code,
    struct tick tick, struct err *e);

int hub_open(const struct hub_options *o, struct hub **out, struct err *e);

/** hub_limit(hub, limits): from the next item on. Any thread. */
void hub_limit(struct hub *hub, const struct hub_limits *limits);

/** hub_close(hub): when no call is under way; NULL is fine. */
void hub_close(struct hub *hub);

/** hub_refuse(e, kind, v): fail with the words of ${v}; always -1. */
int hub_refuse(struct err *e, enum err_kind kind, enum verdict v);

/** hub_verdict(e): why a request was refused, 0 when no verdict says it. */
enum verdict hub_verdict(const struct err *e);

/** hub_now_ms(hub): to judge by; hub_told_ms(hub): for answers, 0 while the
 * clock is in doubt (stamp.h). */
int64_t hub_now_ms(struct hub *hub);
int64_t hub_told_ms(struct hub *hub);
bool hub_clock_stopped(struct hub *hub);

/** hub_device(hub, device, pub): ACCEPTED, UNKNOWN_DEVICE or REVOKED; the
 * key is filled unless unknown. */
enum verdict hub_device(struct hub *hub, const struct id *device,
    struct sign_pub *pub);

int hub_info(struct hub *hub, struct proto_info *out, struct err *e);

/** hub_claim(hub, claim, e): the first items, with the one-time code. All are
 * taken or none; the code ends with success. */
int hub_claim(struct hub *hub, const struct proto_claim *claim,
    struct err *e);

/** hub_enrol(hub, wish, net, e): keep a request to join for a day. Of one
 * network (0: unknown, each its own) HUB_REQUESTS_NET may wait. When all places
 * are taken, the oldest of the network that has most makes way, once it has
 * waited for HUB_REQUEST_SURE_MS; ERR_AWAY before. */
#define HUB_REQUESTS_NET 8
#define HUB_REQUEST_SURE_MS (15 * 60 * 1000LL)
int hub_enrol(struct hub *hub, const struct proto_enrol *wish, uint64_t net,
    struct err *e);

/** hub_requests(hub, device, out, e): pending ones; at_ms is when the hub
 * received them. ERR_DENIED unless ${device} is an officer's. */
int hub_requests(struct hub *hub, const struct id *device,
    struct proto_requests *out, struct err *e);

/* An answer and the bytes its views point at; hub_answer_done frees. */
struct hub_pushed {
	struct proto_pushed answer;
	struct buf note;
};
struct hub_page {
	struct proto_page answer;
	struct buf note, bytes;
};

/** hub_push(hub, device, push, out, e): ${out} is filled on success; its
 * size calls for the heap. */
int hub_push(struct hub *hub, const struct id *device,
    const struct proto_push *push, struct hub_pushed *out, struct err *e);
void hub_pushed_done(struct hub_pushed *out);

int hub_pull(struct hub *hub, const struct id *device,
    const struct proto_pull *pull, struct hub_page *out, struct err *e);

/** hub_bundle(hub, in, out, e): a device's bundle (bundle.h), and the sealed
 * answer to it appended. */
int hub_bundle(struct hub *hub, struct view in, struct buf *out,
    struct err *e);

/** hub_recover(hub, device, in, out, e): what two officers have ordered, for
 * one of them and for HUB_ORDER_LIFE_MS: a space's stream, of a space to be
 * taken over the newest epoch alone, or the labels of a person's spaces. Ask
 * again after the last item's place while answer.more. */
int hub_recover(struct hub *hub, const struct id *device,
    const struct proto_recover *in, struct hub_page *out, struct err *e);
void hub_page_done(struct hub_page *out);

/* Sealed files: what one space may have, how much of that one device may have
 * sent, so that nobody fills it for the others, and what a device may send in a
 * day, as a multiple of what it may send of text. */
#define HUB_BLOBS_MAX 4096
#define HUB_BLOBS_BYTES_MAX ((uint64_t)4 << 30)
#define HUB_BLOBS_SHARE 4 /* a fourth */
#define HUB_BLOBS_DAYS 4

/** hub_blob_put(hub, device, in, out, e): take a piece, or say what is here.
 * hub_blob_get: give one; hub_piece_done frees, also after a failure. */
struct hub_piece {
	struct proto_blob_piece answer;
	struct buf bytes;
};
int hub_blob_put(struct hub *hub, const struct id *device,
    const struct proto_blob_put *in, struct proto_blob_have *out,
    struct err *e);
int hub_blob_get(struct hub *hub, const struct id *device,
    const struct proto_blob_get *in, struct hub_piece *out, struct err *e);
void hub_piece_done(struct hub_piece *out);

/** hub_anchor(hub, device, in, out, e): keep ${in}, if it is that device's
 * own word on its store (hubanchor.h) and newer than what is here; the newest
 * of both, appended to ${out}. */
int hub_anchor(struct hub *hub, const struct id *device, struct view in,
    struct buf *out, struct err *e);

/* How the log came to its id, oldest first; hub_successions_done frees. */
struct hub_successions {
	struct proto_successions answer;
	struct buf bytes;
	size_t ends[PROTO_SUCCESSIONS_MAX][4];
};
/** hub_keys(hub, out, e): papers of the keys that the log went on with. */
int hub_keys(struct hub *hub, struct hubkeys *out, struct err *e);

int hub_succession(struct hub *hub, struct hub_successions *out,
    struct err *e);
void hub_successions_done(struct hub_successions *out);

struct hub_status {
	char name[64];
	struct log_point log;
	bool claimed, clock_stopped;
	bool pending; /* restored; waits for the order of two officers */
	int64_t accept_ms;
	uint64_t spaces, members, requests, bytes;
	uint64_t files, file_bytes, parts; /* sealed files; half sent ones */
	uint64_t full; /* spaces that have nearly as many as they may have */
	uint64_t devices, revoked;
	uint64_t pushes, commits; /* since the start */
	uint64_t waiting;         /* pushes in the queue */
};
int hub_status(struct hub *hub, struct hub_status *out, struct err *e);

#endif
