/*
 * Asking. A secret lives in locked memory only; the terminal's echo is
 * restored whatever ends the prompt, Ctrl-C included.
 */
#include "client/cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "client/cli/text.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define PASSPHRASE_MIN 8 /* as the core demands, told before typing twice */

static volatile sig_atomic_t caught;

static void
note_signal(int sig)
{
	caught = sig;
}

void
secret_done(struct secret *s)
{
	mem_secret_free(s->text);
	s->text = NULL;
	s->len = 0;
}

/* One line, byte by byte: what follows belongs to the next question. */
static int
read_line(int fd, char *out, size_t size, size_t *len)
{
	ssize_t n;
	char ch;

	for (*len = 0;;) {
		n = read(fd, &ch, 1);
		if (n < 0 && errno == EINTR && caught == 0)
			continue;
		if (n < 0 || (n == 0 && *len == 0))
			return -1;
		if (n == 0 || ch == '\n')
			break;
		if (*len + 1 >= size) {
			errno = E2BIG;
			return -1;
		}
		out[(*len)++] = ch;
	}
	if (*len > 0 && out[*len - 1] == '\r')
		(*len)--;
	out[*len] = '\0';
	return 0;
}

static void
tell(int fd, const char *text)
{
	size_t n = strlen(text);
	ssize_t rc;

	while (n > 0 && (rc = write(fd, text, n)) > 0) {
		text += rc;
		n -= (size_t)rc;
	}
}

static void
catch_signals(struct sigaction old[static 3])
{
	struct sigaction sa = { .sa_handler = note_signal };

	caught = 0;
	sigaction(SIGINT, &sa, &old[0]);
	sigaction(SIGTERM, &sa, &old[1]);
	sigaction(SIGHUP, &sa, &old[2]);
}

static void
release_signals(const struct sigaction old[static 3])
{
	sigaction(SIGINT, &old[0], NULL);
	sigaction(SIGTERM, &old[1], NULL);
	sigaction(SIGHUP, &old[2], NULL);
	if (caught != 0)
		raise(caught);
}

/* Prompt on the terminal and read a line; echo off for a secret. */
static int
from_terminal(const char *prompt, bool echo, struct secret *out,
    struct err *e)
{
	struct sigaction old[3];
	struct termios was, quiet;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), rc;

	if (fd < 0 || tcgetattr(fd, &was) != 0) {
		if (fd >= 0)
			close(fd);
		return err_set(e, ERR_DENIED, "%s",
		    _("there is no terminal to ask on: tugi unlock on one "
		    "first, or give --passphrase-fd"));
	}
	catch_signals(old);
	quiet = was;
	if (!echo)
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	tell(fd, prompt);
	rc = read_line(fd, out->text, ASK_SECRET_BYTES, &out->len);
	tcsetattr(fd, TCSAFLUSH, &was);
	if (!echo)
		tell(fd, "\n");
	close(fd);
	release_signals(old);
	if (rc != 0)
		return err_set(e, ERR_INPUT, "%s", _("no answer was given"));
	return 0;
}

static int
ask_line(struct ctx *c, int fd, const char *prompt, bool echo,
    struct secret *out, struct err *e)
{
	out->text = mem_secret_new(ASK_SECRET_BYTES);
	out->len = 0;
	if (fd >= 0) {
		if (read_line(fd, out->text, ASK_SECRET_BYTES, &out->len) == 0)
			return 0;
		return err_set(e, ERR_INPUT, _("file descriptor %d has no "
		    "line of at most %d bytes to read"), fd,
		    ASK_SECRET_BYTES - 1);
	}
	if (c->g.no_input)
		return err_set(e, ERR_DENIED, "%s", _("a passphrase is needed "
		    "and --no-input forbids asking: tugi unlock first, or give "
		    "--passphrase-fd"));
	fflush(stdout);
	return from_terminal(prompt, echo, out, e);
}

int
ask_secret(struct ctx *c, int fd, const char *prompt, struct secret *out,
    struct err *e)
{
	return ask_line(c, fd, prompt, false, out, e);
}

int
ask_new_passphrase(struct ctx *c, struct secret *out, struct err *e)
{
	struct secret again = { NULL, 0 };
	int rc = -1;

	if (c->passphrase_fd < 0)
		out_say(&c->out, "%s", _("Choose a passphrase of 8 characters "
		    "or more; several words are best. Nobody can tell it to "
		    "you again."));
	if (ask_secret(c, c->passphrase_fd, _("New passphrase: "), out, e) != 0)
		return -1;
	if (c->passphrase_fd >= 0)
		return 0;
	if (out->len < PASSPHRASE_MIN)
		return err_set(e, ERR_INPUT, "%s", _("a passphrase has at "
		    "least 8 characters; nothing was made"));
	if (ask_secret(c, -1, _("The same again: "), &again, e) != 0)
		goto out;
	if (again.len != out->len ||
	    memcmp(again.text, out->text, out->len) != 0) {
		err_set(e, ERR_INPUT, "%s",
		    _("the two passphrases differ; nothing was made"));
		goto out;
	}
	rc = 0;
out:
	secret_done(&again);
	return rc;
}

