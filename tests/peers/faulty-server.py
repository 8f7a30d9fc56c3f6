#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""faulty-server.py ACTION ... [next ACTION ...]: a server that misbehaves, on the
listening socket that is its standard input.  The first connection gets the first ACTIONs, the
second those after "next", and so on; the last ones are for all others.

read         read a whole request
send=BYTES   send them, written as in a Python string
end          read to the end
pieces=TEXT  send a poem of it, 50 000 times, in pieces of 997 bytes
trickle      send a reply, a byte of it every 0.2 seconds
close        close the connection (also done at the end)
reset        reset it
hold         leave it open
kill         kill this server
"""
import ast
import os
import signal
import socket
import struct
import sys
import time

held = []


def read_request(connection):
    data = b""
    while b":" not in data:
        data += connection.recv(65536)
    header = data.index(b":")
    while len(data) < header + int(data[:header]) + 2:
        data += connection.recv(65536)


def act(connection, action):
    name, _, text = action.partition("=")
    if name == "read":
        read_request(connection)
    elif name == "send":
        connection.sendall(ast.literal_eval(f'b"""{text}"""'))
    elif name == "pieces":
        poem = text.encode() * 50000
        reply = b"%d:%s," % (len(poem), poem)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(reply), 997):
            connection.sendall(reply[i:i + 997])
            time.sleep(0.0005)
    elif name == "end":
        while connection.recv(65536):
            pass
    elif name == "trickle":
        for byte in b"99:" + b"poem " * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.2)
    elif name == "close":
        connection.close()
    elif name == "reset":
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    elif name == "hold":
        held.append(connection)
    elif name == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        sys.exit(f"faulty-server.py: no such action: {action}")


scripts = [[]]
for word in sys.argv[1:]:
    if word == "next":
        scripts.append([])
    else:
        scripts[-1].append(word)
listener = socket.socket(fileno=0)
while True:
    connection, _ = listener.accept()
    try:
        for action in scripts[0]:
            act(connection, action)
    except ConnectionError:
        pass
    if connection not in held:
        connection.close()
    if len(scripts) > 1:
        del scripts[0]
