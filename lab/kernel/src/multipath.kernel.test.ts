import { type Row, laboratories } from './suite.ts';
import { bridged, routed } from './topology.ts';

const laboratory = laboratories();
const both = (address: string) => ({ links: [{ kind: 'loopback', name: 'lo', addresses: [address] } as const] });

laboratory(
  'several next hops',
  routed({
    r: { routes: ['20.0.0.1/32 nexthop via 10.9.0.2 weight 3 nexthop via 10.9.1.2'] },
    x: both('20.0.0.1/32'),
    y: both('20.0.0.1/32'),
  }),
  [
    ['one of them', 'r tcp 20.0.0.1:80', ['delivered x<-10.9.0.1:40000 at 20.0.0.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.0.1:80']],
    ['a fixed source takes the device that has it', 'r tcp 20.0.0.1:80 src 10.9.1.1', 'delivered y<-10.9.1.1:40000 at 20.0.0.1:80'],
    ['the other', 'r tcp 20.0.0.1:80 src 10.9.0.1', 'delivered x<-10.9.0.1:40000 at 20.0.0.1:80'],
    [
      'a next hop without carrier, to be ignored',
      'r tcp 20.0.0.1:80',
      'delivered y<-10.9.1.1:40000 at 20.0.0.1:80',
      { change: { r: 'sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1', x: 'ip link set e0 down' } },
    ],
    ['a dead next hop', 'r tcp 20.0.0.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.0.1:80', { change: { r: 'ip link set rx down' } }],
  ],
);

const served = ['20.0.0.1/32', '20.0.0.2/32', '20.0.0.3/32', '20.0.0.4/32'];
laboratory(
  'several next hops on one device: whoever has the source address has it at each',
  bridged({
    r: { routes: ['20.0.0.0/24 nexthop via 10.9.0.2 nexthop via 10.9.0.3'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: served }] },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: served }] },
  }),
  served.map((address): Row => {
    const to = address.replace('/32', '');
    return [to, `r tcp ${to}:80`, [`delivered x<-10.9.0.1:40000 at ${to}:80`, `delivered y<-10.9.0.1:40000 at ${to}:80`]];
  }),
);

laboratory(
  'routes beside each other',
  routed({
    r: {
      then: [
        'ip route add 20.0.0.0/24 via 10.9.0.2',
        'ip route append 20.0.0.0/24 via 10.9.1.2',
        'ip route add 20.0.1.0/24 via 10.9.0.2 metric 20',
        'ip route add 20.0.1.0/24 via 10.9.1.2 metric 10',
        'ip route add 20.0.0.0/16 via 10.9.1.2',
        'ip route add 20.0.2.0/24 via 10.9.0.2 metric 5',
        'ip route prepend 20.0.2.0/24 via 10.9.1.2 metric 5',
      ],
    },
    x: both('20.0.0.1/16'),
    y: both('20.0.0.1/16'),
  }),
  [
    ['T68: appended: the first', 'r tcp 20.0.0.1:80', 'delivered x<-10.9.0.1:40000 at 20.0.0.1:80'],
    ['the lower metric', 'r tcp 20.0.1.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.1.1:80'],
    ['prepended: the last', 'r tcp 20.0.2.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.2.1:80'],
    ['the longer prefix', 'r tcp 20.0.9.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.9.1:80'],
  ],
);

laboratory(
  'gateways',
  routed({
    r: {
      routes: [
        '20.0.0.1/32 via 10.44.0.1 dev ry onlink',
        '20.0.0.2/32 via 10.9.1.1',
        '20.0.0.3/32 dev ry',
        '20.0.0.4/32 dev rx scope link',
      ],
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.0.0.1/32', '20.0.0.2/32', '20.0.0.3/32', '10.44.0.1/32'] }] },
  }),
  [
    ['onlink: a gateway of no subnet', 'x tcp 20.0.0.1:80', 'delivered y<-10.9.0.2:40000 at 20.0.0.1:80'],
    ['a gateway that is ourselves: the destination is asked for', 'x tcp 20.0.0.2:80', 'delivered y<-10.9.0.2:40000 at 20.0.0.2:80'],
    ['no gateway: the destination is asked for', 'x tcp 20.0.0.3:80', 'delivered y<-10.9.0.2:40000 at 20.0.0.3:80'],
    ['the device that it came by, and nobody there', 'x udp 20.0.0.4:9', 'rejected icmp-3/1 from 10.9.0.1'],
  ],
);

laboratory(
  'next hop objects',
  routed({
    r: {
      then: [
        'ip nexthop add id 1 via 10.9.1.2 dev ry',
        'ip nexthop add id 2 via 10.9.0.2 dev rx',
        'ip nexthop add id 3 group 1/2,3',
        'ip nexthop add id 4 blackhole',
        'ip route add 20.0.0.1 nhid 1',
        'ip route add 20.0.0.2 nhid 3',
        'ip route add 20.0.0.3 nhid 4',
      ],
    },
    x: both('20.0.0.2/32'),
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.0.0.1/32', '20.0.0.2/32'] }] },
  }),
  [
    ['one', 'r tcp 20.0.0.1:80', 'delivered y<-10.9.1.1:40000 at 20.0.0.1:80'],
    // Asked twice, before and after it has a source address, the group answers by another hash each time.
    [
      'a group: the source of one, the device of another',
      'r tcp 20.0.0.2:80',
      ['x<-10.9.0.1', 'x<-10.9.1.1', 'y<-10.9.0.1', 'y<-10.9.1.1'].map((way) => `delivered ${way}:40000 at 20.0.0.2:80`),
    ],
    [
      'a group takes no heed of a fixed source',
      'r tcp 20.0.0.2:80 src 10.9.0.1',
      ['x<-10.9.0.1', 'y<-10.9.0.1'].map((way) => `delivered ${way}:40000 at 20.0.0.2:80`),
    ],
    ['a blackhole', 'r tcp 20.0.0.3:80', 'rejected errno-EINVAL'],
    ['a blackhole, forwarded', 'x tcp 20.0.0.3:80', 'dropped'],
  ],
);

laboratory('a loop', routed({ r: { routes: ['20.0.0.0/24 via 10.9.1.2'] }, y: { sysctls: { 'ipv4.ip_forward': 1 } } }), [
  ['goes round until its TTL ends', 'x udp 20.0.0.1:9', 'rejected icmp-11/0 from 10.9.1.2'],
]);

laboratory(
  'the way back',
  routed({
    r: { routes: ['10.7.0.0/24 via 10.9.0.2'] },
    y: { routes: ['blackhole 10.7.0.2', 'unreachable 10.7.0.3'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['10.7.0.1/32', '10.7.0.2/32', '10.7.0.3/32', '10.7.1.1/32'] }] },
  }),
  [
    ['leads back', 'x udp 10.9.1.2:9 src 10.7.0.1', 'delivered y<-10.7.0.1:40000 at 10.9.1.2:9'],
    ['is a black hole', 'x udp 10.9.1.2:9 src 10.7.0.2', 'dropped after y<-10.7.0.2:40000 at 10.9.1.2:9'],
    ['is unreachable', 'x tcp 10.9.1.2:80 src 10.7.0.3', 'dropped'],
    ['ends at the router', 'x udp 10.9.1.2:9 src 10.7.1.1', 'dropped after y<-10.7.1.1:40000 at 10.9.1.2:9'],
  ],
);
