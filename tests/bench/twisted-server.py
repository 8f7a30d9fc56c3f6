#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""twisted-server.py PORT: the same exchange on Twisted's event loop, with what
the original service does: the first dot splits, one reply, then a close; an
unknown name or a text that is not UTF-8 is a close without a reply."""
import sys

from twisted.internet import reactor
from twisted.protocols.basic import NetstringReceiver
from twisted.internet.protocol import Factory

TRANSFORMS = {b"cummingsify": lambda text: text.decode().lower().encode()}


class Poetry(NetstringReceiver):
    MAX_LENGTH = 99999

    def stringReceived(self, string):
        name, dot, text = string.partition(b".")
        transform = TRANSFORMS.get(name)
        if dot and transform:
            try:
                self.sendString(transform(text))
            except UnicodeDecodeError:
                pass
        self.transport.loseConnection()


reactor.listenTCP(int(sys.argv[1]), Factory.forProtocol(Poetry), backlog=4096,
                  interface="127.0.0.1")
reactor.run()
