/*
 * Bodies and signatures for scripts that speak to a running tugid with curl.
 * The keys are those of tests/support/hubworld.h, the same each time.
 *
 *   hubcall claim INFO CODE          claim body; INFO: the answer to info
 *   hubcall push INFO STATE N        N notes of officer 0 into the commons;
 *                                    STATE keeps its chain between calls
 *   hubcall pull | enrol DEV         bodies
 *   hubcall sign HOST PATH BODY DEV OFFSET_S    header lines for curl -H @
 *   hubcall refusal|pushed|page|requests FILE   an answer in words
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/wire/httpsig.h"
#include "tests/support/hubworld.h"

#define FILE_MAX (8 * 1024 * 1024)

static void
die(const char *words)
{
	fprintf(stderr, "hubcall: %s\n", words);
	exit(2);
}

static void
load(const char *path, struct buf *b)
{
	struct err e;

	buf_init(b, FILE_MAX);
	if (file_read(path, b, &e) != 0)
		die(e.text);
}

static int
put(struct buf *b)
{
	return fwrite(b->data, 1, b->len, stdout) == b->len ? 0 : 2;
}

static void
load_info(struct hubworld *w, const char *path)
{
	struct buf b;
	struct err e;

	load(path, &b);
	if (proto_info_decode(buf_view(&b), &w->info, &e) != 0)
		die(e.text);
	buf_done(&b);
}

static int
do_claim(struct hubworld *w, char **arg)
{
	struct buf b;

	load_info(w, arg[0]);
	buf_init(&b, FILE_MAX);
	hw_claim_body(w, arg[1], &b);
	return put(&b);
}

/* The chain after the claim is not known here, for its epoch's id differs at
 * each making; so the first push asks for state "counter id" by hand. */
static void
load_state(struct hw_line *line, const char *path)
{
	struct buf b;
	struct err e;
	char *end;

	load(path, &b);
	line->counter = strtoull(buf_str(&b), &end, 10);
	if (*end != ' ' || strlen(end + 1) < 64)
		die("the state is not: counter id");
	end[65] = '\0';
	if (hash_parse(end + 1, &line->last, &e) != 0)
		die(e.text);
	buf_done(&b);
}

static void
save_state(const struct hw_line *line, const char *path)
{
	char hex[HASH_TEXT_BYTES], text[128];
	struct err e;

	snprintf(text, sizeof(text), "%llu %s\n",
	    (unsigned long long)line->counter, hash_text(&line->last, hex));
	if (file_replace(path, view_str(text), 0600, &e) != 0)
		die(e.text);
}

static int
do_push(struct hubworld *w, char **arg)
{
	struct proto_push *push = mem_new(sizeof(*push));
	struct hw_line *line;
	struct buf b;
	size_t i;

	load_info(w, arg[0]);
	line = hw_line(w, 0, &w->commons);
	load_state(line, arg[1]);
	push->count = strtoul(arg[2], NULL, 10);
	if (push->count > PROTO_PUSH_ITEMS_MAX)
		die("too many");
	for (i = 0; i < push->count; i++) {
		struct hw_item it;

		hw_note_seen(w, 0, &w->commons, 1, w->info.log, &it);
		line->counter = it.counter;
		line->last = it.id;
		push->items[i].bytes = view_of(it.bytes, it.len);
		push->items[i].group = (uint32_t)i;
	}
	save_state(line, arg[1]);
	buf_init(&b, FILE_MAX);
	proto_push_encode(push, &b);
	return put(&b);
}

static int
do_pull(struct hubworld *w, char **arg)
{
	struct proto_pull *pull = mem_new(sizeof(*pull));
	struct buf b;

	(void)w;
	(void)arg;
	buf_init(&b, FILE_MAX);
	proto_pull_encode(pull, &b);
	return put(&b);
}

