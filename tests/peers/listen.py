#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Runs a program on sockets, as a super-server with "wait" would.

listen.py [--systemd NAME[,NAME...]] [--kind listening|connected|datagram]
          [--unix] [--nonblock] PORTS COMMAND [ARGUMENT ...]

Binds free ports of 127.0.0.1 (or, with --unix, PORTS.socket), writes their
numbers to the file PORTS, a line each, and becomes COMMAND with the socket
as its file descriptor 0; with --systemd, as many sockets as there are names
from file descriptor 3 on, as sd_listen_fds(3) has it.
"""
import argparse
import os
import socket
import sys


def make(kind, unix, path):
    datagram = kind == "datagram"
    sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET,
                         socket.SOCK_DGRAM if datagram else socket.SOCK_STREAM)
    sock.bind(path + ".socket" if unix else ("127.0.0.1", 0))
    if kind != "datagram":
        sock.listen(1024)
    if kind == "connected":
        client = socket.create_connection(sock.getsockname())
        client.set_inheritable(True)
        server, _ = sock.accept()
        os.dup(client.fileno())
        client.detach()
        return server
    return sock


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--systemd")
    parser.add_argument("--kind", default="listening")
    parser.add_argument("--unix", action="store_true")
    parser.add_argument("--nonblock", action="store_true")
    parser.add_argument("ports")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    names = args.systemd.split(",") if args.systemd else [""]
    socks = [make(args.kind, args.unix, args.ports) for _ in names]
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
    with open(args.ports + ".new", "w", encoding="ascii") as file:
        for sock in socks if not args.unix else []:
            print(sock.getsockname()[1], file=file)
    os.rename(args.ports + ".new", args.ports)
    for i, sock in enumerate(socks):
        if not first <= sock.fileno() < first + len(names):
            sock.close()
    os.execvp(args.command[0], args.command)


sys.exit(main())
