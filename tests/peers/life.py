#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""life.py SCENARIO VERSED: one scenario of the handler's life, on real sockets.

Prints nothing where all went as it should.
"""
import fcntl
import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

REQUEST = b"7:rot13.A,"
REPLY = b"1:N,"
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever started this
VERSED = sys.argv[2]


def netstring(content):
    return b"%d:%s," % (len(content), content)


def check(condition, what):
    if not condition:
        sys.exit(f"not so: {what}")


def tcp_pair():
    """A client's and a server's end of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


def listen():
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()


def connect(address, timeout=10):
    client = socket.create_connection(address)
    client.settimeout(timeout)
    return client


def start(*options, stdin=subprocess.DEVNULL, stdout=None, **more):
    more.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([VERSED, *options], stdin=stdin,
                            stdout=stdin if stdout is None else stdout, **more)


def end(handler, status, log=None):
    said = handler.said = handler.communicate(timeout=40)[1]
    check(handler.returncode == status,
          f"exit status {handler.returncode} is {status}; log {said!r}")
    if log is not None:
        check(log in said.decode(), f"{log} is in {said!r}")


def receive(client, timeout=10):
    client.settimeout(timeout)
    got = b""
    while chunk := client.recv(65536):
        got += chunk
    return got


def ask(address, request=REQUEST, reply=REPLY):
    with connect(address) as client:
        client.sendall(request)
        got = receive(client)
        check(got == reply, f"{got!r} is {reply!r}")


def start_on_3(sock, *options, pid="$$", fds="1"):
    """Starts it with sock on file descriptor 3, as systemd would."""
    script = f'LISTEN_PID={pid} LISTEN_FDS={fds} exec "$@" 3<&{sock.fileno()}'
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", VERSED, *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, pass_fds=[sock.fileno()])


def connection_on_3():
    client, server = tcp_pair()
    handler = start_on_3(server, "-v")
    server.close()
    client.sendall(REQUEST)
    check(receive(client) == REPLY, "the reply came")
    client.close()
    end(handler, 0, "peer=127.0.0.1:")


def listener_on_3():
    listener, address = listen()
    handler = start_on_3(listener)
    ask(address)
    end(handler, 0)


def listen_variables():
    client, server = tcp_pair()
    handler = start_on_3(server, pid="1")
    end(handler, 0)  # it read /dev/null
    handler = start_on_3(server, fds="0")
    end(handler, 0)
    handler = start_on_3(server, fds="2")
    end(handler, 64, "LISTEN_FDS must be 1: one socket only")


def listener_once():
    listener, address = listen()
    handler = start(stdin=listener)
    ask(address)
    end(handler, 0)
    handler = start(stdin=listener)
    ask(address, netstring(b"nosuch.AB"), b"")
    end(handler, 69, "peer=127.0.0.1:")


def peers():
    """What a peer is called in the log, as a connection and when accepted."""
    def peer(family, bound, name):
        with socket.socket(family) as listener:
            if bound == "::ffff:127.0.0.1":
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.bind((bound, 0) if "." in bound or ":" in bound else bound)
            listener.listen()
            for accepted in False, True:
                with socket.socket(family) as client:
                    client.connect(listener.getsockname())
                    sock = listener if accepted else listener.accept()[0]
                    client.sendall(b"x")
                    handler = start(stdin=sock)
                    own = client.getsockname()
                    client.shutdown(socket.SHUT_WR)
                    port = f":{own[1]}" if isinstance(own, tuple) else ""
                    end(handler, 65, f"peer={name}{port} bytes_in=1 ")

    peer(socket.AF_INET, "127.0.0.1", "127.0.0.1")
    peer(socket.AF_INET6, "::1", "[::1]")
    peer(socket.AF_INET6, "::ffff:127.0.0.1", "127.0.0.1")
    peer(socket.AF_UNIX, f"\0versed-{os.getpid()}", "unix")


