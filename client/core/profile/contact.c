/* Keeps the front-ends from reading the store for the hub's address. */
#include "client/core/profile/contact.h"

#include <stdio.h>
#include <string.h>

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

const char *
contact_url(struct session *s)
{
	return session_store(s)->hub.url;
}

int
contact_move(struct session *s, const char *url, struct err *e)
{
	struct store *st = session_store(s);
	char before[CARD_URL_MAX];
	struct remote r;

	if (!contact_known(s))
		return err_set(e, ERR_ABSENT, "this profile knows no hub yet: "
		    "tugi join with the card from the office");
	if (remote_http(url, &st->hub.pin, st->tick, &r, e) != 0)
		return -1;
	remote_done(&r);
	memcpy(before, st->hub.url, sizeof(before));
	snprintf(st->hub.url, sizeof(st->hub.url), "%s", url);
	if (store_save_hub(st, e) == 0)
		return 0;
	memcpy(st->hub.url, before, sizeof(before));
	return -1;
}
