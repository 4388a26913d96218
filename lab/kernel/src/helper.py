#!/usr/bin/env python3
"""Sockets in network namespaces, for a laboratory: one process that listens and probes in all of them.

helper.py PREFIX: requests on standard input, one JSON object a line; answers on standard output, told apart by "id".
  {"id", "op": "listen", "netns", "as", "protocol", "address", "port", "only"?, "device"?}       -> {"id"}
  {"id", "op": "volley", "watch": [netns], "forget": [netns], "settle", "patience", "probes": [{"netns", "protocol", "src"?, "sport", "dst", "dport", "mark"?, "tos"?, "device"?, "ttl"?, "uid"?, "size"?, "df"?, "tracked"?}]}
      -> {"id", "answers": [{"outcome": "answered|error|silence", "received"?: {...}, "error"?: {...}}], "rules"?: {netns: [event]}}, in the order of the probes
  {"id", "op": "trace", "netns"}                    from now on volleys tell which rules met them, see nftrace.py          -> {"id"}
  {"id", "op": "forget", "prefix"}                  closes the listeners of its namespaces and deletes them
When standard input ends, whoever asked is gone: every namespace whose name begins with PREFIX is deleted.
"""
import ctypes, errno, fcntl, ipaddress, json, os, selectors, signal, socket, struct, subprocess, sys, time

import netlink
from nftrace import RuleTrace

IP_PKTINFO, IP_RECVERR, IPV6_RECVERR, IPV6_RECVPKTINFO, IPV6_PKTINFO, SO_RCVMARK, SO_MARK = 8, 11, 25, 49, 50, 75, 36
IP_TOS, IP_TTL, IP_RECVTTL, IP_RECVTOS, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT, IPV6_RECVTCLASS, IPV6_TCLASS = 1, 2, 12, 13, 51, 52, 66, 67
# How a datagram's header looked to the program, in ancillary data.
HEADER = {
    (socket.IPPROTO_IP, IP_TTL): "ttl",
    (socket.IPPROTO_IP, IP_TOS): "tos",
    (socket.IPPROTO_IPV6, IPV6_HOPLIMIT): "ttl",
    (socket.IPPROTO_IPV6, IPV6_TCLASS): "tos",
}
IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_PROBE = 10, 0, 3
MSG_ERRQUEUE = 0x2000
ICMP_REDIRECT = 5
TCP_INFO_BYTES_ACKED = 120  # its place in struct tcp_info
prefix = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
selector = selectors.DefaultSelector()
listeners, probes, volleys, traces, deleting = [], {}, [], {}, []
KINDS = {"tcp": (socket.SOCK_STREAM, 0), "udp": (socket.SOCK_DGRAM, 0)}


def kind(protocol, six):
    """An echo is asked for through a socket that needs no right to raw packets."""
    return KINDS.get(protocol) or (socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP)


def enter(netns):
    fd = os.open("/run/netns/" + netns, os.O_RDONLY)
    try:
        if libc.setns(fd, 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + netns)
    finally:
        os.close(fd)


def make(netns, uid, *kind):
    enter(netns)
    if not uid:
        return socket.socket(*kind)
    os.seteuid(uid)  # the owner of a socket is who makes it
    try:
        return socket.socket(*kind)
    finally:
        os.seteuid(0)


