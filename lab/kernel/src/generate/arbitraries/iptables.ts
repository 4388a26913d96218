import fc from 'fast-check';
import { type Pool, marks, not, port } from './pool.ts';

type Table = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
type Chain = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';
type Protocol = 'tcp' | 'udp' | 'icmp' | '';

const CHAINS: Readonly<Record<Table, readonly Chain[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** A match as text, of a kind of which a rule has one, for the protocol and the chains that it can stand in. */
interface Piece {
  readonly kind: string;
  readonly text: fc.Arbitrary<string>;
  readonly protocols?: readonly Protocol[];
  readonly chains?: readonly Chain[];
  readonly families?: 4 | 6;
  readonly tables?: readonly Table[];
}

const COMES: readonly Chain[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const GOES: readonly Chain[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];
const SENT: readonly Chain[] = ['OUTPUT', 'POSTROUTING'];
const PORTED: readonly Protocol[] = ['tcp', 'udp'];

/** `! ` or nothing before an option. */
function negatable(option: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(not, value).map(([no, it]) => `${no}${option} ${it}`);
}

function withMatch(name: string, ...options: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...options).map((texts) => `-m ${name} ${texts.join(' ')}`);
}

const ports = fc.oneof(port.map(String), fc.constantFrom('9:10', '80:81', '10:80', ':9', '81:'));

/** The identifiers of a laboratory's packets begin with 40000. */
const sourcePorts = fc.constantFrom('40000:40031', '40016:40063', '40064:65535');

/** Everything that a rule may ask, of iptables (`six`: ip6tables). `sets`: names of sets of one dimension of addresses. */
function pieces(pool: Pool): readonly Piece[] {
  const { six, networks, ranges, addresses } = pool;
  const network = fc.constantFrom(...networks);
  const address = fc.constantFrom(...addresses);
  const [dx, dy] = pool.devices;
  const device = fc.constantFrom(dx, dy, 'lo', 'r+', 'e+');
  const states = fc.constantFrom('NEW', 'ESTABLISHED', 'NEW,RELATED', 'RELATED,ESTABLISHED', 'INVALID', 'DNAT', 'SNAT', 'UNTRACKED');
  const types = fc.constantFrom('LOCAL', 'UNICAST', 'LOCAL,UNICAST', ...(six ? ['MULTICAST'] : ['BROADCAST', 'MULTICAST']));
  return [
    { kind: '-s', text: negatable('-s', network) },
    { kind: '-d', text: negatable('-d', network) },
    { kind: '-i', text: negatable('-i', device), chains: COMES },
    { kind: '-o', text: negatable('-o', device), chains: GOES },
    {
      kind: 'conntrack',
      text: withMatch(
        'conntrack',
        fc.oneof(
          negatable('--ctstate', states),
          negatable('--ctstate', states),
          negatable('--ctorigdst', address),
          negatable('--ctorigsrc', network),
          negatable('--ctrepldst', address),
          negatable('--ctreplsrc', network),
          negatable('--ctorigdstport', port.map(String)),
          negatable('--ctproto', fc.constantFrom('tcp', 'udp')),
          negatable('--ctstatus', fc.constantFrom('SEEN_REPLY', 'NONE', 'EXPECTED')),
          fc.constantFrom('--ctdir ORIGINAL', '--ctdir REPLY'),
        ),
      ),
    },
    { kind: 'state', text: withMatch('state', negatable('--state', fc.constantFrom('NEW', 'ESTABLISHED', 'INVALID', 'RELATED,NEW'))) },
    { kind: 'mark', text: withMatch('mark', negatable('--mark', marks.masked)) },
    { kind: 'connmark', text: withMatch('connmark', negatable('--mark', marks.masked)) },
    {
      kind: 'addrtype',
      text: withMatch('addrtype', fc.oneof(negatable('--dst-type', types), negatable('--src-type', types))),
      // The kernel looks up whole routes there.
      families: 4,
    },
    {
      kind: 'addrtype',
      text: withMatch('addrtype', negatable('--dst-type', fc.constant('LOCAL')), fc.constant('--limit-iface-in')),
      chains: ['PREROUTING', 'INPUT'],
    },
    {
      kind: 'iprange',
      text: withMatch(
        'iprange',
        fc.oneof(negatable('--src-range', fc.constantFrom(...ranges)), negatable('--dst-range', fc.constantFrom(...ranges))),
      ),
    },
    { kind: 'length', text: withMatch('length', negatable('--length', fc.constantFrom('0:100', '100:300', '300:65535'))) },
    six
      ? { kind: 'hl', text: withMatch('hl', fc.constantFrom('--hl-eq 64', '! --hl-eq 64', '--hl-lt 3', '--hl-gt 62')) }
      : { kind: 'ttl', text: withMatch('ttl', fc.constantFrom('--ttl-eq 64', '! --ttl-eq 64', '--ttl-lt 3', '--ttl-gt 62')) },
    { kind: 'dscp', text: withMatch('dscp', negatable('--dscp', fc.constantFrom('0x00', '0x04', '0x0a'))) },
    { kind: 'tos', text: withMatch('tos', negatable('--tos', fc.constantFrom('0x10/0x3f', '0/0xff', '0x08/0x08'))) },
    { kind: 'ecn', text: withMatch('ecn', negatable('--ecn-ip-ect', fc.constantFrom('0', '1'))) },
    {
      kind: 'pkttype',
      text: withMatch('pkttype', negatable('--pkt-type', fc.constantFrom('unicast', 'broadcast', 'multicast'))),
      chains: COMES,
    },
    {
      kind: 'mac',
      text: withMatch('mac', negatable('--mac-source', fc.constant('02:00:00:00:00:99'))),
      chains: ['PREROUTING', 'FORWARD', 'INPUT'],
    },
    {
      kind: 'physdev',
      text: withMatch(
        'physdev',
        fc.oneof(
          negatable('--physdev-in', fc.constantFrom(dx, 'e+')),
          fc.constantFrom('--physdev-is-bridged', '! --physdev-is-bridged', '! --physdev-is-in'),
        ),
      ),
    },
    {
      kind: 'rpfilter',
      text: withMatch('rpfilter', fc.constantFrom('', '--invert', '--loose', '--loose --invert', '--validmark', '--accept-local --invert')),
      chains: ['PREROUTING'],
      tables: ['raw', 'mangle'],
    },
    {
      kind: 'owner',
      text: withMatch(
        'owner',
        fc.oneof(
          negatable('--uid-owner', fc.constantFrom('0', '1000', '1000-2000')),
          negatable('--gid-owner', fc.constant('5')),
          fc.constantFrom('--socket-exists', '! --socket-exists'),
        ),
      ),
      chains: SENT,
    },
    { kind: 'policy', text: withMatch('policy', fc.constantFrom('--dir in --pol none', '--dir in --pol ipsec')), chains: COMES },
    { kind: 'policy', text: withMatch('policy', fc.constantFrom('--dir out --pol none', '--dir out --pol ipsec')), chains: SENT },
    {
      kind: 'statistic',
      text: withMatch('statistic', fc.constantFrom('--mode random --probability 0.5', '--mode random ! --probability 0.25')),
    },
    { kind: 'limit', text: fc.constant('-m limit --limit 10000/sec --limit-burst 10000') },
    {
      kind: 'hashlimit',
      text: fc.constantFrom(
        '-m hashlimit --hashlimit-upto 10000/sec --hashlimit-burst 10000 --hashlimit-mode srcip --hashlimit-name a',
        '-m hashlimit --hashlimit-above 10000/sec --hashlimit-burst 10000 --hashlimit-mode dstip,dstport --hashlimit-name b',
      ),
    },
    {
      kind: 'connlimit',
      text: fc.constantFrom('-m connlimit --connlimit-upto 5000', '-m connlimit --connlimit-above 5000 --connlimit-daddr'),
    },
    { kind: 'quota', text: fc.constant('-m quota --quota 1000000000') },
    { kind: 'helper', text: withMatch('helper', negatable('--helper', fc.constant('ftp'))) },
    { kind: 'comment', text: fc.constant('-m comment --comment "a \\"quoted\\" word"') },
    {
      kind: 'socket',
      text: fc.constantFrom('-m socket', '-m socket --nowildcard', '-m socket --transparent'),
      chains: ['PREROUTING', 'INPUT'],
    },
    { kind: 'recent', text: fc.constantFrom('-m recent --set --name a --rsource', '-m recent ! --rcheck --name never --rsource') },
    { kind: 'cgroup', text: fc.constantFrom('-m cgroup --cgroup 77', '-m cgroup ! --cgroup 77'), chains: SENT },
    { kind: 'ports', text: fc.oneof(negatable('--dport', ports), negatable('--sport', sourcePorts)), protocols: PORTED },
    { kind: 'ports', text: negatable('--dport', ports), protocols: PORTED },
    {
      kind: 'multiport',
      text: withMatch(
        'multiport',
        fc.oneof(
          negatable('--dports', fc.constantFrom('9,80', '9:10,81', '10', '1000:65535')),
          negatable('--sports', fc.constantFrom('40000:40031', '40064:40127,7')),
          negatable('--ports', fc.constantFrom('80,40001:40010', '9')),
        ),
      ),
      protocols: PORTED,
    },
    {
      kind: 'flags',
      text: fc.constantFrom('--syn', '! --syn', '--tcp-flags SYN,ACK SYN', '! --tcp-flags ALL SYN', '--tcp-flags SYN,ACK SYN,ACK'),
      protocols: ['tcp'],
    },
    { kind: 'tcp-option', text: fc.constantFrom('--tcp-option 99', '! --tcp-option 99'), protocols: [] },
    {
      kind: 'icmp',
      text: six
        ? withMatch('icmp6', negatable('--icmpv6-type', fc.constantFrom('128', '129', '1/4', '1')))
        : withMatch('icmp', negatable('--icmp-type', fc.constantFrom('8', '0', '3/3', '3', '11/0'))),
      protocols: ['icmp'],
    },
    { kind: '-f', text: fc.constantFrom('! -f', '-f'), families: 4 },
    ...(six
      ? (['frag --fragid 1', 'ipv6header --header frag --soft', 'rt --rt-type 0', 'hbh', 'dst', 'mh'] as const)
          .filter((text) => /^(frag|rt|hbh|dst)/.test(text))
          .map((text) => ({ kind: 'headers', text: fc.constant(`-m ${text}`) }))
      : []),
  ];
}

const REFUSALS4 = [
  'icmp-port-unreachable',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-admin-prohibited',
  'icmp-host-prohibited',
  'icmp-net-prohibited',
  'icmp-proto-unreachable',
];
const REFUSALS6 = ['icmp6-port-unreachable', 'icmp6-addr-unreachable', 'icmp6-no-route', 'icmp6-adm-prohibited'];

function targets(pool: Pool, table: Table, chain: Chain, protocol: Protocol): fc.Arbitrary<string> {
  const { six } = pool;
  const ported = protocol === 'tcp' || protocol === 'udp';
  const sure = fc.constantFrom('-j ACCEPT', '-j RETURN', '-j X', '-j Y', '-g X', '');
  const drop = fc.constant('-j DROP');
  const address = fc.constantFrom(...pool.answering);
  const at = (to: string): string => (six && ported ? `[${to}]` : to);
  const toPort = ported ? fc.constantFrom('', ':9', ':80', ':10') : fc.constant('');
  const bits = marks.bit;
  const mark = fc
    .oneof(
      fc.constantFrom('--set-mark 1', '--set-mark 0x10/0xf0', '--and-mark 0xf', '--xor-mark 0x3', '--set-xmark 0x40/0x41'),
      bits.map((bit) => `--or-mark ${bit}`),
    )
    .map((text) => `-j MARK ${text}`);
  const connmark = fc
    .constantFrom(
      '--save-mark',
      '--restore-mark',
      '--set-mark 0x2',
      '--set-xmark 0x40/0xf0',
      '--or-mark 0x10',
      '--and-mark 0x3',
      '--save-mark --nfmask 0xf --ctmask 0xff',
    )
    .map((text) => `-j CONNMARK ${text}`);
  const log = fc.constantFrom(
    '-j LOG --log-prefix "x: "',
    '-j NFLOG --nflog-group 5',
    '-j AUDIT --type accept',

    '-j CLASSIFY --set-class 1:1',
  );
  const tos = fc.constantFrom(
    '-j TOS --or-tos 0x04',
    '-j TOS --or-tos 0x08',
    '-j TOS --or-tos 0x40',
    '-j TOS --set-tos 0x10/0x3f',
    '-j DSCP --set-dscp 10',
    '-j DSCP --set-dscp-class CS1',
  );
  const ttl = six
    ? fc.constantFrom('-j HL --hl-dec 1', '-j HL --hl-set 5', '-j HL --hl-inc 3')
    : fc.constantFrom('-j TTL --ttl-dec 1', '-j TTL --ttl-set 5', '-j TTL --ttl-inc 3');
  const weighted = (...choices: readonly (readonly [number, fc.Arbitrary<string>])[]): fc.Arbitrary<string> =>
    fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
  switch (table) {
    case 'raw':
      return weighted(
        [2, sure],
        [1, drop],
        [1, fc.constantFrom('-j CT --notrack', '-j NOTRACK', '-j TRACE')],
        [1, fc.constantFrom('-j CT --zone 3', '-j CT --zone-orig 4')],
        [1, mark],
      );
    case 'mangle':
      return weighted(
        [6, mark],
        [2, connmark],
        [4, tos],
        [1, ttl],
        [1, sure],
        [1, drop],
        [1, log.filter((text) => !text.includes('CLASSIFY') || (chain !== 'PREROUTING' && chain !== 'INPUT'))],
        ...(protocol === 'tcp'
          ? [
              [1, fc.constant('-j TCPOPTSTRIP --strip-options 8')] as const,
              ...(chain === 'PREROUTING' || chain === 'INPUT' ? [] : [[1, fc.constant('-j TCPMSS --set-mss 1000')] as const]),
            ]
          : []),
        ...(protocol === 'udp' ? [[1, fc.constant('-j CHECKSUM --checksum-fill')] as const] : []),
        ...(ported && chain === 'PREROUTING'
          ? [[1, fc.constantFrom('-j TPROXY --on-port 9 --tproxy-mark 0x1', '-j TPROXY --on-port 15001')] as const]
          : []),
      );
    case 'nat': {
      const isSource = chain === 'POSTROUTING' || chain === 'INPUT';
      const to = isSource ? fc.constantFrom(...pool.router) : address;
      const direct = fc.tuple(to, isSource ? fc.constant('') : toPort).map(([ip, suffix]) => {
        const where = suffix === '' ? ip : `${at(ip)}${suffix}`;
        return isSource ? `-j SNAT --to-source ${where}` : `-j DNAT --to-destination ${where}`;
      });
      const own = isSource
        ? chain === 'INPUT'
          ? direct
          : fc.constantFrom('-j MASQUERADE')
        : ported
          ? fc.constantFrom('-j REDIRECT', '-j REDIRECT --to-ports 9', '-j REDIRECT --to-ports 80')
          : fc.constant('-j REDIRECT');
      const netmap = six
        ? fc.constantFrom('-d fd20::/64 -j NETMAP --to fd00:1::/64', '-d fd77::/64 -j NETMAP --to fd00:1::/64')
        : fc.constantFrom('-d 20.0.0.0/24 -j NETMAP --to 10.9.1.0/24', '-d 10.7.7.0/24 -j NETMAP --to 10.9.1.0/24');
      return weighted(
        [5, direct],
        [3, own],
        [2, fc.constantFrom('-j ACCEPT', '-j RETURN', '-j X', '-j Y', '')],
        ...(isSource ? [] : [[1, netmap] as const]),
      );
    }
    case 'filter':
      return weighted(
        [6, sure],
        [3, drop],
        // What OUTPUT rejects is told by an ICMP of one's own or by the call itself: programs can't tell which.
        ...(chain === 'OUTPUT'
          ? []
          : [
              [
                3,
                fc
                  .constantFrom(...(six ? REFUSALS6 : REFUSALS4), ...(protocol === 'tcp' ? ['tcp-reset', 'tcp-reset'] : []))
                  .map((by) => `-j REJECT --reject-with ${by}`),
              ] as const,
            ]),
        [1, log.filter((text) => !text.includes('CLASSIFY'))],
        [1, mark],
      );
    case 'security':
      return weighted([3, sure], [1, drop], [1, mark]);
    default:
      return table satisfies never;
  }
}

function rule(pool: Pool, table: Table, chain: Chain, name: string, more: readonly Piece[], isOwn: boolean): fc.Arbitrary<string> {
  const version = pool.six ? 6 : 4;
  const icmp = pool.six ? 'ipv6-icmp' : 'icmp';
  return fc.constantFrom<Protocol>('', '', 'tcp', 'udp', 'udp', 'icmp').chain((protocol) => {
    const fitting = [...pieces(pool), ...more, ...more].filter(
      (piece) =>
        (piece.protocols?.includes(protocol) ?? true) &&
        (piece.chains?.includes(chain) ?? true) &&
        (piece.tables?.includes(table) ?? true) &&
        (piece.families ?? version) === version &&
        // A chain of one's own is called from anywhere.
        (!isOwn || (piece.chains === undefined && piece.tables === undefined)),
    );
    const asked = fc
      .uniqueArray(fc.constantFrom(...fitting), { maxLength: 2, selector: ({ kind }) => kind })
      .chain((chosen) => fc.tuple(...chosen.map(({ text }) => text)));
    const from = protocol === 'icmp' ? `-p ${icmp} ` : protocol === '' ? '' : `-p ${protocol} -m ${protocol} `;
    const by = isOwn ? ownTargets(pool, table) : targets(pool, table, chain, protocol);
    return fc.tuple(asked, by).map(([texts, target]) => {
      // Options of the rule itself and of its protocol's match come before those of others.
      const own = texts.filter((text) => !text.startsWith('-m '));
      const others = texts.filter((text) => text.startsWith('-m '));
      const line = `-A ${name} ${from}${[...own, ...others].join(' ')} ${target}`.replace(/ +/g, ' ').trim();
      // NETMAP asks for a destination of its own.
      return line.includes('NETMAP') && own.some((text) => text.includes('-d ')) ? line.replace(/-d \S+ (?=-j NETMAP)/, '') : line;
    });
  });
}

/** In chains of one's own, which any chain of the table may call. */
function ownTargets(pool: Pool, table: Table): fc.Arbitrary<string> {
  const mark = marks.bit.map((bit) => `-j MARK --or-mark ${bit}`);
  return table === 'nat'
    ? fc.constantFrom('-j RETURN', '-j ACCEPT', '')
    : fc.oneof(fc.constantFrom('-j RETURN', '-j ACCEPT', '-j DROP', ''), mark);
}

function tableOf(pool: Pool, table: Table, most: number, more: readonly Piece[]): fc.Arbitrary<readonly string[]> {
  const chains = CHAINS[table];
  const rules = fc.array(
    fc.constantFrom(...chains).chain((chain) => rule(pool, table, chain, chain, more, false)),
    { maxLength: most },
  );
  const first = chains[0] ?? 'PREROUTING';
  const own = (name: string): fc.Arbitrary<string[]> => fc.array(rule(pool, table, first, name, more, true), { maxLength: 2 });
  // Y calls X, so that chains nest.
  const nested = fc.constantFrom<string[]>([], ['-A Y -j X'], ['-A Y -g X', '-A Y -j ACCEPT']);
  const policy = table === 'nat' ? fc.constant('ACCEPT') : fc.constantFrom('ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP');
  return fc
    .record({ policies: fc.tuple(fc.constantFrom(...chains), policy), rules, x: own('X'), y: own('Y'), nested })
    .map(({ policies: [chain, to], rules: lines, x, y, nested: into }) => [
      `*${table}`,
      `:${chain} ${to} [0:0]`,
      ':X - [0:0]',
      ':Y - [0:0]',
      ...(pool.six ? neighbourDiscovery(chains) : []),
      ...x,
      ...y,
      ...into,
      ...lines,
      'COMMIT',
    ]);
}

/** IPv6 asks for its neighbours through these chains: what refuses that is about little else. */
function neighbourDiscovery(chains: readonly Chain[]): readonly string[] {
  return [...new Set(chains)].flatMap((chain) =>
    ['135', '136'].map((type) => `-A ${chain} -p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`),
  );
}

/** Input of `iptables-restore` (`ip6tables-restore`): some of its tables, each with some rules. `more`: matches besides, of a family's own. */
export function ruleset(pool: Pool, more: readonly Piece[] = []): fc.Arbitrary<string> {
  const some = (weight: number, arbitrary: fc.Arbitrary<readonly string[]>): fc.Arbitrary<readonly string[]> =>
    fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight, arbitrary });
  return fc
    .tuple(
      some(1, tableOf(pool, 'raw', 2, more)),
      some(4, tableOf(pool, 'mangle', 5, more)),
      some(3, tableOf(pool, 'nat', 4, more)),
      some(4, tableOf(pool, 'filter', 5, more)),
      some(1, tableOf(pool, 'security', 2, more)),
    )
    .map((tables) => `${tables.flat().join('\n')}\n`);
}

export type { Piece };
