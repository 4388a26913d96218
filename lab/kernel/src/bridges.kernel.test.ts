import { laboratories } from './suite.ts';
import { bridged, routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.0.3:9';
const FILTER_ON = { 'bridge.bridge-nf-call-iptables': 1 };
const VIP = '-A PREROUTING -d 10.96.0.1/32 -j DNAT --to-destination';
const nat = (...rules: readonly string[]): string => ['*nat', ...rules, 'COMMIT'].join('\n');
const filter = (...rules: readonly string[]): string => ['*filter', ...rules, 'COMMIT'].join('\n');

laboratory('two pods on a bridge', bridged(), [
  ['from pod to pod', 'x tcp 10.9.0.3:80', 'delivered y<-10.9.0.2:40000 at 10.9.0.3:80'],
  ['from pod to host', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
  ['from host to pod', 'r udp 10.9.0.3:9', 'delivered y<-10.9.0.1:40000 at 10.9.0.3:9'],
  ['an address that nobody has', 'x tcp 10.9.0.9:80', 'rejected errno-EHOSTUNREACH'],
  [
    'T62: an address on a port is served by the bridge',
    'x tcp 10.78.0.1:80',
    'delivered r<-10.9.0.2:40000 at 10.78.0.1:80',
    { change: { r: 'ip addr add 10.78.0.1/24 dev rx' } },
  ],
  [
    'a permanent entry that leads to no port',
    'r udp 10.9.0.3:9',
    'dropped',
    { change: { r: 'ip neigh replace 10.9.0.3 lladdr 02:00:00:00:00:77 dev br0 nud permanent' } },
  ],
]);

laboratory('T61: isolated ports refuse only each other', bridged({ rx: 'isolated on' }), [
  ['one is isolated', 'x udp 10.9.0.3:9', Y],
  ['both are', 'x tcp 10.9.0.3:80', 'rejected errno-EHOSTUNREACH', { change: { r: 'ip link set ry type bridge_slave isolated on' } }],
  ['to the host', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
]);

laboratory('the state of a port', bridged(), [
  [
    'listening: nobody is heard',
    'x udp 10.9.0.3:9',
    'rejected errno-EHOSTUNREACH',
    { change: { r: 'ip link set ry type bridge_slave state 1' } },
  ],
  ['listening, from the host', 'r udp 10.9.0.3:9', 'rejected errno-EHOSTUNREACH'],
  [
    'learning, from there',
    'y udp 10.9.0.1:9',
    'rejected errno-EHOSTUNREACH',
    { change: { r: 'ip link set ry type bridge_slave state 2' } },
  ],
  [
    'the bridge is down',
    'x udp 10.9.0.3:9',
    'rejected errno-EHOSTUNREACH',
    { change: { r: 'ip link set ry type bridge_slave state 3\nip link set br0 down' } },
  ],
]);

laboratory('a port that neither learns nor is flooded', bridged({ ry: 'learning off flood off' }), [
  ['hears nothing that is for one', 'x udp 10.9.0.3:9', 'dropped'],
  ['not even who answers for an address', 'y udp 10.9.0.2:9', 'rejected errno-EHOSTUNREACH'],
  ['unless it learns', 'x udp 10.9.0.3:9', Y, { change: { r: 'ip link set ry type bridge_slave learning on' } }],
  ['flooded it hears', 'x udp 10.9.0.3:9', Y, { change: { r: 'ip link set ry type bridge_slave learning off flood on' } }],
]);

const FROM_PORT = { iptables: '*filter\n-A INPUT -m physdev --physdev-in rx -j DROP\nCOMMIT\n' };
laboratory('physdev without bridge netfilter', bridged({ r: FROM_PORT }), [
  ['nobody has noted the port', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
]);
laboratory('physdev with bridge netfilter', bridged({ r: { ...FROM_PORT, sysctls: FILTER_ON } }), [
  // Linux 6.18 traces no chain of INPUT for a frame that comes up from a bridge with its netfilter on.
  ['the port is noted', 'x udp 10.9.0.1:9', 'dropped', { untraced: true }],
]);

laboratory(
  'a static entry for another port',
  bridged({
    y: { then: ['ip link set e0 address 02:00:00:00:00:33'] },
    r: {
      then: [
        'ip neigh replace 10.9.0.3 lladdr 02:00:00:00:00:33 dev br0 nud permanent',
        'bridge fdb replace 02:00:00:00:00:33 dev rx master static',
      ],
    },
  }),
  [['leads there', 'r udp 10.9.0.3:9', 'dropped']],
);

laboratory(
  'T59: with bridge netfilter a switched frame passes FORWARD',
  bridged({ r: { sysctls: FILTER_ON, legacy: filter(':FORWARD DROP [0:0]') } }),
  [
    ['the policy drops it', 'x udp 10.9.0.3:9', 'dropped'],
    ['a pod to the host does not pass there', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['off: it is not seen', 'x udp 10.9.0.3:9', Y, { change: { r: 'sysctl -qw net.bridge.bridge-nf-call-iptables=0' } }],
    [
      'the bridge’s own switch turns it on',
      'x udp 10.9.0.3:9',
      'dropped',
      { change: { r: 'ip link set br0 type bridge nf_call_iptables 1' } },
    ],
  ],
);

laboratory(
  'physdev: the ports of a switched frame, the bridge as both devices',
  bridged({
    r: {
      sysctls: FILTER_ON,
      iptables: filter(
        ':FORWARD DROP [0:0]',
        '-A FORWARD -i br0 -o br0 -p udp --dport 9 -m physdev --physdev-in rx --physdev-out ry --physdev-is-bridged -j ACCEPT',
        '-A FORWARD -m physdev --physdev-is-bridged -m conntrack --ctstate ESTABLISHED -j ACCEPT',
        '-A FORWARD -i rx -j ACCEPT',
      ),
    },
  }),
  [
    ['the ports fit', 'x udp 10.9.0.3:9', Y],
    ['the other way they do not', 'y udp 10.9.0.2:9', 'dropped'],
    ['a port is no in-device', 'x tcp 10.9.0.3:80', 'dropped'],
  ],
);

laboratory(
  'a rule refuses a switched frame',
  bridged({
    r: { sysctls: FILTER_ON, iptables: filter('-A FORWARD -p udp -j REJECT', '-A FORWARD -p tcp -j REJECT --reject-with tcp-reset') },
  }),
  [
    ['by ICMP from the bridge’s address', 'x udp 10.9.0.3:9', 'rejected icmp-3/3 from 10.9.0.1'],
    ['by a reset', 'x tcp 10.9.0.3:80', 'rejected tcp-reset'],
    ['the bridge has no address: nobody is told', 'x udp 10.9.0.3:9', 'dropped', { change: { r: 'ip addr flush dev br0' } }],
  ],
);

laboratory(
  'T56: without bridge netfilter the answer is switched past the translation',
  bridged({ r: { iptables: nat(`${VIP} 10.9.0.3`) } }),
  [
    ['off: it comes from a stranger', 'x udp 10.96.0.1:9', 'dropped after y<-10.9.0.2:40000 at 10.9.0.3:9'],
    [
      'on: it comes from the one that was asked',
      'x udp 10.96.0.1:9',
      Y,
      { change: { r: 'sysctl -qw net.bridge.bridge-nf-call-iptables=1' } },
    ],
    ['T58: that needs ip_forward', 'x udp 10.96.0.1:9', 'dropped', { change: { r: 'sysctl -qw net.ipv4.ip_forward=0' } }],
    ['T58: what is only switched does not', 'x udp 10.9.0.3:9', Y],
  ],
);

laboratory(
  'T57: a pod that asks itself by a service, hairpin masquerade',
  bridged({ r: { sysctls: FILTER_ON, iptables: nat(`${VIP} 10.9.0.2`, '-A POSTROUTING -s 10.9.0.2/32 -d 10.9.0.2/32 -j MASQUERADE') } }),
  [
    ['on: the port needs hairpin', 'x udp 10.96.0.1:9', 'dropped'],
    [
      'on: with hairpin',
      'x udp 10.96.0.1:9',
      'delivered x<-10.9.0.1:40000 at 10.9.0.2:9',
      { change: { r: 'ip link set rx type bridge_slave hairpin on' } },
    ],
    [
      'off: it is routed, no hairpin is needed',
      'x udp 10.96.0.1:9',
      'delivered x<-10.9.0.1:40000 at 10.9.0.2:9',
      { change: { r: 'ip link set rx type bridge_slave hairpin off\nsysctl -qw net.bridge.bridge-nf-call-iptables=0' } },
    ],
    [
      'without masquerade the pod sees its own address and drops it',
      'x udp 10.96.0.1:9',
      'dropped',
      { change: { r: 'iptables-nft -t nat -F POSTROUTING' } },
    ],
  ],
);

laboratory(
  'T60: rp_filter is not asked about switched frames',
  bridged({
    r: { sysctls: { 'ipv4.conf.br0.rp_filter': 1 }, routes: ['99.1.1.0/24 dev br0'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['99.1.1.1/32'] }] },
    y: { routes: ['99.1.1.0/24 via 10.9.0.2'] },
  }),
  [['a foreign source', 'x udp 10.9.0.3:9 src 99.1.1.1', 'delivered y<-99.1.1.1:40000 at 10.9.0.3:9']],
);

laboratory(
  'T63: a bridge without ports that are up has no carrier',
  routed({
    r: {
      links: [{ kind: 'bridge', name: 'b1', addresses: ['10.77.0.1/24'] }],
      routes: ['10.77.0.5 via 10.9.1.2 metric 10'],
      then: ['ip route add 10.77.0.7 dev b1 metric 5', 'ip route add 10.77.0.7 via 10.9.1.2 metric 10'],
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['10.77.0.7/32'] }] },
  }),
  [
    ['a new one has', 'r tcp 10.77.0.9:80', 'rejected errno-EHOSTUNREACH'],
    ['its own address', 'x tcp 10.77.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.77.0.1:80'],
    [
      'linkdown routes are used',
      'x tcp 10.77.0.7:80',
      'rejected icmp-3/1 from 10.9.0.1',
      { change: { r: 'ip link add v1 type veth peer name v2\nip link set v1 master b1 up' } },
    ],
    [
      'unless they are to be ignored',
      'x tcp 10.77.0.7:80',
      'delivered y<-10.9.0.2:40000 at 10.77.0.7:80',
      { change: { r: 'sysctl -qw net.ipv4.conf.all.ignore_routes_with_linkdown=1' } },
    ],
  ],
);

const nested = bridged({
  r: {
    links: [
      { kind: 'bridge', name: 'br1' },
      { kind: 'veth', name: 'va', peer: 'r:vb', master: 'br0' },
      { kind: 'veth', name: 'vb', peer: 'r:va', master: 'br1' },
      { kind: 'veth', name: 'rz', peer: 'z:e0', master: 'br1' },
    ],
  },
});

laboratory(
  'bridges behind bridges, veth pairs within a namespace',
  {
    namespaces: {
      ...nested.namespaces,
      z: { links: [{ kind: 'veth', name: 'e0', peer: 'r:rz', addresses: ['10.9.0.4/24'] }], listeners: ['udp 0.0.0.0:9'] },
    },
  },
  [
    ['is reached through both', 'x udp 10.9.0.4:9', 'delivered z<-10.9.0.2:40000 at 10.9.0.4:9'],
    ['reaches the host', 'z tcp 10.9.0.1:80', 'delivered r<-10.9.0.4:40000 at 10.9.0.1:80'],
  ],
);

laboratory(
  'a bridged frame that DNAT sends to a neighbour that nobody is',
  bridged({ r: { sysctls: FILTER_ON, iptables: nat(`${VIP} 10.9.0.4`) }, x: { routes: ['10.96.0.0/16 via 10.9.0.1'] } }),
  [
    ['the host that the frame was for tells the sender', 'x udp 10.96.0.1:9', 'rejected icmp-3/1 from 10.96.0.1'],
    ['not so of a frame for another', 'x udp 10.96.0.1:9', 'dropped', { change: { x: 'ip route replace 10.96.0.0/16 via 10.9.0.3' } }],
  ],
);
