import type { NodeDump } from '@skoop/core';
import type { Source, Trace } from '@skoop/netstack';

/**
 * The constructs of one item of a dump, by names such as `-m conntrack`, `nft vmap`, `ipset hash:net`, `route blackhole`, `device vxlan`.
 *
 * @param artifact the name of the tool's output that it stands in
 * @param item a line of text, or what JSON holds
 */
type Reader = (item: string, artifact: string) => readonly string[];

const READERS: Readonly<Record<string, Reader>> = {
  'iptables-legacy-save': savedRule,
  'ip6tables-legacy-save': savedRule,
  'iptables-nft-save': savedRule,
  'ip6tables-nft-save': savedRule,
  nft: (item) => nftItem(parse(item)),
  'ipset-save': ipsetLine,
  'ip-link': (item) => link(parse(item)),
  'ip-route-4': (item) => route(parse(item), 'route'),
  'ip-route-6': (item) => route(parse(item), 'route6'),
  'ip-rule-4': (item) => policyRule(parse(item), 'rule'),
  'ip-rule-6': (item) => policyRule(parse(item), 'rule6'),
  'ip-nexthop': (item) => nexthop(parse(item)),
  'ip-neigh': (item) => neighbour(parse(item)),
  'ip-neigh-proxy': () => ['neighbour proxy'],
  'bridge-fdb': (item) => fdb(parse(item)),
  ss: socket,
};

/** What stands in the dumps of a laboratory, met by a packet or not. */
export function constructsOfDumps(dumps: readonly NodeDump[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { namespaces } of dumps) {
    for (const { artifacts } of namespaces) {
      for (const [name, { text }] of artifacts) {
        for (const item of itemsOf(name, text)) for (const construct of READERS[name]?.(item, name) ?? []) found.add(construct);
      }
    }
  }
  return found;
}

/** What a packet met and was decided by, on its way there and back. */
export function constructsOfTrace({ paths }: Trace): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (source: Source): void => {
    const name = source.artifact.slice(source.artifact.lastIndexOf('/') + 1);
    for (const construct of READERS[name]?.(source.text, name) ?? []) found.add(construct);
  };
  for (const { hops, causes } of paths) {
    for (const cause of causes) cause.evidence.forEach(add);
    for (const { steps } of hops) for (const step of steps) step.evidence.forEach(add);
  }
  return found;
}

function itemsOf(artifact: string, text: string): readonly string[] {
  const start = text.trimStart()[0];
  if (start !== '[' && start !== '{') return text.split('\n');
  const value = parse(text);
  const items = artifact === 'nft' && isObject(value) ? value['nftables'] : value;
  return Array.isArray(items) ? items.map((item) => JSON.stringify(item)) : [];
}

/** A line of `iptables-save`. Options are counted as well, each with its match: `conntrack --ctorigdst`. */
function savedRule(line: string, artifact: string): readonly string[] {
  const six = artifact.startsWith('ip6') ? '6' : '';
  const words = line.replace(/^\[\d+:\d+\] /, '').match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  if (words[0]?.startsWith('*') === true) return [`${artifact.replace(/-save$/, '')} table ${words[0].slice(1)}`];
  if (words[0]?.startsWith(':') === true) return words[1] === 'DROP' ? [`policy DROP${six}`] : [];
  if (words[0] !== '-A') return [];
  const found: string[] = [];
  let match = 'rule';
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? '';
    if (word === '-m') found.push(`-m ${(match = next)}`);
    else if (word === '-j') found.push((match = BUILT_IN.test(next) ? `-j ${next}` : '-j CHAIN'));
    else if (word === '-g') found.push('-g CHAIN');
    else if (word === '!') found.push(match === 'rule' ? `! ${next}` : `! ${match} ${next}`);
    else if (word.startsWith('--') && words[index - 1] !== '--comment') found.push(`${match} ${word}`);
    else if (/^-[sdiopf]$/.test(word)) found.push(word);
  }
  return six === '' ? found : found.flatMap((each) => [each, `ip6tables ${each}`]);
}