static int
do_enrol(struct hubworld *w, char **arg)
{
	struct proto_enrol m;
	struct buf b;
	int dev = (int)strtol(arg[0], NULL, 10) % HW_DEVICES;

	memset(&m, 0, sizeof(m));
	m.sign = w->dev[dev].keys.sign_pub;
	m.box = w->dev[dev].keys.box_pub;
	buf_init(&b, FILE_MAX);
	proto_enrol_encode(&m, &b);
	return put(&b);
}

static int
do_sign(struct hubworld *w, char **arg)
{
	struct httpsig_request req = { "POST", arg[0], arg[1], "?" };
	struct tick tick = tick_system();
	struct buf body, out;
	int dev = (int)strtol(arg[3], NULL, 10) % HW_DEVICES;

	load(arg[2], &body);
	buf_init(&out, FILE_MAX);
	httpsig_sign(&req, buf_view(&body), &w->dev[dev].keys,
	    tick_wall_ms(&tick) / 1000 + strtol(arg[4], NULL, 10), &out);
	return put(&out);
}

static int
do_refusal(struct hubworld *w, char **arg)
{
	struct proto_refusal m;
	struct buf b;
	struct err e;

	(void)w;
	load(arg[0], &b);
	if (proto_refusal_decode(buf_view(&b), &m, &e) != 0)
		die(e.text);
	printf("%llu %s\n", (unsigned long long)m.verdict, m.words);
	return 0;
}

static int
do_pushed(struct hubworld *w, char **arg)
{
	struct proto_pushed *m = mem_new(sizeof(*m));
	struct buf b;
	struct err e;
	size_t i;

	(void)w;
	load(arg[0], &b);
	if (proto_pushed_decode(buf_view(&b), m, &e) != 0)
		die(e.text);
	for (i = 0; i < m->count; i++)
		printf("%d%s", (int)m->items[i].verdict,
		    i + 1 < m->count ? " " : "\n");
	return 0;
}

/* Count, and the chain state of officer 0 in the commons for do_push. */
static int
do_page(struct hubworld *w, char **arg)
{
	struct hw_line line = { .counter = 0 };
	struct proto_page m;
	struct changeset cs;
	char hex[HASH_TEXT_BYTES];
	struct buf b;
	struct err e;
	size_t i;

	load(arg[0], &b);
	if (proto_page_decode(buf_view(&b), &m, &e) != 0)
		die(e.text);
	for (i = 0; i < m.count; i++)
		if (changeset_decode(m.items[i].bytes, &cs, &e) == 0 &&
		    id_eq(&cs.h.space, &w->commons) &&
		    id_eq(&cs.h.author, &w->dev[0].keys.device)) {
			line.counter = cs.h.counter;
			line.last = cs.id;
		}
	printf("%llu %s\n%zu items%s\n", (unsigned long long)line.counter,
	    hash_text(&line.last, hex), m.count, m.more ? ", more" : "");
	return 0;
}

static int
do_requests(struct hubworld *w, char **arg)
{
	struct proto_requests *m = mem_new(sizeof(*m));
	struct buf b;
	struct err e;

	(void)w;
	load(arg[0], &b);
	if (proto_requests_decode(buf_view(&b), m, &e) != 0)
		die(e.text);
	printf("%zu\n", m->count);
	return 0;
}

/* One answer and out: memory goes with the process, and a sanitizer's report
 * of it must not stand for the hub's answer. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		int (*run)(struct hubworld *w, char **arg);
	} commands[] = {
		{ "claim", 2, do_claim }, { "push", 3, do_push },
		{ "pull", 0, do_pull }, { "enrol", 1, do_enrol },
		{ "sign", 5, do_sign }, { "refusal", 1, do_refusal },
		{ "pushed", 1, do_pushed }, { "page", 1, do_page },
		{ "requests", 1, do_requests },
	};
	struct hubworld *w = mem_new(sizeof(*w));
	size_t i;

	hw_keys(w);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 && strcmp(argv[1], commands[i].name) == 0 &&
		    argc == commands[i].args + 2)
			return commands[i].run(w, argv + 2);
	die("see the head of tests/tools/hubcall.c");
}
