/*
 * The way to the hub that a profile has joined or asked to join.
 */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "client/core/profile/session.h"
#include "client/core/sync/remote.h"

/** contact_open(s, out, e): its address and pinned key, over TLS; nothing is
 * sent yet. ERR_ABSENT when no hub is known. */
int contact_open(struct session *s, struct remote *out, struct err *e);

/** contact_known(s): has this profile asked a hub to let it in? */
bool contact_known(struct session *s);

/** contact_url(s): its address, "" without one. */
const char *contact_url(struct session *s);

/** contact_move(s, url, e): the hub has moved. Its key and the office's root
 * stay what they are, so nobody else can be taken for it. ERR_INPUT for what
 * is no address. */
int contact_move(struct session *s, const char *url, struct err *e);

/** contact_vouch(s, pin, e): a person has read the hub's pin off paper or from
 * a colleague. Taken if the hub that answers with it proves to be this
 * office's: its log's key has signed that pin. */
int contact_vouch(struct session *s, const struct hash *pin, struct err *e);

/** contact_carried(s, word, e): the hub's signed word on its keys, brought as a
 * file: what GET /v1/pins answers (local/hubpins.h). */
int contact_carried(struct session *s, struct view word, struct err *e);
#define CONTACT_WORD_MAX 256

/** contact_pin_read(text, pin, e): as tugid prints it, or in hex. */
int contact_pin_read(const char *text, struct hash *pin, struct err *e);

/** contact_pin(s, out): the key that the hub uses, as tugid prints it. */
#define CONTACT_PIN_BYTES 56
void contact_pin(struct session *s, char out[static CONTACT_PIN_BYTES]);

#endif
