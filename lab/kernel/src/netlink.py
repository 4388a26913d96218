"""The little of netlink that a laboratory asks for between two packets: neighbours, addresses, connections; of the current namespace."""
import os, socket, struct

REQUEST, ACK, DUMP = 1, 4, 0x300
RTM_NEWADDR, RTM_GETADDR, RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 20, 22, 28, 29, 30
NUD_INCOMPLETE, NUD_NOARP, NUD_PERMANENT = 1, 0x40, 0x80
NETLINK_ROUTE, NETLINK_NETFILTER = 0, 12
CT_DELETE = (1 << 8) | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE


def talk(protocol, kind, flags, body):
    """Sends one request; yields the type and body of every answer."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as nl:
        nl.send(struct.pack("IHHII", 16 + len(body), kind, REQUEST | flags, 1, 0) + body)
        while True:
            data = nl.recv(1 << 16)
            while data:
                length, answer = struct.unpack_from("IH", data)
                if answer in (2, 3):  # NLMSG_ERROR (also the acknowledgement), NLMSG_DONE
                    return
                yield answer, data[16:length]
                data = data[(length + 3) & ~3 :]


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        yield kind, data[4:length]
        data = data[(length + 3) & ~3 :]


def neighbours():
    for answer, body in talk(NETLINK_ROUTE, RTM_GETNEIGH, DUMP, bytes(12)):
        if answer == RTM_NEWNEIGH:
            family, index, state = struct.unpack_from("B3xiH", body)
            if family in (socket.AF_INET, socket.AF_INET6):
                yield family, index, state, dict(attributes(body[12:])).get(1, b"")


def unresolved():
    return any(state & NUD_INCOMPLETE for _family, _index, state, _ip in neighbours())


def addresses():
    found = set()
    for answer, body in talk(NETLINK_ROUTE, RTM_GETADDR, DUMP, bytes(8)):
        if answer == RTM_NEWADDR:
            named = dict(attributes(body[8:]))
            ip = named.get(2, named.get(1))  # IFA_LOCAL, IFA_ADDRESS
            if ip is not None:
                found.add(socket.inet_ntop(body[0], ip))
    return found


def forget(connections):
    """Deletes what earlier packets left: neighbours (permanent ones stay), exceptions to routes, connections."""
    for family, index, state, ip in list(neighbours()):
        if not state & (NUD_PERMANENT | NUD_NOARP):
            body = struct.pack("B3xiHBB", family, index, state, 0, 0) + struct.pack("HH", 4 + len(ip), 1) + ip
            list(talk(NETLINK_ROUTE, RTM_DELNEIGH, ACK, body))
    write("ipv4/route/flush")
    write("ipv6/route/flush")
    if connections and read("netfilter/nf_conntrack_count") not in ("", "0"):
        list(talk(NETLINK_NETFILTER, CT_DELETE, ACK, bytes(4)))


def write(path):
    if os.path.exists("/proc/sys/net/" + path):
        with open("/proc/sys/net/" + path, "w") as setting:
            setting.write("0")


def read(path):
    try:
        with open("/proc/sys/net/" + path) as setting:
            return setting.read().strip()
    except OSError:
        return ""
