import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EMPTY, context } from '../netfilter/__fixtures__/context.ts';
import { fits, ruleOf, tableOf } from '../netfilter/__fixtures__/rules.ts';
import type { MatchContext } from '../netfilter/model.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import type { Packet } from '../packet/packet.ts';
import type { Artifact } from '../parse/artifact.ts';
import { ip } from '../testing/world.ts';
import { parseIpsets } from './parse.ts';

function read(text: string, more: Partial<Artifact> = {}) {
  return parseIpsets({ id: 'n', artifacts: new Map([['ipset-save', { text, status: 0, error: '', truncated: false, ...more }]]) });
}

/** A namespace with the sets of an `ipset save`, and what is known of rules that change them. */
function namespace(text: string, rules: readonly string[] = []): NetworkNamespace {
  const { value, gaps } = read(text);
  return { ...EMPTY, ipsets: value, gaps, netfilter: { tables: [tableOf(rules, 'mangle').table] } };
}

function asked(ns: NetworkNamespace, match: string, packet: Partial<Packet> = {}, more: Partial<Omit<MatchContext, 'packet'>> = {}) {
  const family = typeof (packet.src ?? 0) === 'bigint' ? 'ip6' : 'ip';
  return fits(ruleOf(`-m set ${match}`, { table: 'mangle', family }), context({ namespace: ns, packet, ...more }));
}

describe('what ipset 7.17 saved of every type that the kernel has', () => {
  const text = readFileSync(new URL('__fixtures__/ipset-save.txt', import.meta.url), 'utf8');
  const { value, gaps } = read(text);

  test('is read without a gap', () => {
    expect(gaps).toEqual([]);
    expect([...value.values()].filter((set) => set.unreadable !== undefined)).toEqual([]);
    expect([...value.values()].filter((set) => set.levels.length + set.members.length === 0)).toEqual([]);
    expect(value.size).toBe(17);
  });

  test('names with blanks, members of lists', () => {
    expect(value.get('a-list')?.members).toEqual(['a-net', 'a ip6', 'a-ip']);
    expect(value.get('a ip6')?.family).toBe(6);
  });

  test.each<[string, Partial<Packet>, boolean]>([
    ['--match-set a-ip src', { src: ip('10.0.0.8') }, true],
    ['--match-set "a ip6" src', { src: ip('fd00:0:0:1::99'), dst: ip('fd00::1') }, true],
    ['--match-set "a ip6" src', { src: ip('fd00:0:0:2::99'), dst: ip('fd00::1') }, false],
    ['--match-set a-list src', { src: ip('fd00:0:0:1::99'), dst: ip('fd00::1') }, true],
    ['--match-set a-list src', { src: ip('192.168.2.9') }, true],
    ['--match-set a-ipport src,dst', { src: ip('10.0.0.1'), dport: 8001 }, true],
    ['--match-set a-ipport src,dst', { src: ip('10.0.0.1'), protocol: 112, dport: 0 }, true],
    ['--match-set a-ipport src,dst', { src: ip('10.0.0.1'), protocol: 1, dport: 0, icmp: { type: 200, code: 3 } }, true],
    ['--match-set a-ipport src,dst', { src: ip('10.0.0.1'), protocol: 1, dport: 0, icmp: { type: 3, code: 4 } }, true],
    ['--match-set a-ipport6 src,dst', { src: ip('fd00::1'), dst: ip('fd00::2'), protocol: 58, icmp: { type: 135, code: 0 } }, true],
    ['--match-set a-bport dst', { dport: 81 }, true],
    ['--match-set a-bport dst', { protocol: 132, dport: 81 }, false],
  ])('%s of %j: %s', (match, packet, result) => {
    expect(asked({ ...EMPTY, ipsets: value }, match, packet)).toBe(result);
  });
});

