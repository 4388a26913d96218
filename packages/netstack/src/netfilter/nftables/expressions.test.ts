import { describe, expect, test } from '@jest/globals';
import { parseIp } from '../../address/ip.ts';
import { host } from '../../testing/world.ts';
import { EMPTY, SYN, context, entryOf } from '../__fixtures__/context.ts';
import type { MatchContext } from '../model.ts';
import { type Given, holds } from './__fixtures__/ruleset.ts';

const ip = (text: string) => parseIp(text) ?? 0;
const match = (left: unknown, right: unknown, op = '==') => ({ match: { op, left, right } });
const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
const meta = (key: string) => ({ meta: { key } });
const ct = (key: string, dir?: string) => ({ ct: { key, ...(dir === undefined ? {} : { dir }) } });
const prefix = (addr: string, len: number) => ({ prefix: { addr, len } });

function nested(depth: number): unknown {
  let json: unknown = 'syn';
  for (let i = 0; i < depth; i++) json = [json];
  return json;
}

const syn = context();
const udp = context({ packet: { protocol: 17, dport: 53, tcpFlags: 0 } });
const echo = context({ packet: { protocol: 1, sport: 7, dport: 0, tcpFlags: 0, icmp: { type: 8, code: 0 } } });
const six = context({ packet: { src: ip('fd00::2'), dst: ip('fd00::3'), dport: 80 } });
const inZone = context({
  tracking: { state: 'NEW', entry: entryOf(SYN, { zone: { original: 7, reply: 0 } }), direction: 'original' },
});
const untracked = context({ tracking: { state: 'UNTRACKED', entry: undefined, direction: 'original' } });
const raw = context({ tracking: { state: 'INVALID', entry: undefined, direction: 'original' } });
const translated = context({
  tracking: {
    state: 'NEW',
    entry: entryOf(SYN, { dnat: true, mark: 5, original: { ...SYN, dst: ip('10.96.0.1') } }),
    direction: 'original',
  },
});
const answer = context({
  packet: { src: SYN.dst, dst: SYN.src, sport: 80, dport: 40000, tcpFlags: 0x12 },
  tracking: { state: 'ESTABLISHED', entry: entryOf(SYN, { replied: true }), direction: 'reply' },
});

type Row = readonly [why: string, statement: unknown, packet: MatchContext, answer: boolean | 'unknown' | number, given?: Given];

function table(rows: readonly Row[]): void {
  test.each(rows.map(([why, statement, packet, expected, given = {}]) => [why, statement, packet, expected, given] as const))(
    '%s',
    (_why, statement, packet, expected, given) => {
      expect(holds(statement, given, packet)).toBe(expected);
    },
  );
}

