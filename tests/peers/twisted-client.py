#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""twisted-client.py HOST PORT: sends standard input, writes the netstring
that comes back, and exits 0 where it was one and the connection then ended
without a reset."""
import sys

from twisted.internet import protocol, reactor
from twisted.internet.error import ConnectionDone
from twisted.protocols.basic import NetstringReceiver


class Client(NetstringReceiver):
    replies = []

    def connectionMade(self):
        self.transport.write(sys.stdin.buffer.read())

    def stringReceived(self, string):
        self.replies.append(string)

    def connectionLost(self, reason):
        if not reason.check(ConnectionDone):
            print(reason.getErrorMessage(), file=sys.stderr)
        if reactor.running:
            reactor.stop()


factory = protocol.ClientFactory()
factory.protocol = Client
factory.clientConnectionFailed = lambda connector, reason: reactor.stop()
reactor.connectTCP(sys.argv[1], int(sys.argv[2]), factory)
reactor.run()
for reply in Client.replies:
    sys.stdout.buffer.write(b"%d:%s," % (len(reply), reply))
sys.exit(len(Client.replies) != 1)
