/*
 * What is asked of the person: passphrases, a sure, a text.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "client/cli/cmd.h"

#define ASK_SECRET_BYTES 1024 /* longest secret line, end mark included */
#define ASK_TEXT_MAX ((size_t)64 * 1024) /* the core has the exact limit */

struct secret { /* locked memory; secret_done wipes */
	char *text;
	size_t len;
};
void secret_done(struct secret *s);

/** ask_secret(c, fd, prompt, out, e): one line: from ${fd} if it is not -1,
 * else from the terminal with echo off. ERR_DENIED when neither may be
 * used. */
int ask_secret(struct ctx *c, int fd, const char *prompt, struct secret *out,
    struct err *e);

/** ask_new_passphrase(c, out, e): typed twice, or one line of the file
 * descriptor. */
int ask_new_passphrase(struct ctx *c, struct secret *out, struct err *e);

/** ask_shares(c, a, b, e): two recovery shares, from the terminal or from the
 * file descriptor of the command's option --shares-fd. */
int ask_shares(struct ctx *c, struct secret *a, struct secret *b,
    struct err *e);

/** ask_sure(c, sentence, e): 0 when the answer is yes or --yes was given;
 * ERR_INPUT otherwise. */
int ask_sure(struct ctx *c, const char *sentence, struct err *e);

/** ask_file(c, path, out, e): a file, or the standard input for "-". */
int ask_file(struct ctx *c, const char *path, struct buf *out,
    struct err *e);

/** ask_text(c, word, file, out, e): a text from the command line, a file, or
 * typed until the end of input; the last line end is dropped. */
int ask_text(struct ctx *c, const char *word, const char *file,
    struct buf *out, struct err *e);

/** ask_fd(text, fd, e): a file descriptor that is open for reading. */
int ask_fd(const char *text, int *fd, struct err *e);

#endif