describe('payload: a packet without the header ends the rule, with != as well', () => {
  table([
    ['an address', match(payload('ip', 'saddr'), '10.0.0.2'), syn, true],
    ['another one', match(payload('ip', 'daddr'), '10.0.0.2'), syn, false],
    ['a network', match(payload('ip', 'saddr'), prefix('10.0.0.0', 8)), syn, true],
    ['outside of a network', match(payload('ip', 'saddr'), prefix('10.0.0.0', 8), '!='), syn, false],
    ['all addresses', match(payload('ip', 'saddr'), prefix('0.0.0.0', 0)), syn, true],
    ['a range, its ends with it', match(payload('ip', 'daddr'), { range: ['10.0.0.3', '10.0.0.9'] }), syn, true],
    ['one of the other family', match(payload('ip', 'saddr'), '10.0.0.2', '!='), six, false],
    ['an IPv6 network', match(payload('ip6', 'saddr'), prefix('fd00::', 64)), six, true],
    ['a port', match(payload('tcp', 'dport'), 80), syn, true],
    ['ports from', match(payload('tcp', 'sport'), 40000, '>='), syn, true],
    ['ports up to', match(payload('tcp', 'sport'), 40000, '<'), syn, false],
    ['a port of another protocol', match(payload('tcp', 'dport'), 80, '!='), udp, false],
    ['a port of any protocol', match(payload('th', 'dport'), 53), udp, true],
    ['the port of a packet that has none', match(payload('th', 'dport'), 53), echo, 'unknown'],
    ['protocol', match(payload('ip', 'protocol'), 'tcp'), syn, true],
    ['next header', match(payload('ip6', 'nexthdr'), 'ipv6-icmp', '!='), six, true],
    ['all of the flags', match({ '&': [payload('tcp', 'flags'), ['fin', 'syn', 'rst', 'ack']] }, 'syn'), syn, true],
    ['any of the flags', match(payload('tcp', 'flags'), ['syn', 'ack'], 'in'), syn, true],
    ['none of the flags', match(payload('tcp', 'flags'), ['fin', 'rst'], '!'), syn, true],
    [
      'nested, as older releases print them',
      match({ '&': [payload('tcp', 'flags'), { '|': [{ '|': ['fin', 'syn'] }, 'ack'] }] }, 'syn'),
      syn,
      true,
    ],
    ['nested without an end', match(payload('tcp', 'flags'), nested(100), 'in'), syn, 'unknown'],
    ['exactly these flags', match(payload('tcp', 'flags'), { '|': ['syn', 'ack'] }), syn, false],
    ['ICMP by name', match(payload('icmp', 'type'), 'echo-request'), echo, true],
    ['its code by the name of another type', match(payload('icmp', 'code'), 'net-unreachable'), echo, true],
    ['ICMPv6', match(payload('icmpv6', 'type'), 'echo-request'), echo, false],
    ['TTL', match(payload('ip', 'ttl'), 64, '<'), syn, false],
    ['total length', match(payload('ip', 'length'), 60), syn, true],
    ['payload length of IPv6', match(payload('ip6', 'length'), 20), six, true],
    ['DSCP by name', match(payload('ip', 'dscp'), 'cs1'), context({ packet: { tos: 0x20 } }), true],
    ['a fragment: the model has none', match({ '&': [payload('ip', 'frag-off'), 0x1fff] }, 0, '!='), syn, false],
    ['an Ethernet type', match(payload('ether', 'type'), 'ip'), syn, true],
    ['an Ethernet address', match(payload('ether', 'saddr'), '02:00:00:00:00:01'), syn, 'unknown'],
    ['a VLAN tag', match(payload('vlan', 'id'), 5), syn, false],
    ['a checksum', match(payload('tcp', 'checksum'), 5), syn, 'unknown'],
    ['raw bytes', match({ payload: { base: 'nh', offset: 96, len: 32 } }, 5), syn, 'unknown'],
  ]);
});

describe('meta', () => {
  const marked = context({ packet: { mark: 0x4001 } });
  const input = context({ hook: 'input', oif: '' });
  table([
    ['a mark', match(meta('mark'), 0x4001), marked, true],
    ['bits of it', match({ '&': [meta('mark'), 0x4000] }, 0, '!='), marked, true],
    ['no bit of it', match({ '&': [meta('mark'), 0x8000] }, 0), marked, true],
    ['one of several', match({ '&': [meta('mark'), 3] }, { set: [1, 2] }), marked, true],
    ['a device', match(meta('iifname'), 'eth0'), syn, true],
    ['devices by their start', match(meta('iifname'), 'eth*'), syn, true],
    ['devices by another start', match(meta('oifname'), 'cali*', '!='), syn, true],
    ['a device by its index', match(meta('oif'), 'eth1'), syn, true],
    ['no out-device in input: != holds', match(meta('oifname'), 'eth1', '!='), input, true],
    ['protocol', match(meta('l4proto'), { set: ['tcp', 'udp'] }), syn, true],
    ['not these protocols', match(meta('l4proto'), { set: ['icmp', 'ipv6-icmp'] }, '!='), syn, true],
    ['family', match(meta('nfproto'), 'ipv6'), six, true],
    ['Ethernet protocol', match(meta('protocol'), { set: ['ip', 'arp'] }), syn, true],
    ['length', match(meta('length'), { range: [50, 100] }), syn, true],
    ['owner', match(meta('skuid'), 1000), context({ socket: { uid: 1000 } }), true],
    ['owner of nothing: != does not hold', match(meta('skuid'), 1000, '!='), syn, false],
    ['an owner that nobody knows', match(meta('skuid'), 1000), context({ socket: { uid: undefined } }), 'unknown'],
    ['how it was addressed', match(meta('pkttype'), 'host'), syn, true],
    ['IPsec without a policy', match(meta('ipsec'), false), syn, true],
    ['the processor', match(meta('cpu'), 1), syn, 'unknown'],
    ['the time', match(meta('hour'), { range: ['10:00', '12:00'] }), syn, 'unknown'],
  ]);
});

