#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Tries what the unit is to forbid, and says what was possible."""
import ctypes
import mmap
import os
import signal
import socket

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


ATTEMPTS = {
    "write to /": lambda: open("/forbidden", "w"),
    "write to /var": lambda: open("/var/forbidden", "w"),
    "write to /dev/shm": lambda: open("/dev/shm/forbidden", "w"),
    "read /etc/shadow": lambda: open("/etc/shadow"),
    "see /home": lambda: os.listdir("/home"),
    "see another process": lambda: os.stat("/proc/1"),
    "signal another process": lambda: os.kill(1, signal.SIGCONT),
    "make an internet socket": lambda: socket.socket(socket.AF_INET),
    "make a UNIX socket": lambda: socket.socket(socket.AF_UNIX),
    "become root": lambda: os.setuid(0),
    "change the host name": lambda: socket.sethostname("forbidden"),
    "make a user namespace": lambda: checked(libc.unshare(0x10000000)),
    "mount": lambda: checked(libc.mount(b"x", b"/tmp", b"tmpfs", 0, None)),
    "raise a limit": lambda: os.nice(-1),
    "make executable memory": lambda: mmap.mmap(
        -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
}

possible = []
for name, attempt in ATTEMPTS.items():
    try:
        attempt()
    except OSError:
        continue
    possible.append(name)
print("possible: " + ", ".join(possible) if possible else "nothing was possible")