def told_peers():
    """What a launcher's environment says of one client that it stands for."""
    def peer(name, said, stdin=subprocess.PIPE, client=None):
        handler = start(stdin=stdin, stdout=subprocess.DEVNULL, env=said)
        log = handler.communicate(b"x" if client is None else None, 10)[1]
        check(log.startswith(f"peer={name} bytes_in=1 ".encode()),
              f"{said}: {log!r} has {name}")
        return log

    for said, name in (
            ({"TCPREMOTEIP": "192.0.2.7", "TCPREMOTEPORT": "4711"}, None),
            ({"SOCAT_PEERADDR": "192.0.2.7", "SOCAT_PEERPORT": "4711"}, None),
            ({"NCAT_REMOTE_ADDR": "192.0.2.7", "NCAT_REMOTE_PORT": "4711"}, None),
            ({"REMOTE_ADDR": "192.0.2.7", "REMOTE_PORT": "4711"}, None),
            ({"REMOTE_HOST": "192.0.2.7", "REMOTE_PORT": "4711"}, None),
            ({"SSH_CONNECTION": "192.0.2.7 4711 192.0.2.1 22", "SSH_TTY": "x"},
             None),
            ({"SOCAT_PEERADDR": "[2001:0db8:0000:0000:0000:0000:0000:0001]",
              "SOCAT_PEERPORT": "4711"}, "[2001:db8::1]:4711"),
            ({"TCPREMOTEIP": "fe80::1%eth0", "TCPREMOTEPORT": "4711"},
             "[fe80::1%eth0]:4711"),
            ({"TCPREMOTEIP": "::ffff:192.0.2.7"}, "192.0.2.7"),
            ({"REMOTE_ADDR": "192.0.2.7", "REMOTE_PORT": "70000"}, "192.0.2.7"),
            ({"REMOTE_HOST": "a.example", "TCPREMOTEIP": "1.2.3.4 a=\"b"}, "1.2.3.4"),
            ({"REMOTE_HOST": "a=b peer=1.2.3.4"}, "-"),
            ({"TCPREMOTEIP": "1" * 99}, "-"),
            ({"TCPREMOTEIP": "fe80::1%" + "x" * 99}, "[fe80::1%" + "x" * 15 + "]"),
            ({"TCPREMOTEIP": "fe80::1%a\nb"}, "[fe80::1%a]")):
        peer(name or "192.0.2.7:4711", said)
    said = {"TCPREMOTEIP": "192.0.2.7", "TCPREMOTEPORT": "4711"}
    # A loopback address or none may be that of what stands between.
    client, server = tcp_pair()
    client.sendall(b"x")
    client.shutdown(socket.SHUT_WR)
    peer("192.0.2.7:4711", said, server, client)
    ours, theirs = socket.socketpair()
    ours.sendall(b"x")
    ours.shutdown(socket.SHUT_WR)
    peer("192.0.2.7:4711", said, theirs, ours)
    ours, theirs = socket.socketpair()
    ours.sendall(b"x")
    ours.shutdown(socket.SHUT_WR)
    log = peer("unix", {}, theirs, ours)
    check(f" uid={os.getuid()} pid={os.getpid()} ms=".encode() in log, log)
    # Who accepts many has nobody's environment.
    listener, address = listen()
    handler = start(stdin=listener, env=said)
    ask(address, b"x", b"")
    end(handler, 65, "peer=127.0.0.1:")


