import { laboratories } from './suite.ts';
import { routed } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const R = 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const native = (name: string, ...chains: readonly string[]): string => `table ip ${name} {\n${chains.join('\n')}\n}\n`;
const chain = (name: string, hook: string, ...rules: readonly string[]): string => `chain ${name} {\ntype ${hook};\n${rules.join('\n')}\n}`;

laboratory(
  'T01: nat chains run at -100, whatever priority they declare',
  routed({
    r: {
      nft:
        native('n', chain('p', 'nat hook prerouting priority -190', 'udp dport 77 dnat to 10.9.0.1:9', 'udp dport 78 dnat to 10.9.0.1:9')) +
        native('f', chain('f', 'filter hook prerouting priority -150', 'udp dport 9 drop', 'udp dport 78 counter drop')),
    },
  }),
  [
    ['a chain at -150 sees the port before', 'x udp 10.9.0.1:77', R],
    ['and refuses by it', 'x udp 10.9.0.1:78', 'dropped'],
  ],
);

const [marks, drops] = [
  native('a', chain('c', 'filter hook input priority 0', 'udp dport 9 meta mark set 1')),
  native('b', chain('c', 'filter hook input priority 0', 'meta mark 1 drop')),
];
laboratory(
  'T02: of two chains with one priority the last registered runs first; no dump tells which that is',
  routed({ r: { nft: marks + drops } }),
  [
    [
      'the chain that drops came last: it sees no mark',
      'x udp 10.9.0.1:9',
      'delivered r<-10.9.0.2:40000 at 10.9.0.1:9 mark 0x1',
      { unknown: true },
    ],
    [
      'it came first',
      'x udp 10.9.0.1:9',
      'dropped',
      { change: { r: `nft flush ruleset\nnft -f - <<'NFT'\n${drops}${marks}NFT` }, unknown: true },
    ],
    ['where neither does anything the order is nobody’s business', 'x udp 10.9.0.1:10', 'rejected icmp-3/3 from 10.9.0.1'],
  ],
);

laboratory(
  'T03: an accept ends its own chain, a drop everything',
  routed({
    r: {
      nft:
        native('a', chain('c', 'filter hook input priority -10', 'accept')) +
        native('b', chain('c', 'filter hook input priority 0; policy drop')),
    },
  }),
  [['accepted in one table, dropped in the next', 'x udp 10.9.0.1:9', 'dropped']],
);

laboratory(
  'T06: without the last rule that needs tracking a translated flow breaks',
  routed({ r: { legacy: table('nat', '-A PREROUTING -d 10.7.7.7 -j DNAT --to-destination 10.9.1.2') } }),
  [
    ['with it', 'x udp 10.7.7.7:9 tracked', Y],
    [
      'its entry is left, and does not help',
      'x udp 10.7.7.7:9 tracked',
      'rejected icmp-3/0 from 10.9.0.1',
      { change: { r: 'iptables-legacy -t nat -F' } },
    ],
  ],
);

laboratory(
  'T07: a flow that was there before the rule is not translated until its entry goes',
  routed({ r: { legacy: table('filter', '-A FORWARD -m conntrack --ctstate NEW'), routes: ['10.7.7.0/24 via 10.9.1.2'] } }),
  [
    ['before the rule', 'x udp 10.7.7.7:9 tracked', 'dropped'],
    [
      'with the rule, and the entry',
      'x udp 10.7.7.7:9 tracked',
      'dropped',
      { change: { r: 'iptables-legacy -t nat -A PREROUTING -d 10.7.7.7 -j DNAT --to-destination 10.9.1.2' } },
    ],
    ['without the entry', 'x udp 10.7.7.7:9', Y],
  ],
);

laboratory(
  'T08: a flow that nobody translates gets another port where its answers would be another flow’s',
  routed({ r: { legacy: table('nat', '-A PREROUTING -d 10.7.7.7 -j DNAT --to-destination 10.9.1.2') } }),
  [
    ['the first', 'x udp 10.7.7.7:9 tracked', Y],
    ['the second', 'x udp 10.9.1.2:9 tracked', 'delivered y<-10.9.0.2:* at 10.9.1.2:9', { change: { r: ':' } }],
  ],
);

