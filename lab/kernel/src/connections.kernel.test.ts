import { laboratories } from './suite.ts';
import { routed, routed6 } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const table = (name: string, ...rules: readonly string[]): string => [`*${name}`, ...rules, 'COMMIT', ''].join('\n');
const nat = (...rules: readonly string[]): string => table('nat', ...rules);
const filter = (...rules: readonly string[]): string => table('filter', ...rules);

/** The table of connections holds these and nothing else. */
const entries = (...lines: readonly string[]): { readonly change: { readonly r: string } } => ({
  change: { r: ['conntrack -F 2>/dev/null', ...lines.map((line) => `conntrack -I -t 100 ${line} >/dev/null 2>&1`)].join('\n') },
});
const udp = (from: string, to: string, more = ''): string => {
  const [src, sport] = from.split(':');
  const [dst, dport] = to.split(':');
  return `-p udp -s ${src ?? ''} -d ${dst ?? ''} --sport ${sport ?? ''} --dport ${dport ?? ''} ${more}`;
};
const tcp = (from: string, to: string, more: string): string => udp(from, to, more).replace('udp', 'tcp');

laboratory(
  'a connection that was there before the rules',
  routed({ r: { iptables: nat('-A PREROUTING -d 10.7.7.7/32 -p udp -j DNAT --to-destination 10.9.1.2') } }),
  [
    ['none: the rule translates', 'x udp 10.7.7.7:9 tracked', Y],
    [
      'one that began without it stays untranslated',
      'x udp 10.7.7.7:9 tracked',
      'rejected icmp-3/0 from 10.9.0.1',
      entries(udp('10.9.0.2:40000', '10.7.7.7:9')),
    ],
    ['of another port: not its own', 'x udp 10.7.7.7:9 tracked sport 40001', 'delivered y<-10.9.0.2:40001 at 10.9.1.2:9'],
    [
      'one to an endpoint that is gone',
      'x udp 10.7.7.7:9 tracked',
      'rejected icmp-3/1 from 10.7.7.7',
      entries(udp('10.9.0.2:40000', '10.7.7.7:9', '-g 10.9.1.99')),
    ],
    [
      'without any rule of NAT its translation rests',
      'x udp 10.7.7.7:9 tracked',
      'rejected icmp-3/0 from 10.9.0.1',
      {
        change: {
          r: [
            'iptables-nft -A FORWARD -m conntrack --ctstate INVALID',
            entries(udp('10.9.0.2:40000', '10.7.7.7:9', '-g 10.9.1.2')).change.r,
            'nft delete table ip nat',
          ].join('\n'),
        },
      },
    ],
  ],
);

laboratory(
  'a service without endpoints now, and before',
  routed({
    r: {
      iptables:
        nat('-A PREROUTING -d 10.7.7.8/32 -j DNAT --to-destination 10.9.1.2') +
        filter('-A FORWARD -d 10.7.7.7/32 -m conntrack --ctstate NEW -j REJECT'),
      routes: ['10.7.7.7/32 via 10.9.1.2'],
    },
  }),
  [
    ['refused', 'x udp 10.7.7.7:9 tracked', 'rejected icmp-3/3 from 10.9.0.1'],
    [
      'an old connection is served on',
      'x udp 10.7.7.7:9 tracked',
      Y,
      entries(udp('10.9.0.2:40000', '10.7.7.7:9', '-g 10.9.1.2 -u SEEN_REPLY')),
    ],
  ],
);

