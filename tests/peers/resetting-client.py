#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""resetting-client.py IPV4:PORT REQUEST: sends it and, once a handler is at work
on this machine, resets the connection."""
import glob
import socket
import struct
import sys
import time

DEADLINE_S = 10


def is_at_work(path):
    try:
        with open(path) as comm:
            return comm.read() == "versed\n"
    except OSError:
        return False


host, port = sys.argv[1].split(":")
client = socket.create_connection((host, int(port)))
client.sendall(sys.argv[2].encode())
end = time.monotonic() + DEADLINE_S
while not any(map(is_at_work, glob.glob("/proc/[0-9]*/comm"))):
    if time.monotonic() > end:
        sys.exit("no handler")
    time.sleep(0.01)
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()
