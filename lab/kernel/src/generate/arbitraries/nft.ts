import fc from 'fast-check';
import { PORTS, type Pool, port } from './pool.ts';

type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
type Kind = 'filter' | 'nat' | 'route';

/** Where a rule stands: what it may ask, and what it may do. `hook` is unset in a chain that only rules jump to. */
interface Place {
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly kind: Kind;
  readonly hook: Hook | undefined;
  /** Chains that it may jump to: those after its own, so that no chain comes back to itself. */
  readonly below: readonly string[];
}

const HOOKS: readonly Hook[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const PRIORITIES: Readonly<Record<Hook, readonly string[]>> = {
  prerouting: ['-350', '-300', '-150', '-110', '-5', '0', '10'],
  input: ['-150', '-110', '0', '5', '50', '120'],
  forward: ['-150', '-110', '0', '5', '50'],
  output: ['-350', '-300', '-150', '-110', '0', '5', '50'],
  postrouting: ['-150', '0', '50', '90', '150'],
};
const OPERATORS = ['', '', '', '!= '] as const;
const operator = fc.constantFrom(...OPERATORS);
const marks = fc.constantFrom('0x1', '0x2', '0x10', '0x20', '0x40');

function oneOf(...weighted: readonly (readonly [number, fc.Arbitrary<string>])[]): fc.Arbitrary<string> {
  return fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Some different ones of a list, as the elements of a set. */
function some(values: readonly string[], most = 3): fc.Arbitrary<string> {
  return fc.subarray([...values], { minLength: 1, maxLength: most }).map((chosen) => chosen.join(', '));
}

/** An address's word for its family, as rules of any table write it. */
function ip({ six }: Pool): string {
  return six ? 'ip6' : 'ip';
}

function addressTests(pool: Pool): fc.Arbitrary<string> {
  const { addresses, networks, ranges } = pool;
  const side = fc.constantFrom('saddr', 'daddr');
  const value = oneOf(
    [3, fc.constantFrom(...networks)],
    [2, fc.constantFrom(...addresses)],
    [1, fc.constantFrom(...ranges)],
    [2, some(addresses, 4).map((elements) => `{ ${elements} }`)],
    [1, fc.constantFrom(...networks).map((network) => `{ ${network}, ${pool.addresses[9] ?? ''} }`)],
    [2, fc.constant('@hosts')],
    [2, fc.constant('@nets')],
  );
  return fc.tuple(side, operator, value).map(([which, not, it]) => `${ip(pool)} ${which} ${not}${it}`);
}

function portTests(): fc.Arbitrary<string> {
  const value = oneOf(
    [3, port.map(String)],
    [1, fc.constantFrom('9-10', '80-81', '10-80')],
    [2, some(PORTS.map(String)).map((elements) => `{ ${elements} }`)],
    [1, fc.constant('{ 9-10, 81 }')],
    [1, fc.constant('@ports')],
  );
  return oneOf(
    [
      4,
      fc
        .tuple(fc.constantFrom('tcp', 'udp', 'th'), operator, value)
        .map(([protocol, not, it]) =>
          protocol === 'th' ? `meta l4proto { tcp, udp } th dport ${not}${it}` : `${protocol} dport ${not}${it}`,
        ),
    ],
    [
      1,
      fc
        .tuple(
          fc.constantFrom('tcp', 'udp'),
          fc.constantFrom('> 40031', '< 40032', '>= 40064', '<= 40010', '40000-40063', '!= 40000-40063'),
        )
        .map(([protocol, it]) => `${protocol} sport ${it}`),
    ],
    [
      1,
      fc.constantFrom('tcp flags syn', 'tcp flags & (syn | ack) == syn', 'tcp flags != syn', 'tcp flags & (fin | syn | rst | ack) == syn'),
    ],
  );
}

function tests(pool: Pool, { family, hook }: Place): fc.Arbitrary<string> {
  const [dx, dy] = pool.devices;
  const word = ip(pool);
  const { six } = pool;
  const address = fc.constantFrom(...pool.addresses);
  const comes = hook !== 'output' && hook !== 'postrouting';
  const goes = hook === undefined || hook === 'forward' || hook === 'output' || hook === 'postrouting';
  const device = fc.constantFrom(`"${dx}"`, `"${dy}"`, '"lo"', '"r*"', `{ "${dx}", "lo" }`);
  const choices: (readonly [number, fc.Arbitrary<string>])[] = [
    [6, addressTests(pool)],
    [5, portTests()],
    [
      2,
      fc.constantFrom(
        'meta l4proto udp',
        'meta l4proto { tcp, udp }',
        'meta l4proto != tcp',
        six ? 'ip6 nexthdr udp' : 'ip protocol udp',
        six ? 'meta l4proto ipv6-icmp' : 'ip protocol != tcp',
      ),
    ],
    [
      1,
      fc.constantFrom(
        ...(family === 'inet'
          ? [`meta nfproto ${six ? 'ipv6' : 'ipv4'}`, `meta nfproto != ${six ? 'ipv4' : 'ipv6'}`]
          : // Of a contradiction (`meta protocol ip ip6 saddr …`) nft prints the second half alone.
            [six ? 'meta protocol ip6' : 'meta protocol ip']),
      ),
    ],
    [
      3,
      oneOf([
        2,
        fc.constantFrom(
          'meta mark 0x1',
          'meta mark != 0x1',
          'meta mark & 0xf0 == 0x10',
          'meta mark & 0x2 != 0',
          'meta mark { 0x1, 0x10-0x1f }',
          'meta mark and 0x40 == 0x40',
        ),
      ]),
    ],
    [1, fc.constantFrom('meta length > 150', 'meta length < 150', 'meta length 150-300')],
    [
      1,
      fc.constantFrom(
        ...(six
          ? ['ip6 hoplimit > 62', 'ip6 hoplimit 1', 'ip6 hoplimit < 3', 'ip6 dscp cs1', 'ip6 dscp != 0', 'ip6 nexthdr != icmpv6']
          : ['ip ttl > 62', 'ip ttl 1', 'ip ttl < 3', 'ip dscp cs1', 'ip dscp != 0', 'ip length > 150']),
      ),
    ],
    ...(comes ? ([[1, fc.constantFrom('meta pkttype host', 'meta pkttype != host', 'meta pkttype { unicast, broadcast }')]] as const) : []),
    [
      3,
      fc.constantFrom(
        'ct state new',
        'ct state established,related',
        'ct state { new, untracked }',
        'ct state != new',
        'ct state != established,related',
        'ct state invalid',
        'ct state vmap { invalid : drop, established : accept, related : accept }',
        'ct status dnat',
        'ct status snat',
        'ct status & dnat == 0',
        'ct mark 0x2',
        'ct mark != 0',
        'ct mark & 0x10 == 0x10',
        'ct direction original',
        'ct direction reply',
      ),
    ],
    [
      2,
      oneOf(
        [
          2,
          fc
            .tuple(fc.constantFrom('original', 'reply'), fc.constantFrom('saddr', 'daddr'), operator, address)
            .map(([direction, which, not, it]) => `ct ${direction} ${word} ${which} ${not}${it}`),
        ],
        [1, port.map((number) => `meta l4proto udp ct original proto-dst ${String(number)}`)],
        [1, fc.constantFrom('ct original protocol udp', six ? 'ct l3proto ipv6' : 'ct l3proto ipv4')],
      ),
    ],
    [2, fc.constantFrom('fib daddr type local', 'fib daddr type != local', 'fib daddr type { local, broadcast }', 'fib saddr type local')],
    [
      1,
      fc.constantFrom(
        `${word} saddr . ${word} daddr . udp dport @triples`,
        `${word} daddr . meta l4proto . th dport @services`,
        `${word} saddr . udp dport { ${pool.addresses[1] ?? ''} . 9, ${pool.addresses[5] ?? ''} . 10 }`,
        `meta l4proto . th dport { tcp . 80, udp . 9-10 }`,
      ),
    ],
    [
      1,
      fc.constantFrom(
        six ? 'icmpv6 type echo-request' : 'icmp type echo-request',
        six ? 'icmpv6 type { echo-request, echo-reply }' : 'icmp type { echo-request, echo-reply }',
        six ? 'icmpv6 type != echo-reply' : 'icmp type != destination-unreachable',
        ...(six ? [] : ['icmp code 3']),
      ),
    ],
    [
      1,
      fc.constantFrom(
        'limit rate 10000/second burst 10000 packets',
        'limit rate over 10000/second burst 10000 packets',
        'quota over 1000 mbytes',
      ),
    ],
    [1, fc.constantFrom('ct zone 0', 'ct count over 5000')],
    ...((hook === 'forward' || hook === 'postrouting') && family !== 'inet'
      ? ([[1, fc.constant(`rt ${word} nexthop ${pool.addresses[3] ?? ''}`)]] as const)
      : []),
    ...(hook === 'prerouting' || hook === 'input' ? ([[1, fc.constantFrom('socket wildcard 0', 'socket wildcard 1')]] as const) : []),
    ...(six ? ([[1, fc.constantFrom('exthdr frag exists', 'exthdr hbh missing')]] as const) : []),
  ];
  if (comes && hook !== undefined)
    choices.push(
      [
        2,
        fc
          .tuple(fc.constantFrom('iifname', 'iif'), operator, device)
          .map(([key, not, it]) =>
            key === 'iif' && (it.includes('*') || it.includes('{')) ? `iifname ${not}${it}` : `${key} ${not}${it}`,
          ),
      ],
      [1, fc.constantFrom('meta iifkind "veth"', 'meta iifkind != "veth"')],
    );
  if (goes && hook !== undefined)
    choices.push(
      [
        2,
        fc
          .tuple(fc.constantFrom('oifname', 'oif'), operator, device)
          .map(([key, not, it]) =>
            key === 'oif' && (it.includes('*') || it.includes('{')) ? `oifname ${not}${it}` : `${key} ${not}${it}`,
          ),
      ],
      [1, fc.constant('meta oifkind "veth"')],
    );
  if (hook === 'output' || hook === 'postrouting')
    choices.push([2, fc.constantFrom('meta skuid 0', 'meta skuid 1000', 'meta skuid != 1000', 'meta skuid 500-2000')]);
  if (hook === 'prerouting' || hook === 'input' || hook === 'forward')
    choices.push([
      2,
      fc.constantFrom(
        'fib saddr . iif oif missing',
        'fib saddr . iif oif exists',
        'fib saddr oif exists',
        `fib saddr . iif oifname "${dx}"`,
        'fib saddr . mark . iif oif missing',
      ),
    ]);
  if (hook === 'prerouting' || hook === 'input') choices.push([1, fc.constant('fib daddr . iif type local')]);
  return oneOf(...choices);
}

const CHANGES = ['meta mark set', 'meta mark set meta mark |', 'ct mark set'] as const;

function changes(pool: Pool): fc.Arbitrary<string> {
  const { six } = pool;
  const word = ip(pool);
  return oneOf(
    [5, fc.tuple(fc.constantFrom(...CHANGES), marks).map(([how, value]) => `${how} ${value}`)],
    [
      1,
      fc.constantFrom(
        'meta mark set ct mark',
        'ct mark set meta mark',
        'meta mark set meta mark & 0xf0',
        'meta mark set meta mark ^ 0x3',
        'meta mark set meta mark and 0xff xor 0x40',
      ),
    ],
    [
      1,
      fc.constantFrom(
        `meta mark set ${word} saddr map @marks`,
        'meta mark set udp dport map { 9 : 0x20, 10 : 0x1 }',
        'meta mark set numgen random mod 2',
        `meta mark set jhash ${word} saddr mod 2 seed 0xabc`,
      ),
    ],
    [
      2,
      fc.constantFrom(
        ...(six
          ? ['ip6 dscp set cs1', 'meta l4proto { tcp, udp } ip6 hoplimit set 9']
          : ['ip dscp set cs1', 'ip ttl set 9', 'ip dscp set af21']),
      ),
    ],
    [1, fc.constantFrom('counter', 'log prefix "x"', 'counter name total')],
    [1, fc.constant(`add @seen { ${word} saddr }`)],
  );
}

/** What ends a rule, or nothing. */
function verdicts(pool: Pool, place: Place): fc.Arbitrary<string> {
  const { six } = pool;
  const word = ip(pool);
  const { hook, kind, below, family } = place;
  const sure = fc.constantFrom('accept', 'accept', 'return', 'continue', '');
  const chains =
    below.length === 0
      ? []
      : ([[4, fc.tuple(fc.constantFrom('jump', 'jump', 'goto'), fc.constantFrom(...below)).map((words) => words.join(' '))]] as const);
  if (kind === 'nat' && hook !== undefined) return oneOf([6, translations(pool, hook, family)], [2, sure], ...chains);
  const jump = below[0] === undefined ? 'accept' : `jump ${below[0]}`;
  // Their chains may not lead back to themselves.
  const shared = hook === undefined ? [] : [`${word} daddr vmap @verdicts`, `${word} daddr . meta l4proto . th dport vmap @dispatch`];
  const vmap = fc.constantFrom(
    ...shared,
    `meta l4proto vmap { tcp : ${jump}, udp : continue }`,
    `udp dport vmap { 9 : ${jump}, 10 : drop, 80-81 : accept }`,
    `meta mark & 0x3 vmap { 0 : continue, 1 : ${jump}, 2 : return }`,
    `numgen random mod 2 vmap { 0 : accept, 1 : ${jump} }`,
  );
  const refuse =
    kind === 'filter' && (hook === 'input' || hook === 'forward')
      ? ([
          [
            3,
            fc.constantFrom(
              'reject',
              six ? 'reject with icmpv6 type admin-prohibited' : 'reject with icmp type host-prohibited',
              ...(family === 'inet' ? ['reject with icmpx type no-route'] : []),
              'meta l4proto tcp reject with tcp reset',
            ),
          ],
        ] as const)
      : [];
  const early = kind === 'filter' && (hook === 'prerouting' || hook === 'output') ? ([[1, fc.constant('notrack')]] as const) : [];
  return oneOf([5, sure], [2, fc.constant('drop')], [3, vmap], ...chains, ...refuse, ...early);
}

function translations(pool: Pool, hook: Hook, family: Place['family']): fc.Arbitrary<string> {
  const { six } = pool;
  const word = ip(pool);
  // An inet table has to be told whose addresses they are.
  const to = family === 'inet' ? `${word} to` : 'to';
  const at = (address: string, number: number): string => `${six ? `[${address}]` : address}:${String(number)}`;
  const address = fc.constantFrom(...pool.answering);
  const [a = '', b = ''] = [pool.answering[3], pool.answering[4]];
  const isFor = family === 'inet' ? `meta nfproto ${six ? 'ipv6' : 'ipv4'} ` : '';
  if (hook === 'postrouting' || hook === 'input') {
    const source = fc.constantFrom(...pool.router).map((ip4) => `${isFor}snat ${to} ${ip4}`);
    return hook === 'input'
      ? source
      : oneOf([2, source], [2, fc.constant(`${isFor}masquerade`)], [1, fc.constant(`meta l4proto udp ${isFor}masquerade to :1024-65535`)]);
  }
  return oneOf(
    [4, address.map((ip4) => `${isFor}dnat ${to} ${ip4}`)],
    [
      3,
      fc
        .tuple(fc.constantFrom('tcp', 'udp'), address, fc.constantFrom(9, 80, 10))
        .map(([protocol, ip4, number]) => `meta l4proto ${protocol} ${isFor}dnat ${to} ${at(ip4, number)}`),
    ],
    [2, fc.constantFrom(`${isFor}redirect`, `meta l4proto udp ${isFor}redirect to :9`, `meta l4proto tcp ${isFor}redirect to :80`)],
    [
      2,
      fc.constantFrom(
        `${isFor}dnat ${to} numgen random mod 2 map { 0 : ${a}, 1 : ${b} }`,
        `${isFor}dnat ${to} jhash ${word} saddr mod 2 map { 0 : ${a}, 1 : ${b} }`,
        `${isFor}dnat ${to} ${word} daddr map { ${pool.addresses[8] ?? ''} : ${a}, ${pool.addresses[9] ?? ''} : ${b} }`,
        `meta l4proto udp ${isFor}dnat ${to} udp dport map @backends`,
      ),
    ],
    [1, fc.constant(`meta l4proto { tcp, udp } ${isFor}dnat ${to} ${word} daddr . th dport map @endpoints`)],
  );
}

function ruleOf(pool: Pool, place: Place): fc.Arbitrary<string> {
  const asked = fc.array(tests(pool, place), { maxLength: 2 });
  const done = place.kind === 'nat' ? fc.constant([]) : fc.array(changes(pool), { maxLength: 2 });
  return fc.tuple(asked, done, verdicts(pool, place)).map(([questions, changed, verdict]) => {
    const words = ofOneProtocol([...questions, ...changed, verdict].filter((text) => text !== ''));
    // A map of verdicts is a rule's last word.
    const end = words.findIndex((text) => text.includes(' vmap '));
    return (end < 0 ? words : words.slice(0, end + 1)).join(' ');
  });
}

/** Of several that ask for different protocols the first stays: a tool refuses them together. */
function ofOneProtocol(words: readonly string[]): readonly string[] {
  let asked: string | undefined;
  return words.filter((text) => {
    const own = PROTOCOLS.find(([, pattern]) => pattern.test(text))?.[0];
    if (own === undefined) return true;
    asked ??= own;
    return asked === own;
  });
}

const PROTOCOLS: readonly (readonly [string, RegExp])[] = [
  ['several', /l4proto (!= tcp|\{)|l4proto \. th|protocol !=|nexthdr != |l4proto vmap/],
  ['tcp', /\btcp (dport|sport|flags)|l4proto tcp|protocol tcp|tcp reset/],
  ['udp', /\budp (dport|sport)|l4proto udp|protocol udp|nexthdr udp/],
  ['icmp', /icmp(v6)? (type|code)|ipv6-icmp/],
];

function chainOf(pool: Pool, place: Place, name: string, head: string, most: number): fc.Arbitrary<string> {
  return fc
    .array(ruleOf(pool, place), { maxLength: most })
    .map((rules) =>
      [
        ` chain ${name} {`,
        ...(head === '' ? [] : [`  ${head}`]),
        ...(pool.six && place.kind !== 'nat' && head !== '' ? ['  icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept'] : []),
        ...rules.filter((rule) => rule !== '').map((rule) => `  ${rule}`),
        ' }',
      ].join('\n'),
    );
}

function baseChain(pool: Pool, family: Place['family'], name: string): fc.Arbitrary<string> {
  const kinds: readonly (readonly [Kind, readonly Hook[]])[] = [
    ['filter', HOOKS],
    ['filter', HOOKS],
    ['nat', ['prerouting', 'prerouting', 'output', 'postrouting', 'input']],
    ['route', ['output']],
  ];
  return fc
    .constantFrom(...kinds)
    .chain(([kind, hooks]) => fc.tuple(fc.constant(kind), fc.constantFrom(...hooks)))
    .chain(([kind, hook]) => {
      const isSource = hook === 'postrouting' || hook === 'input';
      const priority =
        kind === 'nat' ? fc.constantFrom(...(isSource ? ['100', '90'] : ['-100', '-90', '-110'])) : fc.constantFrom(...PRIORITIES[hook]);
      const policy = kind === 'filter' ? fc.constantFrom('accept', 'accept', 'accept', 'accept', 'drop') : fc.constant('accept');
      const below = kind === 'nat' ? [] : ['c1', 'c2'];
      return fc
        .tuple(priority, policy)
        .chain(([at, to]) =>
          chainOf(pool, { family, kind, hook, below }, name, `type ${kind} hook ${hook} priority ${at}; policy ${to};`, 3),
        );
    });
}

/** The sets and maps that rules of every table know. */
function collections(pool: Pool): fc.Arbitrary<string> {
  const type = pool.six ? 'ipv6_addr' : 'ipv4_addr';
  const { addresses } = pool;
  const someNets = fc.subarray(pool.networks.filter((network) => !/20\/31|20\/125|\/32|\/128/.test(network)).slice(0, 5), {
    minLength: 1,
    maxLength: 1,
  });
  const someHosts = some(addresses, 5);
  const oneMark = fc.tuple(fc.constantFrom(...addresses), marks);
  const [, x = '', , y = '', y2 = ''] = addresses;
  const far = addresses.slice(6);
  return fc
    .record({
      nets: someNets,
      hosts: someHosts,
      mark: oneMark,
      far: fc.constantFrom(...far),
      other: fc.constantFrom(y, y2, x),
      ports: some(['9', '10', '80-81', '30000-40031']),
    })
    .map(({ nets, hosts, mark: [who, value], far: to, other, ports }) =>
      [
        ' counter total { }',
        ` set hosts { type ${type}; elements = { ${hosts} } }`,
        ` set nets { type ${type}; flags interval; elements = { ${[...nets, addresses[9] ?? ''].join(', ')} } }`,
        ` set ports { type inet_service; flags interval; elements = { ${ports} } }`,
        ` set seen { type ${type}; flags dynamic,timeout; timeout 1h; }`,
        ` set triples { type ${type} . ${type} . inet_service; elements = { ${x} . ${y} . 9, ${x} . ${to} . 9 } }`,
        ` set services { type ${type} . inet_proto . inet_service; flags interval; elements = { ${to} . udp . 9-10, ${y} . tcp . 80 } }`,
        ` map marks { type ${type} : mark; elements = { ${who} : ${value}, ${who === x ? y : x} : 0x2 } }`,
        ` map backends { type inet_service : ${type}; elements = { 9 : ${other}, 10 : ${y} } }`,
        ` map endpoints { type ${type} . inet_service : ${type} . inet_service; elements = { ${to} . 9 : ${other} . 9, ${to} . 80 : ${y} . 80 } }`,
        ` map verdicts { type ${type} : verdict; flags interval; elements = { ${to} : jump c2, ${pool.networks[4] ?? ''} : continue } }`,
        ` map dispatch { type ${type} . inet_proto . inet_service : verdict; elements = { ${to} . udp . 9 : goto c1, ${y} . tcp . 80 : jump c2, ${y} . udp . 10 : drop } }`,
      ].join('\n'),
    );
}

function table(pool: Pool, name: string): fc.Arbitrary<string> {
  return fc.constantFrom<Place['family']>('inet', pool.six ? 'ip6' : 'ip').chain((family) => {
    const place = { family, kind: 'filter', hook: undefined } as const;
    return fc
      .record({
        head: collections(pool),
        c2: chainOf(pool, { ...place, below: [] }, 'c2', '', 2),
        c1: chainOf(pool, { ...place, below: ['c2'] }, 'c1', '', 2),
        bases: fc
          .integer({ min: 1, max: 3 })
          .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => baseChain(pool, family, `b${String(index)}`)))),
      })
      .map(({ head, c1, c2, bases }) => [`table ${family} ${name} {`, head, c2, c1, ...bases, '}'].join('\n'));
  });
}

/** Input of `nft -f`: one or two tables. */
export function nftRuleset(pool: Pool): fc.Arbitrary<string> {
  return fc.tuple(table(pool, 't1'), fc.option(table(pool, 't2'))).map(([one, other]) => `${other === null ? one : `${one}\n${other}`}\n`);
}
