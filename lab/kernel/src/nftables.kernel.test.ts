import { laboratories } from './suite.ts';
import { bridged, routed, routed6 } from './topology.ts';

const laboratory = laboratories();
const Y = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:9';
const YTCP = 'delivered y<-10.9.0.2:40000 at 10.9.1.2:80';
const refusedBy = (address: string): string => `rejected icmp-3/3 from ${address}`;

/** A table of family `ip` (or another) with chains as text. */
const table = (name: string, ...parts: readonly string[]): string => `table ${name} {\n${parts.join('\n')}\n}\n`;
const chain = (name: string, hook: string, ...rules: readonly string[]): string =>
  `chain ${name} {\n${hook === '' ? '' : `type ${hook};\n`}${rules.join('\n')}\n}`;
const forward = (...rules: readonly string[]): string => table('ip t', chain('c', 'filter hook forward priority 0', ...rules));

laboratory(
  'T03: several tables at one hook',
  routed({
    r: {
      nft:
        table('ip a', chain('c', 'filter hook forward priority -5', 'udp dport 9 accept', 'tcp dport 80 drop')) +
        table(
          'inet b',
          chain('c', 'filter hook forward priority 5', 'udp dport 9 drop', 'tcp dport 80 accept', 'tcp dport 81 reject with tcp reset'),
        ) +
        table('ip6 c', chain('c', 'filter hook forward priority 0; policy drop')),
    },
  }),
  [
    ['an accept ends its own chain alone', 'x udp 10.9.1.2:9', 'dropped'],
    ['a drop is the end', 'x tcp 10.9.1.2:80', 'dropped'],
    ['a reset', 'x tcp 10.9.1.2:81', 'rejected tcp-reset'],
    ['what nobody refuses', 'x udp 10.9.1.2:10', refusedBy('10.9.1.2')],
  ],
);

laboratory(
  'native and iptables tables: the packet must pass both',
  routed({
    r: {
      nft: forward('udp dport 9 accept'),
      legacy: ['*filter', '-A FORWARD -p udp -m udp --dport 9 -j DROP', 'COMMIT', ''].join('\n'),
    },
  }),
  [
    ['accepted here, dropped there', 'x udp 10.9.1.2:9', 'dropped'],
    ['and what both let through', 'x tcp 10.9.1.2:80', YTCP],
  ],
);

laboratory(
  'T74: what can not be evaluated ends the rule, with != as well',
  routed({
    r: {
      nft: forward(
        'meta skuid != 1000 udp dport 9 drop',
        'tcp dport != 1 drop',
        'oifname != "foo" udp dport 10 drop',
        'icmp type != echo-reply drop',
      ),
    },
  }),
  [
    ['no socket, and another protocol', 'x udp 10.9.1.2:9', Y],
    ['the name of another device', 'x udp 10.9.1.2:10', 'dropped'],
    ['TCP to another port', 'x tcp 10.9.1.2:80', 'dropped'],
  ],
);

laboratory(
  'T34: jumps, gotos, returns and the policy',
  routed({
    r: {
      nft: table(
        'ip t',
        chain('deep', '', 'tcp dport 81 return', 'tcp dport 80 accept'),
        chain('side', '', 'udp dport 10 accept'),
        chain(
          'c',
          'filter hook forward priority 0; policy drop',
          'iifname ry accept',
          'ip protocol tcp jump deep',
          'tcp dport 81 reject with icmp admin-prohibited',
          'goto side',
          'accept',
        ),
      ),
    },
  }),
  [
    ['a jump that accepts', 'x tcp 10.9.1.2:80', YTCP],
    ['a jump that returns goes on behind it', 'x tcp 10.9.1.2:81', 'rejected icmp-3/13 from 10.9.0.1'],
    ['a goto ends in the policy', 'x udp 10.9.1.2:9', 'dropped'],
    ['or before it', 'x udp 10.9.1.2:10', refusedBy('10.9.1.2')],
  ],
);

