#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""notify-socket.py SOCKET: prints what is sent to the socket of sd_notify(3), a
line for each message, with | between its assignments."""
import os
import socket
import sys

sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind(sys.argv[1] + ".new")
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    print(sock.recv(65536).decode().replace("\n", "|"), flush=True)
