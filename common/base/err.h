/*
 * One error, filled by the place that finds it and passed up untouched.
 *
 * A function that can fail takes a struct err * last, returns -1 or NULL and
 * fills it. The text is one sentence for a worker or operator: what could not
 * be done, to which thing, what happens next. Never note text, names or keys.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_kind {
	ERR_NONE = 0,
	ERR_INPUT,  /* unusable value or option: the person, now */
	ERR_ABSENT, /* no such thing */
	ERR_DENIED, /* locked, no key, no consent, revoked */
	ERR_CLASH,  /* changed underneath, or held by another program */
	ERR_TOOBIG, /* over a limit in schema/wire.md */
	ERR_PEER,   /* the other side broke the format, or a seal fails */
	ERR_AWAY,   /* hub unreachable or busy: work goes on, retry later */
	ERR_LOCAL,  /* disk, database, memory on this machine */
	ERR_BUG     /* impossible state on a path a peer can reach */
};

#define ERR_TEXT_BYTES 512

struct err {
	enum err_kind kind;
	int code; /* detail for programs: a hub verdict, an errno; 0 if none */
	char text[ERR_TEXT_BYTES];
};

/** err_set(e, kind, fmt, ...): fill ${e}; always returns -1. ${fmt} is in
 * English and is looked up in the language spoken (text.h). */
int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** err_add(e, fmt, ...): put one piece of context before the text; -1. */
int err_add(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** err_system(code): what an errno says, in the language spoken; the C
 * library would need a locale that few machines have. */
const char *err_system(int code);

/** err_clear(e): back to ERR_NONE. */
void err_clear(struct err *e);

/** err_exit_code(kind): the exit status both programs use for ${kind}. */
int err_exit_code(enum err_kind kind);

#endif
