#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""serve-on.py ADDRESS FILE COMMAND [ARGUMENT ...]: becomes COMMAND, with a socket
that listens on ADDRESS, an IP address or a path, as its standard input.  What a
client is to connect to is written to FILE, at once and whole; the port is a
free one, or that of the environment's PORT."""
import os
import socket
import sys

address, file, *command = sys.argv[1:]
if "/" in address:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    name = address
else:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, int(os.environ.get("PORT", 0))))
    name = f"[{address}]" if ":" in address else address
    name += f":{listener.getsockname()[1]}"
listener.listen(16)
with open(file + ".new", "w") as new:
    new.write(name)
os.rename(file + ".new", file)
os.dup2(listener.fileno(), 0)
os.execvp(command[0], command)
