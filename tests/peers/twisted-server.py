#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A poetry transformation server as the original was, on Twisted, on the
listening socket that is its standard input: one netstring NAME.TEXT of at most
99 999 bytes a connection, cut at the first dot; no reply where the name is not
known or the text is not UTF-8.  With an argument: a server of that poem, sent to
whoever connects.  On a datagram socket each datagram is a request, and its reply
another."""
import os
import socket
import sys

from twisted.internet import protocol, reactor
from twisted.protocols.basic import NetstringReceiver

TRANSFORMS = {b"cummingsify": lambda text: text.decode().lower().encode()}


def transformed(string):
    """The result, or None."""
    name, _, text = string.partition(b".")
    transform = TRANSFORMS.get(name)
    try:
        return transform(text) if transform is not None else None
    except UnicodeDecodeError:
        return None


class Poetry(NetstringReceiver):
    MAX_LENGTH = 99999

    def connectionMade(self):
        if len(sys.argv) > 1:
            self.sendString(sys.argv[1].encode())
            self.transport.loseConnection()

    def stringReceived(self, string):
        text = transformed(string)
        if text is not None:
            self.sendString(text)
        self.transport.loseConnection()


class Datagrams(protocol.DatagramProtocol):
    def datagramReceived(self, datagram, addr):
        length, colon, rest = datagram.partition(b":")
        size = int(length) if length.isdigit() else -1
        if not colon or not 0 <= size <= 99999 or rest[size:size + 1] != b",":
            return
        text = transformed(rest[:size])
        if text is not None:
            self.transport.write(b"%d:%s," % (len(text), text), addr)


factory = protocol.ServerFactory()
factory.protocol = Poetry
os.set_blocking(0, False)
with socket.socket(fileno=os.dup(0)) as given:
    if given.type == socket.SOCK_DGRAM:
        reactor.adoptDatagramPort(0, socket.AF_INET, Datagrams())
    else:
        reactor.adoptStreamPort(0, socket.AF_INET, factory)
reactor.run()
