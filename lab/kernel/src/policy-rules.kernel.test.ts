import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const TO_Y = 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9';

laboratory(
  'selectors of rules',
  routed({
    r: {
      rules: [
        'pref 10 from 10.9.0.2 to 10.9.1.2 ipproto udp dport 100-200 prohibit',
        'pref 11 fwmark 0x10/0xf0 blackhole',
        'pref 12 uidrange 1000-1999 to 10.9.1.2 unreachable',
        'pref 13 sport 700 unreachable',
      ],
    },
  }),
  [
    ['ports of a forwarded packet', 'x udp 10.9.1.2:150', 'rejected icmp-3/13 from 10.9.0.1'],
    ['ports beyond the range', 'x udp 10.9.1.2:201', 'rejected icmp-3/3 from 10.9.1.2'],
    ['another protocol', 'x tcp 10.9.1.2:150', 'rejected tcp-reset'],
    ['a mark under its mask', 'r udp 10.9.1.2:9 mark 0x1f', 'rejected errno-EINVAL'],
    ['a mark beside its mask', 'r udp 10.9.1.2:9 mark 0x2f', TO_Y],
    ['the owner of the socket', 'r udp 10.9.1.2:9 uid 1500', 'rejected errno-ENETUNREACH'],
    ['another owner', 'r udp 10.9.1.2:9 uid 999', TO_Y],
    ['a forwarded packet belongs to nobody', 'x udp 10.9.1.2:9 uid 1500', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
    ['a source port', 'x udp 10.9.1.2:9 sport 700', 'rejected icmp-3/0 from 10.9.0.1'],
  ],
);

laboratory('T27: not negates the whole rule, not one selector', routed({ r: { rules: ['not from 10.9.0.0/16 to 20.0.0.0/8 prohibit'] } }), [
  ['neither selector fits', 'r udp 10.9.1.2:9', 'rejected errno-EACCES'],
  ['forwarded: only one fits; and what is to tell it is prohibited, too', 'x udp 10.9.1.2:9', 'dropped'],
]);

laboratory('T28: fwmark 0 without a mask matches every packet', routed({ r: { rules: ['fwmark 0 pref 100 blackhole'] } }), [
  ['a marked packet', 'r udp 10.9.1.2:9 mark 5', 'rejected errno-EINVAL'],
  ['a forwarded packet', 'x udp 10.9.1.2:9', 'dropped'],
]);

laboratory(
  'T30: suppress_prefixlength 0 skips a found default route and goes on with the next rule',
  routed({
    r: {
      routes: ['default via 10.9.1.2', 'default via 10.9.0.2 table 60'],
      rules: ['pref 10 lookup main suppress_prefixlength 0', 'pref 20 lookup 60'],
    },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['8.8.8.8/32'] }] },
  }),
  [
    ['the default route is the other table’s', 'r tcp 8.8.8.8:80', 'delivered x<-10.9.0.1:40000 at 8.8.8.8:80'],
    ['a connected route stays', 'r udp 10.9.1.2:9', TO_Y],
  ],
);

laboratory(
  'T32: a connecting socket is routed again with the source that it was given',
  routed({ r: { rules: ['from 10.9.1.1 prohibit'] } }),
  [
    ['a connection', 'r tcp 10.9.1.2:80', 'rejected errno-EACCES'],
    ['a connected datagram socket', 'r udp 10.9.1.2:9', 'rejected errno-EACCES'],
    ['another source', 'r udp 10.9.1.2:9 src 10.9.0.1', 'delivered y<-10.9.0.1:40000 at 10.9.1.2:9'],
  ],
);

