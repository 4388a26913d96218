import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const TO_Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';

laboratory(
  'T71: a wrong permanent neighbour entry is a black hole',
  routed({ r: { neighbours: ['10.9.1.2 lladdr 02:00:00:00:00:77 dev ry nud permanent'] } }),
  [
    ['forwarded', 'x udp 10.9.1.2:9', 'dropped'],
    ['from the router', 'r tcp 10.9.1.2:80', 'dropped'],
    ['from there: the answer dies', 'y udp 10.9.1.1:9', 'dropped after r<-10.9.1.2:40000 at 10.9.1.1:9'],
  ],
);

laboratory(
  'a right permanent entry asks nobody',
  routed({
    r: { links: [], neighbours: ['10.9.1.2 lladdr 02:00:00:00:00:22 dev ry nud permanent'] },
    y: { then: ['ip link set e0 address 02:00:00:00:00:22', 'sysctl -qw net.ipv4.conf.e0.arp_ignore=8'] },
  }),
  [['forwarded, and y asks for the router', 'x udp 10.9.1.2:9', TO_Y]],
);

laboratory('who answers ARP', routed({ y: { then: ['ip addr add 10.9.1.5/32 dev lo'] } }), [
  ['an address on any device', 'r tcp 10.9.1.5:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.5:80'],
  [
    'arp_ignore 1: only addresses of that device',
    'r udp 10.9.1.5:9',
    'rejected errno-EHOSTUNREACH',
    { change: { y: 'sysctl -qw net.ipv4.conf.all.arp_ignore=1' } },
  ],
  ['arp_ignore 1 and an address of that device', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
  [
    'arp_ignore 2: in the same subnet',
    'r udp 10.9.1.2:9 src 10.9.0.1',
    'rejected errno-EHOSTUNREACH',
    { change: { y: 'sysctl -qw net.ipv4.conf.all.arp_ignore=2' } },
  ],
  ['arp_ignore 2 and a neighbour', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
  [
    'arp_ignore 8: nothing',
    'x udp 10.9.1.2:9',
    'rejected icmp-3/1 from 10.9.0.1',
    { change: { y: 'sysctl -qw net.ipv4.conf.e0.arp_ignore=8' } },
  ],
]);

laboratory(
  'T51: a question from a foreign subnet is not answered under strict rp_filter',
  routed({
    r: { sysctls: { 'ipv4.conf.all.rp_filter': 1 }, routes: ['99.1.1.0/24 via 10.9.1.2'] },
    x: {
      links: [{ kind: 'loopback', name: 'lo', addresses: ['99.1.1.1/32'] }],
      then: ['ip addr flush dev e0', 'ip route add 10.9.0.0/24 dev e0 src 99.1.1.1'],
    },
  }),
  [['the asker gives up', 'x udp 10.9.0.1:9', 'rejected errno-EHOSTUNREACH']],
);

laboratory(
  'T52: proxy_arp needs a route to that address by another device',
  routed({
    r: { then: ['sysctl -qw net.ipv4.conf.rx.proxy_arp=1'] },
    x: { then: ['ip route del default', 'ip route add 169.254.1.1 dev e0', 'ip route add default via 169.254.1.1'] },
  }),
  [
    ['without a route', 'x udp 10.9.1.2:9', 'rejected errno-EHOSTUNREACH'],
    ['with a default route by the other device', 'x udp 10.9.1.2:9', TO_Y, { change: { r: 'ip route add default via 10.9.1.2' } }],
    [
      'with a route by the same device',
      'x udp 10.9.1.2:9',
      'rejected errno-EHOSTUNREACH',
      { change: { r: 'ip route replace default via 10.9.0.2' } },
    ],
    [
      'with an unreachable route',
      'x udp 10.9.1.2:9',
      'rejected errno-EHOSTUNREACH',
      { change: { r: 'ip route del default\nip route add unreachable default' } },
    ],
  ],
);

laboratory(
  'a proxy entry',
  routed({
    r: { then: ['ip neigh add proxy 10.9.0.200 dev rx', 'ip route add 10.9.0.200 via 10.9.1.2'] },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['10.9.0.200/32'] }] },
  }),
  [
    ['its address is answered for', 'x tcp 10.9.0.200:80', 'delivered y<-10.9.0.2:40000 at 10.9.0.200:80'],
    ['another is not', 'x udp 10.9.0.201:9', 'rejected errno-EHOSTUNREACH'],
    [
      'without forwarding it is not',
      'x udp 10.9.0.200:9',
      'rejected errno-EHOSTUNREACH',
      { change: { r: 'sysctl -qw net.ipv4.conf.rx.forwarding=0' } },
    ],
  ],
);

