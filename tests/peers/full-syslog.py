#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A syslog that reads nothing, at /dev/log, already full: /run/deaf is then."""
import os
import signal
import socket

syslog, program = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                   for _ in range(2))
syslog.bind("/dev/log")
os.chmod("/dev/log", 0o666)
program.setblocking(False)
try:
    while True:
        program.sendto(b"full", "/dev/log")
except BlockingIOError:
    open("/run/deaf", "w").close()
signal.pause()