laboratory('T33: iif and oif in rules', routed({ r: { rules: ['oif ry to 10.9.1.2 prohibit'] } }), [
  ['oif fits no unbound socket', 'r udp 10.9.1.2:9', TO_Y],
  ['oif fits no forwarded packet', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
  [
    'iif lo fits what is made here',
    'r udp 10.9.1.2:9',
    'rejected errno-EACCES',
    { change: { r: 'ip rule add iif lo to 10.9.1.2 prohibit' } },
  ],
  ['iif lo fits nothing else', 'x udp 10.9.1.2:9', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9'],
  [
    'iif fits what comes in there',
    'x udp 10.9.1.2:9',
    'rejected icmp-3/13 from 10.9.0.1',
    { change: { r: 'ip rule add iif rx to 10.9.1.2 prohibit' } },
  ],
]);

laboratory(
  'order of rules',
  routed({
    r: {
      rules: [
        'pref 100 goto 300',
        'pref 200 blackhole',
        'pref 300 nop',
        'pref 400 goto 999',
        'pref 500 to 10.9.1.2 ipproto tcp lookup 77',
        'pref 600 to 10.9.1.2 dport 80 prohibit',
      ],
    },
  }),
  [
    ['goto jumps over', 'r udp 10.9.1.2:9', TO_Y],
    ['an empty table asks the next rule', 'r tcp 10.9.1.2:80', 'rejected errno-EACCES'],
    ['the local table first', 'r tcp 10.9.1.1:80', 'delivered r<-10.9.1.1:40000 at 10.9.1.1:80'],
  ],
);

laboratory(
  'the local table moved down',
  routed({ r: { then: ['ip rule add pref 100 lookup local', 'ip rule del pref 0', 'ip rule add pref 50 to 10.9.1.1 dport 80 prohibit'] } }),
  [
    ['a rule in front of it', 'x tcp 10.9.1.1:80', 'rejected icmp-3/13 from 10.9.0.1'],
    ['and what it leaves', 'x tcp 10.9.1.1:81', 'rejected tcp-reset'],
  ],
);

laboratory(
  'routing by the source',
  routed({
    r: { rules: ['from 10.9.0.2 lookup 60'], routes: ['unreachable default table 60'] },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['10.7.0.2/32'] }] },
  }),
  [
    ['from the address that it names', 'x udp 10.9.1.2:9', 'rejected icmp-3/1 from 10.9.0.1'],
    ['from another, and the answer has no way', 'x udp 10.9.1.2:9 src 10.7.0.2', 'dropped after y<-10.7.0.2:40000 at 10.9.1.2:9'],
    ['the router itself', 'r udp 10.9.1.2:9', TO_Y],
  ],
);

laboratory('a datagram server that is not connected answers without a source', routed({ y: { rules: ['from 10.9.1.0/24 blackhole'] } }), [
  [
    'a rule about its address does not stop it, unless it names the address',
    'x udp 10.9.1.2:9',
    'delivered y<-10.9.0.2:40000 at 10.9.1.2:9',
    { unknown: true },
  ],
  ['it stops a connection', 'x tcp 10.9.1.2:80', 'dropped'],
]);

laboratory(
  'the owner of a socket does not count where OUTPUT translates: IPv4 asks again as root',
  routed({
    r: {
      rules: ['pref 10 uidrange 1000-1999 to 10.9.1.2 blackhole', 'pref 11 uidrange 0-0 to 10.9.1.9 prohibit'],
      iptables:
        '*nat\n-A OUTPUT -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2\n-A OUTPUT -d 10.7.7.9/32 -j DNAT --to-destination 10.9.1.9\nCOMMIT\n',
      routes: ['10.7.7.0/24 via 10.9.1.2'],
    },
  }),
  [
    ['not translated', 'r udp 10.9.1.2:9 uid 1500', 'rejected errno-EINVAL'],
    ['translated: no longer its owner’s', 'r udp 10.7.7.7:9 uid 1500', TO_Y],
    ['translated: root’s, whoever sends it', 'r udp 10.7.7.9:9 uid 1500', 'rejected errno-EACCES'],
  ],
);

laboratory(
  'a local route of another table lends a source that nobody has',
  routed({ r: { rules: ['pref 10 to 20.0.0.0/24 lookup 60'], routes: ['local default dev lo table 60'] } }),
  [
    ['a connection', 'r tcp 20.0.0.9:80', 'rejected errno-ENETUNREACH'],
    ['a connected datagram socket', 'r udp 20.0.0.9:9', 'rejected errno-ENETUNREACH'],
    [
      'with a source of its own: received, and not answered',
      'r udp 20.0.0.9:9 src 10.9.0.1',
      'dropped after r<-10.9.0.1:40000 at 20.0.0.9:9',
    ],
    ['forwarded packets are given none', 'x udp 20.0.0.9:9', 'dropped after r<-10.9.0.2:40000 at 20.0.0.9:9'],
  ],
);
