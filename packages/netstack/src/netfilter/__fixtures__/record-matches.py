#!/usr/bin/env python3
"""Asks the kernel which rules match which packets, and writes its answers into the file: record-matches.py FILE (root).

The file holds lines of ipset, packets (`> tcp 10.0.0.1:4000 10.9.0.1:80 ttl=5`) and the arguments of rules, after the answers for
each packet in turn (`+` it matches, `-` it does not). Packets come in on e0 and leave on e1; the rules stand in FORWARD of table
mangle (PREROUTING, where the first line says so), and FORWARD sees a TTL one lower than what was sent.
"""
import os, re, socket, struct, subprocess, sys, time, ctypes, ipaddress

PREFIX = f'rm{os.getpid() % 10000}-'
NS, FAR = PREFIX + 'r', PREFIX + 'x'
PROTOCOLS = {'icmp': 1, 'tcp': 6, 'udp': 17, 'gre': 47, 'esp': 50, 'ah': 51, 'icmpv6': 58, 'sctp': 132, 'udplite': 136, 'dccp': 33}
FLAGS = {'F': 1, 'S': 2, 'R': 4, 'P': 8, 'A': 16, 'U': 32, 'E': 64, 'C': 128}


def sh(*args, stdin=None):
    return subprocess.run(args, input=stdin, text=True, check=True, stdout=subprocess.PIPE).stdout


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def end(text):
    found = re.fullmatch(r'\[?([0-9a-f.:]+?)\]?(?::(\d+))?', text) if text.startswith('[') or text.count(':') < 2 else re.fullmatch(r'(.*)()', text)
    return ipaddress.ip_address(found[1]), int(found[2] or 0)


def transport(protocol, source, target, sport, dport, more, six):
    payload = more.get('data', 'hi').encode()
    if protocol == 6:
        flags = sum(FLAGS[f] for f in more.get('flags', 'S'))
        head = struct.pack('!HHIIBBHHH', sport, dport, 1, 0, 5 << 4, flags, 1000, 0, 0)
        at = 16
    elif protocol in (17, 136):
        head, at = struct.pack('!HHHH', sport, dport, 8 + len(payload), 0), 6
    elif protocol in (1, 58):
        head, at = struct.pack('!BBHHH', int(more.get('type', 8)), int(more.get('code', 0)), 0, 7, 1), 2
    elif protocol in (50, 51):
        spi = int(more.get('spi', 256))
        head = struct.pack('!II', spi, 1) if protocol == 50 else struct.pack('!BBHII', 59, 4, 0, spi, 1) + b'\0' * 12
        return head + payload
    elif protocol == 132:
        return struct.pack('!HHII', sport, dport, 0, 0) + struct.pack('!BBHIIHHI', 1, 0, 20, 1, 1000, 1, 1, 1)
    elif protocol == 33:
        return struct.pack('!HHBBHBBH', sport, dport, 4, 0, 0, 1, 0, 0) + struct.pack('!II', 1, 0)
    else:
        return payload
    segment = head + payload
    pseudo = source + target + struct.pack('!II' if six else '!HH', *( (len(segment), protocol) if six else (protocol, len(segment)) ))
    value = checksum((b'' if protocol == 1 else pseudo) + segment)
    return segment[:at] + struct.pack('!H', value) + segment[at + 2:]


def packet(line):
    name, source, target, *rest = line.split()
    more = dict(word.split('=', 1) for word in rest)
    (src, sport), (dst, dport) = end(source), end(target)
    protocol = PROTOCOLS.get(name) or int(name)
    six = src.version == 6
    body = transport(protocol, src.packed, dst.packed, sport, dport, more, six)
    ttl, tos = int(more.get('ttl', 64)), int(more.get('tos', '0'), 0)
    if six:
        return 0x86dd, struct.pack('!IHBB', 6 << 28 | tos << 20, len(body), protocol, ttl) + src.packed + dst.packed + body
    head = struct.pack('!BBHHHBBH', 0x45, tos, 20 + len(body), 1, 0x4000, ttl, protocol, 0) + src.packed + dst.packed
    return 0x0800, head[:10] + struct.pack('!H', checksum(head)) + head[12:] + body


def main(path):
    lines = open(path).read().split('\n')
    sets = [line for line in lines if re.match(r'(create|add) ', line)]
    packets = [line[2:] for line in lines if line.startswith('> ')]
    chain = 'PREROUTING' if lines[0].startswith('# PREROUTING') else 'FORWARD'
    at = [i for i, line in enumerate(lines) if re.match(r'(?:[-+?]+ )?(?:! )?-[a-z]', line)]
    rules = [re.sub(r'^[-+?]+ (?=!|-)', '', lines[i]) for i in at]
    six = ':' in packets[0].split()[1].split(']')[0].removeprefix('[') and packets[0].count(':') > 2
    tool = 'ip6tables-legacy' if six else 'iptables-legacy'
    for name in (NS, FAR):
        sh('ip', 'netns', 'add', name)
    try:
        run = ('ip', 'netns', 'exec', NS)
        sh(*run, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0',
           'net.ipv6.conf.all.forwarding=1')
        for device, address in (('e0', '7'), ('e1', '8')):
            sh('ip', '-n', NS, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', FAR)
            for where in (NS, FAR):
                sh('ip', '-n', where, 'link', 'set', device, 'up')
            sh('ip', '-n', NS, 'addr', 'add', f'198.51.10{address}.1/24', 'dev', device)
            sh('ip', '-n', NS, 'addr', 'add', f'fd77:{address}::1/64', 'dev', device, 'nodad')
        sh('ip', '-n', NS, 'route', 'add', 'default', 'dev', 'e1')
        sh('ip', '-n', NS, '-6', 'route', 'add', 'default', 'dev', 'e1')
        if sets:
            sh(*run, 'ipset', 'restore', stdin='\n'.join(sets) + '\n')
        text = ['*mangle', *(f'-A {chain} {rule}' for rule in rules), 'COMMIT', '']
        sh(*run, f'{tool}-restore', stdin='\n'.join(text))
        time.sleep(2 if six else 0.2)
        mac = bytes.fromhex(open_mac())
        handle = os.open(f'/run/netns/{FAR}', os.O_RDONLY)
        assert ctypes.CDLL(None, use_errno=True).setns(handle, 0x40000000) == 0
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        wire.bind(('e0', 0))
        answers = [''] * len(rules)
        for line in packets:
            before = counters(tool, chain)
            kind, data = packet(line)
            wire.send(mac + b'\2\0\0\0\0\1' + struct.pack('!H', kind) + data)
            time.sleep(0.05)
            for i, (old, new) in enumerate(zip(before, counters(tool, chain))):
                answers[i] += '+' if new > old else '-'
        for i, rule, answer in zip(at, rules, answers):
            lines[i] = f'{answer} {rule}'
        open(path, 'w').write('\n'.join(lines))
    finally:
        for name in (NS, FAR):
            subprocess.run(['ip', 'netns', 'del', name], stderr=subprocess.DEVNULL)


def open_mac():
    return re.search(r'link/ether ([0-9a-f:]+)', sh('ip', '-n', NS, 'link', 'show', 'e0'))[1].replace(':', '')


def counters(tool, chain):
    saved = sh('ip', 'netns', 'exec', NS, f'{tool}-save', '-c', '-t', 'mangle')
    return [int(n) for n in re.findall(rf'^\[(\d+):\d+\] -A {chain}', saved, re.M)]


main(sys.argv[1])