describe('ct: everything but the state needs an entry', () => {
  table([
    ['any of several states', match(ct('state'), ['established', 'new'], 'in'), syn, true],
    ['one state', match(ct('state'), 'established', 'in'), syn, false],
    ['not that state', match(ct('state'), 'established', '!='), syn, true],
    ['not exactly that pair of states, which none is', match(ct('state'), { '|': ['new', 'established'] }, '!='), syn, true],
    ['none of the states', match(ct('state'), ['new', 'established'], '!'), syn, false],
    ['a set of states', match(ct('state'), { set: ['invalid', 'new'] }), syn, true],
    ['before tracking it is invalid', match(ct('state'), 'invalid', 'in'), raw, true],
    ['untracked', match(ct('state'), 'untracked', 'in'), untracked, true],
    ['translated', match(ct('status'), 'dnat', 'in'), translated, true],
    ['not translated', match(ct('status'), 'snat', '!'), translated, true],
    ['bits of the status', match({ '&': [ct('status'), ['snat', 'dnat']] }, 'dnat'), translated, true],
    ['answered', match(ct('status'), 'seen-reply', 'in'), answer, true],
    ['a status that is not told apart', match(ct('status'), 'confirmed', 'in'), syn, 'unknown'],
    ['a first packet assures nothing', match(ct('status'), 'assured', 'in'), syn, false],
    ['the whole status', match(ct('status'), 'dnat'), translated, 'unknown'],
    ['mark', match(ct('mark'), 5), translated, true],
    ['mark without an entry', match(ct('mark'), 5, '!='), raw, false],
    ['direction', match(ct('direction'), 'reply'), answer, true],
    ['destination before translation', match(ct('ip daddr', 'original'), '10.96.0.1'), translated, true],
    ['that of an older nft', match(ct('daddr', 'original'), '10.96.0.1'), translated, true, { family: 'ip' }],
    ['of the other family', match(ct('ip6 daddr', 'original'), 'fd00::1', '!='), translated, false],
    ['port before translation', match(ct('proto-dst', 'original'), 80), translated, true],
    ['source of the answer', match(ct('ip saddr', 'reply'), '10.0.0.3'), syn, true],
    ['protocol', match(ct('protocol'), 'tcp'), syn, true],
    ['no zone', match(ct('zone'), 0), syn, true],
    ['a zone', match(ct('zone'), 7), inZone, true],
    ['of one direction', match({ ct: { key: 'zone', dir: 'reply' } }, 0), inZone, true],
    ['what no dump has', match(ct('bytes'), 100, '>'), syn, 'unknown'],
    ['bridges track in their own way', match(ct('state'), 'new', 'in'), syn, 'unknown', { family: 'bridge' }],
  ]);
});

describe('fib: the routing tables asked about the packet', () => {
  const built = host('n', {
    host: {
      links: [
        { name: 'eth0', addresses: ['10.0.0.3/24'] },
        { name: 'eth1', addresses: ['10.1.0.3/24'] },
      ],
      routes: ['default via 10.0.0.1 dev eth0'],
    },
  });
  const namespace = [...built.namespaces.values()][0] ?? EMPTY;
  const fib = (result: string, ...flags: readonly string[]) => ({ fib: { result, flags } });
  const packet = (iif: string, src = '10.0.0.2', dst = '10.0.0.3') =>
    context({ hook: 'prerouting', namespace, iif, oif: '', packet: { src: ip(src), dst: ip(dst) } });
  table([
    ['an own address', match(fib('type', 'daddr'), 'local'), packet('eth0'), true],
    ['of that device', match(fib('type', 'daddr', 'iif'), 'local'), packet('eth1'), false],
    ["somebody else's", match(fib('type', 'saddr'), 'local', '!='), packet('eth0'), true],
    ['one of several types', match(fib('type', 'daddr'), { set: ['local', 'broadcast', 'multicast'] }), packet('eth0'), true],
    ['broadcast', match(fib('type', 'daddr'), 'broadcast'), packet('eth0', '10.0.0.2', '255.255.255.255'), true],
    ['a way back by the in-device', match(fib('oif', 'saddr', 'iif'), false), packet('eth0'), false],
    ['no way back by the in-device', match(fib('oif', 'saddr', 'iif'), false), packet('eth1'), true],
    ['a way back is there', match(fib('oif', 'saddr', 'iif'), true), packet('eth0'), true],
    ['as older releases print it', match(fib('oif', 'saddr', 'mark', 'iif'), '0', '!='), packet('eth0'), true],
    ['by any device', match(fib('oifname', 'saddr'), 'eth0'), packet('eth1', '10.9.9.9'), true],
    ['no way back to an own address', match(fib('oif', 'saddr', 'iif'), false), packet('eth0', '10.1.0.3'), true],
  ]);

  test('without a routing table nothing is sure', () => {
    const blind = { ...EMPTY, gaps: [{ topic: 'routes', kind: 'missing', why: 'x' }] } as const;
    expect(holds(match(fib('type', 'daddr'), 'local'), {}, context({ namespace: blind }))).toBe('unknown');
  });
});