/** Types that not every kernel has; written as their manual page has them. */
describe('types that no kernel at hand has', () => {
  const ns = namespace(`create nn hash:net,net family inet
add nn 10.0.0.0/24,10.1.0.0/16
add nn 10.0.0.0/24,10.1.1.0/24 nomatch
add nn 10.0.0.7,0.0.0.0/0
create npn hash:net,port,net family inet
add npn 10.0.0.0/24,tcp:80,10.1.0.0/16
create marks hash:ip,mark family inet markmask 0x0000ff00
add marks 10.0.0.1,0x00001200
create macs hash:mac
add macs 02:00:00:00:00:01
create ipmac hash:ip,mac family inet
add ipmac 10.0.0.1,02:00:00:00:00:01`);
  const packet = { src: ip('10.0.0.1'), dst: ip('10.1.2.3') };

  test.each<[string, Partial<Packet>, boolean | 'unknown', Partial<Omit<MatchContext, 'packet'>>?]>([
    ['--match-set nn src,dst', {}, true],
    ['--match-set nn src,dst', { dst: ip('10.1.1.9') }, false],
    ['! --match-set nn src,dst', { dst: ip('10.1.1.9') }, true],
    // The first net decides before the second.
    ['--match-set nn src,dst', { src: ip('10.0.0.7'), dst: ip('10.1.1.9') }, true],
    ['--match-set nn src,dst', { dst: ip('10.2.0.1') }, false],
    ['--match-set npn src,dst,dst', {}, true],
    ['--match-set npn src,src,dst', {}, false],
    ['--match-set marks src,src', { mark: 0x9912ff }, true],
    ['--match-set marks src,src', { mark: 0x13ff }, false],
    ['--match-set macs src', {}, 'unknown'],
    ['--match-set ipmac src,src', {}, 'unknown'],
    ['--match-set ipmac src,src', { src: ip('10.0.0.2') }, false],
    // What is made here has no frame yet.
    ['--match-set macs src', {}, false, { hook: 'output', socket: { uid: 0 } }],
    ['--match-set macs src', {}, true, { frame: { source: '02:00:00:00:00:01', destination: undefined } }],
    ['--match-set macs src', {}, false, { frame: { source: '02:00:00:00:00:02', destination: undefined } }],
    ['--match-set macs dst', {}, true, { frame: { source: undefined, destination: '02:00:00:00:00:01' } }],
    ['--match-set ipmac src,src', {}, true, { frame: { source: '02:00:00:00:00:01', destination: undefined } }],
  ])('%s of %j: %s', (match, changes, result, more = {}) => {
    expect(asked(ns, match, { ...packet, ...changes }, more)).toBe(result);
  });
});

describe('files written by hand', () => {
  const ns = namespace(`create hosts hash:ip
add hosts 10.0.0.1-10.0.0.3
add hosts 10.0.1.0/30
create nets hash:net
add nets 10.0.0.3-10.0.0.8 timeout 5 comment "a b"
create ports hash:ip,port
add ports 10.0.0.1,80-81
add hosts 10.0.0.9 comment "" packets 5 bytes 7`);

  test.each<[string, Partial<Packet>, boolean]>([
    ['--match-set hosts src', { src: ip('10.0.0.3') }, true],
    ['--match-set hosts src', { src: ip('10.0.0.4') }, false],
    ['--match-set hosts src', { src: ip('10.0.1.3') }, true],
    ['--match-set hosts src', { src: ip('10.0.0.9') }, true],
    ['--match-set nets src', { src: ip('10.0.0.2') }, false],
    ['--match-set nets src', { src: ip('10.0.0.3') }, true],
    ['--match-set nets src', { src: ip('10.0.0.8') }, true],
    ['--match-set nets src', { src: ip('10.0.0.9') }, false],
    ['--match-set ports src,dst', { src: ip('10.0.0.1'), dport: 81 }, true],
    ['--match-set ports src,dst', { src: ip('10.0.0.1'), protocol: 17, dport: 81 }, false],
  ])('%s of %j: %s', (match, packet, result) => {
    expect(asked(ns, match, packet)).toBe(result);
  });
});

