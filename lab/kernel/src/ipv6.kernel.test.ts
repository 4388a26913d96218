import { laboratories } from './suite.ts';
import { routed, routed6 } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:9';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');

laboratory('two subnets and a router', routed6(), [
  ['a connection', 'x tcp [fd00:1::2]:80', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:80'],
  ['a datagram', 'x udp [fd00:1::2]:9', Y],
  ['an echo', 'x icmp fd00:1::2', 'delivered'],
  ['nobody reads there', 'x udp [fd00:1::2]:10', 'rejected icmpv6-1/4 from fd00:1::2'],
  ['nobody listens there', 'x tcp [fd00:1::2]:81', 'rejected tcp-reset'],
  ['an address that nobody has', 'x udp [fd00:1::77]:9', 'rejected icmpv6-1/3 from fd00::1'],
  ['an on-link address that nobody has', 'x udp [fd00::77]:9', 'rejected errno-EHOSTUNREACH'],
  ['no route at the router', 'x udp [fd02::1]:9', 'rejected icmpv6-1/0 from fd00::1'],
  ['no route at the sender', 'r udp [fd02::1]:9', 'rejected errno-ENETUNREACH'],
  ['a hop limit that is too small', 'x udp [fd00:1::2]:9 ttl 1', 'rejected icmpv6-3/0 from fd00::1'],
  ['the router’s far address', 'x tcp [fd00:1::1]:80', 'delivered r<-[fd00::2]:40000 at [fd00:1::1]:80'],
  ['loopback', 'r udp [::1]:9', 'delivered r<-[::1]:40000 at [::1]:9'],
  ['too large', 'x udp [fd00:1::2]:9 size 1400', 'rejected icmpv6-2/0 from fd00::1', { change: { r: 'ip link set ry mtu 1300' } }],
]);

const WITH_CLASS = (value: string): string => `*filter\n-A FORWARD -s fd00:1::2 -m tos --tos ${value}/0xff -j DROP\nCOMMIT\n`;
laboratory('an error has no class', routed6({ r: { ip6tables: WITH_CLASS('0') } }), [
  ['whatever the packet had', 'x udp [fd00:1::2]:10 tos 0x10', 'dropped'],
]);
laboratory('nor that of IPv4’s errors', routed6({ r: { ip6tables: WITH_CLASS('0xc0') } }), [
  ['it is let through', 'x udp [fd00:1::2]:10', 'rejected icmpv6-1/4 from fd00:1::2'],
]);

const WITH_TOS = (value: string): string => `*filter\n-A FORWARD -s 10.9.1.2 -m tos --tos ${value}/0xff -j DROP\nCOMMIT\n`;
laboratory('an error of IPv4 has the precedence of internetwork control', routed({ r: { iptables: WITH_TOS('0xc0') } }), [
  ['about a packet without a TOS', 'x udp 10.9.1.2:10', 'dropped'],
  ['and the bits of the packet’s TOS', 'x udp 10.9.1.2:10 tos 0x10', 'rejected icmp-3/3 from 10.9.1.2'],
]);
laboratory('together with the TOS of the packet', routed({ r: { iptables: WITH_TOS('0xd0') } }), [
  ['that it is about', 'x udp 10.9.1.2:10 tos 0x10', 'dropped'],
]);

laboratory('T66: conf.all.forwarding decides', routed6({ r: { then: ['sysctl -qw net.ipv6.conf.rx.forwarding=0'] } }), [
  ['the in-device does not', 'x udp [fd00:1::2]:9', Y],
  [
    'off',
    'x udp [fd00:1::2]:9',
    'dropped',
    { change: { r: 'sysctl -qw net.ipv6.conf.all.forwarding=0\nsysctl -qw net.ipv6.conf.rx.forwarding=1 net.ipv6.conf.ry.forwarding=1' } },
  ],
]);

laboratory(
  'types of routes',
  routed6({
    r: {
      routes: ['unreachable fd09:1::/64', 'blackhole fd09:2::/64', 'prohibit fd09:3::/64', 'throw fd09:4::/64'],
      rules: ['-6 to fd09:5::/64 prohibit', '-6 to fd09:6::/64 unreachable', '-6 to fd09:7::/64 blackhole'],
    },
  }),
  [
    ['unreachable, to the sender', 'r udp [fd09:1::1]:9', 'rejected errno-EHOSTUNREACH'],
    ['blackhole, to the sender', 'r udp [fd09:2::1]:9', 'rejected errno-EINVAL'],
    ['prohibit, to the sender', 'r udp [fd09:3::1]:9', 'rejected errno-EACCES'],
    ['throw, to the sender', 'r udp [fd09:4::1]:9', 'rejected errno-ENETUNREACH'],
    ['a rule prohibits', 'r udp [fd09:5::1]:9', 'rejected errno-EACCES'],
    ['a rule says unreachable', 'r udp [fd09:6::1]:9', 'rejected errno-ENETUNREACH'],
    ['a rule says blackhole', 'r udp [fd09:7::1]:9', 'rejected errno-EINVAL'],
    ['unreachable, forwarded', 'x udp [fd09:1::1]:9', 'rejected icmpv6-1/0 from fd00::1'],
    ['blackhole, forwarded', 'x udp [fd09:2::1]:9', 'dropped'],
    ['prohibit, forwarded', 'x udp [fd09:3::1]:9', 'rejected icmpv6-1/1 from fd00::1'],
    ['throw, forwarded', 'x udp [fd09:4::1]:9', 'rejected icmpv6-1/0 from fd00::1'],
    ['a rule prohibits, forwarded', 'x udp [fd09:5::1]:9', 'rejected icmpv6-1/1 from fd00::1'],
  ],
);

laboratory(
  'rules',
  routed6({
    r: {
      ip6tables: table(
        'filter',
        '-A FORWARD -p udp --dport 1000 -j REJECT',
        '-A FORWARD -p udp --dport 1001 -j REJECT --reject-with icmp6-adm-prohibited',
        '-A FORWARD -p tcp --dport 1002 -j REJECT --reject-with tcp-reset',
        '-A FORWARD -p udp --dport 1003 -j DROP',
        '-A FORWARD -p udp --dport 1004 -j REJECT --reject-with icmp6-no-route',
        '-A OUTPUT -p udp --dport 1005 -j REJECT',
        '-A FORWARD -s fd00::/64 -d fd00:1::/64 -p udp --dport 1006 -m conntrack --ctstate NEW -j DROP',
        '-A INPUT -p udp --dport 1007 -m addrtype --dst-type LOCAL -j DROP',
      ),
      ip6legacy: table('filter', '-A FORWARD -p udp --dport 1008 -m hl --hl-eq 63 -j DROP'),
    },
  }),
  [
    ['port unreachable', 'x udp [fd00:1::2]:1000', 'rejected icmpv6-1/4 from fd00::1'],
    ['prohibited', 'x udp [fd00:1::2]:1001', 'rejected icmpv6-1/1 from fd00::1'],
    ['a reset', 'x tcp [fd00:1::2]:1002', 'rejected tcp-reset'],
    ['dropped', 'x udp [fd00:1::2]:1003', 'dropped'],
    ['no route', 'x udp [fd00:1::2]:1004', 'rejected icmpv6-1/0 from fd00::1'],
    ['sent', 'r udp [fd00:1::2]:1005', 'rejected errno-EPERM'],
    ['a state', 'x udp [fd00:1::2]:1006', 'dropped'],
    ['a local address', 'x udp [fd00::1]:1007', 'dropped'],
    ['legacy as well, the hop limit lowered', 'x udp [fd00:1::2]:1008', 'dropped'],
    ['nothing of all that', 'x udp [fd00:1::2]:9', Y],
  ],
);

laboratory(
  'translation',
  routed6({
    r: {
      ip6tables: table(
        'nat',
        '-A PREROUTING -d fd07::7/128 -p udp -j DNAT --to-destination fd00:1::2',
        '-A PREROUTING -d fd07::7/128 -p tcp --dport 8080 -j DNAT --to-destination [fd00:1::2]:80',
        '-A PREROUTING -p tcp --dport 77 -j REDIRECT --to-ports 80',
        '-A POSTROUTING -o ry -p tcp -j MASQUERADE',
      ),
    },
  }),
  [
    ['DNAT', 'x udp [fd07::7]:9', Y],
    ['DNAT of a port, and MASQUERADE', 'x tcp [fd07::7]:8080', 'delivered y<-[fd00:1::1]:40000 at [fd00:1::2]:80'],
    ['an error', 'x udp [fd07::7]:10', 'rejected icmpv6-1/4 from fd07::7'],
    ['REDIRECT', 'x tcp [fd00:1::2]:77', 'delivered r<-[fd00::2]:40000 at [fd00::1]:80'],
  ],
);

laboratory(
  'T69: tracking is of one family',
  routed({
    r: {
      legacy: table('nat', '-A PREROUTING -p udp --dport 9 -j MARK --set-mark 5') + table('filter', '-A FORWARD -m mark --mark 5 -j DROP'),
      ip6legacy: table('filter', '-A INPUT -m conntrack --ctstate NEW'),
    },
  }),
  [['a rule of IPv6 does not turn it on for IPv4', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9']],
);

laboratory(
  'T67: addresses and links',
  routed6({
    r: { then: ['sysctl -qw net.ipv6.conf.rx.accept_dad=1', 'ip addr add fd00::9/64 dev rx nodad'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['fd07::1/128'] }] },
  }),
  [
    ['a second address', 'x tcp [fd00::9]:80', 'delivered r<-[fd00::2]:40000 at [fd00::9]:80'],
    ['a source that nobody routes back to', 'x udp [fd00:1::2]:9 src fd07::1', 'dropped after y<-[fd07::1]:40000 at [fd00:1::2]:9'],
    [
      'the address of a link that is down is not local',
      'x tcp [fd00:1::1]:80',
      'rejected icmpv6-1/0 from fd00::9',
      { change: { r: 'ip link set ry down' } },
    ],
  ],
);

laboratory(
  'link-local next hops, own addresses as source',
  routed6({
    r: { then: ['ip link set rx address 02:00:00:00:00:11', 'ip addr add fe80::11/64 dev rx nodad'] },
    x: { then: ['ip -6 route del default', 'ip -6 route add default via fe80::11 dev e0', 'ip addr add fd00:1::1/128 dev lo nodad'] },
  }),
  [
    ['a gateway of the link', 'x udp [fd00:1::2]:9 src fd00::2', Y],
    ['T20: there is no check of the source', 'x udp [fd00::1]:9 src fd00:1::1', 'dropped after r<-[fd00:1::1]:40000 at [fd00::1]:9'],
  ],
);

laboratory(
  'several next hops (T68)',
  routed6({
    r: { then: ['ip -6 route add fd09::/64 via fd00::2', 'ip -6 route append fd09::/64 via fd00:1::2'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['fd09::1/128'] }] },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['fd09::1/128'] }] },
  }),
  [
    [
      'one of them',
      'r tcp [fd09::1]:80',
      ['delivered x<-[fd00::1]:40000 at [fd09::1]:80', 'delivered y<-[fd00:1::1]:40000 at [fd09::1]:80'],
    ],
  ],
);

