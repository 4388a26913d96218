import { laboratories } from './suite.ts';
import { bridged, routed, routed6 } from './topology.ts';

/**
 * Every table of these tests compares rule by rule. Here the rules are such that much of them is met: what a packet meets matters, not
 * what becomes of it.
 */
const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const save = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');

const IPTABLES = [
  save('raw', '-A PREROUTING -p udp -m udp --dport 5', '-A PREROUTING -p udp -m udp --dport 13 -j CT --notrack'),
  save(
    'mangle',
    '-A PREROUTING -i rx -j MARK --set-xmark 0x10/0xf0',
    '-A FORWARD -m mark --mark 0x10/0xf0',
    '-A POSTROUTING -o rx -j RETURN',
  ),
  save(
    'nat',
    ':SVC - [0:0]',
    ':SEP - [0:0]',
    '-A PREROUTING -m addrtype --dst-type LOCAL',
    '-A PREROUTING -d 10.7.7.7/32 -j SVC',
    '-A OUTPUT -d 10.7.7.7/32 -g SVC',
    '-A POSTROUTING -m mark --mark 0x10/0xf0 -p udp -m udp --dport 12 -j MASQUERADE',
    '-A SVC -p tcp -j RETURN',
    '-A SVC -j SEP',
    '-A SEP -p udp -j DNAT --to-destination 10.9.1.2:9',
  ),
  save(
    'filter',
    ':FORWARD DROP [0:0]',
    ':A - [0:0]',
    ':B - [0:0]',
    ':C - [0:0]',
    ':E - [0:0]',
    '-A INPUT -p udp -j E',
    '-A INPUT -p udp -m udp --dport 14 -j REJECT',
    '-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
    '-A FORWARD -j E',
    '-A FORWARD -j A',
    '-A FORWARD -p tcp -j ACCEPT',
    '-A A -p tcp -j RETURN',
    '-A A -g B',
    '-A A -j DROP',
    '-A B -j C',
    '-A B -p udp -m udp --dport 11 -j REJECT --reject-with icmp-admin-prohibited',
    '-A C -p udp -m udp --dport 9 -j ACCEPT',
    '-A C -p udp -m udp --dport 10 -j DROP',
    '-A C -m conntrack --ctstate UNTRACKED -j ACCEPT',
  ),
].join('');

const native = (name: string, ...chains: readonly string[]): string => `table ${name} {\n${chains.join('\n')}\n}\n`;
const chain = (name: string, ...lines: readonly string[]): string => `chain ${name} {\n${lines.join('\n')}\n}`;

const NFT =
  native(
    'inet early',
    'set peers {\ntype ipv4_addr . inet_service\nelements = { 10.9.0.2 . 9, 10.9.0.2 . 80 }\n}',
    chain('user', 'ct state new counter continue', 'meta mark set mark or 0x100'),
    chain(
      'forward',
      'type filter hook forward priority -5',
      'ip saddr . th dport @peers jump user',
      'udp dport vmap { 15 : drop, 16 : goto user }',
      'counter',
    ),
    chain('input', 'type filter hook input priority 5', 'iifname "rx" meta l4proto vmap { tcp : jump user, udp : accept }', 'counter'),
    chain('output', 'type filter hook output priority -1', 'oif lo accept', 'counter'),
  ) +
  native('ip late', chain('post', 'type filter hook postrouting priority 200', 'oifname "ry" counter', 'meta mark & 0x100 != 0 accept'));

laboratory(
  'iptables-nft, native tables and legacy side by side',
  routed({ r: { iptables: IPTABLES, nft: NFT, legacy: save('mangle', '-A FORWARD -p udp', '-A INPUT -p tcp') } }),
  [
    ['forwarded, by nested chains', 'x udp 10.9.1.2:9', Y],
    ['a connection and its answer', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
    ['translated, by a chain of services', 'x udp 10.7.7.7:1', Y],
    ['a service that the node itself asks, by goto', 'r udp 10.9.1.2:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['dropped in the third chain', 'x udp 10.9.1.2:10', 'dropped'],
    ['rejected behind a goto', 'x udp 10.9.1.2:11', 'rejected icmp-3/13 from 10.9.0.1'],
    ['masqueraded, and dropped by the policy before', 'x udp 10.9.1.2:12', 'dropped'],
    ['not tracked, and the error about it dropped', 'x udp 10.9.1.2:13', 'dropped'],
    ['rejected on its way in', 'x udp 10.9.0.1:14', 'rejected icmp-3/3 from 10.9.0.1'],
    ['a verdict map drops', 'x udp 10.9.1.2:15', 'dropped'],
    ['to the node', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
    ['to oneself', 'r tcp 10.9.0.1:80', 'delivered r<-10.9.0.1:40000 at 10.9.0.1:80'],
  ],
);

laboratory(
  'iptables-nft calls the table security behind the translation in INPUT, iptables-legacy before it',
  routed({
    r: {
      iptables: save('nat', '-A INPUT -p udp -j SNAT --to-source 10.9.0.77') + save('security', '-A INPUT -s 10.9.0.77/32 -j DROP'),
    },
  }),
  [
    ['nft: it sees what was translated', 'x udp 10.9.0.1:9', 'dropped'],
    [
      'legacy: what was not yet',
      'x udp 10.9.0.1:9',
      'delivered r<-10.9.0.77:40000 at 10.9.0.1:9',
      { change: { r: 'nft delete table ip security\niptables-legacy -t security -A INPUT -s 10.9.0.77 -j DROP' } },
    ],
  ],
);

laboratory(
  'IPv6',
  routed6({
    r: {
      ip6tables: save(
        'filter',
        ':A - [0:0]',
        '-A FORWARD -j A',
        '-A FORWARD -p udp -j ACCEPT',
        '-A FORWARD -j DROP',
        '-A A -p tcp -j ACCEPT',
        '-A A -j RETURN',
      ),
      nft: 'table inet t {\nchain c {\ntype filter hook forward priority 5\nmeta nfproto ipv4 drop\nip6 daddr fd00:1::2 counter\nmeta mark set 7\n}\n}\n',
    },
  }),
  [
    ['back to the base chain', 'x udp [fd00:1::2]:9', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:9'],
    ['accepted in the first', 'x tcp [fd00:1::2]:80', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:80'],
    ['the last rule', 'x icmp fd00:1::2', 'dropped'],
  ],
);

laboratory(
  'a bridge: chains of its own family',
  bridged({
    r: {
      nft: 'table bridge b {\nchain u {\nip protocol udp return\n}\nchain f {\ntype filter hook forward priority 0\niifname "rx" jump u\nudp dport 10 drop\n}\nchain i {\ntype filter hook input priority 0\ntcp dport 80 counter\n}\nchain p {\ntype filter hook prerouting priority 0\ncounter\n}\n}\n',
    },
  }),
  [
    ['switched', 'x udp 10.9.0.3:9', 'delivered y<-10.9.0.2:40000 at 10.9.0.3:9'],
    ['switched, and dropped', 'x udp 10.9.0.3:10', 'dropped'],
    ['to the host', 'x tcp 10.9.0.1:80', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
  ],
);
