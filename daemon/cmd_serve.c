/* tugid serve and check-config, and the settings that all commands need. */
#include "daemon/cmd.h"

#include <stdio.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "daemon/datadir.h"
#include "daemon/serve.h"

int
cmd_settings(const struct options *o, struct settings *s, struct err *e)
{
	char *path;
	int rc;

	if (o->file == NULL && o->data == NULL)
		return err_set(e, ERR_INPUT,
		    "name the hub's folder, or its settings with -c FILE");
	path = o->file != NULL ? mem_dup(o->file) :
	    file_join(o->data, SETTINGS_FILE);
	rc = settings_read(path, o->data, s, e);
	mem_free(path);
	if (rc != 0 && e->kind == ERR_INPUT)
		e->code = SETTINGS_EXIT;
	return rc;
}

int
cmd_serve(const struct options *o, struct err *e)
{
	struct settings s;
	int rc;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	rc = serve_run(&s, o->confirm_clock, e);
	settings_done(&s);
	return rc;
}

int
cmd_check(const struct options *o, struct err *e)
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
