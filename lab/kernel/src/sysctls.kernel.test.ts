import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const lo = (...addresses: readonly string[]) => ({ links: [{ kind: 'loopback', name: 'lo', addresses } as const] });
const set = (...settings: readonly string[]) => ({
  change: { r: settings.map((setting) => `sysctl -qw net.ipv4.conf.${setting}`).join('\n') },
});

laboratory('T22: the in-device decides about forwarding', routed({ r: { sysctls: { 'ipv4.ip_forward': 0 } } }), [
  ['off', 'x udp 10.9.1.2:9', 'dropped'],
  ['off: no error either', 'x udp 10.8.0.1:9', 'dropped'],
  ['off: the router itself', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
  ['the in-device alone: there, but not back', 'x udp 10.9.1.2:9', 'dropped after y<-10.9.0.2:40000 at 10.9.1.2:9', set('rx.forwarding=1')],
  ['the out-device alone', 'x udp 10.9.1.2:9', 'dropped', set('rx.forwarding=0', 'ry.forwarding=1')],
  ['both', 'x udp 10.9.1.2:9', Y, set('rx.forwarding=1')],
]);

laboratory(
  'T17: rp_filter is the larger of all and the device',
  routed({ r: { routes: ['99.1.1.0/24 via 10.9.1.2'] }, x: { ...lo('99.1.1.1/32'), neighbours: [] } }),
  [
    ['0 and 1: strict', 'x udp 10.9.0.1:9 src 99.1.1.1', 'rejected errno-EHOSTUNREACH', set('rx.rp_filter=1')],
    [
      '0 and 1, the neighbour known',
      'x udp 10.9.0.1:9 src 99.1.1.1',
      'dropped',
      {
        change: {
          r: 'ip link set rx address 02:00:00:00:00:11',
          x: 'ip neigh replace 10.9.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent',
        },
      },
    ],
    ['2 and 1: loose', 'x udp 10.9.0.1:9 src 99.1.1.1', 'dropped after r<-99.1.1.1:40000 at 10.9.0.1:9', set('all.rp_filter=2')],
    ['1 and 0: strict', 'x udp 10.9.0.1:9 src 99.1.1.1', 'dropped', set('all.rp_filter=1', 'rx.rp_filter=0')],
    [
      '0 and 2: loose',
      'x udp 10.9.0.1:9 src 99.1.1.1',
      'dropped after r<-99.1.1.1:40000 at 10.9.0.1:9',
      set('all.rp_filter=0', 'rx.rp_filter=2'),
    ],
    ['loose, forwarded', 'x udp 10.9.1.2:9 src 99.1.1.1', 'dropped after y<-99.1.1.1:40000 at 10.9.1.2:9'],
    ['strict, forwarded', 'x udp 10.9.1.2:9 src 99.1.1.1', 'dropped', set('rx.rp_filter=1')],
    [
      'a source without any route, loose',
      'x udp 10.9.0.1:9 src 99.1.1.1',
      'dropped',
      { change: { r: 'ip route del 99.1.1.0/24\nsysctl -qw net.ipv4.conf.rx.rp_filter=2' } },
    ],
  ],
);

laboratory(
  'T18: loose rp_filter and a device without an address',
  routed({
    r: {
      then: [
        'ip addr flush dev rx',
        'ip link set rx address 02:00:00:00:00:11',
        'ip route add 10.9.0.2 dev rx',
        'ip route add 99.1.1.0/24 via 10.9.1.2',
      ],
    },
    x: { ...lo('99.1.1.1/32'), neighbours: ['10.9.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent'] },
  }),
  [
    ['off', 'x udp 10.9.1.1:9 src 99.1.1.1', 'dropped after r<-99.1.1.1:40000 at 10.9.1.1:9'],
    ['loose', 'x udp 10.9.1.1:9 src 99.1.1.1', 'dropped', set('rx.rp_filter=2')],
    ['loose, and a source that is routed there', 'x udp 10.9.1.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.1.1:9'],
  ],
);

laboratory(
  'T19: the reverse look-up ignores the mark unless src_valid_mark',
  routed({
    r: {
      sysctls: { 'ipv4.conf.default.rp_filter': 0 },
      routes: ['99.1.1.0/24 via 10.9.1.2', '99.1.1.0/24 via 10.9.0.2 table 55'],
      rules: ['fwmark 5 lookup 55'],
      legacy: '*mangle\n-A PREROUTING -j MARK --set-mark 5\nCOMMIT\n',
      then: ['sysctl -qw net.ipv4.conf.rx.rp_filter=1', 'ip link set rx address 02:00:00:00:00:11'],
    },
    x: { ...lo('99.1.1.1/32'), neighbours: ['10.9.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent'] },
  }),
  [
    ['ignored', 'x udp 10.9.0.1:9 src 99.1.1.1', 'dropped'],
    ['not ignored', 'x udp 10.9.0.1:9 src 99.1.1.1', 'dropped after r<-99.1.1.1:40000 at 10.9.0.1:9 mark 0x5', set('all.src_valid_mark=1')],
  ],
);

laboratory(
  'T20: a source that is one of our own addresses',
  routed({
    r: { then: ['ip link set rx address 02:00:00:00:00:11'] },
    x: { ...lo('10.9.1.1/32'), neighbours: ['10.9.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent'] },
  }),
  [
    ['is dropped without rp_filter', 'x udp 10.9.0.1:9 src 10.9.1.1', 'dropped'],
    ['accept_local lets it in', 'x udp 10.9.0.1:9 src 10.9.1.1', 'dropped after r<-10.9.1.1:40000 at 10.9.0.1:9', set('rx.accept_local=1')],
    [
      'of all as well',
      'x udp 10.9.0.1:9 src 10.9.1.1',
      'dropped after r<-10.9.1.1:40000 at 10.9.0.1:9',
      set('rx.accept_local=0', 'all.accept_local=1'),
    ],
  ],
);

laboratory(
  'T21: a subnet’s broadcast address as source',
  routed({
    r: { then: ['ip link set rx address 02:00:00:00:00:11'] },
    x: { ...lo('10.9.0.255/32'), neighbours: ['10.9.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent'] },
  }),
  [
    ['passes', 'x udp 10.9.0.1:9 src 10.9.0.255', 'dropped after r<-10.9.0.255:40000 at 10.9.0.1:9', { unknown: true }],
    ['until there is a rule', 'x udp 10.9.0.1:9 src 10.9.0.255', 'dropped', { change: { r: 'ip rule add fwmark 7 lookup 55' } }],
  ],
);

laboratory(
  'loopback addresses from outside',
  routed({
    r: { routes: [], then: ['ip link set rx address 02:00:00:00:00:11'] },
    x: {
      routes: ['127.0.0.0/8 dev e0 table 77'],
      then: ['ip rule add pref 1 lookup local', 'ip rule del pref 0', 'ip rule add pref 0 to 127.7.0.0/16 lookup 77'],
      sysctls: { 'ipv4.conf.all.route_localnet': 1 },
      neighbours: ['127.7.0.1 lladdr 02:00:00:00:00:11 dev e0 nud permanent'],
    },
  }),
  [['are martians', 'x udp 127.7.0.1:9 src 10.9.0.2', 'dropped']],
);

laboratory('a strange address is an ordinary one', routed({ r: { routes: ['240.1.0.0/16 via 10.9.1.2'] }, y: lo('240.1.0.1/32') }), [
  ['240/4 as a destination', 'x tcp 240.1.0.1:80', 'delivered y<-10.9.0.2:40000 at 240.1.0.1:80'],
]);
