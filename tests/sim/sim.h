/*
 * A school year in small, from one seed: an office of real client cores and
 * one real hub in one process, and everything that goes wrong between them.
 *
 * A seed makes a plan (plan.c): who does what when, and which trouble comes
 * with it. The cast (cast.c) are the devices with their disks and clocks, the
 * hub, and the network between (net.c). act.c plays the steps; truth.c notes
 * what each person really did and knew; judge.c compares in the end. truth.c
 * and judge.c use neither common/rules nor client/core's judgement: they read
 * the stores' rows and the bytes that the hub got.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdio.h>
#include <sys/types.h>

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"
#include "common/wire/epoch.h"
#include "daemon/hub/hub.h"
#include "tests/support/simdisk.h"

#define SIM_START INT64_C(1790000000000) /* 2026-09-21 */
#define SIM_ACTORS 40
#define SIM_SPARE 3           /* devices that may join later */
#define SIM_CASES 12
#define SIM_ROOMS 6            /* places after those of the cases */
#define SIM_OWN (SIM_CASES + SIM_ROOMS) /* everybody's own room */
#define SIM_COMMONS (SIM_OWN + 1)
#define SIM_PLACES (SIM_COMMONS + 1)
#define SIM_STEPS 600
#define SIM_EVENTS 512
#define SIM_TEXTS 2048
#define SIM_SEEN 24
#define SIM_DELETIONS 64
#define SIM_FILES 48
#define SIM_SYNCS 256
#define SIM_IDLE 2 /* requests of a sync with nothing new: anchor, pull */
#define SIM_LOST (INT64_C(1) << 52) /* from there on a restored hub lost it */
#define SIM_MAGIC "zq7x"      /* begins every needle */
#define SIM_NEEDLE_BYTES 10   /* without the end mark */
#define SIM_WORD_BYTES 4096   /* a countersigned order */
#define SIM_PASSPHRASE "correct horse"
#define SIM_CHILD "Kidzname"  /* begins every child's name */
#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

/* In the order of the bits of a mask. A room, the own one and the commons have
 * one section, the first. */
enum sim_section {
	SECTION_CARD, SECTION_NOTES, SECTION_PLAN, SECTION_ASSESSMENT,
	SECTION_MEETING, SECTION_PROTECTION, SECTIONS
};
#define SECTIONS_ALL ((1u << SECTIONS) - 1)
#define SECTIONS_FEW 7 /* of which the first plans know */

/* ---- chance (chance.c) ---- */

struct chance {
	uint64_t state;
};
uint64_t chance_next(struct chance *c);
uint32_t chance_below(struct chance *c, uint32_t n);

/** chance_install(seed): libsodium's randomness from ${seed}, from here on. */
void chance_install(uint64_t seed);

/* ---- the plan (plan.c) ---- */

enum step_kind {
	STEP_GONE,   /* taken out while a failure is made shorter */
	STEP_NOTE, STEP_AMEND, STEP_FIELD, STEP_GOAL, STEP_PLAN, STEP_CASE,
	STEP_GRANT, STEP_REFUSE, STEP_WITHDRAW, STEP_SYNC, STEP_PASS,
	STEP_APART, STEP_CLOCK, STEP_RESTART, STEP_DECIDE, STEP_REVOKE,
	STEP_ENROL, STEP_HUB,
	STEP_COPY, STEP_OLD,       /* a store is copied; the copy put back */
	STEP_BACKUP, STEP_RESTORE, /* the same for the hub */
	STEP_FORK, STEP_SWITCH,    /* two hubs; a device changes over */
	STEP_HUB_CLOCK,
	STEP_OVERRIDE, STEP_END, STEP_SIGN, STEP_HAND, STEP_ALIAS,
	STEP_DELETE, STEP_ERASE,
	STEP_ROOM, STEP_ADMIT, STEP_DISMISS, STEP_SAY,
	STEP_ORDER, STEP_MOVE,
	STEP_ANEW, STEP_GO_ON,     /* the hub restored as the office does it */
	STEP_STICK, STEP_BRING,    /* a profile backed up, and brought back */
	STEP_LET_IN,
	STEP_RECORD, STEP_NEXT,    /* any kind of record; what follows on one */
	STEP_FILE, STEP_FETCH, STEP_DROP, /* of an attachment */
	STEP_OUT, STEP_CARRY, STEP_IN,    /* a bundle on a stick */
	STEP_KINDS
};
extern const char *const step_names[STEP_KINDS];