describe('what is not understood is unknown', () => {
  test.each([
    ['a set that is not there', '', '--match-set s src'],
    ['an element that no one can read', 'create s hash:ip\nadd s 10.0.0.1\nadd s frobnicated', '--match-set s src'],
    ['an option of an element', 'create s hash:ip\nadd s 10.0.0.1 frobnicated 1', '--match-set s src'],
    ['a type', 'create s hash:frob\nadd s 10.0.0.1', '--match-set s src'],
    ['a member that is not there', 'create s list:set\nadd s t', '--match-set s src'],
    ['an element of the other family', 'create s hash:ip\nadd s fd00::1', '--match-set s src'],
    ['a counter that moves', 'create s hash:ip counters\nadd s 10.0.0.2 packets 0 bytes 0', '--match-set s src --packets-gt 5'],
    ['sides', 'create s hash:ip\nadd s 10.0.0.2', '--match-set s source'],
  ])('%s', (_what, sets, match) => {
    expect(asked(namespace(sets), match)).toBe('unknown');
    expect(asked(namespace(sets), `! ${match}`)).toBe('unknown');
  });

  test.each<[string, Partial<Artifact>]>([
    ['not collected', { status: 127 }],
    ['cut', { truncated: true }],
  ])('sets that were %s', (_what, more) => {
    const { value, gaps } = read('create s hash:ip\nadd s 10.0.0.2\n', more);
    expect(gaps).toHaveLength(1);
    expect(asked({ ...EMPTY, ipsets: value, gaps }, '--match-set s src')).toBe('unknown');
  });

  test('counters of a set that has none play no part', () => {
    expect(asked(namespace('create s hash:ip\nadd s 10.0.0.2'), '--match-set s src --packets-gt 5')).toBe(true);
  });
});

describe('target SET', () => {
  const sets = 'create s hash:ip skbinfo\nadd s 10.0.0.2 skbmark 0x10/0xff skbprio 1:10\nadd s 10.0.0.9\ncreate l list:set\nadd l s';

  test.each([
    ['-j SET --add-set s src', 's', 'unknown'],
    ['-j SET --del-set s src --timeout 5 --exist', 's', 'unknown'],
    ['-j SET --add-set l src', 's', 'unknown'],
    ['-j SET --add-set t src', 's', true],
    ['-j SET --map-set s src --map-mark', 's', true],
  ])('after %s, %s is %s', (rule, name, result) => {
    const ns = namespace(sets, [`-A FORWARD ${rule}`]);
    expect(asked(ns, `--match-set ${name} src`)).toBe(result);
  });

  test.each<[string, Partial<Packet>, number | undefined]>([
    ['-j SET --map-set s src --map-mark', { mark: 0x1234 }, 0x1210],
    ['-j SET --map-set l src --map-mark', { mark: 0x1234 }, 0x1210],
    ['-j SET --map-set s src --map-mark', { mark: 0x1234, src: ip('10.0.0.9') }, 0],
    ['-j SET --map-set s src --map-mark', { mark: 0x1234, src: ip('10.0.0.7') }, undefined],
    ['-j SET --map-set s src --map-prio', { mark: 0x1234 }, undefined],
    ['-j SET --add-set s src', { mark: 0x1234 }, undefined],
  ])('%s of %j gives mark %s', (args, packet, mark) => {
    const result = ruleOf(args, { table: 'mangle' }).target?.apply(context({ namespace: namespace(sets), packet }));
    expect(result).toEqual(
      mark === undefined ? { kind: 'continue' } : { kind: 'continue', packet: expect.objectContaining({ mark }) as unknown },
    );
  });

  test('what it would take the mark from is unknown', () => {
    const target = ruleOf('-j SET --map-set other src --map-mark', { table: 'mangle' }).target;
    expect(target?.apply(context({ namespace: namespace(sets) }))).toMatchObject({ kind: 'unknown' });
  });
});