def plain(address):
    """An address without the dress of IPv4 in an IPv6 socket."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def answer(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


ENOUGH = 4  # answers to one datagram: two servers would answer each other for ever


class Listener:
    def __init__(self, request):
        self.name, self.netns, self.tcp = request["as"], request["netns"], request["protocol"] == "tcp"
        family = socket.AF_INET6 if ":" in request["address"] else socket.AF_INET
        self.socket = make(self.netns, None, family, socket.SOCK_STREAM if self.tcp else socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1 if request.get("only") else 0)
        if not self.tcp:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
            for option in (IP_PKTINFO, IP_RECVTTL, IP_RECVTOS):
                self.socket.setsockopt(socket.IPPROTO_IP, option, 1)
            for option in (IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS) if family == socket.AF_INET6 else ():
                self.socket.setsockopt(socket.IPPROTO_IPV6, option, 1)
        if request.get("device"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, request["device"].encode() + b"\0")
        self.socket.bind((request["address"], request["port"]))
        if self.tcp:
            self.socket.listen(1024)
        self.socket.setblocking(False)
        selector.register(self.socket, selectors.EVENT_READ, self.ready)

    def ready(self, _events):
        try:
            if self.tcp:
                Accepted(self.name, self.socket.accept()[0])
            else:
                self.datagram()
        except OSError:
            pass

    def datagram(self):
        data, control, _flags, peer = self.socket.recvmsg(65536, 500)
        seen = {"as": self.name, "src": plain(peer[0]), "sport": peer[1], "dport": self.socket.getsockname()[1], "mark": 0}
        for level, kind, value in control:
            if (level, kind) == (socket.SOL_SOCKET, SO_MARK):
                seen["mark"] = struct.unpack("I", value)[0]
            elif (level, kind) == (socket.IPPROTO_IP, IP_PKTINFO):
                seen["dst"] = plain(socket.inet_ntop(socket.AF_INET, value[8:12]))
            elif (level, kind) == (socket.IPPROTO_IPV6, IPV6_PKTINFO):
                seen["dst"] = plain(socket.inet_ntop(socket.AF_INET6, value[:16]))
            elif (level, kind) in HEADER:
                seen[HEADER[level, kind]] = value[0]
        probe = probes.get(data.rstrip(b"\0"))
        if probe is None or probe.answers == ENOUGH:
            return
        probe.answers += 1
        # Translated, an answer may come to a server again, its own even: the first is the packet that was sent.
        probe.received = probe.received or seen
        self.socket.sendto(data, peer)  # without IP_PKTINFO: from the address that routing chooses

    def close(self):
        selector.unregister(self.socket)
        self.socket.close()


class Accepted:
    """A connection that waits for the name of the probe that made it."""

    def __init__(self, name, connection):
        self.name, self.socket = name, connection
        self.socket.setblocking(False)
        selector.register(self.socket, selectors.EVENT_READ, self.ready)

    def ready(self, _events):
        try:
            data = self.socket.recv(200)
            if data in probes:
                peer, local = self.socket.getpeername(), self.socket.getsockname()
                probes[data].received = {"as": self.name, "src": plain(peer[0]), "sport": peer[1], "dst": plain(local[0]), "dport": local[1]}
                self.socket.send(data)
        except OSError:
            pass
        selector.unregister(self.socket)
        self.socket.close()


class Volley:
    """Packets that are sent one after the other without a pause, and answered for together: `settle` seconds of silence after the last one
    only an unresolved neighbour is worth waiting for, `patience` seconds at most."""

    def __init__(self, request):
        self.id, self.watch, self.settle = request["id"], request["watch"], request["settle"]
        for netns in request["forget"]:
            enter(netns)
            netlink.forget(connections=not any(probe.get("tracked") for probe in request["probes"]))
        self.traces = {netns: traces[netns] for netns in request["watch"] if netns in traces}
        for trace in self.traces.values():
            trace.read()
        self.answers = [None] * len(request["probes"])
        self.open = {
            index: Probe(probe, f"{prefix}/{self.id}.{index}".encode(), lambda index=index, **said: self.done(index, said))
            for index, probe in enumerate(request["probes"])
        }
        for probe in list(self.open.values()):
            probe.send()
        now = time.monotonic()
        self.look, self.end = now + self.settle, now + request["patience"]
        volleys.append(self)

    def done(self, index, said):
        del self.open[index]
        self.answers[index] = said

    def tick(self, now):
        if now < self.look:
            return
        if now < self.end and any(unresolved(netns) for netns in self.watch):
            self.look = now + min(self.settle, 0.3)
            return
        for probe in list(self.open.values()):
            probe.silence()

    def finish(self):
        if not self.open:
            volleys.remove(self)
            rules = {netns: trace.read() for netns, trace in self.traces.items()}
            answer(id=self.id, answers=self.answers, rules=rules)


class Probe:
    """One packet of a volley. `report` gets what became of it."""

    def __init__(self, request, name, report):
        self.request, self.netns, self.name, self.report = request, request["netns"], name, report
        self.tcp, self.echo = request["protocol"] == "tcp", request["protocol"] == "icmp"
        self.received, self.connected, self.answers = None, False, 0

    def send(self):
        request, dst = self.request, self.request["dst"]
        six = ":" in dst
        self.socket = s = make(request["netns"], request.get("uid"), socket.AF_INET6 if six else socket.AF_INET, *kind(request["protocol"], six))
        probes[self.name] = self
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(*((socket.IPPROTO_IPV6, IPV6_RECVERR, 1) if six else (socket.IPPROTO_IP, IP_RECVERR, 1)))
        if request.get("mark"):
            s.setsockopt(socket.SOL_SOCKET, SO_MARK, request["mark"])
        if request.get("device"):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, request["device"].encode() + b"\0")
        if request.get("tos"):
            s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, request["tos"])
        if request.get("ttl"):
            s.setsockopt(*((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, request["ttl"]) if six else (socket.IPPROTO_IP, socket.IP_TTL, request["ttl"])))
        if request.get("df") is not None and not six:
            s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE if request["df"] else IP_PMTUDISC_DONT)
        header = 8 if self.echo else 0  # the kernel fills in identifier and checksum
        data = bytes([128 if six else 8] + [0] * 7) + self.name if self.echo else self.name
        data = data.ljust(request.get("size", 0) - (40 if six else 20) - 8 + header, b"\0")
        try:
            s.bind((request.get("src") or ("::" if six else "0.0.0.0"), request["sport"]))
            if self.echo:  # a connected one would be routed twice
                s.sendto(data, (dst, 0))
            else:
                s.connect((dst, request["dport"]))
                if not self.tcp:
                    s.send(data)
        except BlockingIOError:
            pass
        except OSError as error:
            # What the call itself says is this kernel's own word, whatever else it has noted.
            return self.failed(error.errno, None if self.tcp else {"origin": "errno"})
        selector.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE if self.tcp else selectors.EVENT_READ, self.ready)

    def ready(self, _events):
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        noted = self.noted()
        if noted is not None and (noted["origin"], noted["type"]) == ("icmp", ICMP_REDIRECT):
            return  # the packet goes on all the same
        if code != 0:
            return self.done("answered") if self.tcp and self.acknowledged() else self.failed(code, noted)
        if noted is not None and not self.tcp:
            return self.failed(noted.pop("errno_"), noted)
        try:
            if self.tcp and not self.connected:
                self.socket.getpeername()
                self.connected = True
                self.socket.send(self.name)
                selector.modify(self.socket, selectors.EVENT_READ, self.ready)
                return
            _data, peer = self.socket.recvfrom(65536)
            if self.echo and plain(peer[0]) != plain(self.request["dst"]):
                return  # it was not connected: a stranger's answer gets here as well
        except BlockingIOError:
            return
        except OSError as error:
            return self.done("answered") if self.connected else self.failed(error.errno)
        self.done("answered")

    def acknowledged(self):
        """Was the handshake answered? What becomes of the segments behind it is another question."""
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 128)
        return struct.unpack_from("Q", info, TCP_INFO_BYTES_ACKED)[0] > 0

    def noted(self):
        """The kernel's note on an error: who reported it, and by which ICMP message."""
        try:
            _data, control, _flags, _peer = self.socket.recvmsg(200, 500, MSG_ERRQUEUE)
        except OSError:
            return None
        for level, kind, value in control:
            if (level, kind) in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)):
                number, origin, type_, code = struct.unpack_from("IBBB", value)
                note = {"errno_": number, "origin": {1: "local", 2: "icmp", 3: "icmpv6"}.get(origin, str(origin)), "type": type_, "code": code}
                family = struct.unpack_from("H", value, 16)[0] if len(value) >= 18 else 0
                if family == socket.AF_INET:
                    note["from"] = socket.inet_ntop(family, value[20:24])
                elif family == socket.AF_INET6:
                    note["from"] = socket.inet_ntop(family, value[24:40])
                return note
        return None

    def failed(self, number, note=None):
        note = note or self.noted() or {"origin": "errno"}
        note.pop("errno_", None)
        if "from" in note:
            enter(self.netns)
            note["own"] = note["from"] in netlink.addresses()
        self.done("error", error={"errno": errno.errorcode.get(number, str(number)), **note})

    def silence(self):
        """Nothing more comes. A handshake that was completed is an answer."""
        self.done("answered" if self.connected else "silence")

    def done(self, outcome, **more):
        try:
            selector.unregister(self.socket)
        except (KeyError, ValueError):
            pass
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        probes.pop(self.name, None)
        if self.received:
            more["received"] = self.received
        self.report(outcome=outcome, **more)


