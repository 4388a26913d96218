import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';

laboratory(
  'T72: the MTU of the way',
  routed({ r: { routes: ['10.9.1.2 dev ry mtu 900'], iptables: '*filter\n-A FORWARD -p udp -m length --length 901: -j DROP\nCOMMIT\n' } }),
  [
    ['fits', 'x udp 10.9.1.2:9 size 900 df', Y],
    ['the error comes before the FORWARD chains', 'x udp 10.9.1.2:9 size 901 df', 'rejected icmp-3/4 from 10.9.0.1'],
  ],
);

laboratory('the MTU of the device', routed({ r: { then: ['ip link set ry mtu 1000'] } }), [
  ['fits', 'x udp 10.9.1.2:9 size 1000 df', Y],
  ['does not', 'x udp 10.9.1.2:9 size 1001 df', 'rejected icmp-3/4 from 10.9.0.1'],
  ['without DF it is cut in pieces', 'x udp 10.9.1.2:9 size 1001 nodf', Y],
  ['from the router itself', 'r udp 10.9.1.2:9 size 1001 df', 'rejected errno-EMSGSIZE'],
]);

laboratory('the way back is narrower', routed({ r: { then: ['ip link set rx mtu 1000'] } }), [
  ['small', 'x udp 10.9.1.2:9 size 900 df', Y],
  ['a server’s own kernel cuts its answer in pieces', 'x udp 10.9.0.1:9 size 1001 nodf', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
  [
    'it sets DF, whatever the question had, for those on the way',
    'x udp 10.9.1.2:9 size 1001 nodf',
    'dropped after y<-10.9.0.2:40000 at 10.9.1.2:9',
  ],
  ['echoes may be cut in pieces', 'x icmp 10.9.1.2 size 1001 df', 'delivered'],
]);

laboratory('T54: a veth drops what is larger than the other end’s MTU and 4', routed({ x: { then: ['ip link set e0 mtu 1000'] } }), [
  ['just fits', 'r udp 10.9.0.2:9 size 1004 df', 'delivered x<-10.9.0.1:40000 at 10.9.0.2:9'],
  ['does not', 'r udp 10.9.0.2:9 size 1005 df', 'dropped'],
]);

laboratory(
  'the lifetime',
  routed({
    r: { iptables: '*mangle\n-A PREROUTING -p udp --dport 9 -j TTL --ttl-set 1\n-A PREROUTING -p tcp -j TTL --ttl-inc 5\nCOMMIT\n' },
  }),
  [
    ['set to the end', 'x udp 10.9.1.2:9', 'rejected icmp-11/0 from 10.9.0.1'],
    ['set to the end, and at home', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['raised', 'x tcp 10.9.1.2:80 ttl 1', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
    ['one hop to oneself', 'x udp 10.9.0.1:10 ttl 1', 'rejected icmp-3/3 from 10.9.0.1'],
  ],
);
