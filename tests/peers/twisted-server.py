#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A poetry transformation server as the original was, on Twisted, on the
listening socket that is its standard input: one netstring NAME.TEXT of at most
99 999 bytes a connection, cut at the first dot; no reply where the name is not
known or the text is not UTF-8.  With an argument: a server of that poem, sent to
whoever connects."""
import os
import socket
import sys

from twisted.internet import protocol, reactor
from twisted.protocols.basic import NetstringReceiver

TRANSFORMS = {b"cummingsify": lambda text: text.decode().lower().encode()}


class Poetry(NetstringReceiver):
    MAX_LENGTH = 99999

    def connectionMade(self):
        if len(sys.argv) > 1:
            self.sendString(sys.argv[1].encode())
            self.transport.loseConnection()

    def stringReceived(self, string):
        name, _, text = string.partition(b".")
        transform = TRANSFORMS.get(name)
        try:
            if transform is not None:
                self.sendString(transform(text))
        except UnicodeDecodeError:
            pass
        self.transport.loseConnection()


factory = protocol.ServerFactory()
factory.protocol = Poetry
os.set_blocking(0, False)
reactor.adoptStreamPort(0, socket.AF_INET, factory)
reactor.run()
