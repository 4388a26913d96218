#!/usr/bin/env python3
"""One real connection from the network namespace that it runs in: probe.py http|tls|dns|syn ADDRESS PORT

Prints {"verdict": "delivered|rejected|dropped", "answer"?, "error"?, "from"?}: delivered is a connection and an answer to a question
(`syn`: the connection alone), rejected any error that reaches the socket, `from` its reporter where it came by ICMP, dropped is silence.
"""
import errno, json, os, socket, ssl, struct, subprocess, sys

PATIENCE = 6  # seconds: a host that no neighbour answers for is told of after three
IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000
kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])


def dns_question():
    name = b"".join(bytes([len(label)]) + label for label in b"kubernetes.default.svc.cluster.local".split(b"."))
    return struct.pack(">6H", os.getpid() & 0xFFFF, 0x0100, 1, 0, 0, 0) + name + b"\0" + struct.pack(">2H", 1, 1)


def dns_answer(data):
    _, flags, _, answers, _, _ = struct.unpack(">6H", data[:12])
    return f"status {flags & 15}, {answers} answers, the last {socket.inet_ntoa(data[-4:])}"


def ask(sock):
    sock.connect((address, port))
    if kind == "dns":
        sock.send(dns_question())
        return dns_answer(sock.recv(2000))
    if kind == "syn":
        return ""
    if kind == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        sock = context.wrap_socket(sock)
    sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
    data = b""
    while chunk := sock.recv(4096):
        data += chunk
    return data.partition(b"\r\n\r\n")[2].decode().strip()


def reporter(sock):
    """Whose ICMP it was; none where the error is a reset, or the kernel's own."""
    try:
        _, control, _, _ = sock.recvmsg(2000, 500, MSG_ERRQUEUE)
    except OSError:
        return {}
    for _, kind_, value in control:
        if kind_ == IP_RECVERR and value[4] == 2:  # SO_EE_ORIGIN_ICMP
            return {"from": socket.inet_ntoa(value[20:24])}
        if kind_ == IPV6_RECVERR and value[4] == 3:  # SO_EE_ORIGIN_ICMP6, and the address of a sockaddr_in6
            return {"from": socket.inet_ntop(socket.AF_INET6, value[24:40])}
    return {}


subprocess.run(["ip", "neigh", "flush", "all"], stderr=subprocess.DEVNULL)
is_v6 = ":" in address
sock = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM if kind == "dns" else socket.SOCK_STREAM)
sock.setsockopt(*((socket.IPPROTO_IPV6, IPV6_RECVERR, 1) if is_v6 else (socket.IPPROTO_IP, IP_RECVERR, 1)))
sock.settimeout(PATIENCE)
try:
    seen = {"verdict": "delivered", "answer": ask(sock)}
except (socket.timeout, ssl.SSLError) as error:
    seen = {"verdict": "dropped", "error": str(error)}
except OSError as error:
    name = errno.errorcode.get(error.errno, str(error.errno))
    seen = {"verdict": "dropped" if name == "ETIMEDOUT" else "rejected", "error": name, **reporter(sock)}
print(json.dumps(seen))