/** Chains of this laboratory that only rules jump to are named otherwise. */
const BUILT_IN = /^[A-Z][A-Z0-9]{2,}$/;

function nftItem(item: unknown): readonly string[] {
  if (!isObject(item)) return [];
  const [kind = '', value] = Object.entries(item)[0] ?? [];
  if (!isObject(value) || isOfIptables(value)) return [];
  const flags = [value['flags'] ?? []].flat();
  switch (kind) {
    case 'chain':
      return value['hook'] === undefined
        ? []
        : [
            `nft chain ${textOf(value['family'])} ${textOf(value['type'])} ${textOf(value['hook'])}`,
            ...(value['policy'] === 'drop' ? ['nft policy drop'] : []),
          ];
    case 'set':
    case 'map':
      return [
        `nft ${value['map'] === 'verdict' ? 'vmap' : kind} ${[value['type']].flat().join(' . ')}`,
        ...flags.map((flag) => `nft ${kind} flag ${textOf(flag)}`),
      ];
    case 'rule':
      return Array.isArray(value['expr']) ? value['expr'].flatMap(statement) : [];
    default:
      return [];
  }
}

/** Tables of iptables-nft are read from its own output. */
function isOfIptables({ family, table }: Readonly<Record<string, unknown>>): boolean {
  return (family === 'ip' || family === 'ip6') && /^(raw|mangle|nat|filter|security)$/.test(textOf(table));
}

function statement(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const [name = '', body] = Object.entries(value)[0] ?? [];
  const found = [`nft ${name}`];
  if (name === 'match' && isObject(body)) found.push(`nft match ${textOf(body['op'])}`);
  if (name === 'reject' && isObject(body)) found.push(`nft reject ${[body['type'], body['expr']].filter(Boolean).join(' ')}`);
  if (name === 'mangle' && isObject(body)) found.push(...expression(body['key']).map((key) => key.replace(/^nft /, 'nft set ')));
  return [...found, ...inside(body)];
}

/** Every expression in a statement, however deep. */
function inside(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(inside);
  if (typeof value === 'string') return value.startsWith('@') ? ['nft named set'] : [];
  if (!isObject(value)) return [];
  return [...expression(value), ...Object.values(value).flatMap(inside)];
}

function expression(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const [name = '', body] = Object.entries(value)[0] ?? [];
  if (Object.keys(value).length !== 1) return [];
  switch (name) {
    case 'payload':
      return isObject(body) ? [`nft payload ${textOf(body['protocol'])} ${textOf(body['field'])}`] : [];
    case 'meta':
    case 'ct':
    case 'socket':
    case 'rt':
      return isObject(body) ? [`nft ${name} ${textOf(body['key'])}`] : [];
    case 'fib':
      return isObject(body) ? [`nft fib ${textOf(body['result'])}`] : [];
    case 'numgen':
      return isObject(body) ? [`nft numgen ${textOf(body['mode'])}`] : [];
    case 'set':
      return ['nft anonymous set'];
    case 'jhash':
    case 'symhash':
    case 'concat':
    case 'map':
    case 'range':
    case 'prefix':
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
    case 'exthdr':
      return [`nft ${name}`];
    default:
      return [];
  }
}

function ipsetLine(line: string): readonly string[] {
  const words = line.split(' ');
  if (words[0] === 'add') {
    return ['nomatch', 'timeout', 'skbmark', 'wildcard'].filter((word) => words.includes(word)).map((word) => `ipset add ${word}`);
  }
  if (words[0] !== 'create') return [];
  const options = ['netmask', 'timeout', 'counters', 'comment', 'skbinfo', 'markmask'].filter((word) => words.includes(word));
  return [`ipset ${words[2] ?? ''}`, ...options.map((word) => `ipset ${word}`), ...(words.includes('inet6') ? ['ipset family inet6'] : [])];
}

