import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const R = 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const filter = (...rules: readonly string[]): string => table('filter', ...rules);
const onPort = (port: number, rule: string): string => `-A FORWARD -p udp -m udp --dport ${String(port)} ${rule}`;

laboratory(
  'T04: both backends are live',
  routed({
    r: { legacy: filter(':FORWARD ACCEPT [0:0]', '-A FORWARD -p tcp -j DROP'), iptables: filter('-A FORWARD -p udp --dport 9 -j DROP') },
  }),
  [
    ['nft drops', 'x udp 10.9.1.2:9', 'dropped'],
    ['legacy drops', 'x tcp 10.9.1.2:80', 'dropped'],
    ['neither', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.1.2'],
  ],
);

laboratory(
  'every hook and table, by port',
  routed({
    r: {
      legacy:
        table('raw', '-A PREROUTING -p udp --dport 1001 -j DROP', '-A OUTPUT -p udp --dport 1002 -j DROP') +
        table(
          'mangle',
          '-A PREROUTING -p udp --dport 1003 -j DROP',
          '-A INPUT -p udp --dport 1004 -j DROP',
          '-A FORWARD -p udp --dport 1005 -j DROP',
          '-A OUTPUT -p udp --dport 1006 -j DROP',
          '-A POSTROUTING -p udp --dport 1007 -j DROP',
        ) +
        filter('-A INPUT -p udp --dport 1008 -j DROP', '-A FORWARD -p udp --dport 1009 -j DROP', '-A OUTPUT -p udp --dport 1010 -j DROP'),
      iptables: table(
        'security',
        '-A INPUT -p udp --dport 1011 -j DROP',
        '-A FORWARD -p udp --dport 1012 -j DROP',
        '-A OUTPUT -p udp --dport 1013 -j DROP',
      ),
    },
  }),
  [
    ...[1001, 1003, 1005, 1007, 1009, 1012].map(
      (port) => [`forwarded, ${String(port)}`, `x udp 10.9.1.2:${String(port)}`, 'dropped'] as const,
    ),
    ...[1002, 1006, 1007, 1010, 1013].map(
      (port) => [`sent, ${String(port)}: the sender is told`, `r udp 10.9.1.2:${String(port)}`, 'rejected errno-EPERM'] as const,
    ),
    ...[1001, 1003, 1004, 1008, 1011].map((port) => [`received, ${String(port)}`, `x udp 10.9.0.1:${String(port)}`, 'dropped'] as const),
    ['a chain of another hook does not see it', 'x udp 10.9.0.1:1009', 'rejected icmp-3/3 from 10.9.0.1'],
  ],
);

laboratory(
  'T34: RETURN in a base chain is its policy; goto does not come back',
  routed({
    r: {
      legacy: filter(
        ':INPUT DROP [0:0]',
        ':X - [0:0]',
        ':Y - [0:0]',
        '-A INPUT -p tcp -j Y',
        '-A INPUT -g X',
        '-A INPUT -j ACCEPT',
        '-A Y -p tcp --dport 81 -j RETURN',
        '-A Y -p tcp --dport 80 -j ACCEPT',
      ),
    },
  }),
  [
    ['goto ends in the policy', 'x udp 10.9.0.1:9', 'dropped'],
    ['a jump that accepts', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
    ['a jump that returns goes on behind it', 'x tcp 10.9.0.1:81', 'dropped'],
  ],
);

laboratory(
  'kinds of REJECT',
  routed({
    r: {
      legacy: filter(
        ...[
          'icmp-net-unreachable',
          'icmp-host-unreachable',
          'icmp-proto-unreachable',
          'icmp-port-unreachable',
          'icmp-net-prohibited',
          'icmp-host-prohibited',
          'icmp-admin-prohibited',
        ].map((how, i) => onPort(2000 + i, `-j REJECT --reject-with ${how}`)),
        '-A FORWARD -p tcp --dport 80 -j REJECT --reject-with tcp-reset',
        '-A FORWARD -p tcp --dport 81 -j REJECT',
        '-A OUTPUT -p udp --dport 3000 -j REJECT',
        '-A OUTPUT -p tcp --dport 3000 -j REJECT',
        '-A OUTPUT -p tcp --dport 3001 -j REJECT --reject-with tcp-reset',
        '-A OUTPUT -p tcp --dport 3002 -j REJECT --reject-with icmp-host-prohibited',
        '-A OUTPUT -p tcp --dport 3003 -j DROP',
        '-A INPUT -p udp --dport 3004 -j REJECT',
      ),
    },
  }),
  [
    ...[0, 1, 2, 3, 9, 10, 13].map(
      (code, i) =>
        [`ICMP code ${String(code)}`, `x udp 10.9.1.2:${String(2000 + i)}`, `rejected icmp-3/${String(code)} from 10.9.0.1`] as const,
    ),
    ['a reset', 'x tcp 10.9.1.2:80', 'rejected tcp-reset'],
    ['ICMP for a connection', 'x tcp 10.9.1.2:81', 'rejected icmp-3/3 from 10.9.0.1'],
    ['of what is received: from the address that was asked', 'x udp 10.9.1.1:3004', 'rejected icmp-3/3 from 10.9.1.1'],
    ['T47: REJECT of a datagram that is sent', 'r udp 10.9.1.2:3000', 'rejected errno-EPERM'],
    ['T47: REJECT of a connection that is made', 'r tcp 10.9.1.2:3000', 'rejected errno-ECONNREFUSED'],
    ['a reset of a connection that is made', 'r tcp 10.9.1.2:3001', 'rejected tcp-reset'],
    ['a connection that is prohibited', 'r tcp 10.9.1.2:3002', 'rejected errno-EHOSTUNREACH'],
    ['T47: DROP of a connection that is made', 'r tcp 10.9.1.2:3003', 'dropped'],
  ],
);

laboratory(
  'matches of a forwarded packet',
  routed({
    r: {
      iptables: filter(
        ':FORWARD DROP [0:0]',
        '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
        onPort(1, '-m multiport --dports 1,5:7 -j ACCEPT'),
        '-A FORWARD -p udp -m multiport --dports 11,13:15 -j ACCEPT',
        '-A FORWARD -p udp -m multiport --ports 600,16 -j ACCEPT',
        '-A FORWARD -p udp -m multiport ! --dports 1:1000 -m comment --comment "far ports" -j ACCEPT',
        onPort(20, '-m iprange --src-range 10.9.0.1-10.9.0.3 --dst-range 10.9.1.0-10.9.1.1 -j ACCEPT'),
        onPort(21, '-m iprange --src-range 10.9.0.1-10.9.0.3 ! --dst-range 10.9.1.0-10.9.1.1 -j ACCEPT'),
        onPort(22, '-m limit --limit 1/hour --limit-burst 100 -j ACCEPT'),
        onPort(23, '-m ttl --ttl-eq 63 -j ACCEPT'),
        onPort(24, '-m ttl --ttl-eq 64 -j ACCEPT'),
        onPort(25, '-m length --length 500:600 -j ACCEPT'),
        onPort(26, '-i rx -o r+ -s 10.9.0.0/28 ! -d 10.9.1.1 -j ACCEPT'),
        onPort(27, '-i ry -j ACCEPT'),
        onPort(30, '-m addrtype --dst-type UNICAST ! --src-type LOCAL -j ACCEPT'),
        onPort(31, '-m addrtype --dst-type LOCAL -j ACCEPT'),
        onPort(32, '-m pkttype --pkt-type unicast -j ACCEPT'),
        onPort(33, '-m physdev ! --physdev-is-bridged -j ACCEPT'),
        onPort(34, '-m policy --dir in --pol none -j ACCEPT'),
        onPort(35, '-m conntrack --ctorigdst 10.9.1.2 --ctproto udp ! --ctstatus SEEN_REPLY -j ACCEPT'),
        onPort(36, '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 100 --hashlimit-mode srcip --hashlimit-name h -j ACCEPT'),
        '-A FORWARD -p icmp -m icmp --icmp-type 8/0 -j ACCEPT',
        '-A FORWARD -p tcp -m tcp --tcp-flags SYN,ACK,FIN,RST SYN --dport 80 -j ACCEPT',
      ),
    },
  }),
  [
    ...[11, 14, 16, 1001, 21, 22, 23, 26, 30, 32, 33, 34, 35, 36].map(
      (port) => [`port ${String(port)} is let through`, `x udp 10.9.1.2:${String(port)}`, 'rejected icmp-3/3 from 10.9.1.2'] as const,
    ),
    ...[12, 20, 24, 27, 31].map((port) => [`port ${String(port)} is not`, `x udp 10.9.1.2:${String(port)}`, 'dropped'] as const),
    ['either port of --ports', 'x udp 10.9.1.2:9 sport 600', 'delivered y<-10.9.0.2:600 at 10.9.1.2:9'],
    ['a length within', 'x udp 10.9.1.2:25 size 550', 'rejected icmp-3/3 from 10.9.1.2'],
    ['a length beyond', 'x udp 10.9.1.2:25', 'dropped'],
    ['an echo', 'x icmp 10.9.1.2', 'delivered'],
    ['the flags of a handshake', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'marks',
  routed({
    r: {
      legacy:
        table('raw', '-A PREROUTING -p udp --dport 1 -j MARK --set-xmark 0xff/0xffffffff') +
        table(
          'mangle',
          '-A PREROUTING -p udp --dport 1 -j MARK --set-xmark 0xf0/0xff',
          '-A PREROUTING -p udp --dport 2 -j MARK --set-mark 5',
          '-A OUTPUT -p udp --dport 9 -j MARK --or-mark 0x100',
          '-A OUTPUT -o lo -j MARK --or-mark 0x200',
          '-A PREROUTING -p udp --dport 9 -m mark --mark 0x107/0xfff -j MARK --set-mark 0x77',
        ) +
        filter(
          '-A INPUT -p udp --dport 1 -m mark ! --mark 0xf0 -j DROP',
          '-A INPUT -p udp --dport 2 -m mark --mark 4/4 -j REJECT',
          '-A INPUT -p udp --dport 3 -m mark --mark 0x10/0xf -j REJECT',
        ),
    },
  }),
  [
    ['set, changed, and matched', 'x udp 10.9.0.1:1', 'rejected icmp-3/3 from 10.9.0.1'],
    ['matched under a mask', 'x udp 10.9.0.1:2', 'rejected icmp-3/3 from 10.9.0.1'],
    ['a value beside its mask never fits', 'x udp 10.9.0.1:3', 'rejected icmp-3/3 from 10.9.0.1'],
    ['T53: a mark survives loopback', 'r udp 10.9.0.1:9 mark 7', 'delivered r<-10.9.0.1:40000 at 10.9.0.1:9 mark 0x307'],
    ['what comes from elsewhere has none', 'x udp 10.9.0.1:9 mark 7', R],
    ['nor has what goes elsewhere', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
  ],
);

laboratory(
  'T14: only mangle and route chains make the kernel route again',
  routed({
    r: {
      rules: ['fwmark 1 blackhole'],
      legacy:
        table('raw', '-A OUTPUT -p udp --dport 9 -j MARK --set-mark 1') +
        filter('-A OUTPUT -p tcp --dport 80 -j MARK --set-mark 1') +
        table('mangle', '-A OUTPUT -p udp --dport 10 -j MARK --set-mark 1'),
    },
  }),
  [
    ['raw does not', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['filter does not', 'r tcp 10.9.1.2:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:80'],
    ['mangle does', 'r udp 10.9.1.2:10', 'rejected errno-EINVAL'],
  ],
);

laboratory(
  'T37: addrtype LOCAL looks only in table local',
  routed({
    r: {
      routes: ['local 20.1.0.0/16 dev lo', 'local 20.2.0.0/16 dev lo table 100', 'blackhole 20.3.0.0/16'],
      rules: ['pref 5 lookup 100'],
      legacy: filter(
        '-A INPUT -m addrtype --dst-type LOCAL -p udp --dport 10 -j DROP',
        '-A INPUT -p udp --dport 9 -m addrtype --dst-type BROADCAST -j DROP',
      ),
    },
  }),
  [
    ['a local route of table local is local', 'x udp 20.1.0.1:10', 'dropped'],
    ['one of another table is not; it gets the packet, and may not answer from there', 'x udp 20.2.0.1:10', 'dropped'],
    ['AnyIP', 'x tcp 20.1.2.3:80', 'delivered r<-10.9.0.2:40000 at 20.1.2.3:80'],
  ],
);

laboratory(
  'statistic',
  routed({
    r: {
      iptables: filter(
        '-A FORWARD -p udp --dport 9 -m statistic --mode random --probability 0.5 -j DROP',
        '-A FORWARD -p tcp -m statistic --mode nth --every 2 --packet 0 -j REJECT',
      ),
    },
  }),
  [
    ['at random', 'x udp 10.9.1.2:9', [Y, 'dropped']],
    ['once more', 'x udp 10.9.1.2:9', [Y, 'dropped']],
    ['every other', 'x tcp 10.9.1.2:81', ['rejected icmp-3/3 from 10.9.0.1', 'rejected tcp-reset'], { unknown: true }],
  ],
);

laboratory(
  'the owner of the sender',
  routed({
    r: {
      iptables: filter('-A OUTPUT -p udp -m owner --uid-owner 1000-1999 -j REJECT', '-A OUTPUT -p tcp -m owner ! --uid-owner 0 -j DROP'),
    },
  }),
  [
    ['within', 'r udp 10.9.1.2:9 uid 1500', 'rejected errno-EPERM'],
    ['beyond', 'r udp 10.9.1.2:9 uid 2000', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['T45: the kernel’s own reset belongs to nobody, which is not 0', 'x tcp 10.9.0.1:81', 'dropped'],
    ['a server’s answer is its owner’s', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
  ],
);

laboratory(
  'answers that rules stop',
  routed({
    r: {
      iptables: filter(
        '-A FORWARD -i ry -p udp --sport 9 -j DROP',
        '-A FORWARD -i ry -p icmp -j DROP',
        '-A FORWARD -i ry -p tcp --tcp-flags SYN,ACK SYN,ACK -j REJECT',
        '-A OUTPUT -p icmp --icmp-type 3 -j DROP',
      ),
    },
  }),
  [
    ['the answer is dropped on its way', 'x udp 10.9.1.2:9', 'dropped after y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['the error is dropped on its way', 'x udp 10.9.1.2:10', 'dropped'],
    ['the error is dropped where it is made', 'x udp 10.9.0.1:10', 'dropped'],
    ['the answer of a handshake is refused', 'x tcp 10.9.1.2:80', 'dropped'],
  ],
);

laboratory(
  'socket: an answer to the one that asked',
  routed({ r: { legacy: '*mangle\n-A PREROUTING -m socket --nowildcard -j DROP\nCOMMIT\n' } }),
  [
    ['its socket is there, in no dump', 'r tcp 10.9.1.2:80', 'dropped', { unknown: true }],
    ['an answer that passes by has none', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
    ['a server’s own', 'x udp 10.9.0.1:9', 'dropped'],
  ],
);