laboratory(
  'states of old connections',
  routed({
    r: {
      iptables:
        nat('-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2') +
        filter(
          '-A FORWARD -i rx -m conntrack --ctstate NEW -m comment --comment new -j REJECT --reject-with icmp-host-prohibited',
          '-A FORWARD -i rx -m conntrack --ctstate INVALID -m comment --comment invalid -j REJECT --reject-with icmp-net-prohibited',
          '-A FORWARD -i rx -m connmark --mark 0x5 -j REJECT --reject-with icmp-net-unreachable',
        ),
    },
  }),
  [
    ['new', 'x udp 10.9.1.2:9 tracked', 'rejected icmp-3/10 from 10.9.0.1'],
    [
      'without an answer yet: new',
      'x udp 10.9.1.2:9 tracked',
      'rejected icmp-3/10 from 10.9.0.1',
      entries(udp('10.9.0.2:40000', '10.9.1.2:9')),
    ],
    ['answered: established', 'x udp 10.9.1.2:9 tracked', Y, entries(udp('10.9.0.2:40000', '10.9.1.2:9', '-u SEEN_REPLY'))],
    [
      'with its mark',
      'x udp 10.9.1.2:9 tracked',
      'rejected icmp-3/0 from 10.9.0.1',
      entries(udp('10.9.0.2:40000', '10.9.1.2:9', '-u SEEN_REPLY -m 5')),
    ],
    [
      'the other side began it: an answer, though none was asked for here',
      'x udp 10.9.1.2:9 tracked',
      Y,
      entries(udp('10.9.1.2:9', '10.9.0.2:40000')),
    ],
    [
      'a SYN into a connection that stands',
      'x tcp 10.9.1.2:80 tracked',
      'delivered y<-10.9.0.2:40000 at 10.9.1.2:80',
      entries(tcp('10.9.0.2:40000', '10.9.1.2:80', '--state ESTABLISHED -u SEEN_REPLY')),
    ],
    [
      'a SYN from the side that was asked',
      'x tcp 10.9.1.2:80 tracked',
      'rejected icmp-3/9 from 10.9.0.1',
      entries(tcp('10.9.1.2:80', '10.9.0.2:40000', '--state ESTABLISHED -u SEEN_REPLY')),
    ],
  ],
);

