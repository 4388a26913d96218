import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parseIpsets } from '../../ipset/parse.ts';
import { recordedWith } from '../../parse/__fixtures__/dump.ts';
import { type Ways, explore } from '../../trace/choices.ts';
import { context } from '../__fixtures__/context.ts';
import { artifact, tableOf } from '../__fixtures__/rules.ts';
import { walkChain } from '../walk-chain.ts';
import type { ChainResult } from '../walk.types.ts';
import { parseNetfilter } from './netfilter.ts';

// Generous, for machines that do other work beside.
jest.setTimeout(60_000);

const text = (name: string) => readFileSync(new URL(`../__fixtures__/${name}`, import.meta.url), 'utf8');
const SAVES = [text('node1-iptables-nft-save.txt'), text('every-construct-iptables-nft-save.txt')];
const RULESET = text('every-construct-nft.json');

/** A text with one stretch of it replaced. */
const mutated = (of: string) =>
  fc
    .tuple(
      fc.nat(of.length),
      fc.nat(40),
      fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('\n', '"', '!', ' -j ', ' -m ', '\\', '*', ':', '[', '\u0000', '-A INPUT')),
    )
    .map(([at, length, by]) => of.slice(0, at) + by + of.slice(at + length));

function walkAll(save: string, nft: string): void {
  const { netfilter } = parseNetfilter({
    id: 'n',
    artifacts: new Map([
      ['iptables-nft-save', artifact(save)],
      ['nft', artifact(nft)],
    ]),
  });
  for (const table of netfilter.tables)
    for (const chain of table.chains.values())
      if (chain.base !== undefined) explore((chooser) => walkChain(table, chain, context(), chooser), 50);
}

test('a broken save never throws, neither read nor walked', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SAVES).chain(mutated), (save) => walkAll(save, RULESET)),
    { numRuns: 150 },
  );
});

test('a broken ruleset of nft never throws', () => {
  const json = fc
    .json({ maxDepth: 6 })
    .map(
      (value) =>
        `{"nftables": [{"table": {"family": "ip", "name": "t"}}, {"chain": {"family":"ip","table":"t","name":"c"}}, {"rule": {"family":"ip","table":"t","chain":"c","expr": [${value}]}}, ${value}]}`,
    );
  fc.assert(
    fc.property(fc.oneof(mutated(RULESET), json), (nft) => walkAll(SAVES[1] ?? '', nft)),
    { numRuns: 150 },
  );
});

/** The value with its nth part, in the order in which they are written, replaced by another; what is left of n where it has fewer. */
function replaced(value: unknown, n: { left: number }, by: unknown): unknown {
  if (n.left-- === 0) return by;
  if (Array.isArray(value)) return value.map((part) => replaced(part, n, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, n, by)]));
}

test('a value of a recorded listing of nft, replaced by any other, never throws', () => {
  const listings = ['words', 'vmaps'].map((namespace) => {
    const { nftables } = JSON.parse(recordedWith('trixie', namespace).artifacts.get('nft')?.text ?? '') as {
      readonly nftables: readonly unknown[];
    };
    return nftables;
  });
  const value = fc.oneof(
    fc.constantFrom(-1, 0, 1.5, 1e30, 65536, 2 ** 32, 2 ** 53, '', '@s', '10.0.0.1', '::', null, true),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.constantFrom(...listings), fc.nat(), fc.nat(60), value, (items, at, part, by) => {
      const nftables = items.map((item, i) => (i === at % items.length ? replaced(item, { left: part + 1 }, by) : item));
      walkAll('', JSON.stringify({ nftables }));
    }),
    { numRuns: 300 },
  );
});

test('a broken list of sets never throws', () => {
  const sets = recordedWith('trixie', 'host').artifacts.get('ipset-save')?.text ?? '';
  fc.assert(
    fc.property(fc.oneof(mutated(sets), fc.string({ unit: 'binary' })), (text) => {
      const { value, gaps } = parseIpsets({ id: 'n', artifacts: new Map([['ipset-save', artifact(text)]]) });
      // What can't be read is told, or makes its set unknown.
      expect(value.size + gaps.length > 0 || text.trim() === '').toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('arbitrary text is read', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string(), (save, nft) => walkAll(`*filter\n${save}\nCOMMIT\n`, nft)));
});

/** Some way through ends in a drop. */
function mayDrop(ways: Ways<ChainResult>): boolean {
  switch (ways.kind) {
    case 'end':
      return ways.value.verdict.kind === 'drop';
    case 'cut':
      return true;
    case 'chance':
      return ways.branches.some((branch) => mayDrop(branch.ways));
    default:
      return ways.branches.some(mayDrop);
  }
}

test('a word that does not belong there never turns a drop into a certain accept', () => {
  const words =
    '-A INPUT -s 10.0.0.0/8 ! -i eth1 -p tcp -m tcp --dport 80 -m conntrack --ctstate NEW -m comment --comment "a b" -j DROP'.split(
      / (?=-|!)/,
    );
  const strange = fc.oneof(
    fc.stringMatching(/^--?[a-z]{1,8}$/),
    fc.stringMatching(/^[a-z0-9./]{1,8}$/),
    fc.constantFrom('! !', '"', '""', '! --dport', '-m', '-j', '-j LOG', '-g X', '-m set', '--frobnicate 1'),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: words.length }), strange, (at, word) => {
      // These are options of the rule itself, which may well not fit.
      fc.pre(!['-s', '-d', '-i', '-o', '-p', '-f'].includes(word));
      const line = [...words.slice(0, at), word, ...words.slice(at)].join(' ');
      const { table } = tableOf([line]);
      const chain = table.chains.get('INPUT');
      return chain !== undefined && mayDrop(explore((chooser) => walkChain(table, chain, context(), chooser), 50));
    }),
    { numRuns: 500 },
  );
});