function link(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  const info = objectOf(value['linkinfo']);
  const kind = info['info_kind'];
  const data = objectOf(info['info_data']);
  const port = objectOf(info['info_slave_data']);
  const found = [
    kind === undefined ? [] : [`device ${textOf(kind)}`],
    kind === 'macvlan' ? [`macvlan ${textOf(data['mode'])}`] : [],
  ].flat();
  if (info['info_slave_kind'] === 'bridge') {
    found.push('bridge port');
    for (const flag of ['hairpin', 'isolated']) if (port[flag] === true) found.push(`bridge port ${flag}`);
    for (const flag of ['learning', 'unicast_flood']) if (port[flag] === false) found.push(`bridge port no ${flag}`);
    if (port['state'] !== 'forwarding') found.push(`bridge port ${textOf(port['state'])}`);
  }
  if (Array.isArray(value['flags']) && !value['flags'].includes('UP')) found.push('device down');
  if (typeof value['mtu'] === 'number' && value['mtu'] < 1450) found.push('device mtu');
  return found;
}

function route(value: unknown, name: string): readonly string[] {
  if (!isObject(value)) return [];
  const table = textOf(value['table'] ?? 'main');
  const has = (key: string, construct: string): readonly string[] => (value[key] === undefined ? [] : [`${name} ${construct}`]);
  return [
    ...(value['type'] === 'unicast' || value['type'] === undefined ? [] : [`${name} ${textOf(value['type'])}`]),
    ...(value['dst'] === 'default' ? [`${name} default`] : []),
    ...(/^(main|local|default)$/.test(table) ? [] : [`${name} table`]),
    ...has('gateway', 'via'),
    ...has('via', 'via inet6'),
    ...(value['nhid'] === undefined && value['nexthops'] !== undefined ? [`${name} multipath`] : []),
    ...has('nhid', 'nexthop object'),
    ...has('metrics', 'mtu'),
    ...has('tos', 'tos'),
    ...(Array.isArray(value['flags']) ? value['flags'].map((flag) => `${name} ${textOf(flag)}`) : []),
  ];
}

function policyRule(value: unknown, name: string): readonly string[] {
  if (!isObject(value)) return [];
  const keys = ['not', 'iif', 'oif', 'fwmark', 'tos', 'ipproto', 'uid_start', 'suppress_prefixlen', 'goto', 'nop', 'action'];
  const present = keys
    .filter((key) => key in value)
    .map((key) => (key === 'action' ? textOf(value[key]) : key.replace('uid_start', 'uidrange')));
  const ports = ['sport', 'dport'].filter((key) => key in value || `${key}_start` in value);
  const ends = [value['src'] === 'all' ? [] : ['from'], value['dst'] === undefined ? [] : ['to']].flat();
  return [...present, ...ports, ...ends].map((each) => `${name} ${each}`);
}

function nexthop(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  return [value['group'] !== undefined ? 'nexthop group' : value['blackhole'] !== undefined ? 'nexthop blackhole' : 'nexthop'];
}

function neighbour(value: unknown): readonly string[] {
  if (!isObject(value) || !Array.isArray(value['state'])) return [];
  return value['state'].filter((state) => state === 'PERMANENT').map((state) => `neighbour ${textOf(state)}`);
}

function fdb(value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  if (value['dst'] !== undefined) return [value['mac'] === '00:00:00:00:00:00' ? 'fdb vxlan for all' : 'fdb vxlan'];
  return value['state'] === 'static' ? ['fdb static'] : [];
}

function socket(line: string): readonly string[] {
  const found: string[] = [];
  if (/ \[[^\]]*\]%|%\w+:\d+ /.test(line)) found.push('socket bound to a device');
  if (/ \*:\d+ /.test(line)) found.push('socket dual stack');
  if (/ \[::\]:\d+ /.test(line)) found.push('socket v6only');
  if (/ 0\.0\.0\.0:\d+ +0\.0\.0\.0:\*/.test(line)) found.push('socket wildcard');
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? value.toString() : '';
}