enum fault {
	FAULT_NONE, FAULT_REQUEST_LOST, FAULT_ANSWER_LOST, FAULT_TWICE,
	FAULT_LATE,       /* once more, some steps later */
	FAULT_MEANWHILE,  /* others go first, before the request arrives */
	FAULT_BETWEEN,    /* others go first, before the answer arrives */
	FAULT_REQUEST_CUT, FAULT_ANSWER_CUT, FAULT_HUB_DIES,
	FAULT_HONEST,     /* from here on the hub lies (lies.c) */
	FAULT_OLD_ANSWER = FAULT_HONEST, FAULT_OTHERS_ANSWER, FAULT_WITHHOLD,
	FAULT_REORDER, FAULT_REPEAT, FAULT_TIME, FAULT_FLIP, FAULTS
};
extern const char *const fault_names[FAULTS];

struct step {
	enum step_kind kind;
	int actor;
	uint32_t draw[5];
	int64_t gap_ms;       /* before it */
	enum fault fault;     /* of the call-th request */
	unsigned call, param;
	uint32_t crash_at;    /* disk operation of this step; 0: none */
	enum simdisk_cut cut;
	uint32_t hub_crash_at; /* operation of the hub's disk */
	uint32_t full_at, hub_full_at; /* from there on the disk is full */
};

/* What a run has beside the usual. */
enum mischief {
	MISCHIEF_NONE, MISCHIEF_COPY, MISCHIEF_BACKUP, MISCHIEF_FORK,
	MISCHIEF_LIES, MISCHIEF_HUB_CLOCK, MISCHIEF_ANEW, MISCHIEF_BACK,
	MISCHIEFS
};

/* Which kinds of records people write beside notes, goals and cases. */
enum mix {
	MIX_FEW,  /* none, as in the first plans */
	MIX_YEAR, /* as a year of the generator has them */
	MIX_EVEN, /* each as often as another */
	MIX_PAIRS, /* as that; what goes with something else has it made first */
	MIXES
};

/* Who is in the office at the start. */
enum crew {
	CREW_WORKERS, CREW_DEVICES, /* some have two devices */
	CREW_OFFICERS,              /* a second officer, a protection officer */
	CREWS
};

struct plan {
	uint64_t seed;
	int people;           /* devices, at the start */
	enum crew crew;
	enum mischief mischief;
	enum mix mix;
	bool crashes, clocks, faults, hub_crashes, decides, full;
	size_t count;
	struct step step[SIM_STEPS];
};
void plan_make(uint64_t seed, struct plan *out);

/** plan_save(p, path), plan_load(p, path): as text (planfile.c); 0, -1. */
int plan_save(const struct plan *p, const char *path);
int plan_load(struct plan *p, const char *path);

/* ---- the cast (cast.c, net.c) ---- */

struct sim;

struct held_key {
	struct held_key *next;
	struct id space;
	uint32_t number;
	struct sym_key key;
};

struct actor { /* a device; its person is called by its first device */
	struct sim *sim;
	int no, who;
	unsigned roles;
	char profile[96];
	struct session *session; /* NULL: closed */
	struct simdisk *disk;
	struct remote remote;
	struct device_keys keys; /* as the device made them */
	struct id person;
	bool joined, revoked, busy;
	bool moved;              /* something, in its last sync */
	bool full;               /* its disk was full; not opened since */
	bool unfound;            /* a saving was cut that may have copied */
	bool split;              /* it met another log than the one it knew */
	bool met;                /* that of a hub that runs twice */
	bool old;                /* an old copy of it was put back */
	bool stranger;           /* the hub was put back to before it joined */
	struct buf bundle, answer; /* of it, on a stick */
	struct buf stick;        /* a backup of it */
	bool back;               /* brought back, not a new device yet */
	bool replaced;           /* another was, from its backup */
	bool dead;               /* its disk is gone */
	int anew;                /* the last such log that it followed */
	uint8_t side, log_side;  /* which hub serves it; whose log it knows */
	struct buf copy;         /* of its store */
	int64_t copy_ms, copy_sealed;
	struct buf pulled;       /* the last page it got */
	size_t apart_until;      /* step: no network before */
	int64_t offset_ms, drift_ppm, drift_from_ms; /* own clock */
	struct held_key *held;   /* every key that was ever here */
	int64_t synced_ms[SIM_SYNCS]; /* true times of whole syncs */
	int syncs;
	unsigned calls;          /* of the step at hand */
	const struct step *step; /* at hand */
};

