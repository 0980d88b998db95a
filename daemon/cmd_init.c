/*
 * tugid init: a new hub; and the sheet on which its operator finds, a year
 * later, what is needed on the day when the machine is gone.
 */
#include "daemon/cmd.h"

#include <stdio.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "daemon/backup_keys.h"
#include "daemon/datadir.h"
#include "daemon/tlskeys.h"

#define ANSWER_BYTES 256

/* ---- the sheet ---- */

static void
print_sheet(const char *url, const struct hash *pin, const char *code)
{
	char text[PINS_TEXT_BYTES];

	pins_text(pin, text);
	printf("---- Recovery sheet: print this page and lock it away ----\n\n"
	    "Hub            %s\n"
	    "TLS pin        %s\n"
	    "Recovery code  %s\n\n"
	    "Keep it where fire and theft of the hub do not reach it, such as "
	    "the safe of\nanother house. Nobody can give you the code again.\n"
	    "\n"
	    "What it is for. A backup holds the hub's keys in a box that only "
	    "this code\nopens. With a backup and the code the hub comes back "
	    "under its old keys, and\nall clients go on. Without the code a "
	    "backup has the sealed notes, and every\ndevice would have to be "
	    "enrolled anew.\n\n"
	    "What it is not for. It opens no note: those only the workers' "
	    "devices and the\noffice's recovery shares can open. It admits "
	    "nobody.\n\n"
	    "When the machine is gone:\n"
	    "  1. Install tugid on a new one that has the same name and "
	    "address.\n"
	    "  2. tugid restore --verify-only NEWEST.tugid\n"
	    "  3. tugid restore NEWEST.tugid DATADIR      (asks for the "
	    "code)\n"
	    "  4. Start it. Two officers say that it is this hub:  tugi "
	    "office succession\n"
	    "  5. At their next sync the clients send what the backup lacks."
	    "\n\n"
	    "---- end of the sheet ----\n", url, text, code);
}

int
cmd_sheet(struct options *o, struct err *e)
{
	char code[BACKUP_CODE_BYTES], url[300];
	struct settings s;
	struct hash pin;
	int rc;

	if (cmd_settings(o, &s, e) != 0)
		return -1;
	datadir_url(&s, url);
	rc = datadir_pin(&s, &pin, e);
	if (rc == 0)
		rc = backup_code_make(s.data, code, e);
	if (rc == 0 && o->json)
		printf("{\"url\":\"%s\",\"recovery_code\":\"%s\"}\n", url,
		    code);
	else if (rc == 0)
		print_sheet(url, &pin, code);
	mem_wipe(code, sizeof(code));
	settings_done(&s);
	return rc;
}

/* ---- init ---- */

static void
print_made(const char *folder, const struct datadir_made *m)
{
	char pin[PINS_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	pins_text(&m->pin, pin);
	hash_text(&m->pin, hex);
	printf("The hub is made in %s.\n\n"
	    "  address     %s\n"
	    "  TLS pin     %s\n"
	    "  in hex      %s\n"
	    "  claim code  %s\n\n"
	    "The claim code works once and is not kept here. Give address, "
	    "pin and code to\nthe office's first officer, who takes the hub "
	    "over with:  tugi office init\n"
	    "Nobody is enrolled on the hub itself.\n\n", folder, m->url, pin,
	    hex, m->code);
	print_sheet(m->url, &m->pin, m->recovery);
	printf("\nNext:  tugid serve %s\n"
	    "Then:  tugid doctor %s, and a nightly tugid backup\n", folder,
	    folder);
}

static int
make(const struct options *o, const char *listen, const char *name,
    struct err *e)
{
	struct datadir_made m;
	char pin[PINS_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	if (datadir_make(o->data, listen, name, &m, e) != 0)
		return -1;
	if (o->json) {
		pins_text(&m.pin, pin);
		printf("{\"url\":\"%s\",\"pin\":\"%s\",\"pin_hex\":\"%s\","
		    "\"claim_code\":\"%s\",\"recovery_code\":\"%s\"}\n",
		    m.url, pin, hash_text(&m.pin, hex), m.code, m.recovery);
	} else {
		print_made(o->data, &m);
	}
	mem_wipe(&m, sizeof(m));
	return 0;
}

int
cmd_init(struct options *o, struct err *e)
{
	bool ask = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !o->json;
	const char *listen = o->listen, *name = o->name;
	char address[ANSWER_BYTES], called[ANSWER_BYTES], machine[ANSWER_BYTES];

	if (o->data == NULL)
		return err_set(e, ERR_INPUT, "tugid init needs the folder to "
		    "make the hub in");
	if (cmd_owner(o->data, e) != 0)
		return -1;
	if (ask && name == NULL) {
		if (gethostname(machine, sizeof(machine)) != 0)
			snprintf(machine, sizeof(machine), "hub");
		machine[sizeof(machine) - 1] = '\0';
		if (!cmd_ask("Name by which the laptops find this machine",
		    machine, called, sizeof(called)))
			return err_set(e, ERR_INPUT, "nothing was made");
		name = called;
	}
	if (ask && listen == NULL) {
		if (!cmd_ask("Address and port to listen on", "0.0.0.0:8443",
		    address, sizeof(address)))
			return err_set(e, ERR_INPUT, "nothing was made");
		listen = address;
	}
	return make(o, listen != NULL ? listen : "127.0.0.1:8443",
	    name != NULL ? name : "hub", e);
}
