#!/usr/bin/python3
"""Open a tugi store without tugi.

A second reader of the format in schema/store.md, written from that document
and sharing no line with client/core/vault: it shows that the document says
what the program does, and it is the way out should there be no program any
more. It only reads, and it checks everything that is sealed: both copies of
the key block, the commit slots, every page, every frame of the log, the root.

usage: unseal.py FILE [--out PLAIN.db] [--records]
           (--passphrase-fd N | --code-fd N | --shares-fd N | --key-fd N)

  --out PLAIN.db     write a plain SQLite database. NOT SEALED: put it where
                     nobody else reads, and delete it afterwards.
  --records          one line of JSON for each version of each record
  --passphrase-fd N  the passphrase, one line from file descriptor N
  --code-fd N        a recovery code
  --shares-fd N      two of the office's recovery shares, a line each
  --key-fd N         the data key, 64 hexadecimal digits

Without --out and --records it checks the store and says what it found, as
JSON. Needs Debian's python3-nacl and nothing else.

Exit codes: 0 whole; 64 usage; 65 not a store of this format; 74 damaged: no
key block can be read; 76 altered, or put back in part; 77 does not open.
"""

import argparse
import hashlib
import json
import os
import sqlite3
import struct
import sys

import nacl.bindings as sodium
import nacl.public
import nacl.pwhash.argon2id as argon2id
from nacl.exceptions import CryptoError

BLOCK = 4096
USABLE = 4016                   # bytes of a page that SQLite may use
MAGIC = b"tugi-store-1\n".ljust(16, b"\0")
PASSPHRASE, RECOVERY, OFFICE = 1, 2, 3
NO_TAG = bytes(16)
EXIT = {"usage": 64, "format": 65, "damaged": 74, "altered": 76, "denied": 77}


class Refused(Exception):
    """Why the store is not given out: one of EXIT, and a sentence."""

    def __init__(self, why, words):
        super().__init__(words)
        self.why = why


def blake(size, key, *parts):
    h = hashlib.blake2b(digest_size=size, key=key)
    for p in parts:
        h.update(p)
    return h.digest()


class Keys:
    """Section 3: what is derived from the data key for one file."""

    def __init__(self, data_key, file_id):
        store = blake(32, data_key, file_id)
        self.file_id = file_id
        self.page, self.log, self.head = (self.sub(store, n) for n in (1, 2, 3))

    @staticmethod
    def sub(store, number):
        # crypto_kdf_derive_from_key is BLAKE2b with the number as salt and
        # the context as personalisation, both zero-padded to 16 bytes.
        return hashlib.blake2b(
            digest_size=32, key=store, salt=struct.pack("<Q8x", number),
            person=b"tugistor".ljust(16, b"\0")).digest()

    def open(self, kind, index, block, epoch=0):
        """Section 2: the content of a sealed record, or None."""
        key = {b"P": self.page, b"C": self.head}.get(kind, self.log)
        ad = (b"tugi1" + kind + b"\0\0" + self.file_id +
              struct.pack(">QQ", epoch, index))
        if len(block) != BLOCK:
            return None
        try:
            return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                block[24:], ad, block[:24], key)
        except CryptoError:
            return None


# ---- section 4: the key block ----