laboratory(
  'sets, maps and maps of verdicts',
  routed({
    r: {
      nft: table(
        'ip t',
        'set nets { type ipv4_addr; flags interval; elements = { 10.9.1.0/24, 10.8.0.1-10.8.0.9 } }',
        'set pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.9.0.0/24 . 20-29 } }',
        'map verdicts { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.9.1.2 . tcp . 80 : goto refuse, 10.9.1.2 . udp . 9 : drop } }',
        chain('refuse', '', 'reject'),
        chain(
          'c',
          'filter hook forward priority 0',
          'ip saddr . th dport @pairs drop',
          'ip daddr @nets th dport { 30, 32-34 } drop',
          'ip daddr . meta l4proto . th dport vmap @verdicts',
          'udp dport vmap { 40 : accept, 41-49 : drop, * : continue }',
          'meta mark set udp dport map { 50 : 7, 51 : 8 }',
          'meta mark 7 drop',
        ),
      ),
    },
  }),
  [
    ['a concatenation with a range', 'x udp 10.9.1.2:25', 'dropped'],
    ['past the range', 'x udp 10.9.1.2:31', refusedBy('10.9.1.2')],
    ['a range of an anonymous set', 'x udp 10.9.1.2:33', 'dropped'],
    ['a map that leads to another chain', 'x tcp 10.9.1.2:80', refusedBy('10.9.0.1')],
    ['a map that drops', 'x udp 10.9.1.2:9', 'dropped'],
    ['an interval in a map of verdicts', 'x udp 10.9.1.2:45', 'dropped'],
    ['its accept', 'x udp 10.9.1.2:40', refusedBy('10.9.1.2')],
    ['a mark from a map', 'x udp 10.9.1.2:50', 'dropped'],
    ['another mark from it', 'x udp 10.9.1.2:51', refusedBy('10.9.1.2')],
    ['no mark from it', 'x udp 10.9.1.2:52', refusedBy('10.9.1.2')],
  ],
);