def unresolved(netns):
    enter(netns)
    return netlink.unresolved()


def forget(start):
    for listener in [each for each in listeners if each.netns.startswith(start)]:
        listener.close()
        listeners.remove(listener)
    for netns in [name for name in traces if name.startswith(start)]:
        traces.pop(netns).close()
    names = [name for name in os.listdir("/run/netns") if name.startswith(start)] if os.path.isdir("/run/netns") else []
    if names:
        deleting.append(subprocess.Popen(["ip", "-batch", "-", "-force"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        deleting[-1].stdin.write("".join(f"netns del {name}\n" for name in names).encode())
        deleting[-1].stdin.close()


def handle(line):
    request = json.loads(line)
    try:
        if request["op"] == "listen":
            listeners.append(Listener(request))
            answer(id=request["id"])
        elif request["op"] == "volley":
            Volley(request)
        elif request["op"] == "trace":
            if request["netns"] not in traces:
                enter(request["netns"])
                traces[request["netns"]] = RuleTrace()
            answer(id=request["id"])
        elif request["op"] == "forget":
            forget(request["prefix"])
            answer(id=request["id"])
    except (OSError, KeyError) as error:
        answer(id=request["id"], failed=f"{request['op']}: {error}")


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of standard input is the sign
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_NONBLOCK)
    selector.register(0, selectors.EVENT_READ, None)
    rest = b""
    try:
        while True:
            deleting[:] = [each for each in deleting if each.poll() is None]
            happened = selector.select(min([0.1, *(volley.settle / 2 for volley in volleys)]))
            for key, events in happened:
                if key.data is not None:
                    key.data(events)
                    continue
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    handle(line)
            # Silence counts once nothing waits to be read: this process may have been kept from reading.
            for volley in [] if happened else list(volleys):
                volley.tick(time.monotonic())
            for volley in list(volleys):
                volley.finish()
    except BrokenPipeError:
        pass
    finally:
        forget(prefix)
        for each in deleting:
            each.wait()


main()
