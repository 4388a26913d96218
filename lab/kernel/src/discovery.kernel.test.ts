import { laboratories } from './suite.ts';
import { routed6 } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:9';
const filter = (...rules: readonly string[]): string => ['*filter', ...rules, 'COMMIT', ''].join('\n');
const rule = (...rules: readonly string[]): { readonly change: { readonly r: string } } => ({
  change: { r: ['ip6tables -F', 'ip6tables -t raw -F', ...rules.map((each) => `ip6tables ${each}`)].join('\n') },
});

laboratory(
  'neighbour discovery passes ip6tables, unlike ARP',
  routed6({ r: { ip6tables: filter('-A FORWARD -p tcp --dport 1 -j DROP') } }),
  [
    ['nothing in its way', 'x udp [fd00:1::2]:9', Y],
    [
      'the question does not come in',
      'x udp [fd00:1::2]:9',
      'rejected errno-EHOSTUNREACH',
      rule('-A INPUT -p icmpv6 --icmpv6-type 135 -j DROP'),
    ],
    ['no more to the router itself', 'x udp [fd00::1]:9', 'rejected errno-EHOSTUNREACH'],
    ['the router asks on', 'r udp [fd00:1::2]:9', 'delivered y<-[fd00:1::1]:40000 at [fd00:1::2]:9', { ...rule() }],
    [
      'the answer does not come in',
      'x udp [fd00:1::2]:9',
      'rejected icmpv6-1/3 from fd00::1',
      rule('-A INPUT -p icmpv6 --icmpv6-type 136 -j DROP'),
    ],
    [
      'the answer does not go out',
      'x udp [fd00:1::2]:9',
      'rejected errno-EHOSTUNREACH',
      rule('-A OUTPUT -p icmpv6 --icmpv6-type 136 -j DROP'),
    ],
    [
      'the question does not go out',
      'x udp [fd00:1::2]:9',
      'rejected icmpv6-1/3 from fd00::1',
      rule('-A OUTPUT -p icmpv6 --icmpv6-type 135 -j DROP'),
    ],
    ['of one device alone', 'x udp [fd00:1::2]:9', Y, rule('-A OUTPUT -o rx -p icmpv6 --icmpv6-type 135 -j DROP')],
    ['all but ICMPv6 is let in', 'x udp [fd00:1::2]:9', Y, rule('-A INPUT -p icmpv6 -j ACCEPT', '-A INPUT -j DROP')],
    ['nothing is let in', 'x udp [fd00:1::2]:9', 'rejected errno-EHOSTUNREACH', rule('-A INPUT -j DROP')],
    ['it is never INVALID', 'x udp [fd00:1::2]:9', Y, rule('-A INPUT -m conntrack --ctstate INVALID -j DROP')],
    ['nor NEW', 'x udp [fd00:1::2]:9', Y, rule('-A INPUT -m conntrack --ctstate NEW,ESTABLISHED,RELATED -j DROP')],
    ['it is UNTRACKED', 'x udp [fd00:1::2]:9', 'rejected errno-EHOSTUNREACH', rule('-A INPUT -m conntrack --ctstate UNTRACKED -j DROP')],
    ['before all other tables', 'x udp [fd00:1::2]:9', 'rejected errno-EHOSTUNREACH', rule('-t raw -A PREROUTING -d ff02::/16 -j DROP')],
    ['it has 255 hops to go', 'x udp [fd00:1::2]:9', 'rejected errno-EHOSTUNREACH', rule('-A INPUT -m hl --hl-eq 255 -j DROP')],
    [
      'its source is the one of the packet',
      'x udp [fd00:1::2]:9',
      'rejected errno-EHOSTUNREACH',
      rule('-A INPUT -s fd00::2 -p icmpv6 -j DROP'),
    ],
    [
      'of what is forwarded, that of the link',
      'x udp [fd00:1::2]:9',
      'rejected icmpv6-1/3 from fd00::1',
      rule('-A OUTPUT -o ry -s fe80::/10 -j DROP'),
    ],
  ],
);

laboratory(
  'and nft',
  routed6({
    r: {
      nft: 'table inet f { chain in { type filter hook input priority 0; iifname "rx" icmpv6 type nd-neighbor-solicit drop; }; }',
    },
  }),
  [
    ['the question does not come in', 'x udp [fd00:1::2]:9', 'rejected errno-EHOSTUNREACH'],
    ['from the other side it does', 'y udp [fd00:1::1]:9', 'delivered r<-[fd00:1::2]:40000 at [fd00:1::1]:9'],
  ],
);
