#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Clients that stop, and honest ones beside them.

stopped.py ADDRESS COUNT FILE          COUNT clients send part of a request and
                                       wait; FILE is made when all have; ends
                                       when it is killed, or all are closed
stopped.py ADDRESS COUNT FILE HONEST [MEMORY]
                                       then asks HONEST times, one after another,
                                       and writes how many were answered, and the
                                       median and the longest time; and to the
                                       file MEMORY the machine's free memory, KiB

ADDRESS is as client.py has it.  STOP in the environment says where they stop:
"request", in the middle of it, which is the default; "comma", before the last
byte of the longest one; "reply", without taking it, which is the longest.
"""
import asyncio
import os
import re
import resource
import sys
import time

from client import connect

LONGEST = b"99999:number." + b"\n" * 99992 + b","
SENT = {"request": b"27:cummi", "comma": LONGEST[:-1], "reply": LONGEST}
LIMIT_S = 60


async def stop(address):
    reader, writer = await connect(address)
    # What is not read in time stays in the kernel.
    if os.environ.get("STOP") == "reply":
        writer.transport.pause_reading()
    writer.write(SENT[os.environ.get("STOP", "request")])
    await writer.drain()
    return reader, writer


async def ask(address):
    begin = time.monotonic()
    try:
        reader, writer = await asyncio.wait_for(connect(address), LIMIT_S)
        writer.write(b"27:cummingsify.HERE IS MY POEM,")
        reply = await asyncio.wait_for(reader.read(), LIMIT_S)
        writer.close()
    except (OSError, asyncio.TimeoutError):
        reply = b""
    return reply == b"15:here is my poem,", time.monotonic() - begin


async def main():
    address, count, file, *honest = sys.argv[1:]
    memory = honest[1] if len(honest) > 1 else None
    clients = []
    for begin in range(0, int(count), 100):
        clients += await asyncio.gather(*(
            stop(address) for _ in range(begin, min(begin + 100, int(count)))))
    with open(file, "w", encoding="ascii"):
        pass
    if honest:
        asked = [await ask(address) for _ in range(int(honest[0]))]
        if memory:
            with open("/proc/meminfo", encoding="ascii") as info, \
                    open(memory, "w", encoding="ascii") as out:
                print(re.search(r"MemAvailable: *(\d+)", info.read())[1],
                      file=out)
        times = sorted(took for _, took in asked)
        print(f"answered={sum(good for good, _ in asked)}",
              f"median_ms={1000 * times[len(times) // 2]:.1f}",
              f"worst_ms={1000 * times[-1]:.0f}")
        return
    for reader, _ in clients:
        try:
            await reader.read()
        except OSError:
            pass


_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
asyncio.run(main())