laboratory('links that do not answer', routed({ r: { routes: ['10.9.2.0/24 dev ry'] } }), [
  ['T25: no carrier: the router says so', 'x udp 10.9.1.2:9', 'rejected icmp-3/1 from 10.9.0.1', { change: { y: 'ip link set e0 down' } }],
  ['T25: no carrier: the sender is told', 'r tcp 10.9.1.2:80', 'rejected errno-EHOSTUNREACH'],
  [
    'no carrier behind a permanent entry is silent',
    'x udp 10.9.1.3:9',
    'dropped',
    { change: { r: 'ip neigh replace 10.9.1.3 lladdr 02:00:00:00:00:33 dev ry nud permanent' } },
  ],
  [
    'T25: ignore_routes_with_linkdown',
    'x udp 10.9.1.2:9',
    'rejected icmp-3/0 from 10.9.0.1',
    { change: { r: 'sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1' } },
  ],
  [
    'T23: the address of a link that is down is still local',
    'x tcp 10.9.1.1:80',
    'delivered r<-10.9.0.2:40000 at 10.9.1.1:80',
    { change: { r: 'ip link set ry down' } },
  ],
  ['its subnet is gone', 'x udp 10.9.1.2:9', 'rejected icmp-3/0 from 10.9.0.1'],
]);

laboratory(
  'what the sender’s own kernel reports passes its rules like any packet',
  routed({
    r: { iptables: '*filter\n-A OUTPUT -p icmp -j DROP\nCOMMIT\n' },
    x: { legacy: '*mangle\n-A PREROUTING -i lo -d 10.9.0.2 -j DROP\nCOMMIT\n' },
  }),
  [
    ['dropped in OUTPUT: nobody hears of it', 'r tcp 10.9.1.77:80', 'dropped'],
    ['dropped in PREROUTING', 'x udp 10.9.0.77:9', 'dropped'],
    ['of a route: that is no packet', 'r tcp 10.8.0.1:80', 'rejected errno-ENETUNREACH'],
  ],
);

laboratory('T24: lo down', routed({ r: { then: ['ip link set lo down'] } }), [
  ['to oneself', 'r udp 10.9.0.1:9', 'dropped'],
  ['from elsewhere', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
]);

laboratory('devices without ARP', routed({ r: { then: ['ip link set ry arp off'] } }), [
  ['the router does not ask, and a frame for nobody in particular is not taken', 'x udp 10.9.1.2:9', 'dropped'],
  ['nor does it answer', 'y udp 10.9.1.1:9', 'rejected errno-EHOSTUNREACH'],
]);

laboratory(
  'arp_filter, and the ranges of arp_ignore',
  routed({ y: { then: ['ip addr add 10.9.1.6/32 dev lo scope host', 'ip addr add 10.9.1.7/32 dev lo'] } }),
  [
    [
      'arp_filter: the asker is reached by the device that was asked',
      'r udp 10.9.1.2:9',
      'delivered y<-10.9.1.1:40000 at 10.9.1.2:9',
      { change: { y: 'sysctl -qw net.ipv4.conf.all.arp_filter=1' } },
    ],
    ['an address of another device as well', 'r tcp 10.9.1.7:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.7:80'],
    ['arp_filter: by another one', 'r udp 10.9.1.2:9', 'rejected errno-EHOSTUNREACH', { change: { y: 'ip route add 10.9.1.1/32 dev lo' } }],
    [
      'arp_ignore 3: none of scope host',
      'r tcp 10.9.1.6:80',
      'rejected errno-EHOSTUNREACH',
      { change: { y: 'sysctl -qw net.ipv4.conf.all.arp_filter=0 net.ipv4.conf.all.arp_ignore=3; ip route del 10.9.1.1/32 dev lo' } },
    ],
    ['arp_ignore 3 and a global one', 'r tcp 10.9.1.7:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.7:80'],
    [
      'arp_ignore 5 is reserved',
      'r tcp 10.9.1.6:80',
      'delivered y<-10.9.1.1:40000 at 10.9.1.6:80',
      { change: { y: 'sysctl -qw net.ipv4.conf.all.arp_ignore=5' } },
    ],
  ],
);

laboratory('who was asked knows who asked', routed({ x: { then: ['sysctl -qw net.ipv4.conf.e0.arp_ignore=8'] } }), [
  ['the answer needs no answer', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
  ['through the router as well', 'x udp 10.9.1.2:9', TO_Y],
  ['not so where it is asked first', 'r udp 10.9.0.2:9', 'rejected errno-EHOSTUNREACH'],
]);

laboratory(
  'rules of family arp',
  routed({ r: { nft: 'table arp a { chain in { type filter hook input priority 0; arp operation request drop; }; }' } }),
  [['are not evaluated', 'x udp 10.9.0.1:9', 'rejected errno-EHOSTUNREACH', { unknown: true }]],
);
