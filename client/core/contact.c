/* Keeps the front-ends from reading the store for the hub's address. */
#include "client/core/contact.h"

#include "client/core/local/store.h"

bool
contact_known(struct session *s)
{
	return session_store(s)->hub.url[0] != '\0';
}

int
contact_open(struct session *s, struct remote *out, struct err *e)
{
	struct store *st = session_store(s);

	if (!contact_known(s))
		return err_set(e, ERR_ABSENT, "this profile knows no hub yet: "
		    "tugi join with the card from the office");
	return remote_http(st->hub.url, &st->hub.pin, st->tick, out, e);
}