describe('what is left to chance, or to what no dump has', () => {
  const numgen = (mod: number, mode = 'random', offset = 0) => ({ numgen: { mode, mod, offset } });
  table([
    ['one of three', match(numgen(3), 0), syn, 1 / 3],
    ['half of them', match(numgen(100), 50, '<'), syn, 0.5],
    ['counted', match(numgen(4, 'inc'), 1), syn, 0.25],
    ['from another number on', match(numgen(2, 'random', 10), 11), syn, 0.5],
    ['one of one is sure', match(numgen(1), 0), syn, true],
    ['none of them', match(numgen(3), 7), syn, false],
    ['two side by side', match({ concat: [numgen(4), numgen(2)] }, { concat: [1, 1] }), syn, 1 / 8],
    ['too many side by side', match({ concat: Array(4).fill(numgen(4096)) }, { concat: [1, 1, 1, 1] }), syn, 'unknown'],
    ['a hash', match({ jhash: { mod: 4, seed: 1, expr: payload('ip', 'saddr') } }, 0), syn, 0.25],
    ['a hash of what is not there', match({ jhash: { mod: 4, expr: payload('ip6', 'saddr') } }, 0, '!='), syn, false],
    ['a hash of the flow', match({ symhash: { mod: 2 } }, 0), syn, 0.5],
    ['the fingerprint of a system', match({ osf: { key: 'name' } }, 'Linux'), syn, 'unknown'],
    ['no socket', match({ socket: { key: 'transparent' } }, 0), syn, false],
    ['next hop', match({ rt: { key: 'nexthop', family: 'ip' } }, '10.0.0.1'), context({ nextHop: ip('10.0.0.1') }), true],
    ['next hop before routing', match({ rt: { key: 'nexthop', family: 'ip' } }, '10.0.0.1', '!='), context({ hook: 'prerouting' }), false],
    ['no extension header', match({ exthdr: { name: 'frag' } }, false), six, true],
  ]);
});

describe('operators', () => {
  const marked = context({ packet: { mark: 0x10 } });
  table([
    ['or', match({ '|': [meta('mark'), 1] }, 0x11), marked, true],
    ['exclusive or', match({ '^': [meta('mark'), 0x10] }, 0), marked, true],
    ['shifted left', match({ '<<': [meta('mark'), 4] }, 0x100), marked, true],
    ['shifted right', match({ '>>': [meta('mark'), 4] }, 1), marked, true],
    ['nested', match({ '|': [{ '&': [meta('mark'), 0xffff00ff] }, 0x100] }, 0x110), marked, true],
    ['bits of an address', match({ '&': [payload('ip', 'saddr'), '255.255.0.255'] }, '10.0.0.2'), syn, true],
    ['bits of an IPv6 address', match({ '&': [payload('ip6', 'saddr'), '::ffff'] }, '::2'), six, true],
    ['the uppermost bit', match({ '|': [meta('mark'), 0x80000000] }, 0x80000010), marked, true],
    ['an operator that does not exist', match(payload('tcp', 'dport'), 80, '~'), syn, 'unknown'],
    ['no operator', { match: { left: payload('tcp', 'dport'), right: 80 } }, syn, 'unknown'],
    ['an operator that does not exist, of a set', match(payload('tcp', 'dport'), { set: [80] }, '~'), syn, 'unknown'],
    ['a constant that is none', match(payload('tcp', 'dport'), 'http'), syn, 'unknown'],
    ['a constant that has too many bits', match(payload('tcp', 'dport'), 65536), syn, 'unknown'],
    ['a range of three', match(payload('tcp', 'dport'), { range: [1, 80, 90] }), syn, 'unknown'],
    ['a range turned round', match(payload('tcp', 'dport'), { range: [90, 80] }), syn, 'unknown'],
    ['a prefix of half a bit', match(payload('ip', 'saddr'), prefix('10.0.0.0', 1.5)), syn, 'unknown'],
  ]);
});