class KeyBlock:
    def __init__(self, raw):
        self.raw = raw
        self.keys_id, self.file_id = raw[20:36], raw[36:52]
        self.generation = int.from_bytes(raw[52:60], "big")
        self.slots = [raw[64 + 128 * i:192 + 128 * i] for i in range(raw[60])]

    @classmethod
    def read(cls, raw):
        """A copy whose first checksum holds, or None."""
        if (len(raw) != BLOCK or raw[4048:4064] != blake(16, b"", raw[:4048])
                or raw[:16] != MAGIC or raw[60] > 8
                or int.from_bytes(raw[16:20], "big") != 1):
            return None
        return cls(raw)

    def by_secret(self, kind, secret):
        """The data key by a passphrase or a code (4.2)."""
        for slot in self.slots:
            passes, memory = struct.unpack(">QQ", slot[2:18])
            if slot[0] != kind or not (2 <= passes <= 64) or \
                    not (64 << 20 <= memory <= 2 << 30):
                continue
            raw = argon2id.kdf(32, secret, slot[18:34], opslimit=passes,
                               memlimit=memory)
            key = blake(32, raw, b"tugi-kek" + slot[:1])
            ad = MAGIC + self.keys_id + self.raw[16:20] + slot[:34]
            try:
                return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                    slot[58:106], ad, slot[34:58], key)
            except CryptoError:
                continue
        raise Refused("denied", "this does not open the store")

    def by_office(self, seed):
        """The data key by the office's recovery secret (4.3)."""
        public, secret = sodium.crypto_box_seed_keypair(seed)
        box = nacl.public.SealedBox(nacl.public.PrivateKey(secret))
        for slot in self.slots:
            if slot[0] != OFFICE or slot[18:34] != blake(16, b"", public):
                continue
            try:
                return box.decrypt(slot[34:114])
            except CryptoError:
                continue
        raise Refused("denied", "these shares do not open the store")

    def authentic(self, keys):
        return self.raw[4064:] == blake(32, keys.head, b"keys",
                                        self.raw[:4064])


# ---- sections 5 to 7: pages, log, epochs ----

