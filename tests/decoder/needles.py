#!/usr/bin/python3
"""Look for secrets of a profile in what its programs left behind.

usage: needles.py learn STORE PASSPHRASE-FD WORDS... >FILE
       needles.py look FILE PATH...

learn opens the store with the second reader and writes down what must be
nowhere: the data key and what is derived from it, the device's secret keys,
the keys of all sections, the passphrase, and the WORDS; each line a name and
hexadecimal digits. look searches files, and folders with all that is in them,
for each of these as it is, as hexadecimal digits and in base64. What strace
wrote with -xx (names that end in .strace) is turned into bytes first.
Prints what it found, never the secret. Exit 0: nothing, 1: something.
"""

import base64
import os
import re
import sqlite3
import sys

import unseal


def learn(path, fd, words):
    passphrase = unseal.secret_lines(fd)[0]
    store = unseal.Store(path)
    key = store.key_block.by_secret(unseal.PASSPHRASE, passphrase)
    store.unlock(key)
    db = sqlite3.connect(":memory:")
    db.deserialize(unseal.plain(store))
    found = [("data key", key), ("page key", store.keys.page),
             ("log key", store.keys.log), ("head key", store.keys.head),
             ("passphrase", passphrase)]
    device = db.execute("SELECT value FROM meta WHERE key = 'device'")
    for (keys,) in device:      # two public keys, then the secret ones
        found += [("signing seed", keys[64:96]), ("box key", keys[128:160])]
    for (section,) in db.execute("SELECT key FROM epoch WHERE key NOT NULL"):
        found.append(("section key", section))
    found += [("word", w.encode()) for w in words]
    for name, secret in found:
        print(name.replace(" ", "_"), secret.hex())


def forms(secret):
    yield secret
    if len(secret) >= 16:
        yield secret.hex().encode()
        yield secret.hex().upper().encode()
        yield base64.b64encode(secret).rstrip(b"=")
        yield base64.urlsafe_b64encode(secret).rstrip(b"=")


def content(path):
    with open(path, "rb") as f:
        data = f.read()
    if not path.endswith(".strace"):
        return data
    return b"\n".join(
        bytes.fromhex(m.group(1).replace(b"\\x", b"").decode())
        for m in re.finditer(rb'"((?:\\x[0-9a-f]{2})*)"', data))


def look(needles, paths):
    wanted = []
    with open(needles) as f:
        for line in f:
            name, digits = line.split()
            wanted += [(name, x) for x in forms(bytes.fromhex(digits))]
    files = hits = 0
    for top in paths:
        inside = [os.path.join(d, n) for d, _, names in os.walk(top)
                  for n in names] if os.path.isdir(top) else [top]
        for path in inside:
            if not os.path.isfile(path) or os.path.islink(path):
                continue
            files += 1
            data = content(path)
            for name in sorted({n for n, x in wanted if x in data}):
                hits += 1
                print(f"{name} in {path}")
    print(f"{len(wanted)} forms of secrets, {files} files, {hits} found")
    return 1 if hits or not files else 0


if __name__ == "__main__":
    if sys.argv[1] == "learn":
        learn(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
    else:
        sys.exit(look(sys.argv[2], sys.argv[3:]))
