import { laboratories } from './suite.ts';
import { routed, routed6 } from './topology.ts';

const laboratory = laboratories();

laboratory(
  'who gets it',
  routed({
    y: {
      listeners: [
        'tcp 127.0.0.1:81',
        'tcp 10.9.1.2:82',
        'tcp [::]:83',
        'tcp [::]:84 only',
        'udp 10.9.1.2:85',
        'udp [::]:86',
        'tcp 0.0.0.0%e0:87',
        'tcp 0.0.0.0%lo:88',
      ],
    },
  }),
  [
    ['a listener on loopback refuses others', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
    ['and serves its own', 'y tcp 127.0.0.1:81', 'delivered y<-127.0.0.1:40000 at 127.0.0.1:81'],
    ['by another name it is not it', 'y tcp 10.9.1.2:81', 'rejected tcp-reset'],
    ['a specific address', 'x tcp 10.9.1.2:82', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:82'],
    ['a specific address, asked on another', 'y tcp 127.0.0.1:82', 'rejected tcp-reset'],
    ['an IPv6 wildcard takes IPv4', 'x tcp 10.9.1.2:83', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:83'],
    ['unless it is for IPv6 only', 'x tcp 10.9.1.2:84', 'rejected tcp-reset'],
    ['a datagram to a specific address', 'x udp 10.9.1.2:85', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:85'],
    ['a datagram to an IPv6 wildcard', 'x udp 10.9.1.2:86', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:86'],
    ['bound to the device', 'x tcp 10.9.1.2:87', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:87'],
    [
      'T48: bound to the device that has the address, from the same host',
      'y tcp 10.9.1.2:87',
      'delivered y<-10.9.1.2:40000 at 10.9.1.2:87',
    ],
    ['bound to the device, by loopback', 'y tcp 127.0.0.1:87', 'rejected tcp-reset'],
    ['bound to loopback', 'x tcp 10.9.1.2:88', 'rejected tcp-reset'],
    ['bound to loopback, by loopback', 'y tcp 127.0.0.1:88', 'delivered y<-127.0.0.1:40000 at 127.0.0.1:88'],
    ['another protocol’s port', 'x udp 10.9.1.2:82', 'rejected icmp-3/3 from 10.9.1.2'],
  ],
);

laboratory(
  'T50: a datagram server on the wildcard answers from the address that routing chooses',
  routed({ r: { then: ['ip addr add 10.9.0.9/24 dev rx'] } }),
  [
    ['not from the one that was asked', 'x udp 10.9.0.9:9', 'dropped after r<-10.9.0.2:40000 at 10.9.0.9:9', { unknown: true }],
    ['a connection does', 'x tcp 10.9.0.9:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.9:80'],
  ],
);

laboratory('sockets of IPv6', routed6({ y: { listeners: ['tcp [::]:83', 'tcp [fd00:1::2]:84', 'udp [::1]:85'] } }), [
  ['a wildcard', 'x tcp [fd00:1::2]:83', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:83'],
  ['a specific address', 'x tcp [fd00:1::2]:84', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:84'],
  ['loopback', 'x udp [fd00:1::2]:85', 'rejected icmpv6-1/4 from fd00:1::2'],
  ['nobody', 'x tcp [fd00:1::2]:86', 'rejected tcp-reset'],
]);

laboratory(
  'a socket that is bound to a device that is down',
  routed({ y: { listeners: ['udp 10.9.1.2%e0:85', 'udp 10.9.1.2:86'], then: ['ip link set e0 down'] } }),
  [
    ['hears its own host, and can’t answer', 'y udp 10.9.1.2:85', 'dropped after y<-10.9.1.2:40000 at 10.9.1.2:85'],
    ['one that is bound to none does', 'y udp 10.9.1.2:86', 'delivered y<-10.9.1.2:40000 at 10.9.1.2:86'],
    ['nor does it ask', 'y udp 10.9.1.2:86 device e0', 'rejected errno-ENETUNREACH'],
  ],
);
