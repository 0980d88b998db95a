/* tugid init: a new hub, and what its operator has to know and keep. */
#include "daemon/cmd.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "daemon/datadir.h"
#include "daemon/tls.h"

static void
print_made(const char *folder, const struct datadir_made *m)
{
	char pin[TLS_PIN_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	tls_pin_text(&m->pin, pin);
	hash_text(&m->pin, hex);
	printf("The hub is made in %s.\n\n"
	    "  address     %s\n"
	    "  TLS pin     %s\n"
	    "  in hex      %s\n"
	    "  claim code  %s\n\n"
	    "The code works once and is not kept here. Give address, pin and "
	    "code to the\n"
	    "office's first officer, who takes the hub over with:  tugi "
	    "office init\n"
	    "Nobody is enrolled on the hub itself.\n\n"
	    "Next:  tugid serve %s\n",
	    folder, m->url, pin, hex, m->code, folder);
}

int
cmd_init(const struct options *o, struct err *e)
{
	struct datadir_made m;
	char pin[TLS_PIN_TEXT_BYTES], hex[HASH_TEXT_BYTES];

	if (o->data == NULL)
		return err_set(e, ERR_INPUT, "tugid init needs the folder to "
		    "make the hub in");
	if (datadir_make(o->data, o->listen != NULL ? o->listen :
	    "127.0.0.1:8443", o->name != NULL ? o->name : "hub", &m, e) != 0)
		return -1;
	if (o->json) {
		tls_pin_text(&m.pin, pin);
		printf("{\"url\":\"%s\",\"pin\":\"%s\",\"pin_hex\":\"%s\","
		    "\"claim_code\":\"%s\"}\n", m.url, pin,
		    hash_text(&m.pin, hex), m.code);
	} else {
		print_made(o->data, &m);
	}
	mem_wipe(&m, sizeof(m));
	return 0;
}