describe('sets', () => {
  const concat = (...parts: readonly unknown[]) => ({ concat: parts });
  const port = concat(payload('ip', 'saddr'), payload('tcp', 'dport'));
  const set = (type: unknown, elem: readonly unknown[]): Given => ({ declared: [{ set: { name: 's', type, elem } }] });
  const at = (packet: object) => context({ packet });
  table([
    ['an element', match(payload('ip', 'saddr'), '@s'), syn, true, set('ipv4_addr', ['10.0.0.2'])],
    ['no element', match(payload('ip', 'saddr'), '@s'), syn, false, set('ipv4_addr', [])],
    ['not in a set', match(payload('ip', 'saddr'), '@s', '!='), syn, true, set('ipv4_addr', ['10.0.0.1'])],
    ['not in a set of the other family', match(payload('ip', 'saddr'), '@s', '!='), six, false, set('ipv4_addr', [])],
    [
      'an interval',
      match(payload('ip', 'saddr'), '@s'),
      syn,
      true,
      set('ipv4_addr', [{ range: ['10.0.0.1', '10.0.0.9'] }, prefix('11.0.0.0', 8)]),
    ],
    [
      'past all intervals',
      match(payload('ip', 'saddr'), '@s'),
      at({ src: ip('12.0.0.0') }),
      false,
      set('ipv4_addr', [prefix('10.0.0.0', 8), prefix('11.0.0.0', 8)]),
    ],
    [
      'before all intervals',
      match(payload('ip', 'saddr'), '@s'),
      at({ src: ip('9.255.255.255') }),
      false,
      set('ipv4_addr', [prefix('10.0.0.0', 8)]),
    ],
    [
      'an element that runs out',
      match(payload('ip', 'saddr'), '@s'),
      syn,
      true,
      set('ipv4_addr', [{ elem: { val: '10.0.0.2', expires: 5 } }]),
    ],
    ['a concatenation', match(port, '@s'), syn, true, set(['ipv4_addr', 'inet_service'], [concat('10.0.0.2', 80)])],
    ['half of one', match(port, '@s'), syn, false, set(['ipv4_addr', 'inet_service'], [concat('10.0.0.2', 81)])],
    [
      'intervals in one',
      match(port, '@s'),
      syn,
      true,
      set(['ipv4_addr', 'inet_service'], [concat(prefix('10.0.0.0', 24), { range: [80, 90] })]),
    ],
    ['a type by an expression', match(port, '@s'), syn, true, set({ typeof: port }, [concat('10.0.0.2', 80)])],
    ['device names', match(meta('iifname'), '@s'), syn, true, set('ifname', ['eth*', 'lo'])],
    [
      'a key of which one field is unknown, and another fits nowhere',
      match(concat(payload('ip', 'saddr'), payload('th', 'dport')), '@s'),
      echo,
      false,
      set(['ipv4_addr', 'inet_service'], [concat('10.0.0.9', 80)]),
    ],
    [
      'and where it could',
      match(concat(payload('ip', 'saddr'), payload('th', 'dport')), '@s'),
      echo,
      'unknown',
      set(['ipv4_addr', 'inet_service'], [concat('10.0.0.2', 80)]),
    ],
    ['a set that is not there', match(payload('ip', 'saddr'), '@nobody'), syn, 'unknown'],
    ['an anonymous one with networks', match(payload('ip', 'saddr'), { set: [prefix('10.0.0.0', 8), '192.168.0.1'] }, '!='), syn, false],
  ]);
});