def durations():
    """How long a request took ends its line."""
    def took(log, least):
        found = re.search(r" ms=(\d+)\n", log)
        check(found and least <= int(found[1]) < least + 5000, f"{least}: {log}")

    for options in [], ["-t", "0"]:
        handler = start("-v", *options, stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL)
        time.sleep(1.1)
        took(handler.communicate(REQUEST, 10)[1].decode(), 1000)
    handler = start("-t", "1", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    check(handler.wait(10) == 75, "out of time")
    took(handler.stderr.read().decode(), 1000)
    for stopping in False, True:
        listener, address = listen()
        handler = start("-v", "-n", "0", stdin=listener)
        with connect(address) as client, connect(address) as queued:
            queued.sendall(REQUEST)
            client.sendall(REQUEST[:3])
            time.sleep(1.05)  # a tick, and most of a second to the next
            if stopping:
                handler.send_signal(signal.SIGTERM)
            client.sendall(REQUEST[3:])
            check(receive(client) == REPLY, "answered")
            client.close()
            took(handler.stderr.readline().decode(), 1000)
            check(receive(queued) == REPLY, "who is queued, too")
        took(handler.stderr.readline().decode(), 0)
        handler.terminate()
        handler.wait(10)
        handler.stderr.close()


def journal():
    """Standard error is the journal where JOURNAL_STREAM names it, only."""
    for ours, prefix in (True, b"<5>peer=- "), (False, b"peer=- "):
        log, stderr = socket.socketpair()
        st = os.fstat(stderr.fileno())
        stream = f"{st.st_dev}:{st.st_ino if ours else st.st_ino + 1}"
        handler = start(stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                        stderr=stderr, env={"JOURNAL_STREAM": stream})
        stderr.close()
        handler.stdin.write(b"x")
        handler.stdin.close()
        check(handler.wait(10) == 65, "refused")
        said = log.recv(1024)
        check(said.startswith(prefix), f"{said} starts with {prefix}")


def accept_fails():
    # An injected error is a call that the system call filter would kill for:
    # with -f there is none.
    filters = tempfile.mkdtemp()

    def accept(error, status, log):
        listener, address = listen()
        client = connect(address)
        handler = subprocess.Popen(
            ["strace", "-qq", "-o", "/dev/null", "-e", "trace=accept4", "-e",
             f"inject=accept4:error={error}:when=1", VERSED, "-f", filters],
            stdin=listener, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if status == 0:
            client.sendall(REQUEST)
            check(receive(client) == REPLY, f"served after {error}")
            client.close()
        end(handler, status, log)

    for error in "ECONNABORTED", "ENETDOWN", "EPROTO", "EINTR", "EAGAIN":
        accept(error, 0, "")
    for error in "EPERM", "EMFILE", "ENOMEM":
        accept(error, 71, "versed: cannot accept: ")
    os.rmdir(filters)


def listener_shut():
    """What is left of a listening socket whose owner shut it down."""
    listener, _ = listen()
    handler = start(stdin=listener)
    deadline = time.monotonic() + 10
    waiting = re.compile(r"State:\tS.*Seccomp:\t2", re.DOTALL)
    while time.monotonic() < deadline:
        with open(f"/proc/{handler.pid}/status", encoding="ascii") as file:
            if waiting.search(file.read()):
                break
        time.sleep(0.01)
    listener.shutdown(socket.SHUT_RDWR)
    end(handler, 71, "cannot accept: Invalid argument")


def listener_three():
    listener, address = listen()
    handler = start("-n", "3", stdin=listener)
    ask(address, b"07:", b"")
    connect(address).close()
    ask(address)
    end(handler, 0, "result=malformed")


def listener_until_term():
    listener, address = listen()
    handler = start("-n", "0", stdin=listener)
    for _ in range(20):
        ask(address)
    client = connect(address)
    client.sendall(REQUEST[:4])
    accepted(listener)
    handler.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    check(handler.poll() is None, "the request under way is not cut")
    client.sendall(REQUEST[4:])
    check(receive(client) == REPLY, "the request under way is answered")
    client.close()
    end(handler, 0)
    handler = start("-n", "0", stdin=listener)
    ask(address)
    handler.send_signal(signal.SIGTERM)
    end(handler, 0)


def accepted(listener):
    """Waits until the listening socket has nothing more to accept."""
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while poll.poll(0):
        time.sleep(0.01)


def is_cut(client, handler, begin, log):
    """Others wait: the client has a second or two, and then not a byte."""
    try:
        got = receive(client)
    except ConnectionResetError:
        got = b""
    took = time.monotonic() - begin
    check(0.99 < took < 8, f"cut between one and two seconds: {took}")
    client.close()
    end(handler, 75, log)
    return got


def others_wait_for_a_request():
    # No deadline but this.
    for options, log in (["-t", "0"], ""), (["-v"], "timeout reason=\"cut short"):
        listener, address = listen()
        handler = start(*options, stdin=listener)
        begin = time.monotonic()
        client = connect(address)
        client.sendall(REQUEST[:4])
        accepted(listener)
        time.sleep(0.1)  # a stranger's pool sends when it likes
        handler.send_signal(signal.SIGUSR1)
        check(is_cut(client, handler, begin, log) == b"", "no byte was sent")
        check(options != ["-t", "0"] or handler.said == b"", "no line of it")


def others_wait_for_a_stalled_request():
    """Who has had his second is cut at once, not at the deadline."""
    listener, address = listen()
    handler = start("-n", "0", stdin=listener)
    begin = time.monotonic()
    with connect(address) as client:
        client.sendall(REQUEST[:4])
        accepted(listener)
        time.sleep(2.5)
        handler.send_signal(signal.SIGUSR1)
        check(receive(client) == b"", "no byte was sent")
        check(time.monotonic() - begin < 20, "long before the deadline")
    ask(address)
    handler.terminate()
    end(handler, 0, "")
    check(handler.said == b"", f"no line of it: {handler.said}")


def others_wait_for_a_reader():
    listener, address = listen()
    # What the kernel holds at the end comes by a few kilobytes at a time.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    handler = start("-m", "9999999", "-v", stdin=listener)
    client = connect(address)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(netstring(b"rot13." + b"A" * 9000000))
    accepted(listener)
    begin = time.monotonic()
    while handler.poll() is None:  # in whichever stage it came
        handler.send_signal(signal.SIGUSR1)
        time.sleep(0.1)
        check(time.monotonic() - begin < 10, "cut")
    end(handler, 75, "cut short, as others were waiting")
    got = receive(client)
    check(len(got) < 9000000, "what was cut does not look whole")


def others_wait_in_vain():
    """Neither a filter nor an honest client nor one that comes later is cut."""
    with tempfile.TemporaryDirectory() as filters:
        os.chmod(filters, 0o755)
        with open(f"{filters}/slow", "w", encoding="ascii") as script:
            script.write("#!/bin/sh\nsleep 3\nexec cat\n")
        os.chmod(f"{filters}/slow", 0o755)
        listener, address = listen()
        handler = start("-f", filters, stdin=listener)
        with connect(address) as client:
            client.sendall(b"6:slow.A,")
            accepted(listener)
            begin = time.monotonic()
            while not unread(client) and time.monotonic() < begin + 10:
                handler.send_signal(signal.SIGUSR1)
                time.sleep(0.1)
            check(receive(client) == b"1:A,", "the filter's text")
        end(handler, 0)
    handler = start("-n", "0", stdin=listener)
    ask(address)
    for _ in range(3):
        handler.send_signal(signal.SIGUSR1)
        time.sleep(0.01)
    time.sleep(1.1)  # the last one's alarm is over, too
    with connect(address) as client:
        client.sendall(REQUEST[:4])
        time.sleep(0.5)
        client.sendall(REQUEST[4:])
        check(receive(client) == REPLY, "what came between requests is past")
    handler.terminate()
    end(handler, 0)


def stop(*signals, ignored=(), wrap=()):
    """A stopped client and five honest ones in the queue, then a signal."""
    for signo in signals:
        listener, address = listen()
        handler = subprocess.Popen(
            [*wrap, VERSED, "-n", "0"], stdin=listener, stdout=listener,
            stderr=subprocess.PIPE, preexec_fn=lambda:
            [signal.signal(one, signal.SIG_IGN) for one in ignored])
        ask(address)
        stopped = connect(address)
        stopped.sendall(REQUEST[:4])
        accepted(listener)
        others = [connect(address) for _ in range(5)]
        for other in others:
            other.sendall(REQUEST)
        listener.close()
        os.kill(child(handler) if wrap else handler.pid, signo)
        for other in others:
            check(receive(other) == REPLY, f"who was queued, {signo}")
            other.close()
        check(receive(stopped) == b"", "the stopped one has nothing")
        end(handler, 0, "")
        check(handler.said == b"", f"not a line: {handler.said}")


def child(process):
    """The one process that it has started."""
    path = f"/proc/{process.pid}/task/{process.pid}/children"
    with open(path, encoding="ascii") as children:
        return int(children.read())


def stop_answers_the_queue():
    stop(signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    stop(signal.SIGINT, signal.SIGTERM, ignored=[signal.SIGINT, signal.SIGTERM])


def stop_as_process_1():
    stop(signal.SIGTERM, signal.SIGHUP, signal.SIGINT,
         wrap=["unshare", "--pid", "--fork", "--kill-child"])


def stop_idle():
    """A thousand times, at whatever point between two requests it is."""
    listener, address = listen()
    handler = start("-n", "0", stdin=listener, preexec_fn=lambda:
                    signal.signal(signal.SIGHUP, signal.SIG_IGN))
    ask(address)
    handler.send_signal(signal.SIGHUP)
    ask(address)  # as under nohup(1)
    handler.terminate()
    end(handler, 0)
    for i in range(100):
        handler = start("-n", "0", stdin=listener)
        for _ in range(i % 3):
            ask(address)
        time.sleep(i * 1e-5)
        if i % 3 or "Seccomp:\t2" in status(handler):
            handler.terminate()
            end(handler, 0)
        else:
            handler.kill()
            handler.communicate()


def status(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return file.read()


def stop_among_arrivals():
    """Of clients that never cease to come it serves some, for five seconds."""
    listener, address = listen()
    handler = start("-n", "0", stdin=listener)
    answered = 0
    begin = None
    waiting = [connect(address) for _ in range(20)]
    while handler.poll() is None:
        client = waiting.pop(0)
        try:
            client.sendall(REQUEST)
            answered += receive(client, 2) == REPLY
        except (ConnectionError, TimeoutError):
            pass
        client.close()
        waiting.append(connect(address))
        if answered == 10:
            handler.terminate()
            begin = time.monotonic()
        check(begin is None or time.monotonic() < begin + 20, "it ends")
    took = time.monotonic() - begin
    check(took > 4, f"who came in time was served: {took}")
    end(handler, 0)


def listener_wipes():
    listener, address = listen()
    handler = start("-n", "0", stdin=listener)
    secret = b"OEVYYVT" * 2000  # its rot13 is BRILLIG
    text = b"rot13." + secret
    with connect(address) as client:
        client.sendall(netstring(text) + b"OEVYYVT" * 5)
        check(b"BRILLIG" in receive(client), "the secret was answered")
        client.sendall(secret)
    with connect(address) as client:
        client.sendall(netstring(b"shout.oevyyvt\xff"))  # fails at its end
        check(receive(client) == b"", "no reply")
    ask(address)
    found = []
    with open(f"/proc/{handler.pid}/maps") as maps, \
            open(f"/proc/{handler.pid}/mem", "rb") as mem:
        for line in maps:
            if "rw" not in line:
                continue
            low, high = (int(n, 16) for n in line.split()[0].split("-"))
            mem.seek(low)
            memory = mem.read(high - low)
            found += [word for word in (b"OEVYYVT", b"BRILLIG", b"oevyyvt")
                      if word in memory]
    check(not found, f"nothing of the first text is left, but {found}")
    handler.terminate()
    end(handler, 0)


def unconnected():
    with socket.socket() as sock:
        end(start(stdin=sock), 71, "result=error")


def stderr_is_client():
    for request in b"07:", netstring(b"nosuch.AB"), netstring(b"shout.A\xff"), b"5:":
        client, server = tcp_pair()
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        handler = start("-v", stdin=server, stderr=server)
        server.close()
        check(receive(client) == b"", "nothing was sent")
        check(handler.wait(10) in (65, 69, 70), "it was refused")
    # The same for the socket of a pair of which only standard output is one.
    client, server = tcp_pair()
    handler = start("-v", stdin=subprocess.DEVNULL, stdout=server,
                    stderr=server)
    server.close()
    check(receive(client) == b"", "nothing was sent")
    handler.wait(10)


def usage_is_not_for_clients():
    for options in ["-x"], ["-m", "0"], ["poem"], ["-f", "/nosuch"]:
        client, server = tcp_pair()
        handler = start(*options, stdin=server, stderr=server)
        server.close()
        check(receive(client) == b"", "nothing was sent")
        check(handler.wait(10) == 64, "bad usage")


def one_pipe():
    """Standard error is the pipe that the reply goes to, or sshd's."""
    def both(request, *options, stdin=subprocess.PIPE, **more):
        done = subprocess.Popen([VERSED, *options], stdin=stdin,
                                stdout=subprocess.PIPE, **more)
        got = done.communicate(request, timeout=10)
        return got[0] if got[1] is None else got[0] + got[1]

    ssh = {"SSH_CONNECTION": "192.0.2.7 4711 192.0.2.1 22"}
    for more in {"stderr": subprocess.STDOUT}, {
            "stderr": subprocess.PIPE, "env": ssh}:
        check(both(REQUEST, "-v", **more) == REPLY, "the reply alone")
        check(both(b"07:", **more) == b"", "no reason")
        check(both(b"", "-x", **more) == b"", "nor one of bad usage")
        check(b"usage: " in both(b"", "-h", **more), "help is no request")
        check(b"/nosuch" in both(b"", "-L", "-f", "/nosuch", **more),
              "nor is the list")
        # A person at a terminal is told what is wrong, but as a client not.
        person, terminal = os.openpty()
        check(both(None, "-x", stdin=terminal, **more) ==
              b"versed: unknown option: -x\n", "who typed it is told")
        os.write(person, b"07:\n\x04")
        check(both(None, stdin=terminal, **more) == b"", "no reason")
    # With a terminal of its own, or many clients, it is somebody else's.
    more["env"]["SSH_TTY"] = "/dev/pts/0"
    check(b"malformed" in both(b"07:", **more), "a person's session")
    listener, address = listen()
    read_end, write_end = os.pipe()
    handler = start(stdin=listener, stdout=write_end, stderr=write_end)
    os.close(write_end)
    ask(address, b"07:", b"")
    with open(read_end, "rb") as pipe:
        check(b"malformed" in pipe.read(), "no client has the pipe")
    handler.wait(10)


def timed_out(handler, client, begin, log, seconds=1):
    try:
        got = receive(client)
    except ConnectionResetError:
        got = b""
    took = time.monotonic() - begin
    client.close()
    check(seconds <= took < seconds + 6, f"cut at the deadline: {took}")
    end(handler, 75, log)
    return got


def trickle():
    client, server = tcp_pair()
    begin = time.monotonic()
    handler = start("-t", "1", stdin=server)
    server.close()
    for byte in REQUEST[:6]:
        client.sendall(bytes([byte]))
        time.sleep(0.15)
    check(timed_out(handler, client, begin, "result=timeout") == b"",
          "no byte was sent")


def silent():
    client, server = tcp_pair()
    begin = time.monotonic()
    handler = start("--timeout=1", stdin=server)
    server.close()
    check(timed_out(handler, client, begin,
                    "bytes_in=0 bytes_out=0 result=timeout") == b"",
          "no byte was sent")
    pipe = subprocess.Popen([VERSED, "-t", "1"], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    check(pipe.wait(10) == 75, "the same on a pipe")


def never_reads():
    client, server = tcp_pair()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    text = b"rot13." + b"A" * 9000000
    handler = start("-m", "9999999", "-t", "1", stdin=server)
    server.close()
    begin = time.monotonic()
    client.sendall(netstring(text))
    end(handler, 75, "result=timeout reason=\"the reply was not taken")
    check(time.monotonic() - begin < 8, "cut at the deadline")
    client.close()


def blocked_alarm():
    client, server = tcp_pair()
    begin = time.monotonic()
    handler = start("-t", "1", stdin=server, preexec_fn=lambda:
                    signal.pthread_sigmask(signal.SIG_BLOCK,
                                           range(1, signal.NSIG)))
    server.close()
    timed_out(handler, client, begin, "result=timeout")


def unread(sock):
    """How many bytes have come and were not read yet."""
    buf = bytearray(4)
    fcntl.ioctl(sock, termios.FIONREAD, buf)
    return int.from_bytes(buf, sys.byteorder)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


def reset_at_once():
    client, server = tcp_pair()
    reset(client)
    end(start(stdin=server), 0, "")
    client, server = tcp_pair()
    handler = start(stdin=server)
    client.sendall(REQUEST[:5])
    while unread(server) > 0:
        time.sleep(0.01)
    reset(client)
    end(handler, 65, "result=truncated")


def gone():
    read_end, write_end = os.pipe()
    os.close(read_end)
    handler = subprocess.Popen([VERSED], stdin=subprocess.PIPE,
                               stdout=write_end, stderr=subprocess.PIPE)
    said = handler.communicate(REQUEST, timeout=10)[1]
    check(handler.returncode == 74 and
          b'bytes_out=0 result=undelivered reason="Broken pipe"' in said,
          f"{handler.returncode}: {said!r}")


def full_pipe():
    """The end of a pipe that takes nothing more, and its other end."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while os.write(write_end, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(write_end, True)
    return write_end, read_end


def log_is_stuck():
    log, _ = full_pipe()
    for options in ["-t", "0"], []:
        client, server = tcp_pair()
        handler = start(*options, stdin=server, stderr=log)
        server.close()
        client.sendall(b"x")
        begin = time.monotonic()
        check(receive(client) == b"", "it is refused")
        check(time.monotonic() - begin < 3, "soon")
        client.close()
        check(handler.wait(10) == 65, "its status is the request's")
    check(start("-x", stderr=log).wait(10) == 64, "a message is lost as well")


def log_is_late():
    log, other_end = full_pipe()
    handler = start("-x", stderr=log)
    time.sleep(0.2)
    got = b""
    os.close(log)
    while chunk := os.read(other_end, 65536):
        got += chunk
    check(handler.wait(10) == 64, "bad usage")
    check(got.endswith(b"versed: unknown option: -x\n"), "the line is waited for")


def log_file_at_its_limit():
    client, server = tcp_pair()
    with tempfile.TemporaryFile() as log:
        handler = start("-v", stdin=server, stderr=log, preexec_fn=lambda:
                        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    server.close()
    client.sendall(REQUEST + b"\n" * 120000)  # more than it reads at once
    check(receive(client) == REPLY, "the reply, no reset")
    client.close()
    end(handler, 0)


def file_at_its_limit():
    with tempfile.TemporaryFile() as out:
        handler = start(stdin=subprocess.PIPE, stdout=out, preexec_fn=lambda:
                        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        said = handler.communicate(REQUEST, timeout=10)[1]
    check(handler.returncode == 74 and b"File too large" in said,
          f"{handler.returncode}: {said!r}")


def linger():
    for request, reply in (REQUEST, REPLY), (b"x", b""):
        client, server = tcp_pair()
        client.sendall(request)
        begin = time.monotonic()
        handler = start(stdin=server)
        server.close()
        check(receive(client) == reply, "the reply")
        check(time.monotonic() - begin < 1.8, "its end came before the linger's")
        status = handler.wait(10)
        took = time.monotonic() - begin
        check(1.9 < took < 8, f"an idle client is waited for: {took} s")
        check(status in (0, 65), "its status is the request's")
        client.close()
    # What comes too much is read, up to 64 KiB, and costs no reply.
    client, server = tcp_pair()
    begin = time.monotonic()
    handler = start(stdin=server)
    server.close()
    client.sendall(REQUEST + b"x" * 30000)
    check(receive(client) == REPLY, "the reply, no reset")
    try:
        for _ in range(64):
            client.sendall(b"x" * 10000)
            time.sleep(0.01)
    except (BrokenPipeError, ConnectionResetError):
        pass
    check(handler.wait(10) == 0 and time.monotonic() - begin < 1.9,
          "64 KiB end the linger")


def nonblocking():
    client, server = tcp_pair()
    server.setblocking(False)
    handler = start("-m", "9999999", stdin=server)
    time.sleep(0.2)
    text = b"rot13." + b"A" * 3000000
    request = netstring(text)
    client.sendall(request[:10])
    time.sleep(0.2)
    client.sendall(request[10:])
    time.sleep(0.2)
    got = receive(client)
    check(got == netstring(b"N" * 3000000), "the whole reply")
    client.close()
    end(handler, 0)
    listener, address = listen()
    listener.setblocking(False)
    handler = start(stdin=listener)
    time.sleep(0.2)
    ask(address)
    end(handler, 0)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    check(used.ru_utime + used.ru_stime < 0.3, f"without spinning: {used}")


def closed_descriptors():
    def run(script):
        return subprocess.run(["/bin/sh", "-c", script, "sh", VERSED],
                              input=REQUEST, capture_output=True, timeout=10)
    done = run('exec "$@" <&-')
    check(done.returncode == 71 and done.stdout == b"" and
          b"cannot use file descriptor 0: Bad file descriptor" in done.stderr,
          f"standard input: {done}")
    done = run('exec "$@" >&-')
    check(done.returncode == 74 and b"result=undelivered" in done.stderr,
          f"standard output: {done}")
    done = run('exec "$@" 2>&-')
    check(done.returncode == 0 and done.stdout == REPLY,
          f"standard error: {done}")
    done = run('exec "$@" -l >&- 2>&-')
    check(done.returncode == 74, f"both outputs: {done}")


globals()[sys.argv[1]]()
