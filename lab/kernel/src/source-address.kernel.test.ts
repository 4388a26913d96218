import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();

laboratory(
  'the source of a packet whose sender has none',
  routed({
    r: { routes: ['20.0.0.0/8 via 10.9.0.2'] },
    x: {
      links: [
        { kind: 'loopback', name: 'lo', addresses: ['10.7.0.1/32'] },
        { kind: 'bridge', name: 'b1', addresses: ['10.77.0.1/24'] },
      ],
      routes: ['10.9.1.2/32 via 10.9.0.1 src 10.7.0.1', '20.1.0.0/16 via 10.9.0.1'],
      then: ['ip addr add 20.0.0.5/24 dev e0', 'ip addr add 10.9.0.5/24 dev e0'],
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['20.1.0.1/32', '10.8.0.1/32'] }], routes: ['10.7.0.0/16 via 10.9.1.1'] },
  }),
  [
    ['src of the route, whether the way back knows it or not', 'x udp 10.9.1.2:9', 'dropped after y<-10.7.0.1:40000 at 10.9.1.2:9'],
    [
      'src of the route, and the way back leads to it',
      'x udp 10.9.1.2:9',
      'delivered y<-10.7.0.1:40000 at 10.9.1.2:9',
      { change: { r: 'ip route add 10.7.0.1 via 10.9.0.2\nip route add 20.1.0.0/16 via 10.9.1.2\nip route add 10.8.0.1 via 10.9.1.2' } },
    ],
    ['the address whose subnet has the gateway', 'x tcp 20.1.0.1:80', 'delivered y<-10.9.0.2:40000 at 20.1.0.1:80'],
    ['a secondary address is not chosen', 'x tcp 10.8.0.1:80', 'delivered y<-10.9.0.2:40000 at 10.8.0.1:80'],
    ['a secondary address is asked from the primary one', 'x tcp 10.9.0.5:80', 'delivered x<-10.9.0.2:40000 at 10.9.0.5:80'],
    ['a secondary address that the program names', 'x tcp 10.8.0.1:80 src 10.9.0.5', 'delivered y<-10.9.0.5:40000 at 10.8.0.1:80'],
    ['the subnet that has the destination', 'x udp 20.0.0.77:9', 'rejected errno-EHOSTUNREACH'],
    ['all of 127/8 is asked from its own address', 'x tcp 127.0.0.9:80', 'delivered x<-127.0.0.1:40000 at 127.0.0.9:80'],
  ],
);

laboratory(
  'addresses of narrow scope',
  routed({
    r: { routes: ['10.7.0.1/32 dev rx', '10.6.0.0/24 dev rx'] },
    x: {
      links: [{ kind: 'loopback', name: 'lo', addresses: ['10.7.0.1/32'] }],
      then: [
        'ip addr flush dev e0',
        'ip addr add 10.6.0.2/24 dev e0 scope link',
        'ip route add 10.9.0.1 dev e0 scope link',
        'ip route add default via 10.9.0.1',
      ],
    },
  }),
  [
    ['by a gateway: another device’s', 'x udp 10.9.1.2:9', 'delivered y<-10.7.0.1:40000 at 10.9.1.2:9'],
    ['on the link: the one of scope link', 'x udp 10.9.0.1:9', 'delivered r<-10.6.0.2:40000 at 10.9.0.1:9'],
  ],
);

laboratory('no address at all', routed({ x: { then: ['ip addr flush dev e0', 'ip route add default dev e0'] } }), [
  ['a datagram', 'x udp 10.9.0.1:9', 'dropped'],
  ['a connection', 'x tcp 10.9.0.1:80', 'dropped'],
  ['an address that is nobody’s', 'x udp 10.9.0.1:9 src 127.0.0.1', 'rejected errno-EINVAL'],
]);

laboratory(
  'a subnet without an address in it (T09 for a sender)',
  routed({ r: { then: ['ip addr add 10.9.1.50/24 dev ry', 'ip route add 10.9.1.2 dev ry src 10.9.1.50'] } }),
  [['src of the route is a secondary address', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.50:40000 at 10.9.1.2:9']],
);