static bool
has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Some two hundred letters from paper: nobody types them without seeing. */
int
ask_shares(struct ctx *c, struct secret *a, struct secret *b, struct err *e)
{
	const char *text = cmd_value(c, "shares-fd");
	int fd = -1;

	if (text != NULL && ask_fd(text, &fd, e) != 0)
		return -1;
	if (fd < 0 && (c->g.no_input || !has_terminal()))
		return err_set(e, ERR_DENIED, "%s", _("two recovery shares are "
		    "needed and there is nobody to ask: --shares-fd"));
	if (ask_line(c, fd, _("One recovery share (shown as you type): "),
	    true, a, e) != 0)
		return -1;
	return ask_line(c, fd, _("Another recovery share: "), true, b, e);
}

int
ask_sure(struct ctx *c, const char *sentence, struct err *e)
{
	struct secret answer = { NULL, 0 };
	char prompt[400];
	bool yes;

	if (c->g.yes)
		return 0;
	if (c->g.no_input)
		return err_set(e, ERR_INPUT, _("%s Not done: --no-input forbids "
		    "asking; say --yes"), sentence);
	snprintf(prompt, sizeof(prompt), _("%s Type yes to go on: "), sentence);
	answer.text = mem_secret_new(ASK_SECRET_BYTES);
	if (from_terminal(prompt, true, &answer, e) != 0) {
		secret_done(&answer);
		return err_set(e, ERR_INPUT, _("%s Not done: there is nobody to "
		    "ask; say --yes"), sentence);
	}
	yes = strcmp(answer.text, _("yes")) == 0;
	secret_done(&answer);
	return yes ? 0 : err_set(e, ERR_INPUT, "%s", _("not done"));
}

static int
read_stdin(struct buf *out, struct err *e)
{
	uint8_t piece[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_LOCAL,
			    _("the standard input cannot be read: %s"),
			    err_system(errno));
		buf_add(out, piece, (size_t)n);
		if (out->toobig)
			break;
	}
	mem_wipe(piece, sizeof(piece));
	return buf_check(out, _("the standard input"), e);
}

int
ask_file(struct ctx *c, const char *path, struct buf *out, struct err *e)
{
	if (strcmp(path, "-") != 0)
		return file_read(path, out, e);
	if (c->passphrase_fd == STDIN_FILENO)
		return err_set(e, ERR_INPUT, "%s", _("the standard input cannot "
		    "give both the passphrase and the text; use another "
		    "--passphrase-fd"));
	return read_stdin(out, e);
}

/* What editors elsewhere add: a mark of the encoding, CR before LF. */
static void
plain_lines(struct buf *b)
{
	size_t from = 0, to = 0;

	if (b->len >= 3 && memcmp(b->data, "\xef\xbb\xbf", 3) == 0)
		from = 3;
	for (; from < b->len; from++)
		if (b->data[from] != '\r' || from + 1 == b->len ||
		    b->data[from + 1] != '\n')
			b->data[to++] = b->data[from];
	b->len = to;
}

int
ask_text(struct ctx *c, const char *word, const char *file, struct buf *out,
    struct err *e)
{
	if (word != NULL && file != NULL)
		return err_set(e, ERR_INPUT, "%s", _("the text was given both "
		    "as a word and as a file"));
	if (word != NULL && strcmp(word, "-") == 0)
		file = word;
	if (file == NULL && word == NULL) {
		if (c->g.no_input || isatty(STDIN_FILENO) != 1)
			return err_set(e, ERR_INPUT, "%s", _("there is no text: "
			    "give it as a word, or --file -"));
		out_warn(&c->out, "%s",
		    _("Write the text; Ctrl-D on an empty line ends it."));
		file = "-";
	}
	if (file == NULL)
		buf_add_str(out, word);
	else if (ask_file(c, file, out, e) != 0)
		return -1;
	else
		plain_lines(out);
	while (out->len > 0 && (out->data[out->len - 1] == '\n' ||
	    out->data[out->len - 1] == '\r'))
		out->len--;
	return buf_check(out, _("the text"), e);
}

int
ask_fd(const char *text, int *fd, struct err *e)
{
	char *end;
	long v = strtol(text, &end, 10);
	int flags;

	if (end == text || *end != '\0' || v < 0 || v > 65535)
		return err_set(e, ERR_INPUT, _("\"%s\" is no number of a file "
		    "descriptor"), text);
	flags = fcntl((int)v, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY)
		return err_set(e, ERR_INPUT,
		    _("file descriptor %ld is not open for reading"), v);
	*fd = (int)v;
	return 0;
}
