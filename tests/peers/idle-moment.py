#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""idle-moment.py PORT IDLE_MS COUNT [SPREAD_MS]: asks about when a pool with -i
goes.

After each reply it waits IDLE_MS and up to SPREAD_MS (50), in even steps, then
asks again, COUNT times; prints how many were answered and the longest time.
"""
import socket
import sys
import time

REQUEST = b"27:cummingsify.HERE IS MY POEM,"
REPLY = b"15:here is my poem,"


def ask(port):
    begin = time.monotonic()
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", port), 30) as sock:
            sock.sendall(REQUEST)
            while piece := sock.recv(100):
                got += piece
    except OSError as error:
        print(error, file=sys.stderr)
    return got == REPLY, time.monotonic() - begin


def main():
    port, idle_ms, count, spread_ms = map(int, (sys.argv[1:] + ["50"])[:4])
    ask(port)
    asked = []
    for i in range(count):
        time.sleep((idle_ms + spread_ms * i / count) / 1000)
        asked.append(ask(port))
    good = sum(good for good, _ in asked)
    print(f"answered={good} failed={count - good}",
          f"worst_ms={1000 * max(took for _, took in asked):.0f}")


main()
