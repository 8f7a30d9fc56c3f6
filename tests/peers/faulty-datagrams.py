#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""faulty-datagrams.py relay PORT SEED | forge | shorter: a bad way, or a bad
server, on the datagram socket that is its standard input.

relay    to 127.0.0.1:PORT and back; of all datagrams, both ways, every second
         one, by chance, is lost, and of the others every second one comes twice
forge    answers each request by a poem from another address, by bytes that are
         no netstring, by half a poem, by a poem and more, then by the poem
shorter  answers as versed does: never with as many bytes as it was asked with;
         writes the size of each request to standard error
"""
import random
import select
import socket
import sys

POEM = b"15:here is my poem,"
server = socket.socket(fileno=0)
action = sys.argv[1]


def relay(port, seed):
    chance = random.Random(seed)
    clients = {}

    def send(sock, data, *address):
        if chance.random() < 0.5:
            return
        for _ in range(chance.choice((1, 2))):
            sock.sendto(data, *address) if address else sock.send(data)

    while True:
        for sock in select.select([server, *clients], [], [])[0]:
            data, address = sock.recvfrom(65536)
            if sock is not server:
                send(server, data, clients[sock])
                continue
            for upstream, client in clients.items():
                if client == address:
                    break
            else:
                upstream = socket.socket(type=socket.SOCK_DGRAM)
                upstream.connect(("127.0.0.1", port))
                clients[upstream] = address
            send(upstream, data)


if action == "relay":
    relay(int(sys.argv[2]), int(sys.argv[3]))
other = socket.socket(type=socket.SOCK_DGRAM)
other.bind(("127.0.0.1", 0))
while True:
    request, client = server.recvfrom(65536)
    if action == "shorter":
        content = request[request.index(b":") + 1:].split(b",")[0]
        text = content.split(b".", 1)[1]
        print(len(request), file=sys.stderr, flush=True)
        # As long as one that was padded twice.
        reply = b"%d:%s," % (len(text) + 3000, text + b" " * 3000)
        if len(reply) < len(request):
            server.sendto(reply, client)
        continue
    other.sendto(b"6:forged,", client)
    for data in b"HTTP/1.1", b"", POEM[:-1], POEM + b"1:a,", b"015:x", POEM:
        server.sendto(data, client)
