#!/usr/bin/python3
"""Do the program and the second reader agree about stores that were changed?

usage: agree.py STOREBOX FOLDER SEED COUNT

Makes stores with STOREBOX (tests/tools/storebox.c), changes copies of them in
seeded ways, and lets both read each: either both refuse it, or both give the
same rows. Prints a line per disagreement and a summary; exit 1 if there was
one.
"""

import collections
import hashlib
import os
import random
import sqlite3
import subprocess
import sys

import unseal

B = unseal.BLOCK


def python_reads(path, key):
    """The hash over all rows, or why they are not given out."""
    try:
        store = unseal.Store(path)
        store.unlock(key)
        content = unseal.plain(store)
    except unseal.Refused as e:
        return e.why
    db = sqlite3.connect(":memory:")
    db.deserialize(content)
    if [r[0] for r in db.execute("PRAGMA integrity_check(1)")] != ["ok"]:
        return "damaged"
    h = hashlib.blake2b(digest_size=32)
    for number, body in db.execute("SELECT id, body FROM row ORDER BY id"):
        h.update(b"%d|" % number + (body or b""))
    return h.hexdigest()


def program_reads(storebox, path, key_file):
    done = subprocess.run([storebox, "read", path, key_file],
                          capture_output=True, text=True)
    return {0: done.stdout.strip(), 74: "damaged", 76: "altered",
            77: "altered"}.get(done.returncode,
                               f"exit {done.returncode}")


# ---- changes; each takes random numbers, the main file and the log ----

def flip(r, main, log):
    where = log if log and r.random() < 0.4 else main
    at = r.randrange(len(where))
    where[at] ^= 1 << r.randrange(8)


def flip_head(r, main, log):
    at = r.randrange(4 * B)
    main[at] ^= 1 << r.randrange(8)


def zero(r, main, log):
    where = log if log and r.random() < 0.4 else main
    at = r.randrange(len(where) // B) * B
    where[at:at + B] = bytes(B)


def swap(r, main, log):
    a, b = (r.randrange(len(main) // B) * B for _ in range(2))
    main[a:a + B], main[b:b + B] = main[b:b + B], main[a:a + B]


def across(r, main, log):
    if log:
        a, b = r.randrange(len(main) // B) * B, r.randrange(len(log) // B) * B
        main[a:a + B], log[b:b + B] = log[b:b + B], main[a:a + B]


def cut_log(r, main, log):
    del log[r.randrange(len(log) + 1):]


def cut_main(r, main, log):
    del main[r.randrange(len(main) + 1):]


def drop_log(r, main, log):
    log.clear()


def torn(r, main, log):
    """A power cut in a checkpoint: half of a page, one the log may hold."""
    at = (4 + r.randrange(len(main) // B - 4)) * B + 512 * r.randrange(8)
    main[at:at + 512] = r.randbytes(512)


def older_page(r, main, log):
    n = 4 + r.randrange(len(main) // B - 4)
    main[n * B:(n + 1) * B] = OLD[n * B:(n + 1) * B].ljust(B, b"\0")


def longer(r, main, log):
    main += r.randbytes(r.choice((1, 100, B, 3 * B)))


def nothing(r, main, log):
    pass


CHANGES = (flip, flip, flip_head, zero, swap, across, cut_log, cut_main,
           drop_log, torn, torn, older_page, longer, nothing)
OLD = b""


def main():
    global OLD
    storebox, folder, seed, count = (sys.argv[1], sys.argv[2],
                                     int(sys.argv[3]), int(sys.argv[4]))
    box, copy = os.path.join(folder, "box"), os.path.join(folder, "copy")
    key_file = os.path.join(folder, "key")
    tally, bad = collections.Counter(), 0
    for i in range(count):
        r = random.Random(f"{seed} {i}")
        if i % 40 == 0:
            for end in ("", "-wal"):
                if os.path.exists(box + end):
                    os.unlink(box + end)
            subprocess.run([storebox, "make", box, key_file, "passphrase",
                            "CODE", str(seed + i // 40)], check=True)
            key = bytes.fromhex(open(key_file).read().strip())
            sound, sound_log = open(box, "rb").read(), \
                open(box + "-wal", "rb").read()
            OLD = open(box + ".old", "rb").read()
        main_file, log = bytearray(sound), bytearray(sound_log)
        change = CHANGES[i % len(CHANGES)]
        change(r, main_file, log)
        open(copy, "wb").write(main_file)
        open(copy + "-wal", "wb").write(log)
        ours = python_reads(copy, key)
        theirs = program_reads(storebox, copy, key_file)
        if change is nothing and len(ours) != 64:
            ours = f"not read at all: {ours}"
        tally["read" if len(ours) == 64 else ours] += 1
        if ours != theirs and not {ours, theirs} <= {"format", "damaged"}:
            bad += 1
            print(f"seed {seed} change {i} ({change.__name__}): the second "
                  f"reader says {ours}, the program {theirs}")
    print(", ".join(f"{n} {what}" for what, n in sorted(tally.items())) +
          f": {bad} disagreements")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
