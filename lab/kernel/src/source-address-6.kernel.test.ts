import { laboratories } from './suite.ts';
import { routed6 } from './topology.ts';

const laboratory = laboratories();

/** Who asks from where: y has every destination, and x many sources. */
const SOURCES = ['fd00:0:0:5::2', '2001:db8::2', '2001:db8:7::2', '2002:1::2', 'fd00:0:0:6::2', '2001:db8:9::2'];
const DESTINATIONS = [
  '2001:db8:7::9',
  '2001:db8:1::9',
  '2001:4::9',
  '2002:2::9',
  'fd07::9',
  '2001:db8:9::9',
  '3ffe::9',
  '2001:18::9',
  'fd00:0:0:6::9',
];

laboratory(
  'the source of IPv6 (RFC 6724)',
  routed6({
    r: {
      routes: [...SOURCES.map((ip) => `${ip} via fd00::2`), ...DESTINATIONS.map((ip) => `${ip} via fd00:1::2`)],
    },
    x: {
      links: [{ kind: 'loopback', name: 'lo', addresses: ['2001:db8:9::2/128'] }],
      then: [
        'ip addr add fd00:0:0:5::2/64 dev e0 nodad',
        'ip addr add 2001:db8::2/64 dev e0 nodad',
        'ip addr add 2001:db8:7::2/128 dev e0 nodad preferred_lft 0',
        'ip addr add 2002:1::2/64 dev e0 nodad',
        'ip addr add fd00:0:0:6::2/64 dev e0 nodad preferred_lft 0',
      ],
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: DESTINATIONS.map((ip) => `${ip}/128`) }] },
  }),
  [
    ['the longest common prefix', 'x tcp [2001:db8:1::9]:80', 'delivered y<-[2001:db8::2]:40000 at [2001:db8:1::9]:80'],
    ['not a deprecated one', 'x tcp [2001:db8:7::9]:80', 'delivered y<-[2001:db8::2]:40000 at [2001:db8:7::9]:80'],
    ['its own label', 'x tcp [2002:2::9]:80', 'delivered y<-[2002:1::2]:40000 at [2002:2::9]:80'],
    ['the label of local addresses', 'x tcp [fd07::9]:80', 'delivered y<-[fd00:0:0:5::2]:40000 at [fd07::9]:80'],
    ['of the device by which it goes', 'x tcp [2001:db8:9::9]:80', 'delivered y<-[2001:db8::2]:40000 at [2001:db8:9::9]:80'],
    ['of no label that anybody has', 'x tcp [3ffe::9]:80', 'delivered y<-[2002:1::2]:40000 at [3ffe::9]:80'],
    ['a global one of ORCHID', 'x tcp [2001:18::9]:80', 'delivered y<-[2001:db8::2]:40000 at [2001:18::9]:80'],
    ['a global one of Teredo', 'x tcp [2001:4::9]:80', 'delivered y<-[2001:db8::2]:40000 at [2001:4::9]:80'],
    ['deprecated, and of the same subnet', 'x tcp [fd00:0:0:6::9]:80', 'rejected errno-EHOSTUNREACH'],
    ['to oneself', 'x tcp [2001:db8:7::2]:80', 'delivered x<-[2001:db8:7::2]:40000 at [2001:db8:7::2]:80'],
    ['a network of the device', 'x tcp [fd00::1]:80', 'delivered r<-[fd00::2]:40000 at [fd00::1]:80'],
  ],
);

laboratory(
  'MASQUERADE of IPv6 asks for the destination, not for the next hop',
  routed6({
    r: {
      routes: ['2001:db8:1::9 via fd00:1::2', 'fd07::9 via fd00:1::2'],
      then: ['ip addr add 2001:db8:2::1/64 dev ry nodad'],
      ip6tables: '*nat\n-A POSTROUTING -o ry -j MASQUERADE\nCOMMIT\n',
    },
    y: { links: [{ kind: 'loopback', name: 'lo', addresses: ['2001:db8:1::9/128', 'fd07::9/128'] }] },
  }),
  [
    ['global', 'x tcp [2001:db8:1::9]:80', 'delivered y<-[2001:db8:2::1]:40000 at [2001:db8:1::9]:80'],
    ['local', 'x tcp [fd07::9]:80', 'delivered y<-[fd00:1::1]:40000 at [fd07::9]:80'],
  ],
);
