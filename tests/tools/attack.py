#!/usr/bin/env python3
"""Somebody who wears a hub down: many connections that are slow or silent.

usage: attack.py PORT KIND COUNT [--addresses N] [--net NET] [--again]
                 [--seconds S] [--pause S]

KIND is what each connection does:
    silent   connects and says nothing
    hello    sends its TLS greeting byte by byte
    shake    makes the TLS handshake and says nothing more
    head     sends request headers byte by byte
    body     sends whole headers of a request and its body byte by byte
    large    sends nearly all of a bundle of a megabyte, and the rest byte by
             byte
    reader   asks without end and reads nothing
    join     asks to be admitted as a new device, once, and reads the answer
COUNT connections come from N addresses, 127.NET.1.1 upwards, send a byte each
--pause seconds, and with --again come anew when they are closed. The word
"ready" is printed when each has done its first step or was closed; at the end,
after S seconds or without --again when all were closed, one line:
    opened N closed N refused N, and of join how often each status came
SIGTERM ends it as well.
"""
import argparse
import asyncio
import logging
import os
import signal
import ssl

HEAD = b"POST /v1/enrol HTTP/1.1\r\nHost: hub\r\nContent-Length: 4000\r\n\r\n"
LARGE = b"POST /v1/bundle HTTP/1.1\r\nHost: hub\r\n" \
    b"Content-Length: 1100000\r\n\r\n"
ASK = b"GET /v1/info HTTP/1.1\r\nHost: hub\r\n\r\n"


def wish():
    """A whole request to be admitted, of keys that nobody has (wire.md 12.6)."""
    body = b"\xa5\x01\x58\x20" + os.urandom(32) + \
        b"\x02\x58\x20" + os.urandom(32) + b"\x03\x50" + os.urandom(16) + \
        b"\x04\x58\x20" + os.urandom(32) + b"\x05\x01"
    return b"POST /v1/enrol HTTP/1.1\r\nHost: hub\r\nContent-Length: %d" \
        b"\r\n\r\n" % len(body) + body


REFUSED = (ConnectionError, OSError, ssl.SSLError, asyncio.TimeoutError,
           asyncio.IncompleteReadError)


def tls():
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ctx.check_hostname = False
    ctx.verify_mode = ssl.CERT_NONE
    return ctx


def greeting():
    """The first TLS message of a client, as bytes."""
    out = ssl.MemoryBIO()
    try:
        tls().wrap_bio(ssl.MemoryBIO(), out).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


class Attack:
    def __init__(self, args):
        self.args = args
        self.opened = self.closed = self.refused = 0
        self.answers = {}
        self.first = 0  # that have done their first step
        self.ready = asyncio.Event()
        self.context = tls()

    def step_done(self, mine):
        if not mine["done"]:
            mine["done"] = True
            self.first += 1
            if self.first == self.args.count:
                self.ready.set()

    async def connect(self, address):
        kind = self.args.kind
        return await asyncio.open_connection(
            "127.0.0.1", self.args.port, local_addr=(address, 0),
            limit=1024,
            ssl=None if kind in ("silent", "hello") else self.context)

    async def drip(self, reader, writer, text):
        """Byte by byte; until the hub closes."""
        gone = asyncio.ensure_future(self.wait_gone(reader))
        for byte in text:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([gone], timeout=self.args.pause)
            if done:
                return
        await gone

    @staticmethod
    async def wait_gone(reader):
        while await reader.read(1024):
            pass

    async def act(self, reader, writer):
        kind = self.args.kind
        if kind == "hello":
            await self.drip(reader, writer, greeting()[:200])
        elif kind == "head":
            await self.drip(reader, writer, HEAD[:-2] + b"X-More: " +
                            b"x" * 4000)
        elif kind == "body":
            writer.write(HEAD)
            await self.drip(reader, writer, b"x" * 3999)
        elif kind == "large":
            writer.write(LARGE + bytes(1090000))
            await self.drip(reader, writer, b"x" * 9999)
        elif kind == "join":
            writer.write(wish())
            status = (await reader.readuntil(b"\r\n")).split()[1].decode()
            self.answers[status] = self.answers.get(status, 0) + 1
        elif kind == "reader":
            while not (writer.transport.is_closing() or reader.at_eof()):
                writer.write(ASK * 50)
                await writer.drain()
                await asyncio.sleep(0.001)
        else:
            await self.wait_gone(reader)

    async def one(self, address, mine):
        writer = None
        try:
            reader, writer = await self.connect(address)
            self.opened += 1
            self.step_done(mine)
            await self.act(reader, writer)
            self.closed += 1
        except REFUSED:
            if writer is None:
                self.refused += 1
            else:
                self.closed += 1
        finally:
            self.step_done(mine)
            if writer is not None:
                writer.transport.abort()

    async def worker(self, n):
        mine = {"done": False}
        n %= self.args.addresses
        address = "127.%d.%d.%d" % (self.args.net, 1 + n // 250, 1 + n % 250)
        while True:
            await self.one(address, mine)
            if not self.args.again:
                return
            await asyncio.sleep(self.args.pause / 10)

    async def run(self):
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)
        workers = [asyncio.ensure_future(self.worker(i))
                   for i in range(self.args.count)]
        told = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, told.set)
        await self.ready.wait()
        print("ready", flush=True)
        await asyncio.wait(
            [asyncio.gather(*workers), asyncio.ensure_future(told.wait())],
            timeout=self.args.seconds, return_when=asyncio.FIRST_COMPLETED)
        print("opened %d closed %d refused %d" %
              (self.opened, self.closed, self.refused),
              *("%s %d" % x for x in sorted(self.answers.items())), flush=True)


def main():
    logging.disable()
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument("port", type=int)
    p.add_argument("kind", choices=["silent", "hello", "shake", "head",
                                    "body", "large", "reader", "join"])
    p.add_argument("count", type=int)
    p.add_argument("--addresses", type=int, default=1)
    p.add_argument("--net", type=int, default=1)
    p.add_argument("--again", action="store_true")
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--pause", type=float, default=0.5)
    attack = Attack(p.parse_args())
    try:
        asyncio.run(attack.run())
    except (asyncio.CancelledError, KeyboardInterrupt):
        pass


main()
