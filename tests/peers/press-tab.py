#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""press-tab.py COMPLETION PATH LINE: what a person sees who types LINE and
presses TAB twice in a bash that has read the file COMPLETION."""
import os
import pty
import select
import signal
import sys
import time

completion, path, line = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PATH=f"{path}:{os.environ['PATH']}", PS1="$ ",
                      TERM="dumb", INPUTRC="/dev/null", COLUMNS="500")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])


def read_until(what, seconds):
    """Reads until it was read, or nothing more came for so long."""
    seen = b""
    end = time.monotonic() + 20
    while what not in seen and time.monotonic() < end:
        if not select.select([terminal], [], [], seconds)[0]:
            break
        seen += os.read(terminal, 65536)
    return seen


def type_in(text):
    os.write(terminal, text.encode())


type_in(f". {completion}; echo re''ady\n")
read_until(b"ready", 10)
type_in(line + "\t\t")
# The list, and the line anew behind it; or neither.
seen = read_until(b"\0", 3)
os.kill(pid, signal.SIGHUP)
os.close(terminal)
os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