struct late {
	struct late *next;
	size_t due;
	int actor;
	char path[32];
	struct buf body;
};

struct received { /* a changeset the hub ever got, taken or not */
	struct received *next;
	struct buf bytes;
	struct hash id;
	int64_t at_ms;  /* true time */
	bool answered;
	bool logged;    /* in the log when the hub was restored (anew.c), */
	int64_t was_ms, lost_ms; /* and lost then: it held from, until */
	uint8_t side;
};

/* What people really did. */
enum event_kind {
	EVENT_GRANT, EVENT_REFUSE, EVENT_WITHDRAW,
	EVENT_OVERRIDE, EVENT_END, /* by law; before its time */
	EVENT_SIDE                 /* taken into the side, or back */
};
struct bits {
	uint64_t w[SIM_EVENTS / 64];
};
struct event {
	enum event_kind kind;
	int by, case_no, whom;    /* whom -1: everybody */
	unsigned sections;        /* bits of enum sim_section */
	bool write, sure;         /* sure: the saving call said so */
	bool waits;               /* an override without its second hand */
	struct id part;           /* of the sections; zero: see truth_covers */
	bool some_part;           /* of one that nobody knows */
	int names;                /* END: which override */
	uint64_t sides;           /* SIDE: of whose spaces, by bit */
	int64_t until_ms, at_ms;
	struct id id;
	struct bits overruled;    /* closing events known to who gave it */
};
struct text {
	int by, case_no, section, owner;
	int first;                /* where it was written, if that is not by */
	bool sure;
	struct id record, space, part; /* part: of the section, or zero */
	bool note;
	bool copies, copy;        /* there are some of it; it is one, */
	int of;                   /* of this text, whose needle it has */
	bool fades;               /* it may be gone by now, as it should */
	char field[32];
	int64_t at_ms;
	struct bits knew;         /* closing events */
	struct bits heard;        /* all events */
	int64_t knew_ms;          /* the latest time the device knew of */
	uint64_t knew_revoked;    /* actors, by bit */
	uint64_t knew_reduced;    /* who left the side, by bit */
	int seen[SIM_SEEN];       /* texts of the same field before its eyes */
	int seen_count;
	bool decided;             /* by a keeper */
	bool copied;              /* in a backup that was brought back */
	bool undone;              /* an older copy of its store was put back */
};
struct deleting { /* or restoring */
	struct id record, origin;
	int64_t hlc;
	bool on, sure;
	uint64_t knew;            /* others of the same record, by bit */
};
struct file { /* of an attachment */
	struct id record;
	struct hash blob;         /* the name of its sealed bytes */
	uint8_t mark[32];         /* of these */
	int text;
	size_t size;
};
struct sim_case { /* or a room: its space */
	struct id id;
	int by;
	bool reduced;             /* somebody's part in its side changed */
	char name[24];
	bool site;                /* a room: of a school, not of a group */
	bool declined;            /* it takes no notes any more */
};

