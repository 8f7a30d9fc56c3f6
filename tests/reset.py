#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""reset.py IPV4:PORT REQUEST: sends it and resets the connection at once."""
import socket
import struct
import sys

host, port = sys.argv[1].split(":")
client = socket.create_connection((host, int(port)))
client.sendall(sys.argv[2].encode())
client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
client.close()
