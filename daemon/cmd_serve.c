/* tugid serve, check-config and renew-cert. */
#include "daemon/cmd.h"

#include <stdio.h>

#include "daemon/datadir.h"
#include "daemon/serve.h"

static int
read_again(void *ctx, struct settings *out, struct err *e)
{
	struct hash pin;

	if (cmd_settings(ctx, out, e) != 0)
		return -1;
	if (datadir_pin(out, &pin, e) == 0)
		return 0;
	settings_done(out);
	return -1;
}

int
cmd_serve(struct options *o, struct err *e)
{
	struct settings s;
	struct serve_in in = { .s = &s, .file = o->file,
		.clock_confirmed = o->confirm_clock, .again = read_again,
		.ctx = o };
	int rc;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	rc = serve_run(&in, e);
	settings_done(&s);
	return rc;
}

int
cmd_check(struct options *o, struct err *e)
{
	struct settings s;
	struct hash pin;
	int rc;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	rc = datadir_pin(&s, &pin, e);
	if (rc == 0 && o->json)
		printf("{\"ok\":true}\n");
	else if (rc == 0)
		printf("The settings are good.\n");
	settings_done(&s);
	return rc;
}

int
cmd_renew(struct options *o, struct err *e)
{
	struct settings s;
	int rc;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	rc = datadir_renew(&s, e);
	if (rc == 0 && o->json)
		printf("{\"renewed\":true}\n");
	else if (rc == 0)
		printf("A new certificate for the same key: the pin stays, and "
		    "clients notice nothing.\nNow reload: systemctl reload "
		    "tugid\n");
	settings_done(&s);
	return rc;
}
