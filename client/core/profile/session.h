/*
 * A profile: created, opened with a passphrase or a key held by the kernel,
 * locked again. The handle that every call of the client core takes.
 *
 * The core never prints, never exits, knows no toolkit; clock, disk and
 * transport are given from outside, randomness is libsodium's (replaceable
 * with randombytes_set_implementation).
 */
#ifndef CORE_SESSION_H
#define CORE_SESSION_H

#include "common/base/id.h"
#include "common/base/tick.h"

struct session;
struct store;

struct session_options {
	const char *profile;   /* folder; made private when created */
	struct tick tick;
	const char *vfs;       /* SQLite VFS below the encryption; NULL: disk */
	int (*move)(const char *from, const char *to); /* tests only: rename
				* in the world of ${vfs}; NULL: rename(2) */
	uint64_t cost_passes;  /* Argon2id; 0: the default, 3 */
	size_t cost_bytes;     /* 0: the default, 256 MiB */
	bool cost_test;        /* tests only: allow less than the floor */
};

/** session_memory(): once, before anything else: what the store shows is kept
 * in memory that is locked, as far as the machine allows it. */
void session_memory(void);

/** session_options_default(profile, o). */
void session_options_default(const char *profile, struct session_options *o);

/** session_create(o, passphrase, out, e): a new profile. ERR_CLASH if one is
 * there; ERR_INPUT for a passphrase under 8 bytes. */
int session_create(const struct session_options *o, struct view passphrase,
    struct session **out, struct err *e);

/** session_open(o, passphrase, out, e): passphrase NULL data: the key that
 * session_hold left with the kernel, ERR_DENIED if there is none. ERR_ABSENT
 * without a profile, ERR_CLASH while another program has it open. */
int session_open(const struct session_options *o, struct view passphrase,
    struct session **out, struct err *e);

/** session_open_otherwise(o, w, out, e): by a recovery code, or by the
 * office's pair of keys (public, then secret: 64 bytes); ERR_DENIED. */
struct session_way {
	struct view code;
	const uint8_t *escrow; /* or NULL */
};
int session_open_otherwise(const struct session_options *o,
    const struct session_way *w, struct session **out, struct err *e);

/** session_start(o, v, out, e): of a vault that is open; it goes with the
 * session, also when this fails. */
struct vault;
int session_start(const struct session_options *o, struct vault *v,
    struct session **out, struct err *e);

/** session_path(o): of the store's file; freed by mem_free. */
char *session_path(const struct session_options *o);

/** session_older(s): what was saved here before is missing from the store; it
 * can be read and copied, and every change is refused (vault.h). */
bool session_older(const struct session *s);

/** session_leave(s): closes all but the vault, which the caller then owns. */
struct vault *session_leave(struct session *s);

/** session_close(s): wipes keys; NULL is fine. */
void session_close(struct session *s);

/** session_hold(s, seconds, e): leave the store's key with the kernel for
 * ${seconds}; session_forget(o, e): take it back at once. */
int session_hold(struct session *s, int64_t seconds, struct err *e);
int session_forget(const struct session_options *o, struct err *e);

/** session_store(s): for the core's own files, at the start of each call;
 * what has ended by itself is hidden then (local/ends.h). */
struct store *session_store(struct session *s);

/** session_speak(s, lang), session_language(s): in which language words of the
 * policy are shown: et, lv, fi, hu, en (until told). */
void session_speak(struct session *s, const char *lang);
const char *session_language(const struct session *s);

/** session_policies(s): where policies.c keeps its own. */
struct policies;
struct policies **session_policies(struct session *s);

#endif
