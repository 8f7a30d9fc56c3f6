#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""on-terminal.py [WAIT TEXT] ...: a person at a terminal with a bash, who waits
until WAIT is to be seen, then types TEXT (written as in a Python string), and so
on, and at last hangs up.  Prints what is seen; fails where a WAIT does not come."""
import ast
import os
import pty
import select
import signal
import sys
import time

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="ready> ", TERM="dumb", INPUTRC="/dev/null",
                      COLUMNS="500")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])

seen = b""
at = 0
status = 0
steps = iter(sys.argv[1:])
for wait, text in zip(steps, steps):
    end = time.monotonic() + 20
    while wait.encode() not in seen[at:] and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536)
    if wait.encode() not in seen[at:]:
        status = 1
        break
    at = seen.index(wait.encode(), at) + len(wait)
    os.write(terminal, ast.literal_eval(f'b"""{text}"""'))
sys.stdout.buffer.write(seen)
os.kill(pid, signal.SIGHUP)
os.close(terminal)
os.waitpid(pid, 0)
sys.exit(status)