laboratory('T29: a rule’s TOS is compared in bits 0x1c alone', routed({ r: { rules: ['tos 0x10 prohibit'] } }), [
  ['the same', 'r udp 10.9.1.2:9 tos 0x10', 'rejected errno-EACCES'],
  ['another in other bits', 'r udp 10.9.1.2:9 tos 0x30', 'rejected errno-EACCES'],
  ['another in these', 'r udp 10.9.1.2:9 tos 0x14', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
]);

laboratory(
  'T31: a socket that is bound to a device takes what no route leads to as a neighbour there',
  routed({ r: { rules: ['to 10.9.1.2 prohibit'] } }),
  [
    ['unbound', 'r udp 10.9.1.2:9', 'rejected errno-EACCES'],
    ['bound', 'r udp 10.9.1.2:9 device ry', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    [
      'to a device where nobody has that address: the error comes by lo, and the socket does not see it',
      'r udp 10.9.1.2:9 device rx',
      'dropped',
    ],
  ],
);

const FRAGMENTS = {
  legacy: table(
    'filter',
    ':FORWARD DROP [0:0]',
    '-A FORWARD -p udp -m udp --dport 9 -j ACCEPT',
    '-A FORWARD -p udp -m udp --sport 9 -j ACCEPT',
  ),
};
laboratory('T42: later fragments have no ports', routed({ r: FRAGMENTS, x: { then: ['ip link set e0 mtu 700'] } }), [
  ['whole', 'x udp 10.9.1.2:9 size 600 nodf', Y],
  ['in fragments: the second is dropped', 'x udp 10.9.1.2:9 size 1200 nodf', 'dropped', { unknown: true }],
  [
    'tracking puts them together first',
    'x udp 10.9.1.2:9 size 1200 nodf',
    Y,
    {
      change: {
        r: 'iptables-legacy -A FORWARD -m conntrack --ctstate INVALID',
        x: 'ip link set e0 mtu 1500\nip route replace default via 10.9.0.1 mtu lock 700',
      },
    },
  ],
]);

laboratory(
  'T43: hash:net,iface: the most specific prefix decides, whatever its interface',
  routed({
    r: {
      then: [
        'ipset create s hash:net,iface',
        'ipset add s 10.9.0.0/24,rx',
        'ipset add s 0.0.0.0/0,ry',
        'iptables-legacy -A FORWARD -i rx -m set --match-set s src,dst -j DROP',
      ],
    },
  }),
  [
    ['0.0.0.0/0,ry fits, and does not count', 'x udp 10.9.1.2:9', Y],
    ['without the more specific one it does', 'x udp 10.9.1.2:9', 'dropped', { change: { r: 'ipset del s 10.9.0.0/24,rx' } }],
  ],
);

laboratory(
  'T44: nomatch, and too few directions for a set',
  routed({
    r: {
      then: [
        'ipset create s hash:net',
        'ipset add s 10.9.0.0/24',
        'ipset add s 10.9.0.2 nomatch',
        'ipset create t hash:ip,port',
        'ipset add t 10.9.0.2,udp:9',
        'ipset add t 10.9.0.2,udp:10',
        'iptables-legacy -A INPUT -m set --match-set s src -j DROP',
        'iptables-legacy -A INPUT -p udp --dport 10 -m set ! --match-set s src -j DROP',
        'iptables-legacy -A INPUT -p udp --dport 9 -m set --match-set t src -j DROP',
        'iptables-legacy -A FORWARD -m set --match-set t src,dst -j DROP',
      ],
    },
  }),
  [
    ['a nomatch element is not in the set; one direction finds no pair', 'x udp 10.9.0.1:9', R],
    ['! of it is true', 'x udp 10.9.0.1:10', 'dropped'],
    ['both directions find the pair', 'x udp 10.9.1.2:9', 'dropped'],
  ],
);

laboratory(
  'T55: a native rule in a table of iptables: iptables-save shows the half of it',
  routed({
    r: {
      iptables: table('filter', '-A INPUT -p udp -m conntrack --ctstate NEW -m addrtype --dst-type LOCAL -m udp --dport 11 -j DROP'),
      then: ["nft add rule ip filter INPUT tcp dport vmap '{ 80 : drop }'"],
    },
  }),
  [
    ['what iptables can print is read from it', 'x udp 10.9.0.1:11', 'dropped'],
    ['what it can not is unknown, not a rule that only counts', 'x tcp 10.9.0.1:80', 'dropped', { unknown: true }],
  ],
);

/** A device of one namespace gets a macvlan child that belongs to y; the laboratory's prefix is in the name of the namespace. */
const child = (of: string, device: string): readonly string[] => [
  `ip link add mv link ${device} type macvlan mode bridge`,
  'me=$(ip netns identify)',
  `ip link set mv netns "\${me%${of}}y"`,
];
const CHILDREN = { then: ['ip link set e0 down', 'ip addr add 10.9.0.5/24 dev mv', 'ip link set mv up'] };
laboratory('T64: a macvlan child and its parent never meet', routed({ r: { then: child('r', 'rx') }, y: CHILDREN }), [
  ['child to parent', 'y udp 10.9.0.1:9', 'rejected errno-EHOSTUNREACH'],
  [
    'child to the outside, past the parent’s rules',
    'y udp 10.9.0.2:9',
    'delivered x<-10.9.0.5:40000 at 10.9.0.2:9',
    { change: { r: 'iptables-legacy -P INPUT DROP\niptables-legacy -P FORWARD DROP\niptables-legacy -t raw -A PREROUTING -j DROP' } },
  ],
]);

laboratory('a macvlan whose parent is in another pod: no dump tells in which', routed({ x: { then: child('x', 'e0') }, y: CHILDREN }), [
  ['to the parent', 'y udp 10.9.0.2:9', 'rejected errno-EHOSTUNREACH', { unknown: true }],
  ['to the outside', 'y udp 10.9.0.1:9', 'delivered r<-10.9.0.5:40000 at 10.9.0.1:9', { unknown: true }],
]);

laboratory(
  'T75: tproxy without a socket ends its rule and nothing else',
  routed({ r: { nft: native('t', chain('c', 'filter hook prerouting priority -150', 'tcp dport 80 tproxy to :15001 counter drop')) } }),
  [['delivered', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80']],
);

laboratory(
  'T76: a dormant table cuts the output of nft 1.0 short, with status 0',
  routed({ r: { nft: 'table ip d { flags dormant; }' } }),
  [['what may stand behind it nobody knows', 'x udp 10.9.1.2:9', Y, { unknown: true }]],
);