laboratory(
  'a port that another connection has',
  routed({
    r: {
      iptables: nat(
        '-A POSTROUTING -o ry -p udp --dport 10 -j SNAT --to-source 10.9.1.1',
        '-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2',
      ),
    },
  }),
  [
    ['nobody has it', 'x udp 10.9.1.2:9 tracked', Y],
    [
      'the same answer belongs to one by way of a Service: another source port, without any rule',
      'x udp 10.9.1.2:9 tracked',
      'delivered y<-10.9.0.2:* at 10.9.1.2:9',
      entries(udp('10.9.0.2:40000', '10.7.7.7:9', '-g 10.9.1.2')),
    ],
    ['of another protocol', 'x tcp 10.9.1.2:80 tracked', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'of one zone alone',
  routed({
    r: {
      iptables:
        table('raw', '-A PREROUTING -i rx -p udp -j CT --zone 7', '-A PREROUTING -i ry -p udp -j CT --zone 7') +
        nat('-A PREROUTING -d 10.7.7.7/32 -j DNAT --to-destination 10.9.1.2'),
    },
  }),
  [
    ['of no zone: not its own', 'x udp 10.7.7.7:9 tracked', Y, entries(udp('10.9.0.2:40000', '10.7.7.7:9'))],
    ['of its zone', 'x udp 10.7.7.7:9 tracked', 'rejected icmp-3/0 from 10.9.0.1', entries(udp('10.9.0.2:40000', '10.7.7.7:9', '-w 7'))],
  ],
);

laboratory('IPv6', routed6({ r: { ip6tables: nat('-A PREROUTING -d fd07::7/128 -j DNAT --to-destination fd00:1::2') } }), [
  ['none: the rule translates', 'x udp [fd07::7]:9 tracked', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:9'],
  [
    'one that began without it stays untranslated',
    'x udp [fd07::7]:9 tracked',
    'rejected icmpv6-1/0 from fd00::1',
    {
      change: {
        r: 'conntrack -F 2>/dev/null; conntrack -I -t 100 -p udp -s fd00::2 -d fd07::7 --sport 40000 --dport 9 >/dev/null 2>&1',
      },
    },
  ],
]);

laboratory(
  'what a translation may choose',
  routed({
    r: {
      links: [{ kind: 'loopback', name: 'lo', addresses: ['10.6.0.1/32'] }],
      then: ['ip route add local 10.6.0.0/16 dev lo'],
      iptables: nat(
        '-A PREROUTING -p tcp -d 10.7.7.1/32 -j DNAT --to-destination 10.9.1.2:78-81',
        '-A PREROUTING -p tcp -d 10.7.7.2/32 -j DNAT --to-destination 10.9.1.2:80-81 --random',
        '-A PREROUTING -p udp -d 10.7.7.3/32 -j DNAT --to-destination 10.9.1.2-10.9.1.3',
        '-A PREROUTING -p tcp -d 10.7.7.4/32 -j DNAT --to-destination 10.9.1.1-10.9.1.2 --persistent',
        '-A PREROUTING -p tcp -d 10.7.7.5/32 --dport 8000:8009 -j DNAT --to-destination 10.9.1.2:79-81/8000',
        '-A POSTROUTING -o ry -p udp --dport 9 -j SNAT --to-source 10.6.0.1-10.6.3.7',
        '-A POSTROUTING -o ry -p udp --dport 10 -j SNAT --to-source 10.6.0.1:5000-5003',
        '-A POSTROUTING -o ry -p tcp --dport 80 -m mark --mark 1 -j MASQUERADE --random-fully',
        '-A POSTROUTING -o ry -p tcp --dport 80 -j MASQUERADE --to-ports 5000-5003',
      ),
      nft: 'table ip more { chain p { type nat hook postrouting priority 110; udp dport 11 snat to 10.6.0.1-10.6.3.7:5000-5001; }; }',
      sysctls: { 'ipv4.ip_forward': 1 },
    },
    y: { listeners: ['udp 0.0.0.0:10', 'udp 0.0.0.0:11'] },
  }),
  [
    ['of ports the first, where the old one is none of them', 'x tcp 10.7.7.1:80', 'delivered y<-10.9.1.1:* at 10.9.1.2:80'],
    ['the first', 'x tcp 10.7.7.1:99', 'rejected tcp-reset'],
    ['any of them', 'x tcp 10.7.7.2:99', ['delivered y<-10.9.1.1:* at 10.9.1.2:80', 'rejected tcp-reset']],
    ['of shifted ones that which corresponds', 'x tcp 10.7.7.5:8004', 'delivered y<-10.9.1.1:* at 10.9.1.2:80'],
    ['of addresses by a hash without seed', 'x udp 10.7.7.3:9', 'rejected icmp-3/1 from 10.7.7.3'],
    ['the same from one source to all', 'x tcp 10.7.7.4:80', 'delivered r<-10.9.0.2:40000 at 10.9.1.1:80'],
    ['the source by the same hash', 'x udp 10.9.1.2:9', 'delivered y<-10.6.0.63:40000 at 10.9.1.2:9'],
    ['another destination port is the same to it', 'x udp 10.9.1.2:9 sport 40001', 'delivered y<-10.6.0.63:40001 at 10.9.1.2:9'],
    ['a source port of a range', 'x udp 10.9.1.2:10', 'delivered y<-10.6.0.1:* at 10.9.1.2:10'],
    ['one of the range stays', 'x udp 10.9.1.2:10 sport 5002', 'delivered y<-10.6.0.1:5002 at 10.9.1.2:10'],
    ['at random from all', 'x tcp 10.9.1.2:80 mark 1', 'delivered y<-10.9.1.1:* at 10.9.1.2:80'],
    ['addresses and ports of nft', 'x udp 10.9.1.2:11', 'delivered y<-10.6.0.63:* at 10.9.1.2:11'],
    ['an echo', 'x icmp 10.9.1.2', 'delivered'],
  ],
);

laboratory(
  'a zone that nft asks for',
  routed({
    r: {
      legacy: table(
        'raw',
        '-A PREROUTING -i rx -p udp --dport 9 -j CT --zone 7',
        '-A PREROUTING -i rx -p udp --dport 10 -j CT --zone-orig 7',
      ),
      nft: 'table ip t { chain f { type filter hook forward priority 0; udp dport 9 ct zone 7 drop; ct original zone 7 ct reply zone 0 reject; }; }',
    },
  }),
  [
    ['of both directions', 'x udp 10.9.1.2:9', 'dropped'],
    ['of one', 'x udp 10.9.1.2:10', 'rejected icmp-3/3 from 10.9.0.1'],
    ['none', 'x tcp 10.9.1.2:80', 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80'],
  ],
);
