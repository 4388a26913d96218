import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const nat = (...rules: readonly string[]): string => table('nat', ...rules);
const filter = (...rules: readonly string[]): string => table('filter', ...rules);
const LO = (address: string) => ({ links: [{ kind: 'loopback', name: 'lo', addresses: [address] } as const] });

laboratory(
  'DNAT of what is forwarded',
  routed({
    r: {
      iptables: nat(
        '-A PREROUTING -d 10.7.7.7/32 -p udp --dport 53 -j DNAT --to-destination 10.9.1.2:9',
        '-A PREROUTING -d 10.7.7.7/32 -p tcp --dport 8000:8010 -j DNAT --to-destination :80',
        '-A PREROUTING -d 10.7.7.8/32 -j DNAT --to-destination 10.9.0.1',
        '-A PREROUTING -d 10.7.7.9/32 -p udp -j DNAT --to-destination 10.9.1.2:100-200',
        '-A PREROUTING -d 10.7.7.10/32 -j DNAT --to-destination 10.9.0.2',
        '-A PREROUTING -d 10.7.7.7/32 -p udp --dport 9 -j ACCEPT',
        '-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2',
      ),
    },
  }),
  [
    ['address and port', 'x udp 10.7.7.7:53', Y],
    ['the port alone: no route is made by that', 'x tcp 10.7.7.7:8001', 'rejected icmp-3/0 from 10.7.7.7'],
    ['ACCEPT is no translation', 'x udp 10.7.7.7:9', 'rejected icmp-3/0 from 10.9.0.1'],
    ['the answer to another port', 'x tcp 10.7.7.7:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
    ['the error comes from the one that was asked', 'x udp 10.7.7.7:54', 'rejected icmp-3/3 from 10.7.7.7'],
    ['a reset', 'x tcp 10.7.7.7:81', 'rejected tcp-reset'],
    ['to the router itself', 'x udp 10.7.7.8:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['a port range: the first where the old is outside', 'x udp 10.7.7.9:9', 'rejected icmp-3/3 from 10.7.7.9'],
    ['to the sender itself: its own address as source is refused', 'x udp 10.7.7.10:9', 'dropped'],
    ['an echo', 'x icmp 10.7.7.7', 'delivered'],
    ['what the router sends does not pass PREROUTING (T11)', 'r udp 10.7.7.7:9', 'rejected errno-ENETUNREACH'],
  ],
);

laboratory(
  'SNAT and MASQUERADE',
  routed({
    r: {
      then: ['ip addr add 10.9.1.50/24 dev ry', 'ip route add 10.9.1.2 dev ry src 10.9.1.50'],
      legacy: nat(
        '-A POSTROUTING -o ry -p tcp --dport 81 -j SNAT --to-source 10.9.1.77',
        '-A POSTROUTING -o ry -p udp --dport 10 -j SNAT --to-source 10.9.1.50:700',
        '-A POSTROUTING -o ry -p udp --dport 9 -j MASQUERADE',
        '-A POSTROUTING -o ry -p tcp --dport 80 -j MASQUERADE --to-ports 500',
      ),
    },
  }),
  [
    ['T09: MASQUERADE ignores src of the route', 'x udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['to ports', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.1.1:500 at 10.9.1.2:80'],
    ['SNAT to an address of nobody: nobody can answer', 'x tcp 10.9.1.2:81', 'dropped'],
    ['SNAT to another', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.1.2'],
    ['what the router sends', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
  ],
);

laboratory(
  'T10: SNAT in POSTROUTING never sees what is for the router; SNAT in INPUT does',
  routed({ r: { legacy: nat('-A PREROUTING -p udp --dport 77 -j DNAT --to-destination 10.9.0.1:9', '-A POSTROUTING -j MASQUERADE') } }),
  [
    ['not POSTROUTING', 'x udp 10.9.0.1:77', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    [
      'but INPUT',
      'x udp 10.9.0.1:77',
      'delivered r<-10.9.0.77:40000 at 10.9.0.1:9',
      { change: { r: 'iptables-legacy -t nat -A INPUT -p udp --dport 9 -j SNAT --to-source 10.9.0.77' } },
    ],
  ],
);

laboratory(
  'T12: DNAT in OUTPUT does not save what has no route',
  routed({ r: { legacy: nat('-A OUTPUT -d 30.0.0.1/32 -j DNAT --to-destination 10.9.1.2') } }),
  [
    ['no route', 'r udp 30.0.0.1:9', 'rejected errno-ENETUNREACH'],
    [
      'T13: with one, the source stays that of the first route',
      'r udp 30.0.0.1:9',
      'delivered y<-10.9.0.1:40000 at 10.9.1.2:9',
      { change: { r: 'ip route add default via 10.9.0.2' } },
    ],
  ],
);

laboratory(
  'T13: the out-device in OUTPUT stays the first',
  routed({
    r: {
      legacy:
        nat('-A OUTPUT -d 10.9.0.2/32 -j DNAT --to-destination 10.9.1.2') +
        filter('-A OUTPUT -o rx -p udp --dport 10 -j REJECT', '-A OUTPUT -o ry -p udp --dport 9 -j REJECT'),
    },
  }),
  [
    ['the new device is not seen', 'r udp 10.9.0.2:9', 'delivered y<-10.9.0.1:40000 at 10.9.1.2:9'],
    ['the old one is', 'r udp 10.9.0.2:10', 'rejected errno-EPERM'],
  ],
);

laboratory(
  'T15: DNAT to 127.0.0.1 needs route_localnet',
  routed({ r: { legacy: nat('-A PREROUTING -p tcp --dport 77 -j DNAT --to-destination 127.0.0.1:80') } }),
  [
    ['without', 'x tcp 10.9.0.1:77', 'dropped'],
    [
      'with, on the in-device',
      'x tcp 10.9.0.1:77',
      'delivered r<-10.9.0.2:40000 at 127.0.0.1:80',
      { change: { r: 'sysctl -qw net.ipv4.conf.rx.route_localnet=1' } },
    ],
  ],
);

laboratory(
  'T16: from 127.0.0.1 to elsewhere',
  routed({ r: { legacy: nat('-A OUTPUT -d 127.0.0.1/32 -j DNAT --to-destination 10.9.1.2', '-A POSTROUTING -o ry -j MASQUERADE') } }),
  [
    ['refused before SNAT', 'r udp 127.0.0.1:9', 'rejected errno-EINVAL'],
    ['a handshake is only silent', 'r tcp 127.0.0.1:80', 'dropped'],
    [
      'with route_localnet of the out-device',
      'r udp 127.0.0.1:9',
      'delivered y<-10.9.1.1:40000 at 10.9.1.2:9',
      { change: { r: 'sysctl -qw net.ipv4.conf.ry.route_localnet=1' } },
    ],
  ],
);

laboratory(
  'DNAT in OUTPUT to what has no route',
  routed({ r: { iptables: nat('-A OUTPUT -d 10.9.1.9 -j DNAT --to-destination 30.0.0.1') } }),
  [
    ['a datagram’s sender is told', 'r udp 10.9.1.9:9', 'rejected errno-ENETUNREACH'],
    ['a handshake is only silent', 'r tcp 10.9.1.9:80', 'dropped'],
  ],
);

laboratory(
  'T39: REDIRECT',
  routed({
    r: {
      then: ['ip addr add 10.9.0.9/24 dev rx', 'ip link set rx address 02:00:00:00:00:11', 'ip addr add 10.5.0.1/32 dev lo'],
      legacy: nat('-A PREROUTING -p udp --dport 77 -j REDIRECT --to-ports 9', '-A OUTPUT -p tcp --dport 7777 -j REDIRECT --to-ports 80'),
    },
  }),
  [
    ['to the first address of the in-device', 'x udp 10.9.0.9:77', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['whatever was asked', 'x udp 10.9.1.2:77', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['in OUTPUT to loopback', 'r tcp 10.9.1.2:7777', 'delivered r<-10.9.1.1:40000 at 127.0.0.1:80'],
    [
      'a device without an address drops',
      'x udp 10.9.1.2:77',
      'dropped',
      {
        change: {
          r: 'ip addr flush dev rx\nip route add 10.9.0.2 dev rx',
          x: 'ip neigh replace 10.9.0.1 dev e0 nud permanent lladdr 02:00:00:00:00:11',
        },
      },
    ],
  ],
);

laboratory(
  'T46: an error for a translated packet comes from the original destination',
  routed({
    r: { legacy: nat('-A PREROUTING -d 10.96.0.1/32 -j DNAT --to-destination 10.9.1.2') + filter('-A FORWARD -p udp --dport 9 -j REJECT') },
  }),
  [
    ['of a rule', 'x udp 10.96.0.1:9', 'rejected icmp-3/3 from 10.96.0.1'],
    ['of a TTL', 'x udp 10.96.0.1:10 ttl 1', 'rejected icmp-11/0 from 10.96.0.1'],
  ],
);

laboratory(
  'T49: the answer is not translated back where its direction is not tracked',
  routed({ r: { legacy: nat('-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2') } }),
  [
    ['tracked', 'x udp 10.7.7.7:9', Y],
    [
      'one direction is not',
      'x udp 10.7.7.7:9',
      `dropped after ${Y.slice('delivered '.length)}`,
      { change: { r: 'iptables-legacy -t raw -A PREROUTING -i ry -j CT --notrack' } },
    ],
    [
      'neither is',
      'x udp 10.7.7.7:9',
      'rejected icmp-3/0 from 10.9.0.1',
      { change: { r: 'iptables-legacy -t raw -A PREROUTING -i rx -j NOTRACK' } },
    ],
  ],
);

laboratory(
  'T70: MASQUERADE where the out-device has no address',
  routed({
    r: {
      then: ['ip link set rx address 02:00:00:00:00:11', 'ip addr flush dev ry', 'ip route add 10.9.1.2 dev ry'],
      legacy: nat('-A POSTROUTING -o ry -j MASQUERADE'),
    },
    y: { then: ['ip route replace default dev e0'] },
  }),
  [
    ['another device’s', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.1:40000 at 10.9.1.2:9'],
    [
      'none at all',
      'x udp 10.9.1.2:9',
      'dropped',
      {
        change: {
          r: 'ip addr flush dev rx\nip route add 10.9.0.2 dev rx',
          x: 'ip neigh replace 10.9.0.1 dev e0 nud permanent lladdr 02:00:00:00:00:11',
        },
      },
    ],
  ],
);

laboratory(
  'T38: an address range',
  routed({
    r: { iptables: nat('-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2-10.9.1.3') },
    y: { then: ['ip addr add 10.9.1.3/24 dev e0'] },
  }),
  [['either', 'x tcp 10.7.7.7:80', ['delivered y<-10.9.0.2:40000 at 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.3:80']]],
);

laboratory(
  'NETMAP',
  routed({
    r: {
      routes: ['10.50.0.0/24 via 10.9.1.2'],
      iptables: nat(
        '-A PREROUTING -d 10.60.0.0/24 -j NETMAP --to 10.50.0.0/24',
        '-A POSTROUTING -s 10.9.0.0/24 -o ry -j NETMAP --to 10.9.2.0/24',
      ),
    },
    y: LO('10.50.0.7/32'),
  }),
  [['the host part stays', 'x tcp 10.60.0.7:80', 'delivered y<-10.9.2.2:40000 at 10.50.0.7:80']],
);

laboratory(
  'the way back by another router',
  routed({
    r: { iptables: nat('-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2') },
    y: { links: [{ kind: 'veth', name: 'e1', peer: 'x:e1', addresses: ['10.9.2.2/24'] }], routes: ['10.9.0.2/32 dev e1'] },
    x: { links: [{ kind: 'veth', name: 'e1', peer: 'y:e1', addresses: ['10.9.2.1/24'] }] },
  }),
  [
    ['a datagram’s answer comes from a stranger', 'x udp 10.7.7.7:9', `dropped after ${Y.slice('delivered '.length)}`],
    ['a handshake does not come about', 'x tcp 10.7.7.7:80', 'dropped'],
    ['without translation it does', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'two backends want the same flow',
  routed({
    r: {
      legacy: nat('-A PREROUTING -d 10.7.7.7/32 -p udp -j DNAT --to-destination 10.9.1.2:9'),
      iptables: nat('-A PREROUTING -d 10.7.7.7/32 -p tcp -j DNAT --to-destination 10.9.1.2:80'),
    },
  }),
  [
    ['legacy’s', 'x udp 10.7.7.7:1', Y],
    ['nft’s', 'x tcp 10.7.7.7:1', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'as kube-proxy writes it',
  routed({
    r: {
      iptables: [
        '*filter',
        ':KUBE-SERVICES - [0:0]',
        ':KUBE-FORWARD - [0:0]',
        ':KUBE-FIREWALL - [0:0]',
        '-A INPUT -j KUBE-FIREWALL',
        '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
        '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
        '-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
        '-A OUTPUT -j KUBE-FIREWALL',
        '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
        '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
        '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
        '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
        '-A KUBE-SERVICES -d 10.96.0.3/32 -p tcp -m comment --comment "default/none has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
        'COMMIT',
        '*nat',
        ...[
          'KUBE-SERVICES',
          'KUBE-POSTROUTING',
          'KUBE-MARK-MASQ',
          'KUBE-NODEPORTS',
          'KUBE-SVC-A',
          'KUBE-SEP-A1',
          'KUBE-SEP-A2',
          'KUBE-EXT-A',
          'KUBE-SVC-B',
          'KUBE-SEP-B1',
        ].map((chain) => `:${chain} - [0:0]`),
        '-A PREROUTING -j KUBE-SERVICES',
        '-A OUTPUT -j KUBE-SERVICES',
        '-A POSTROUTING -j KUBE-POSTROUTING',
        '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
        '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
        '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
        '-A KUBE-POSTROUTING -j MASQUERADE',
        '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A',
        '-A KUBE-SERVICES -d 10.96.0.2/32 -p udp -m udp --dport 53 -j KUBE-SVC-B',
        '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
        '-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT-A',
        '-A KUBE-EXT-A -j KUBE-MARK-MASQ',
        '-A KUBE-EXT-A -j KUBE-SVC-A',
        '-A KUBE-SVC-A ! -s 10.9.0.0/16 -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
        '-A KUBE-SVC-A -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-A1',
        '-A KUBE-SVC-A -j KUBE-SEP-A2',
        '-A KUBE-SEP-A1 -s 10.9.1.2/32 -j KUBE-MARK-MASQ',
        '-A KUBE-SEP-A1 -p tcp -m tcp -j DNAT --to-destination 10.9.1.2:80',
        '-A KUBE-SEP-A2 -s 10.9.0.2/32 -j KUBE-MARK-MASQ',
        '-A KUBE-SEP-A2 -p tcp -m tcp -j DNAT --to-destination 10.9.0.2:80',
        '-A KUBE-SVC-B -j KUBE-SEP-B1',
        '-A KUBE-SEP-B1 -s 10.9.1.2/32 -j KUBE-MARK-MASQ',
        '-A KUBE-SEP-B1 -p udp -m udp -j DNAT --to-destination 10.9.1.2:9',
        'COMMIT',
        '',
      ].join('\n'),
    },
  }),
  [
    [
      'a service with two endpoints, one of them the client',
      'x tcp 10.96.0.1:80',
      ['delivered y<-10.9.0.2:40000 at 10.9.1.2:80', 'delivered x<-10.9.0.1:40000 at 10.9.0.2:80'],
    ],
    ['again', 'x tcp 10.96.0.1:80', ['delivered y<-10.9.0.2:40000 at 10.9.1.2:80', 'delivered x<-10.9.0.1:40000 at 10.9.0.2:80']],
    ['from the node', 'r tcp 10.96.0.1:80', 'rejected errno-ENETUNREACH'],
    [
      'from the node, with a default route',
      'r tcp 10.96.0.1:80',
      ['delivered y<-10.9.0.1:40000 at 10.9.1.2:80', 'delivered x<-10.9.0.1:40000 at 10.9.0.2:80'],
      { change: { r: 'ip route add default via 10.9.0.2' } },
    ],
    ['a node port', 'y tcp 10.9.1.1:30080', ['delivered y<-10.9.1.1:40000 at 10.9.1.2:80', 'delivered x<-10.9.0.1:40000 at 10.9.0.2:80']],
    ['a service of datagrams', 'x udp 10.96.0.2:53', Y],
    ['its endpoint asks itself', 'y udp 10.96.0.2:53', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['without endpoints', 'x tcp 10.96.0.3:80', 'rejected icmp-3/3 from 10.9.0.1'],
    ['without endpoints, from the node', 'r tcp 10.96.0.3:80', 'rejected errno-ECONNREFUSED'],
    ['past the service', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);
