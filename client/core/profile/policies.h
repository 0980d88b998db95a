/*
 * The policies that the office has published: which one is in force, what a
 * record meant under its own, and publishing one.
 *
 * A policy comes in pieces, records of the commons; it counts when all of
 * them are here, an officer wrote them and this program can read it. In force
 * is the one published last by the log; none of them is ever forgotten. Until
 * one is published, the program's own holds.
 *
 * Source: schema/policy.md 5 and 6.
 */
#ifndef CORE_POLICIES_H
#define CORE_POLICIES_H

#include "client/core/local/fields.h"
#include "client/core/profile/policy.h"
#include "client/core/profile/session.h"

#define POLICIES_COMMIT_BYTES 41

/** policies_now(s): the one in force; borrowed until the next sync or
 * publishing. NULL with ${e} set when the store cannot be read. */
const struct policy *policies_now(struct session *s, struct err *e);

/** policies_word(s, ref, f, code): how a code of field ${f} reads in the
 * language of the session: by the policy it was written under, else the one
 * in force, else the program's own. NULL: none of them knows it. Borrowed. */
const char *policies_word(struct session *s, const struct policy_ref *ref,
    const struct field *f, const char *code);

/** policies_version(s, ref, list, code, version): the policy that has just
 * this version of a form or instrument: the one a record was written under,
 * else the one in force, any other, the program's own. NULL: none here. */
struct policies_wanted {
	const struct policy_ref *ref; /* NULL: none */
	const char *list, *code;
	int64_t version;
};
const struct policy *policies_version(struct session *s,
    const struct policies_wanted *want);

/** policies_name(s, list, code): how a code of a vocabulary or of the sections
 * reads now in the language spoken; the code itself where nothing says. */
const char *policies_name(struct session *s, const char *list,
    const char *code);

/** policies_names(s, list, codes, out, size): the same for several, blanks or
 * commas between; returns ${out}. */
const char *policies_names(struct session *s, const char *list,
    const char *codes, char *out, size_t size);

/** policies_check(s, f, text, e): may this code be written in ${f} now?
 * ERR_INPUT says what there is, and what is near. Empty text: 0. */
int policies_check(struct session *s, const struct field *f,
    const char *text, struct err *e);

/** policies_section(s, section, e): may such a section be begun? */
int policies_section(struct session *s, const char *section, struct err *e);

/** policies_settle(s, e): find anew which is in force; after a sync. */
int policies_settle(struct session *s, struct err *e);

/** policies_drops(s, p, warn, e): what ${p} takes away of the one in force
 * that records here use. ERR_DENIED: a section with records that this person
 * sees. What is only worth knowing is appended to ${warn}, a line each. */
int policies_drops(struct session *s, const struct policy *p,
    struct buf *warn, struct err *e);

/** policies_publish(s, p, commit, e): into the commons, sent by the next
 * sync. ERR_DENIED for who is no officer, ERR_CLASH when it is in force. */
int policies_publish(struct session *s, const struct policy *p,
    const char *commit, struct err *e);

struct policies_item {
	char commit[POLICIES_COMMIT_BYTES]; /* "": the program's own */
	int64_t at_ms;
	char *by;          /* name; NULL: the program's own */
	bool waits;        /* not sent yet */
	bool in_force;
	bool readable;     /* by this program */
};
struct policies_list {
	struct policies_item *items; /* the newest first */
	size_t count;
};
int policies_list(struct session *s, struct policies_list *out,
    struct err *e);
void policies_list_done(struct policies_list *l);

/** policies_free(p): what a session keeps of them (session.c). */
struct policies;
void policies_free(struct policies *p);

#endif
