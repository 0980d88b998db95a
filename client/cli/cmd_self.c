/* help, version, completion, man: the program about itself. */
#include <string.h>

#include "client/cli/complete.h"
#include "client/cli/find.h"
#include "client/cli/help.h"
#include "client/cli/lang.h"
#include "client/cli/man.h"
#include "client/cli/text.h"

#ifndef TUGI_VERSION
#define TUGI_VERSION "0.1"
#endif

int
cmd_help(struct ctx *c, struct err *e)
{
	const struct cmd *cmd;
	struct buf b;
	size_t used;

	buf_init(&b, HELP_MAX_BYTES);
	if (c->args.count == 0) {
		help_all(&b);
		return help_print(&c->out, &b, e);
	}
	if (c->args.count == 1 && find_is_group(c->args.words[0])) {
		help_group(&b, c->args.words[0]);
		return help_print(&c->out, &b, e);
	}
	cmd = find_cmd(c->args.words, c->args.count, &used);
	if (cmd == NULL || used != c->args.count)
		return find_fail(c->args.words, c->args.count, e);
	help_cmd(&b, cmd);
	return help_print(&c->out, &b, e);
}

int
cmd_version(struct ctx *c, struct err *e)
{
	json_t *j;

	if (!c->g.json) {
		out_line(&c->out, "tugi %s", TUGI_VERSION);
		return 0;
	}
	j = json_object();
	json_object_set_new(j, "version", json_string(TUGI_VERSION));
	return out_json(j, e);
}

int
cmd_completion(struct ctx *c, struct err *e)
{
	struct buf b;

	buf_init(&b, HELP_MAX_BYTES);
	if (complete_write(&b, cmd_word(c, 0), e) != 0) {
		buf_done(&b);
		return -1;
	}
	return help_print(&c->out, &b, e);
}

int
cmd_man(struct ctx *c, struct err *e)
{
	struct buf b;

	if (lang_choose("en", e) != 0) /* most of the page is English only */
		return -1;
	buf_init(&b, HELP_MAX_BYTES);
	man_write(&b);
	return help_print(&c->out, &b, e);
}
