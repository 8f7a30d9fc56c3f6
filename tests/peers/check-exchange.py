#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""check-exchange.py REQUEST REPLY STATUS COMMAND...

Runs COMMAND on one end of a TCP connection, sends REQUEST (hex) on the other
without shutting it down, and expects exactly REPLY (hex), then end of file
within the time of a linger, and STATUS as its exit status.
"""
import socket
import subprocess
import sys
import time

request, reply = (bytes.fromhex(arg) for arg in sys.argv[1:3])
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
conn, _ = listener.accept()
handler = subprocess.Popen(
    sys.argv[4:], stdin=conn, stdout=conn, stderr=subprocess.DEVNULL
)
conn.close()
client.settimeout(10)
client.sendall(request)
start = time.monotonic()
got = b""
while chunk := client.recv(65536):
    got += chunk
took = time.monotonic() - start
client.close()
status = handler.wait(10)
if (got, status) != (reply, int(sys.argv[3])) or took > 1:
    sys.exit(f"got {got!r} after {took:.1f} s, exit status {status}")
