/* A command line, one word a line: options, command, its own options. */
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/opt.h"
#include "common/base/mem.h"
#include "tests/fuzz/fuzz.h"

#define WORDS_MAX 64

static size_t
split(char *text, char **argv)
{
	static char name[] = "tugi";
	size_t n = 0;

	argv[n++] = name;
	while (*text != '\0' && n < WORDS_MAX) {
		argv[n++] = text;
		text += strcspn(text, "\n");
		if (*text == '\n')
			*text++ = '\0';
	}
	argv[n] = NULL;
	return n;
}

static void
run(int argc, char **argv)
{
	struct globals g;
	struct args a;
	struct err e;
	const struct cmd *cmd;
	size_t used;
	int next;

	memset(&g, 0, sizeof(g));
	memset(&a, 0, sizeof(a));
	err_clear(&e);
	if (opt_lead(argc, argv, &g, &next, &e) != 0) {
		fuzz_refused(&e);
		return;
	}
	FUZZ_SURE(next >= 1 && next <= argc);
	if (next == argc)
		return; /* no command at all has its own answer */
	cmd = find_cmd(argv + next, (size_t)(argc - next), &used);
	if (cmd == NULL) {
		FUZZ_SURE(find_fail(argv + next, (size_t)(argc - next),
		    &e) == -1);
		fuzz_refused(&e);
		return;
	}
	FUZZ_SURE(used >= 1);
	next += (int)used - 1;
	if (opt_command(cmd, (struct opt_line){ argc - next, argv + next }, &g,
	    &a, &e) != 0)
		fuzz_refused(&e);
	else if (!g.help)
		FUZZ_SURE(a.count >= cmd->min && a.count <= cmd->max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *argv[WORDS_MAX + 1];

	run((int)split(text, argv), argv);
	mem_free(text);
	return 0;
}