struct sim {
	const struct plan *plan;
	size_t cursor;            /* next step */
	int64_t now_ms;           /* true time */
	struct hub *hub[2];       /* the second one: a fork */
	int hubs;
	struct simdisk *hub_disk;
	int64_t hub_offset_ms, fork_size;
	struct buf backup;
	int anew;                 /* logs that went on from a backup (anew.h) */
	int64_t anew_ms;          /* since when, or 0 */
	bool odd;                 /* a clock, copy or hub is not as it was */
	bool lied;                /* in a way nobody can notice at once */
	unsigned lies;            /* of any kind */
	char *share[2];           /* of the office's root */
	struct sign_pub hub_pub;
	struct sign_key hub_key;
	struct actor actor[SIM_ACTORS];
	int actors;
	int depth;
	bool healing;
	struct late *late;
	struct received *received;
	struct sim_case cases[SIM_PLACES];
	int case_count, room_count;
	struct event event[SIM_EVENTS];
	int event_count;
	struct text text[SIM_TEXTS];
	int text_count;
	struct deleting deleting[SIM_DELETIONS];
	int deleting_count;
	struct id erasing[SIM_DELETIONS]; /* records */
	int erasing_count;
	unsigned erased;          /* texts judged as gone */
	struct file file[SIM_FILES];
	int file_count;
	bool aliased;             /* two cases were made one */
	bool published;           /* a policy */
	bool clocks;              /* somebody's clock was wrong */
	uint64_t kinds;           /* of records that lie somewhere, by bit */
	uint64_t digest;          /* of the trace */
	unsigned done, refused, crashed, requests; /* counted */
	FILE *trace;              /* or NULL */
};

