#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Clients of a server, as the tests need them.

client.py ADDRESS                sends standard input at once, never half-closes,
                                 writes what comes until end of file
client.py ADDRESS COUNT [SLOW]   COUNT of them at the same time, SLOW of them one
                                 byte at a time over 2.5 seconds; then writes, a
                                 line each, how often which reply came

ADDRESS is IPV4:PORT, [IPV6]:PORT or a path.  A refused connection, a reset or
40 seconds without an end are written, after what came before, as "error: ...";
a single client then exits 1.
"""
import asyncio
import collections
import sys

DEADLINE_S = 40
SLOW_S = 2.5


async def connect(address):
    if "/" in address:
        return await asyncio.open_unix_connection(address)
    host, port = address.rsplit(":", 1)
    return await asyncio.open_connection(host.strip("[]"), int(port))


async def exchange(address, request, pieces, reply):
    reader, writer = await connect(address)
    try:
        size = -(-len(request) // pieces) or 1
        for start in range(0, len(request), size):
            if start:
                await asyncio.sleep(SLOW_S / pieces)
            writer.write(request[start:start + size])
            await writer.drain()
        while piece := await reader.read(65536):
            reply += piece
    finally:
        writer.close()


async def attempt(address, request, pieces):
    reply = bytearray()
    try:
        await asyncio.wait_for(
            exchange(address, request, pieces, reply), DEADLINE_S)
    except (OSError, asyncio.TimeoutError) as error:
        reply += b"error: " + (str(error) or "timeout").encode()
    return bytes(reply)


async def main():
    address, *counts = sys.argv[1:]
    count, slow = [*map(int, counts), 0, 0][:2] if counts else (1, 0)
    request = sys.stdin.buffer.read()
    replies = await asyncio.gather(*(
        attempt(address, request, len(request) if i < slow else 1)
        for i in range(count)))
    if counts:
        for reply, n in collections.Counter(replies).items():
            print(n, reply.decode(errors="backslashreplace"))
        return
    sys.stdout.buffer.write(replies[0])
    if b"error: " in replies[0]:
        sys.exit(1)


if __name__ == "__main__":
    asyncio.run(main())