class Log:
    """Section 6: SQLite's write-ahead log, up to its last commit."""

    def __init__(self, keys, epoch, raw):
        self.pages = {}         # page number: its newest content
        self.old_tags = {}      # page number: its tag at the epoch's commit
        self.size = None        # pages of the database, by the last commit
        self.frames = 0         # that count
        head = keys.open(b"H", 0, raw[:BLOCK], epoch)
        if head is not None and self.starts(head[:32]):
            self.walk(keys, epoch, raw)

    def starts(self, head):
        magic, _, size = struct.unpack(">III", head[:12])
        self.big = magic & 1
        self.a = self.b = 0
        self.salts = head[16:24]
        self.add(head[:24])
        return (magic & ~1) == 0x377F0682 and size == BLOCK and \
            self.sum() == head[24:32]

    def add(self, data):
        words = struct.unpack(f"{'>' if self.big else '<'}{len(data) // 4}I",
                              data)
        a, b = self.a, self.b
        for i in range(0, len(words), 2):
            a = (a + words[i] + b) & 0xFFFFFFFF
            b = (b + words[i + 1] + a) & 0xFFFFFFFF
        self.a, self.b = a, b

    def sum(self):
        return struct.pack(">II", self.a, self.b)

    def walk(self, keys, epoch, raw):
        waiting = []            # frames of a transaction not yet committed
        for i in range(1, len(raw) // BLOCK):
            frame = keys.open(b"F", i, raw[i * BLOCK:(i + 1) * BLOCK], epoch)
            if frame is None:
                return
            page, commit = struct.unpack(">II", frame[:8])
            self.add(frame[:8])
            self.add(frame[24:4040] + bytes(80))
            if page == 0 or frame[8:16] != self.salts or \
                    frame[16:24] != self.sum():
                return
            waiting.append((page, frame[24:4040], frame[4040:4056]))
            if commit == 0:
                continue
            for page, content, tag in waiting:
                self.pages[page] = content
                self.old_tags[page] = tag
            self.frames += len(waiting)
            self.size = commit
            waiting = []


class Store:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.raw = f.read()
        try:
            with open(path + "-wal", "rb") as f:
                self.log_raw = f.read()
        except FileNotFoundError:
            self.log_raw = b""
        copies = [KeyBlock.read(self.block(n)) for n in (0, 1)]
        whole = [c for c in copies if c is not None]
        if not whole:
            raise Refused("format" if MAGIC not in self.raw[:2 * BLOCK]
                          else "damaged", "neither copy of the key block can "
                          "be read")
        self.key_block = max(whole, key=lambda c: c.generation)
        self.copies_alike = len(whole) == 2 and copies[0].raw == copies[1].raw

    def block(self, n):
        """A whole block; past the end zeros, as behind one cut short."""
        return self.raw[n * BLOCK:(n + 1) * BLOCK].ljust(BLOCK, b"\0")

    def unlock(self, data_key):
        self.keys = Keys(data_key, self.key_block.file_id)
        if not self.key_block.authentic(self.keys):
            raise Refused("altered", "the key block is not what the holder "
                          "of its key wrote")
        self.load()

    def slot(self):
        """5.2: epoch, page count and root of the newest commit."""
        best = None
        for i in (0, 1):
            content = self.keys.open(b"C", i, self.block(2 + i))
            if content is None:
                continue
            epoch, count = struct.unpack(">QQ", content[:16])
            if epoch & 1 == i and (best is None or epoch > best[0]):
                best = epoch, count, content[16:48]
        if best is None or (best[1] > 0 and
                            3 + best[1] >= -(-len(self.raw) // BLOCK)):
            raise Refused("altered", "no commit slot opens")
        return best

    def load(self):
        self.epoch, self.count, root = self.slot()
        self.log = Log(self.keys, self.epoch, self.log_raw)
        tags = [self.block(3 + n)[4080:] for n in range(1, self.count + 1)]
        for page, tag in self.log.old_tags.items():
            if page <= self.count:
                tags[page - 1] = tag
        if root != blake(32, self.keys.head, b"root",
                         struct.pack(">Q", self.count), *tags):
            raise Refused("altered", "the pages are not those of the newest "
                          "commit")
        self.size = self.count if self.log.size is None else self.log.size
        self.torn = 0

    def page(self, n):
        """The 4096 bytes that SQLite sees."""
        if n in self.log.pages:
            if self.keys.open(b"P", n, self.block(3 + n)) is None:
                self.torn += 1  # a checkpoint was cut off; the log has it
            return self.log.pages[n] + bytes(80)
        block = self.block(3 + n)
        if n > self.count or not any(block):
            return bytes(BLOCK)     # never written
        content = self.keys.open(b"P", n, block)
        if content is None:
            raise Refused("altered", f"page {n} does not open")
        return content[:USABLE] + bytes(80)

    def pages(self):
        return (self.page(n) for n in range(1, self.size + 1))


# ---- the office's shares: schema/wire.md 14 ----

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WEIGHTS = 3, 5, 11, 17


def take(text, at, size):
    """``size`` bytes in groups of up to four letters and a check."""
    values, group = [], 0
    while len(values) * 5 < size * 8:
        want = min(4, -(-(size * 8 - len(values) * 5) // 5))
        part = [LETTERS.index(c) for c in text[at:at + want + 1]]
        check = (group + sum(v * w for v, w in zip(part, WEIGHTS))) % 32
        if len(part) != want + 1 or part[-1] != check:
            raise ValueError
        values += part[:-1]
        at += want + 1
        group += 1
    bits = 0
    for v in values:
        bits = bits << 5 | v
    return (bits >> (len(values) * 5 - size * 8)).to_bytes(size, "big"), at


def shares(lines):
    """The recovery secret from two shares: a ^ b ^ c."""
    halves = {}
    try:
        for line in lines[:2]:
            word, number, rest = line.split(None, 2)
            letters = "".join(rest.upper().split()).replace("-", "")
            for wrong, right in (("O", "0"), ("I", "1"), ("L", "1")):
                letters = letters.replace(wrong, right)
            if word != "tugi-share-1":
                raise ValueError
            at = 0
            for which in (int(number) - 1, int(number) % 3):
                halves[which], at = take(letters, at, 32)
        a, b, c = (halves[i] for i in range(3))
    except (ValueError, KeyError, IndexError):
        raise Refused("denied", "these are not two different recovery shares")
    return bytes(x ^ y ^ z for x, y, z in zip(a, b, c))


# ---- records: schema/wire.md 6 ----

def cbor(data, at=0):
    """One item and where it ends; the few types that tugi uses."""
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[info], at
    if info >= 24:
        size = 1 << (info - 24)
        info, at = int.from_bytes(data[at:at + size], "big"), at + size
    if major in (0, 1):
        return (info if major == 0 else -1 - info), at
    if major in (2, 3):
        raw = data[at:at + info]
        return (raw if major == 2 else raw.decode()), at + info
    if major == 4:
        out = []
        for _ in range(info):
            item, at = cbor(data, at)
            out.append(item)
        return out, at
    out = {}
    for _ in range(info):
        key, at = cbor(data, at)
        out[key], at = cbor(data, at)
    return out, at


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: shown(v) for k, v in value.items()}
    return [shown(v) for v in value] if isinstance(value, list) else value


def records(db, out):
    for rid, kind, case, state, body in db.execute(
            "SELECT r.id, r.type, r.case_id, v.state, v.body FROM version v "
            "JOIN record r USING (rid) ORDER BY r.at_ms, v.hlc"):
        line = {"record": rid.hex(), "type": kind,
                "case": case.hex() if case else None, "state": state,
                "body": shown(cbor(body)[0]) if body else None}
        out.write(json.dumps(line, ensure_ascii=False) + "\n")


# ---- the command ----

def secret_lines(fd):
    with os.fdopen(fd, "rb") as f:
        return f.read().split(b"\n")


def data_key(store, o):
    block = store.key_block
    if o.passphrase_fd is not None:
        return block.by_secret(PASSPHRASE, secret_lines(o.passphrase_fd)[0])
    if o.code_fd is not None:
        typed = secret_lines(o.code_fd)[0].upper()
        return block.by_secret(RECOVERY, bytes(c for c in typed
                                               if c not in b"- \t\r"))
    if o.shares_fd is not None:
        return block.by_office(shares(
            [x.decode() for x in secret_lines(o.shares_fd)]))
    return bytes.fromhex(secret_lines(o.key_fd)[0].decode())


def plain(store):
    """The database as SQLite would have it in one file."""
    pages = list(store.pages())
    if pages:                   # no log beside it: a rollback-mode file
        pages[0] = pages[0][:18] + b"\1\1" + pages[0][20:]
    return b"".join(pages)


def run(o):
    store = Store(o.file)
    store.unlock(data_key(store, o))
    db = sqlite3.connect(":memory:")
    content = plain(store)
    db.deserialize(content)
    said = [r[0] for r in db.execute("PRAGMA integrity_check(10)")]
    if o.out is not None:       # for its owner alone
        fd = os.open(o.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(content)
    if o.records:
        records(db, sys.stdout)
    print(json.dumps({
        "file": store.key_block.file_id.hex(),
        "generation": store.key_block.generation,
        "slots": [s[0] for s in store.key_block.slots],
        "copies_alike": store.copies_alike, "epoch": store.epoch,
        "pages": store.size, "log_frames": store.log.frames,
        "torn": store.torn, "integrity": said,
    }), file=sys.stderr if o.records else sys.stdout)
    return 0 if said == ["ok"] else EXIT["damaged"]


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("file")
    p.add_argument("--out")
    p.add_argument("--records", action="store_true")
    way = p.add_mutually_exclusive_group(required=True)
    for name in ("passphrase", "code", "shares", "key"):
        way.add_argument(f"--{name}-fd", type=int)
    try:
        return run(p.parse_args())
    except Refused as e:
        print(f"unseal: {e}", file=sys.stderr)
        return EXIT[e.why]


if __name__ == "__main__":
    sys.exit(main())