laboratory(
  'nat: the first chain that decides, whatever it declares',
  routed({
    r: {
      nft:
        table('ip late', chain('c', 'nat hook prerouting priority -90', 'udp dport 9 dnat to 10.9.1.9', 'tcp dport 8080 redirect to :80')) +
        table('ip early', chain('c', 'nat hook prerouting priority -110', 'ip daddr 10.96.0.1 udp dport 9 dnat to 10.9.1.2')) +
        table('inet masq', chain('c', 'nat hook postrouting priority srcnat', 'oifname "ry" ct status dnat masquerade')),
    },
  }),
  [
    ['translated both ways', 'x udp 10.96.0.1:9', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['to itself, by the second chain', 'x tcp 10.9.0.1:8080', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:80'],
    ['nothing translated', 'x tcp 10.9.1.2:80', YTCP],
  ],
);

laboratory(
  "kube-proxy's shape: a map of Services, a random backend, a mark that masquerades",
  routed({
    r: {
      nft: table(
        'ip kube-proxy',
        'set cluster-ips { type ipv4_addr; elements = { 10.96.0.1, 10.96.0.2 } }',
        'map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.96.0.1 . udp . 53 : goto service } }',
        'map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 10.96.0.2 . udp . 53 : goto reject-chain } }',
        chain('reject-chain', '', 'reject'),
        chain('mark-for-masquerade', '', 'meta mark set meta mark | 0x4000'),
        chain('endpoint', '', 'ip saddr 10.9.1.2 jump mark-for-masquerade', 'meta l4proto udp dnat to 10.9.1.2:9'),
        chain(
          'service',
          '',
          'ip daddr 10.96.0.1 ip saddr != 10.9.1.0/24 jump mark-for-masquerade',
          'numgen random mod 2 vmap { 0 : goto endpoint, 1 : goto endpoint }',
        ),
        chain('nat-prerouting', 'nat hook prerouting priority dstnat', 'ip daddr . meta l4proto . th dport vmap @service-ips'),
        chain('nat-output', 'nat hook output priority -100', 'ip daddr . meta l4proto . th dport vmap @service-ips'),
        chain(
          'nat-postrouting',
          'nat hook postrouting priority srcnat',
          'meta mark & 0x4000 == 0 return',
          'meta mark set meta mark ^ 0x4000',
          'masquerade',
        ),
        chain(
          'filter-forward',
          'filter hook forward priority filter',
          'ct state new ip daddr . meta l4proto . th dport vmap @no-endpoint-services',
          'ct state new ip daddr @cluster-ips reject',
        ),
        chain('filter-output', 'filter hook output priority filter', 'ct state new ip daddr @cluster-ips reject'),
      ),
      routes: ['default via 10.9.1.2'],
    },
  }),
  [
    ['a Service', 'x udp 10.96.0.1:53', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['a Service, from the node', 'r udp 10.96.0.1:53', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['a Service, from its own backend', 'y udp 10.96.0.1:53', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:9'],
    ['without endpoints', 'x udp 10.96.0.2:53', refusedBy('10.9.0.1')],
    ['a port that it has not', 'x tcp 10.96.0.1:81', refusedBy('10.9.0.1')],
    ['a port that it has not, from the node', 'r tcp 10.96.0.1:81', 'rejected errno-ECONNREFUSED'],
  ],
);

laboratory(
  'fib: own addresses, and the way back',
  routed({
    r: {
      nft: table(
        'ip t',
        chain(
          'c',
          'filter hook prerouting priority -150',
          'fib daddr type local udp dport 9 drop',
          'fib saddr . iif oif missing drop',
          'fib daddr . iif type != local udp dport 10 drop',
        ),
      ),
      sysctls: { 'ipv4.conf.all.rp_filter': 0, 'ipv4.conf.default.rp_filter': 0 },
    },
    x: { links: [{ kind: 'loopback', name: 'lo', addresses: ['10.7.0.1/32'] }] },
  }),
  [
    ['an own address', 'x udp 10.9.0.1:9', 'dropped'],
    ['that of another device is own as well', 'x udp 10.9.1.1:9', 'dropped'],
    ["but not of the in-device's", 'x udp 10.9.1.1:10', 'dropped'],
    ['not an own one', 'x udp 10.9.1.2:9', Y],
    ['no way back', 'x tcp 10.9.1.2:80 src 10.7.0.1', 'dropped'],
  ],
);

laboratory(
  'T14: only a chain of type route routes again on a changed mark',
  routed({
    r: {
      rules: ['fwmark 7 table 100'],
      routes: ['unreachable 10.9.1.2 table 100'],
      nft: table(
        'ip t',
        chain('c', 'route hook output priority 50', 'udp dport 9 meta mark set 7'),
        chain('d', 'filter hook output priority -150', 'tcp dport 80 meta mark set 7'),
      ),
    },
  }),
  [
    ['type route', 'r udp 10.9.1.2:9', 'rejected errno-EHOSTUNREACH'],
    ['type filter', 'r tcp 10.9.1.2:80', 'delivered y<-10.9.1.1:40000 at 10.9.1.2:80'],
  ],
);

laboratory(
  'IPv6, and inet for both',
  routed6({
    r: {
      nft: table(
        'inet t',
        chain(
          'c',
          'filter hook forward priority 0',
          'ip6 daddr fd00:1::/64 udp dport 9 reject',
          'ip daddr != 10.0.0.0/8 drop',
          'meta l4proto tcp tcp dport 81 reject with icmpv6 admin-prohibited',
        ),
      ),
    },
  }),
  [
    ['a network of IPv6', 'x udp [fd00:1::2]:9', 'rejected icmpv6-1/4 from fd00::1'],
    ['an address of IPv4 is not there', 'x tcp [fd00:1::2]:80', 'delivered y<-[fd00::2]:40000 at [fd00:1::2]:80'],
    ['prohibited', 'x tcp [fd00:1::2]:81', 'rejected icmpv6-1/1 from fd00::1'],
  ],
);

laboratory(
  'bridge and device chains',
  bridged({
    r: {
      nft:
        table(
          'bridge t',
          chain('f', 'filter hook forward priority -200', 'udp dport 9 drop'),
          chain('i', 'filter hook input priority -200', 'iifname "rx" udp dport 10 drop'),
        ) + table('netdev n', chain('in', 'filter hook ingress device "rx" priority -500', 'udp dport 11 drop')),
    },
  }),
  [
    ['forward, for what is switched', 'x udp 10.9.0.3:9', 'dropped'],
    ['not for the host', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
    ['input, by port', 'x udp 10.9.0.1:10', 'dropped'],
    ['not for what is switched', 'x udp 10.9.0.3:10', refusedBy('10.9.0.3')],
    ['ingress of a device, which nft does not name in its JSON', 'x udp 10.9.0.3:11', 'dropped', { unknown: true }],
    ['of no other', 'y udp 10.9.0.2:11', refusedBy('10.9.0.2'), { unknown: true }],
  ],
);

const own = (hook: string, rule: string): ReturnType<typeof routed> =>
  routed({ r: { nft: `table ip t {\n chain c {\n type filter hook ${hook} priority 0; policy accept;\n ${rule} drop\n }\n}\n` } });
laboratory('fib: what comes over lo is not looked up: it leads back to lo', own('input', 'fib saddr . iif oif missing'), [
  ['its own', 'r udp 10.9.0.1:9', 'delivered r<-10.9.0.1:40000 at 10.9.0.1:9'],
  ['another’s', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
]);
for (const hook of ['input', 'prerouting'])
  laboratory(`fib: nor is its destination, in ${hook}`, own(hook, 'fib daddr . iif oif exists'), [
    ['its own', 'r udp 10.9.0.1:9', 'dropped'],
    ['another’s is local, which counts as none', 'x udp 10.9.0.1:9', 'delivered r<-10.9.0.2:40000 at 10.9.0.1:9'],
  ]);

laboratory(
  'IPv6 is routed again after a chain of type route changed the hop limit',
  routed6({
    r: {
      rules: ['-6 from fd00:1::/64 to fd00:1::2 prohibit'],
      nft: 'table ip6 t {\n chain c {\n type route hook output priority -150; policy accept;\n udp dport 9 ip6 hoplimit set 9\n }\n}\n',
    },
  }),
  [
    ['with the source that it has now', 'r udp [fd00:1::2]:9', 'rejected errno-EACCES'],
    ['not where nothing changed', 'r udp [fd00:1::2]:10', 'rejected icmpv6-1/4 from fd00:1::2'],
  ],
);
