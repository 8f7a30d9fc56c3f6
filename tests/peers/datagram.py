#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""datagram.py ADDRESS [--pad SIZE] [--from PATH | --nameless] [--relay OTHER]

Sends standard input as one datagram to ADDRESS (IPV4:PORT, [IPV6]:PORT or a
path), padded to SIZE bytes, and writes what comes back; exits with 1 where that
is nothing within two seconds.  --from gives a UNIX client its own address,
--nameless none.

With --relay what comes back is sent to OTHER, what comes back from there to
ADDRESS, and so on, as if each had forged the other's: writes the size of each
datagram, a line each, until one is not answered."""
import argparse
import os
import socket
import sys

WAIT_S = 2
HOPS_MAX = 1000


def opened(address, args):
    if "/" in address:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if not args.nameless:
            sock.bind(args.own or f"{address}.client.{os.getpid()}")
        to = address
    else:
        host, port = address.rsplit(":", 1)
        family = socket.AF_INET6 if "[" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        to = (host.strip("[]"), int(port))
    sock.settimeout(WAIT_S)
    return sock, to


def ask(address, data, args):
    """What comes back for data, or None."""
    sock, to = opened(address, args)
    sock.sendto(data, to)
    try:
        return sock.recv(65536)
    except TimeoutError:
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pad", type=int, default=0)
    parser.add_argument("--from", dest="own")
    parser.add_argument("--nameless", action="store_true")
    parser.add_argument("--relay")
    args = parser.parse_args()
    data = sys.stdin.buffer.read().ljust(args.pad)
    if not args.relay:
        reply = ask(args.address, data, args)
        sys.stdout.buffer.write(reply or b"")
        return reply is None
    here, there = args.address, args.relay
    for _ in range(HOPS_MAX):
        print(len(data))
        data = ask(here, data, args)
        if data is None:
            return 0
        here, there = there, here
    return "they do not fall silent"


sys.exit(main())
