/*
 * SSHSIG: the signature of OpenSSH's ssh-keygen -Y, as git keeps it in a
 * commit (gpg.format ssh). Ed25519, SHA-512, namespace "git", no more.
 *
 * Source: OpenSSH's PROTOCOL.sshsig; schema/ledger.md 4.
 */
#ifndef WIRE_SSHSIG_H
#define WIRE_SSHSIG_H

#include "common/wire/keys.h"

#define SSHSIG_TEXT_MAX 512

/** sshsig_sign(message, pub, key, out): append the armoured signature,
 * without a newline at its end. */
void sshsig_sign(struct view message, const struct sign_pub *pub,
    const struct sign_key *key, struct buf *out);

/** sshsig_armour(sig, pub, out): the same from a signature made before;
 * sshsig_raw(armour, sig): taken out again, false when there is none. */
void sshsig_armour(const struct sig *sig, const struct sign_pub *pub,
    struct buf *out);
bool sshsig_raw(struct view armour, struct sig *sig);

/** sshsig_check(armour, message, pub): true when it is the one that
 * sshsig_sign makes with the key of ${pub}. */
bool sshsig_check(struct view armour, struct view message,
    const struct sign_pub *pub);

/** sshsig_key(pub, out): append "ssh-ed25519 AAAA...", as it stands in a file
 * of allowed signers. */
void sshsig_key(const struct sign_pub *pub, struct buf *out);

#endif