/** sim_fail(s, fmt, ...): the run is over; does not return. */
void sim_fail(struct sim *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void sim_note(struct sim *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** cast_office(p): an office of that size and crew on its first day, made once
 * in this process; cast_begin(s, p, trace): a run in it, in a process forked
 * for it. */
struct sim *cast_office(const struct plan *p);
void cast_begin(struct sim *s, const struct plan *p, FILE *trace);

/** cast_join(s, i, who, roles): the spare device ${i}, of the person ${who} or
 * (${who} is ${i}) of a new one. */
void cast_join(struct sim *s, int i, int who, unsigned roles);
void cast_open(struct actor *a);
void cast_close(struct actor *a);
void cast_hub_open(struct sim *s);
void cast_hub_close(struct sim *s);
void cast_hub_restart(struct sim *s);
const char *cast_hub_path(int side);

struct session_options cast_options(struct actor *a);

/** cast_stopped(a): its store sends nothing any more, and says so. */
bool cast_stopped(const struct actor *a);

/** cast_settle(a): after a step: a crashed disk comes back, keys are noted. */
void cast_settle(struct actor *a);
int64_t cast_clock(const struct actor *a);
struct db *cast_db(struct actor *a);

int net_call(void *ctx, const struct remote_call *c, int *status,
    struct buf *answer, struct err *e);
void net_late(struct sim *s); /* what is due */

/** lie(a, f, path, answer, param): the hub's answer, changed (lies.c). */
void lie(struct actor *a, enum fault f, const char *path, struct buf *answer,
    unsigned param);

/* ---- acting (act.c, people.c, trouble.c, heal.c) ---- */

void act_step(struct sim *s); /* the next of the plan */

/** act_done(a, rc, e): did a saving call do it? Ends the run when it failed
 * as it may not. act_broken(a): it failed because of its disk, and nobody can
 * say whether it is there. */
bool act_done(struct actor *a, int rc, const struct err *e);
bool act_broken(struct actor *a);
void act_note(struct actor *a, const struct step *st); /* it takes a note */

/** act_own_case(a, nth): a case that this device began; begun now when there
 * are not so many, or NULL. act_note_in(a, c): it takes a note in ${c}. */
struct sim_case *act_own_case(struct actor *a, int nth);
void act_note_in(struct actor *a, struct sim_case *c);

/** act_case(a, draw): a case of which this device knows something, if there
 * is one; at times another. */
struct sim_case *act_case(struct actor *a, uint32_t draw);

/* people.c: consents, reviews, devices. */
void people_say(struct actor *a, const struct step *st, bool refuse);
void people_take_back(struct actor *a, const struct step *st);
void people_decide(struct actor *a, const struct step *st);
void people_enrol(struct sim *s, const struct step *st);
void people_revoke(struct sim *s, const struct step *st);
void people_lose(struct sim *s, struct actor *a); /* this device, if it can */
struct actor *people_officer(struct sim *s); /* one who can act now, or NULL */

/** people_sections(mask, out): their names. people_some_sections(s, draw): some
 * of those that this story has. people_somebody(s, a, draw): another person, by
 * their first device, or -1. */
void people_sections(unsigned mask, char out[static 80]);
unsigned people_some_sections(const struct sim *s, uint32_t draw);
int people_somebody(struct sim *s, const struct actor *a, uint32_t draw);

/* records.c: a record of any kind, drawn by the generator. records_mark: its
 * texts get needles. next.c: what people do with one that is there. */
void records_step(struct actor *a, const struct step *st);
void next_step(struct actor *a, const struct step *st);

/** records_needle(a, place, field, out): a text for that field, to be saved by
 * the call that follows; records_saved(a, from, rc, e): that call was made;
 * texts from ${from} on are where it put them, or were not. Whether it did it. */
void records_needle(struct actor *a, int place, const char *field,
    char *text, size_t size);
bool records_saved(struct actor *a, int from, int rc, const struct err *e);
int rooms_some(struct actor *a, uint32_t draw, bool site); /* or -1 */
void rooms_open(struct actor *a, bool site); /* begins one */

/* files.c: attachments. files_folder(s): from here on the run has a folder for
 * them and works in it; files_end(): it is gone. */
void files_step(struct actor *a, const struct step *st);

/** files_some(a, draw, out): an attachment that this device knows, if there is
 * one; then it may also bring files. */
bool files_some(struct actor *a, uint32_t draw, struct id *out);
void files_folder(struct sim *s);
void files_end(void);

/* carried.c: bundles. carried_for(s, st): whose step it is to take one in;
 * carried_lost(s): all that are on the way. */
int carried_for(const struct sim *s, const struct step *st);
void carried_step(struct actor *a, const struct step *st);
void carried_lost(struct sim *s);

/** law_answer(s): the data-protection officers sign what they are asked for. */
void law_answer(struct sim *s);
void law_step(struct actor *a, const struct step *st); /* law.c */
void rooms_step(struct actor *a, const struct step *st); /* rooms.c */
void office_step(struct actor *a, const struct step *st); /* office.c */

/** office_actor(s, st): whose step it is: not everybody can take these. */
int office_actor(struct sim *s, const struct step *st);

/** office_second(s, who): another officer, who can sign now, or NULL.
 * office_carried_out(a, rc, e): as act_done, of what needs the hub. */
struct actor *office_second(struct sim *s, int who);
bool office_carried_out(struct actor *a, int rc, const struct err *e);

/** office_countersign(a, o, out): another officer does. office_sent(s, no): its
 * author's device has the receipt for text ${no}. */
struct office_order;
bool office_countersign(struct actor *a, const struct office_order *o,
    char out[static SIM_WORD_BYTES]);
bool office_sent(struct sim *s, int no);

/** labels_order(a, who): two officers ask for the labels of that person's
 * sections (labels.c); labels_served: the hub's answer to that. */
void labels_order(struct actor *a, int who);
void labels_served(struct actor *a, const struct buf *answer);

/** office_move(from, to, st): what is held on a revoked device goes to the
 * person's next one, text by text. */
void office_move(struct actor *from, struct actor *to, const struct step *st);

/* back.c: a profile brought back from its backup. back_let_in: the office lets
 * in who waits for that. back_settle(a): after a step: has it become the new
 * device? back_revoke: then the office revokes the old one, ${now}; whether there is one. */
void back_keep(struct actor *a);
void back_bring(struct sim *s, struct actor *a, const struct step *st);
void back_let_in(struct sim *s);
void back_settle(struct actor *a);
bool back_revoke(struct sim *s, bool now);

/** back_hand_over(s): what such an old one had not sent goes to the new one. */
bool back_hand_over(struct sim *s);
int back_move(const char *from, const char *to);

/* anew.c: a hub restored as operator and office do it. anew_end: whatever
 * happened before, its log goes on. anew_followed(a): ${a} synced with it;
 * anew_has(a): it has, since the last time. */
void anew_restore(struct sim *s);
void anew_go_on(struct actor *a, const struct step *st);
void anew_end(struct sim *s);
bool anew_waits(struct sim *s); /* for the order */
void anew_followed(struct actor *a);
bool anew_has(const struct actor *a);

/** anew_apart(a, space): the hub has lost how ${a} was let in, and nobody let
 * it in again: what it wrote there waits. */
bool anew_apart(struct actor *a, const struct id *space);

/* trouble.c: clocks, old copies, two hubs. */
void trouble_clock(struct actor *a, const struct step *st);
void trouble_copy(struct actor *a);
void trouble_old(struct actor *a);
void trouble_hub(struct sim *s, const struct step *st);
void trouble_switch(struct actor *a, int side);
void trouble_meets(struct actor *a); /* an answer of its hub comes to it */
void trouble_forgets(struct actor *a); /* the power went before it was kept */
void trouble_put_back(struct sim *s); /* the backup; the hub is closed then */

/* heal.c */
void heal_sync(struct actor *a);
bool heal_may_fail(struct actor *a, const struct err *e);
void heal_run(struct sim *s); /* the whole plan, then healing and judging */

/* ---- running (run.c, shorter.c) ---- */

#define SIM_WORDS 400
struct result { /* what a run's process tells */
	bool failed;
	size_t step;
	uint64_t digest;
	unsigned done, refused, crashed, requests, erased;
	int texts, events;
	uint64_t kinds;       /* of records that lie somewhere, by bit */
	char words[SIM_WORDS];
};
struct running {
	int fd;               /* the result comes from there */
};

/** run_start(p, trace, out): a process for the plan; run_take(r): wait for its
 * result; run_whole(p, trace): both. ${trace} is NULL or stdout. run_end(): no
 * more of them; returns when all have ended. */
void run_start(const struct plan *p, FILE *trace, struct running *out);
struct result run_take(struct running *r);
struct result run_whole(const struct plan *p, FILE *trace);
void run_end(void);

/** shorter(p, want): leave out of ${p} what the same failure does not need.
 * shorter_list(p, out, len): what --drop takes to get it again;
 * shorter_drop(p, list). */
void shorter(struct plan *p, const struct result *want);
void shorter_list(const struct plan *p, char *out, size_t len);
void shorter_drop(struct plan *p, const char *list);

/* ---- truth (truth.c) ---- */

/** truth_needle(no, out): of text ${no}; truth_number(bytes): back, or -1. */
void truth_needle(int no, char out[static SIM_NEEDLE_BYTES + 1]);
int truth_number(const uint8_t *at, size_t len);

/** truth_shows(in): a whole needle stands there: its first four bytes alone
 * come about by chance once in ten thousand stories. */
bool truth_shows(struct view in);

struct text *truth_text(struct sim *s, struct actor *a, int case_no,
    enum sim_section section);
void truth_saved(struct sim *s, struct text *t, const struct id *record);

/** truth_find(a, from, sure): where the program put the texts from number
 * ${from} on, and copies that it made of others. */
void truth_find(struct actor *a, int from, bool sure);

/** truth_bytes(body, field, out, len): what a field of a version has. */
bool truth_bytes(struct view body, uint16_t field, void *out, size_t len);

/** truth_at(s, no, record, space): the text with this number's needle that
 * stands in that record or space (either NULL). */
int truth_at(const struct sim *s, int no, const struct id *record,
    const struct id *space);
void truth_seen(struct sim *s, struct text *t, const struct id *record);
struct event *truth_event(struct sim *s, struct actor *a, int case_no);

/** truth_gone(s, who): all devices of that person are revoked. */
bool truth_gone(const struct sim *s, int who);

/** truth_may(s, x, t): may device ${x} ever read ${t}? */
bool truth_may(struct sim *s, int x, const struct text *t);

/** truth_filed(s, t, keeper): ${keeper} decided on it now, knowing what lies
 * on that device. */
void truth_filed(struct sim *s, struct text *t, struct actor *keeper);

/** truth_knows(s, t, a): ${t} counts as written with what lies on ${a} now. */
void truth_knows(struct sim *s, struct text *t, struct actor *a);
bool truth_covers(const struct event *ev, const struct text *t, int x);

/** truth_opens(ev, t, x): does it let person ${x} read ${t}, unless over?
 * truth_closes(s, c, ev, t, x): would ${c}, known, end it for them? */
bool truth_opens(const struct event *ev, const struct text *t, int x);
bool truth_closes(const struct sim *s, const struct event *c,
    const struct event *basis, const struct text *t, int x);

/** truth_placed(a, ev): saved; which case it came to lie in. */
void truth_placed(struct actor *a, struct event *ev);

/** truth_erasing(s, record): somebody asked to erase it. truth_fades: it may be
 * deleted or gone by now, by a step that says so. */
bool truth_fades(const struct sim *s, const struct id *record);
bool truth_erasing(const struct sim *s, const struct id *record);

/** truth_deleting(a, record, on) before, truth_deleted(a) after it was saved. */
void truth_deleting(struct actor *a, const struct id *record, bool on);
void truth_deleted(struct actor *a);

/* ---- judging (judge.c, judge_keys.c) ---- */

struct epoch_seen { /* an epoch that the hub ever got */
	struct epoch_seen *next;
	struct epoch ep;
	struct hash id;
	bool accepted;
	int by;                   /* actor whose device made it, or -1 */
	uint64_t seq;
	int64_t accept_ms, at_ms; /* the hub's time, true time */
	int64_t was_ms, lost_ms;  /* in force before a restore lost it */
};
struct standing { /* a text in a body that the log has */
	struct standing *next;
	struct hash id;           /* of the changeset */
	size_t idx;               /* of the body */
	int no;
};
struct judge {
	struct db *hub;           /* a connection of its own */
	struct epoch_seen *epochs;
	struct buf lost;          /* ids of records that some have as lost */
	int accepted[SIM_TEXTS];  /* how often the log carries it */
	struct standing *standing; /* and where */
	bool lettered[SIM_TEXTS]; /* it was in a letter */
};

/** judge_all(s): everything, when all has healed. judge_broken(s): what must
 * hold whatever the hub did (judge_broken.c). */
void judge_all(struct sim *s);
void judge_broken(struct sim *s);

/** judge_lines(s): no counter and no nonce serves twice (judge_lines.c). */
void judge_lines(struct sim *s);

/* judge_last.c: who is listed in the end, what is deleted in the end. */
void judge_listed(struct sim *s, const struct judge *j);
void judge_deleted(struct sim *s, const struct judge *j);

/** judge_lists(ep, a, now_ms, right): does the epoch list that device? */
bool judge_lists(const struct epoch_seen *ep, const struct actor *a,
    int64_t now_ms, enum right right);
const char *judge_describe(const struct sim *s, int no, char out[static 160]);
void judge_open(struct sim *s, struct judge *j);

/** judge_keeper_left(s, epoch): does this epoch list a keeper's device that
 * works? */
bool judge_keeper_left(struct sim *s, struct view epoch);
bool judge_has_keeper(const struct sim *s, const struct epoch *ep);

/* What one store holds of a text, and what all hold (judge_rows.c). */
enum { LOCAL = 1, OUTGOING, ACCEPTED, HELD, REVIEW, GONE }; /* 0001-store.sql */
struct found {
	int count, state;
	bool hidden, lost;            /* lost: at a place that the hub lost */
	bool out;                     /* deleted, erased, restricted, hidden */
	struct id record, origin;
	int64_t hlc;
};
struct scan {
	struct found *at[SIM_ACTORS]; /* by text */
	bool *reviewed;               /* some keeper has its deposit open */
};
void judge_scan(struct sim *s, struct scan *sc);

/** judge_files(s, j, sc): whoever may read an attachment gets its file, byte
 * for byte, and nobody else has it (files.c). */
void judge_files(struct sim *s, struct judge *j, const struct scan *sc);

/** judge_erased(s, j): what was ordered to be erased is gone, word for word;
 * the hub is closed and opened by it (judge_erased.c). */
void judge_erased(struct sim *s, struct judge *j);

/** judge_somewhere(s, sc, no): text ${no} lies with somebody. */
void judge_somewhere(struct sim *s, const struct scan *sc, int no);

/** anew_judge(s, j): who follows a restored hub has nothing at a lost place
 * that came back (anew.c). anew_lost(j, record): it did not, for somebody. */
void anew_judge(struct sim *s, struct judge *j);
bool anew_lost(const struct judge *j, const struct id *record);

/** judge_devices(s, sc): nobody's store holds what its person may not read. */
void judge_devices(struct sim *s, const struct scan *sc);

/** judge_keys(s, j): who could open what; fills in the epochs and
 * accepted, and ends the run at a disclosure. */
void judge_keys(struct sim *s, struct judge *j);

/** judge_newest(j, space, at_ms): the epoch in force then (true time), or
 * NULL. */
const struct epoch_seen *judge_newest(const struct judge *j,
    const struct id *space, int64_t at_ms);

#endif
