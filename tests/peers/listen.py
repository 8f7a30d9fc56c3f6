#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs a program on sockets, as a super-server with "wait" would.

listen.py [--systemd NAME[,NAME...]] [--kind KIND[,KIND...]] [--nonblock]
          [--backlog N] ADDRESS FILE COMMAND [ARGUMENT ...]

ADDRESS is IPV4[:PORT], [IPV6][:PORT] or a path; the port is a free one where it
is not given.  KIND is listening, connected, datagram or packets, the last one of
them for all other sockets.  Becomes COMMAND with the socket as its file descriptor 0; with
--systemd, as many sockets as there are names from file descriptor 3 on, as
sd_listen_fds(3) has it.  What a client is to connect to is written to FILE, at
once and whole, a line for each.
"""
import argparse
import os
import re
import socket
import sys


def listen(address, kind, backlog):
    """A socket at the address, and what a client is to connect to."""
    if kind == "packets":
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.bind("")
        sock.listen()
        return sock, "-"
    how = socket.SOCK_DGRAM if kind == "datagram" else socket.SOCK_STREAM
    if "/" in address:
        sock = socket.socket(socket.AF_UNIX, how)
        sock.bind(address)
    else:
        host, port = re.fullmatch(r"(\[.*\]|[^:]*):?(\d*)", address).groups()
        sock = socket.socket(
            socket.AF_INET6 if host[0] == "[" else socket.AF_INET, how)
        sock.bind((host.strip("[]"), int(port or 0)))
        address = f"{host}:{sock.getsockname()[1]}"
    if kind != "datagram":
        sock.listen(backlog)
    if kind == "connected":
        client = socket.create_connection(sock.getsockname())
        sock = sock.accept()[0]
        # Open as long as COMMAND lives.
        client.set_inheritable(True)
        client.detach()
    return sock, address


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--systemd")
    parser.add_argument("--kind", default="listening")
    parser.add_argument("--nonblock", action="store_true")
    parser.add_argument("--backlog", type=int, default=4096)
    parser.add_argument("address")
    parser.add_argument("file")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    names = args.systemd.split(",") if args.systemd else [""]
    kinds = args.kind.split(",")
    kinds += kinds[-1:] * len(names)
    socks, addresses = zip(*(listen(args.address, kind, args.backlog)
                             for _, kind in zip(names, kinds)))
    first = 3 if args.systemd else 0
    # Out of the way of the descriptors that they are to have.
    fds = [os.dup2(sock.fileno(), 100 + i) for i, sock in enumerate(socks)]
    for i, fd in enumerate(fds):
        os.dup2(fd, first + i, inheritable=True)
        os.set_blocking(fd, not args.nonblock)
        os.close(fd)
    if args.systemd:
        os.environ.update(LISTEN_PID=str(os.getpid()),
                          LISTEN_FDS=str(len(names)),
                          LISTEN_FDNAMES=":".join(names))
    with open(args.file + ".new", "w", encoding="ascii") as file:
        print(*addresses, sep="\n", file=file)
    os.rename(args.file + ".new", args.file)
    for sock in socks:
        if not first <= sock.fileno() < first + len(names):
            sock.close()
    os.execvp(args.command[0], args.command)


sys.exit(main())
