import { describe, expect, test } from '@jest/globals';
import type { RuleEvent } from './helper.ts';
import { compareCounters, countedSince, countersOf } from './rule-counters.ts';
import { type ChainTrail, type ModelTrail, MARKER, compareTrails, kernelBook, kernelPackets } from './rule-trail.ts';

const rule = (chain: string, handle: number): object => ({ rule: { family: 'ip', table: 't', chain, handle } });
const base = (name: string, hook: string): object => ({ chain: { family: 'ip', table: 't', name, hook } });
const book = kernelBook(
  JSON.stringify({ nftables: [{ metainfo: {} }, base('c', 'prerouting'), base('f', 'forward'), rule('u', 9), rule('c', 4), rule('c', 7)] }),
);

/** `c 4 jump u`, `c policy accept`, `marker`: of packet 1, unless a number and a colon stand before it. */
function events(...lines: readonly string[]): readonly RuleEvent[] {
  return lines.map((line): RuleEvent => {
    const [, id = '1', chain = '', second = '', verdict = '', to] = /^(?:(\d+): )?(\S+)(?: (\S+))?(?: (\S+))?(?: (\S+))?$/.exec(line) ?? [];
    const base = { id: Number(id), family: 'ip', mark: 0, chain, verdict };
    if (chain === 'marker') return { ...base, table: MARKER, chain: 'output', type: 'rule', handle: 1, verdict: 'continue' };
    if (second === 'policy') return { ...base, table: 't', type: 'policy', handle: null };
    if (second === 'end') return { ...base, table: 't', type: 'return', handle: null, verdict: 'continue' };
    return { ...base, table: 't', type: 'rule', handle: Number(second), ...(to === undefined ? {} : { to }) };
  });
}

const told = (packets: readonly (readonly ChainTrail[])[]): readonly (readonly string[])[] =>
  packets.map((packet) => packet.map(({ chain, visits }) => `${chain}: ${visits.map(({ text }) => text).join(', ')}`));

describe('the kernel’s events as packets', () => {
  test.each<[why: string, events: readonly RuleEvent[], packets: readonly (readonly string[])[]]>([
    [
      'a rule is told by its place, the end of a chain is not told',
      events('marker', 'c 7 jump u', 'u 9 continue', 'u end', 'c policy accept'),
      [['ip t c: c 2 jump u, u 1 continue, policy accept']],
    ],
    ['one chain behind the other', events('marker', 'c 4 accept', 'c 7 drop'), [['ip t c: c 1 accept', 'ip t c: c 2 drop']]],
    [
      'what a rule sends is a packet of its own, in the midst of the first',
      events('marker', '2: marker', '2: c 4 accept', 'c 7 drop'),
      [['ip t c: c 2 drop'], ['ip t c: c 1 accept']],
    ],
    [
      'a packet that comes again begins anew',
      events('marker', 'c 4 accept', 'marker', 'c 7 accept'),
      [['ip t c: c 1 accept'], ['ip t c: c 2 accept']],
    ],
    [
      'what another rule traces is not looked at',
      events('c 4 continue', 'c policy accept', '2: marker', '2: c 7 drop'),
      [['ip t c: c 2 drop']],
    ],
    [
      'a copy that a bridge makes goes on where the frame was',
      events('marker', 'c 4 accept', '2: f policy drop', '3: marker', '3: c 7 accept'),
      [['ip t c: c 1 accept', 'ip t f: policy drop'], ['ip t c: c 2 accept']],
    ],
    [
      'a chain without rules says nothing, unless it drops',
      events('marker', 'e policy accept', 'f policy drop'),
      [['ip t f: policy drop']],
    ],
  ])('%s', (_why, seen, packets) => {
    expect(told(kernelPackets(seen, book))).toEqual(packets);
  });
});

describe('model and kernel', () => {
  const walk = (chain: string, ...texts: readonly string[]): ChainTrail => ({
    chain,
    mark: 0,
    visits: texts.map((text) => (text.startsWith('perhaps ') ? { text: text.slice(8), perhaps: true } : { text })),
  });
  const way = (whole: boolean, ...walks: readonly ChainTrail[]): ModelTrail => ({ nft: new Map([['r', walks]]), legacy: new Map(), whole });
  const [a, b] = [walk('a', 'a 1 accept'), walk('b', 'b 1 drop')];

  test.each<[why: string, model: readonly ModelTrail[], kernel: readonly (readonly ChainTrail[])[], differences: readonly string[]]>([
    ['agree', [way(true, a, b)], [[a], [b]], []],
    ['differ in a rule', [way(true, a)], [[b]], ['rules in r:\n  model:  a: a 1 accept\n  kernel: b: b 1 drop']],
    [
      'differ in a mark',
      [way(true, a)],
      [[{ ...a, mark: 5 }]],
      ['rules in r:\n  model:  a: a 1 accept\n  kernel: a: a 1 accept, mark 0x5'],
    ],
    ['the kernel ends before', [way(true, a, b)], [[a]], ['rules in r:\n  model:  b: b 1 drop\n  kernel: no more']],
    ['the kernel goes on', [way(true, a)], [[a], [b]], ['rules in r:\n  model:  no more\n  kernel: b: b 1 drop']],
    ['it may, behind the packet', [way(false, a)], [[a], [b]], []],
    ['nor look at the copies that a bridge floods', [way(true, a)], [[a], [walk('bridge b c', 'c 1 drop')]], []],
    ['it may not, within it', [way(false, a)], [[a, b]], ['rules in r:\n  model:  no more\n  kernel: b: b 1 drop']],
    [
      'a rule that may have fitted did',
      [way(true, walk('a', 'perhaps a 1 continue', 'a 2 drop'))],
      [[walk('a', 'a 1 continue', 'a 2 drop')]],
      [],
    ],
    ['or did not', [way(true, walk('a', 'perhaps a 1 continue', 'a 2 drop'))], [[walk('a', 'a 2 drop')]], []],
    ['one way of several', [way(true, a), way(true, b)], [[b]], []],
  ])('%s', (_why, model, kernel, differences) => {
    expect(compareTrails(model, new Map([['r', kernel]]))).toEqual(differences);
  });

  test('counters of iptables-legacy', () => {
    const saved = (first: number, policy: number): string =>
      `*raw\n:OUTPUT ACCEPT [9:9]\nCOMMIT\n*filter\n:INPUT ACCEPT [${String(policy)}:0]\n:X - [0:0]\n[${String(first)}:0] -A INPUT -j X\n[3:0] -A X\nCOMMIT\n`;
    const counted = countedSince(countersOf('ip', saved(1, 1)), countersOf('ip', saved(3, 2)));
    expect([...counted]).toEqual([
      ['ip filter INPUT policy', 1],
      ['ip filter INPUT 1', 2],
    ]);
    const model: ModelTrail = {
      nft: new Map(),
      legacy: new Map([['r', [walk('ip filter INPUT', 'INPUT 1 jump X', 'policy accept')]]]),
      whole: true,
    };
    expect(compareCounters([model], new Map([['r', counted]]))).toEqual(['ip filter INPUT 1 in r: the model says 1 packets, the kernel 2']);
    expect(compareCounters([{ ...model, whole: false }], new Map([['r', counted]]))).toEqual([]);
  });
});
