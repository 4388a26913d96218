import { laboratories } from './suite.ts';
import { routed, routed6 } from './topology.ts';

/** What a kernel says of a packet that goes no further: from where, how long, and what rules make of it. */
const laboratory = laboratories();

laboratory(
  'an error belongs to the connection of the packet that it is about, though that is in another zone and not confirmed',
  routed({
    r: {
      legacy: '*raw\n-A PREROUTING -j CT --zone 3\nCOMMIT\n',
      iptables: '*nat\n-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.20\nCOMMIT\n',
    },
  }),
  [['its translation is taken back', 'x udp 10.7.7.7:9 ttl 1', 'rejected icmp-11/0 from 10.7.7.7']],
);

laboratory(
  'that is known before any rule sees it',
  routed6({ r: { ip6tables: '*raw\n-A OUTPUT -p ipv6-icmp -m state --state RELATED -j DROP\nCOMMIT\n' } }),
  [['RELATED in raw', 'x udp [fd77::7]:9', 'dropped']],
);

laboratory(
  'so does the reset of a rule, not that of a port without a listener',
  routed({
    r: {
      iptables:
        '*raw\n-A OUTPUT -p tcp -m conntrack --ctstate RELATED -j DROP\nCOMMIT\n' +
        '*filter\n-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset\nCOMMIT\n',
    },
  }),
  [
    ['of a rule', 'x tcp 10.9.1.2:80', 'dropped'],
    ['of nobody', 'x tcp 10.9.0.1:81', 'rejected tcp-reset'],
  ],
);

laboratory(
  'IPv6 asks for the way back with a source of the device that the packet came by',
  routed6({ r: { rules: ['-6 from fd00::/64 to fd00::/16 iif lo blackhole'] } }),
  [['which a rule may mind', 'x tcp [fd77::7]:80', 'dropped']],
);

laboratory(
  'an error quotes the packet, as far as it goes',
  routed({
    r: {
      nft: 'table inet t {\n chain f {\n type filter hook forward priority 0; policy drop;\n meta length 150-300 accept\n meta length 576 accept\n meta length 1000 accept\n }\n}\n',
    },
  }),
  [
    ['whole', 'y udp 10.9.0.2:81 size 200', 'rejected icmp-3/3 from 10.9.0.2'],
    ['whole, and too long for the rule', 'y udp 10.9.0.2:81 size 275', 'dropped'],
    ['to 576 bytes', 'y udp 10.9.0.2:81 size 1000', 'rejected icmp-3/3 from 10.9.0.2'],
  ],
);

laboratory(
  'whoever finds no socket has let the connection go',
  routed({
    r: {
      nft: 'table ip t1 {\n chain b1 {\n type filter hook output priority -300; policy accept;\n ct zone 0 drop\n }\n}\ntable ip t2 {\n chain b0 {\n type nat hook prerouting priority -100; policy accept;\n }\n}\n',
    },
  }),
  [
    ['the error belongs to none before tracking', 'x udp 10.9.0.1:81', 'rejected icmp-3/3 from 10.9.0.1'],
    ['on the way it does', 'x udp 10.9.1.2:9 ttl 1', 'dropped'],
  ],
);

laboratory('a redirect is no error', routed({ r: { routes: ['10.7.7.0/24 via 10.9.0.99'] } }), [
  ['the packet went on', 'x icmp 10.7.7.7', 'rejected icmp-3/1 from 10.9.0.1'],
]);

laboratory('the socket that asked', routed({ r: { iptables: '*filter\n-A INPUT -m socket -j DROP\nCOMMIT\n' } }), [
  ['is there when a reset comes, and in no dump', 'r tcp 10.9.0.2:81', 'dropped', { unknown: true }],
]);

laboratory(
  'the same in nftables, for the error about what it asked',
  routed({
    r: {
      nft: 'table inet t {\n chain c {\n type filter hook input priority 0; policy accept;\n socket wildcard 0 ct direction reply reject with icmp type host-prohibited\n }\n}\n',
    },
  }),
  [['an error is looked up by what it quotes', 'r udp 10.9.1.2:10', 'dropped', { unknown: true }]],
);

laboratory(
  'an echo and its answer of one address are told apart by their types',
  routed({ r: { iptables: '*filter\n-A INPUT -m conntrack ! --ctstate NEW -j DROP\nCOMMIT\n' } }),
  [['the answer is not new', 'r icmp 10.9.0.1', 'dropped']],
);
