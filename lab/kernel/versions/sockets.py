"""Sockets of every kind that a dump shows, in the network namespace that it is started in, until it is ended."""
import signal, socket

kept = []


def keep(family, kind, address, port, listen=False, device=None, v6only=None, connect=None):
    s = socket.socket(family, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    if device is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    s.bind((address, port))
    if listen:
        s.listen()
    if connect is not None:
        s.connect(connect)
    kept.append(s)


V4, V6, TCP, UDP = socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM, socket.SOCK_DGRAM
keep(V4, TCP, '0.0.0.0', 80, listen=True)
keep(V4, TCP, '127.0.0.1', 81, listen=True)
keep(V4, TCP, '0.0.0.0', 82, listen=True, device='eth0')
keep(V4, TCP, '192.0.2.1', 83, listen=True, device='eth0')
keep(V6, TCP, '::', 84, listen=True, v6only=0)
keep(V6, TCP, '::', 85, listen=True, v6only=1)
keep(V6, TCP, '::1', 86, listen=True)
keep(V6, TCP, '::', 87, listen=True, v6only=0, device='br0')
keep(V6, TCP, '::ffff:127.0.0.1', 88, listen=True, v6only=0)
keep(V4, UDP, '0.0.0.0', 53)
keep(V4, UDP, '127.0.0.1', 54)
keep(V6, UDP, '::', 55, v6only=0)
keep(V6, UDP, '::', 56, v6only=1)
keep(V4, UDP, '127.0.0.1', 57, connect=('127.0.0.1', 53))
keep(V4, UDP, '0.0.0.0', 58, device='eth0')
keep(V4, TCP, '127.0.0.1', 4000, connect=('127.0.0.1', 80))
keep(V6, TCP, '::1', 4001, connect=('::1', 86))
keep(V6, TCP, '::ffff:127.0.0.1', 4002, v6only=0, connect=('::ffff:127.0.0.1', 88))
signal.pause()
