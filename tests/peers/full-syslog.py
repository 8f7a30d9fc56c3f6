#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A syslog at /dev/log that reads nothing; /run/syslog-full is there once it is
full."""
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
    open("/run/syslog-full", "w").close()
signal.pause()
