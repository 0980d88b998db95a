/* Two node processes and the lines between. */
#include "tests/bench/pouchpeer.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/child.h"
#include "tests/bench/measure.h"
#include "tests/bench/texts.h"

#define PATH_BYTES 300
#define ANSWER_MS 300000
#define BATCH "1000" /* documents of one request; it was slower with 100 */

static void
write_texts(const char *path, size_t notes)
{
	FILE *f = fopen(path, "w");
	char text[TEXTS_BYTES];
	size_t i;

	for (i = 0; f != NULL && i < notes; i++) {
		struct view v = texts_note(i, text);

		fwrite(v.data, 1, v.len, f);
		fputc('\0', f);
	}
	if (f == NULL || fclose(f) != 0)
		die("cannot write %s", path);
}

void
pouchpeer_open(struct pouchpeer *p, const char *dir, const char *modules,
    size_t notes)
{
	char server[PATH_BYTES], client[PATH_BYTES], log[PATH_BYTES];
	char texts[PATH_BYTES];
	const char *serve[] = { "node", "tests/bench/pouch.js", modules,
		"server", server, NULL };
	const char *use[] = { "node", "tests/bench/pouch.js", modules,
		"client", client, BATCH, NULL };
	FILE *said;

	snprintf(p->dir, sizeof(p->dir), "%s", dir);
	snprintf(server, sizeof(server), "%s/server", dir);
	snprintf(client, sizeof(client), "%s/client", dir);
	snprintf(log, sizeof(log), "%s/log", dir);
	snprintf(texts, sizeof(texts), "%s/texts", dir);
	if (mkdir(dir, 0700) != 0 || mkdir(server, 0700) != 0 ||
	    mkdir(client, 0700) != 0)
		die("cannot make %s", dir);
	write_texts(texts, notes);
	p->server = child_talk(serve, log, NULL, &said);
	if (fscanf(said, "%d", &p->port) != 1)
		die("PouchDB's server does not start; see %s", log);
	fclose(said);
	p->client = child_talk(use, log, &p->to, &p->from);
	pouchpeer_do(p, "texts %s", texts);
	pouchpeer_route(p, p->port);
}

void
pouchpeer_route(struct pouchpeer *p, int port)
{
	pouchpeer_do(p, "url http://127.0.0.1:%d/notes", port);
}

size_t
pouchpeer_do(struct pouchpeer *p, const char *fmt, ...)
{
	struct pollfd answer = { .fd = fileno(p->from), .events = POLLIN };
	char line[400];
	size_t number;
	va_list ap;

	va_start(ap, fmt);
	vfprintf(p->to, fmt, ap);
	va_end(ap);
	fputc('\n', p->to);
	fflush(p->to);
	if (poll(&answer, 1, ANSWER_MS) == 0)
		die("PouchDB's client does not answer; see %s/log", p->dir);
	if (fgets(line, sizeof(line), p->from) == NULL)
		die("PouchDB's client ended; see %s/log", p->dir);
	if (sscanf(line, "ok %zu", &number) != 1)
		die("PouchDB: %s", line);
	return number;
}

uint64_t
pouchpeer_disk(const struct pouchpeer *p)
{
	char server[PATH_BYTES];

	snprintf(server, sizeof(server), "%s/server", p->dir);
	return child_tree_bytes(server);
}

void
pouchpeer_close(struct pouchpeer *p)
{
	fclose(p->to);
	fclose(p->from);
	child_stop(p->client);
	child_stop(p->server);
	child_remove_tree(p->dir);
}