laboratory('what is refused after OUTPUT', routed6({ r: { ip6tables: '*filter\n-A OUTPUT -d fd00:1::2 -j DROP\nCOMMIT\n' } }), [
  ['whoever sends a datagram is told', 'r udp [fd00:1::2]:9', 'rejected errno-EPERM'],
  ['whoever asks for an echo is not', 'r icmp fd00:1::2', 'dropped'],
]);

laboratory(
  'a source address for one’s own address, and for what is only a local route',
  routed6({
    r: { ip6tables: '*nat\n-A POSTROUTING -p udp -j MASQUERADE\nCOMMIT\n', routes: ['local fd20::/64 dev lo'] },
  }),
  [
    ['masquerade: the one that was asked', 'r udp [fd00:1::1]:9', 'delivered r<-[fd00:1::1]:40000 at [fd00:1::1]:9'],
    ['masquerade: the device’s', 'r udp [fd00:1::2]:9', 'delivered y<-[fd00:1::1]:40000 at [fd00:1::2]:9'],
    ['an error comes from an address that the router has', 'x udp [fd20::9]:10', 'rejected icmpv6-1/4 from fd00::1'],
  ],
);

laboratory('rules and the choice of a source', routed6({ r: { rules: ['-6 from fd00:1::/64 blackhole'] } }), [
  ['what was routed without a source is not routed again', 'r udp [fd00:1::2]:9', 'delivered y<-[fd00:1::1]:40000 at [fd00:1::2]:9'],
  ['nor is a connection', 'r tcp [fd00:1::2]:80', 'delivered y<-[fd00:1::1]:40000 at [fd00:1::2]:80'],
  ['bound to the address', 'r udp [fd00:1::2]:9 src fd00:1::1', 'rejected errno-EINVAL'],
  [
    'what fails without a source is tried with one',
    'r udp [fd00::2]:9',
    'delivered x<-[fd00::1]:40000 at [fd00::2]:9',
    { change: { r: 'ip -6 rule add not from fd00::/16 to fd00::/16 unreachable' } },
  ],
]);

laboratory(
  'a router that does not forward still tells that there is no route',
  routed6({ r: { sysctls: { 'ipv6.conf.all.forwarding': 0 } } }),
  [
    ['no route', 'x udp [fd99::1]:9', 'rejected icmpv6-1/0 from fd00::1'],
    ['a route', 'x udp [fd00:1::2]:9', 'dropped'],
  ],
);

laboratory(
  'a local route to everything',
  routed6({
    r: { routes: ['local fd20::/16 dev lo', 'local fd77::/64 dev lo'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['fd20::1/128'] }] },
  }),
  [
    ['the source is the best of those that the router has', 'r tcp [fd77::7]:80', 'delivered r<-[fd00::1]:40000 at [fd77::7]:80'],
    ['an error to such an address stays here', 'x udp [fd00::1]:81 src fd20::1', 'dropped'],
  ],
);

laboratory(
  'a reset from somebody else than was asked',
  routed6({ r: { ip6tables: '*nat\n-A PREROUTING -d fd77::7 -j DNAT --to-destination fd00::2\nCOMMIT\n' } }),
  [['translated to the sender itself: nobody listens to it', 'x tcp [fd77::7]:81', 'dropped']],
);
