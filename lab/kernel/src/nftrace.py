"""What nftables tells of the packets that a rule has marked for it (`meta nftrace set 1`; `nft monitor trace` prints the same)."""
import errno, socket, struct

import netlink

SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE, SO_RCVBUFFORCE = 270, 1, 9, 33
NFT_MSG_TRACE = (10 << 8) | 17  # NFNL_SUBSYS_NFTABLES
TABLE, CHAIN, HANDLE, TYPE, VERDICT, ID, MARK, POLICY = 1, 2, 3, 4, 5, 6, 14, 16
FAMILIES = {1: "inet", 2: "ip", 5: "netdev", 7: "bridge", 10: "ip6"}
TYPES = {1: "policy", 2: "return", 3: "rule"}
CODES = {0: "drop", 1: "accept", 2: "stolen", 3: "queue", -1: "continue", -3: "jump", -4: "goto", -5: "return"}


class RuleTrace:
    """Listens in the current namespace."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, netlink.NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        self.socket.setblocking(False)

    def read(self):
        """Every event since the last time, in the kernel's order."""
        events = []
        while True:
            try:
                data = self.socket.recv(1 << 16)
            except BlockingIOError:
                return events
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                continue
            while len(data) >= 16:
                length, kind = struct.unpack_from("IH", data)
                if kind == NFT_MSG_TRACE:
                    events.append(event(data[16:length]))
                data = data[(length + 3) & ~3 :]

    def close(self):
        self.socket.close()


def event(body):
    said = dict(netlink.attributes(body[4:]))
    number = lambda kind, form: struct.unpack(form, said[kind])[0] if kind in said else None
    told = {
        "id": number(ID, ">I"),
        "family": FAMILIES.get(body[0], str(body[0])),
        "table": text(said.get(TABLE)),
        "chain": text(said.get(CHAIN)),
        "type": TYPES.get(number(TYPE, ">I"), "?"),
        "handle": number(HANDLE, ">Q"),
        "mark": number(MARK, ">I") or 0,
    }
    if POLICY in said:
        return {**told, "verdict": verdict(number(POLICY, ">I"))}
    inner = {kind & 0x3FFF: value for kind, value in netlink.attributes(said.get(VERDICT & 0x3FFF, b""))}
    return {**told, "verdict": verdict(struct.unpack(">i", inner[1])[0]), "to": text(inner.get(2))}


def verdict(code):
    return CODES.get(code if code < 0 else code & 0xFF, str(code))


def text(value):
    return None if value is None else value.rstrip(b"\0").decode()
