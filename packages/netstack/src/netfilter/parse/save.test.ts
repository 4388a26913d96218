import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { artifact, tableOf } from '../__fixtures__/rules.ts';
import type { Rule } from '../model.ts';
import { type SaveReading, parseSave } from './save.ts';

function read(text: string, more: Parameters<typeof artifact>[1] = {}): SaveReading {
  return parseSave(artifact(text, more), { backend: 'iptables-legacy', family: 'ip', path: 'n/iptables-legacy-save' });
}

/** Chains with what their rules would do, `?` for a rule that may do anything. */
function shape(reading: SaveReading): unknown {
  return Object.fromEntries(
    reading.tables.map((table) => [
      table.name,
      Object.fromEntries([...table.chains.values()].map((chain) => [chain.name, chain.rules.map((rule) => rule.target?.name ?? '-')])),
    ]),
  );
}

/** Everything that stands in it: gaps, chains, and each rule with its line and the names of its parts. */
function said({ tables, gaps }: SaveReading): unknown {
  const chains = tables.map((table) => [table.name, table.tracks, table.changesSets, table.size, [...table.chains.values()]] as const);
  return [
    gaps,
    chains.map(([name, tracks, sets, size, all]) => [
      name,
      tracks,
      sets,
      size,
      all.map(({ name: chain, rules }) => [chain, rules.map(parts)]),
    ]),
  ];
}

function parts({ matches, target, source, ...more }: Rule): unknown {
  return [matches.map(({ name }) => name), target?.name, source, Object.entries(more).filter(([key]) => key !== 'then')];
}

describe('what iptables-save prints', () => {
  test('nothing is an empty ruleset', () => {
    expect(read('')).toEqual({ tables: [], gaps: [], incompatible: [] });
  });

  test('tables, chains, policies and rules, with the lines they stand in', () => {
    const reading = read('# made by\n*filter\n:INPUT DROP [3:180]\n:X - [0:0]\n[3:180] -A INPUT -j X\n-A X -g INPUT\nCOMMIT\n# done\n');
    expect(reading.gaps).toEqual([]);
    expect(shape(reading)).toEqual({ filter: { INPUT: ['JUMP'], X: ['GOTO'] } });
    const chains = reading.tables[0]?.chains;
    expect(chains?.get('INPUT')).toMatchObject({
      base: { hook: 'input', priority: 0, type: 'filter', policy: 'drop' },
      source: { line: 3, text: ':INPUT DROP' },
      rules: [{ source: { artifact: 'n/iptables-legacy-save', line: 5, text: '-A INPUT -j X' } }],
    });
    expect(chains?.get('X')?.base).toBeUndefined();
  });

  test('counters before every rule, as the collector asks for them, change nothing', () => {
    const text = readFileSync(new URL('../__fixtures__/every-construct-iptables-nft-save.txt', import.meta.url), 'utf8');
    const counted = text.replace(/^-A/gm, '[12:345] -A');
    expect(counted).not.toBe(text);
    expect(said(read(counted))).toEqual(said(read(text)));
  });

  test('bytes are read like the text that they are', () => {
    const text =
      '*filter\n:INPUT ACCEPT [0:0]\n:KÜCHE-ROT-UND-WEIT - [0:0]\n-A INPUT -m comment --comment "grün" -j KÜCHE-ROT-UND-WEIT\nCOMMIT\n';
    const bytes = new TextEncoder().encode(text);
    expect(said(read('', { bytes }))).toEqual(said(read(text)));
    expect(read('', { bytes }).tables[0]?.chains.get('INPUT')?.rules[0]?.source).toMatchObject({ line: 4, text: text.split('\n')[3] });
  });

  test('lines may end as on Windows', () => {
    expect(read('*filter\r\n:INPUT ACCEPT [0:0]\r\n-A INPUT -j DROP\r\nCOMMIT\r\n').gaps).toEqual([]);
  });

  test('every match and target of iptables 1.8.9, both with what is evaluated and what is not', () => {
    const text = readFileSync(new URL('../__fixtures__/every-construct-iptables-nft-save.txt', import.meta.url), 'utf8');
    const reading = read(text);
    expect(reading.gaps).toEqual([]);
    const rules = reading.tables.flatMap((table) => [...table.chains.values()].flatMap((chain) => chain.rules));
    expect(rules).toHaveLength(text.split('\n').filter((line) => line.startsWith('-A')).length);
  });

  test('what iptables-nft refuses to print', () => {
    expect(read("# Table `filter' is incompatible, use 'nft' tool.\n").incompatible).toEqual([
      {
        name: 'filter',
        source: { artifact: 'n/iptables-legacy-save', line: 1, text: "# Table `filter' is incompatible, use 'nft' tool." },
      },
    ]);
  });
});

describe('a line that is not understood stays, as a rule that may do anything, and is a gap', () => {
  test.each<[why: string, lines: readonly string[], rules: readonly string[]]>([
    ['the negation of older releases', ['-A INPUT -p ! tcp -j DROP'], ['?']],
    ['an option before any match', ['-A INPUT --dport 80 -j DROP'], ['?']],
    ['no value', ['-A INPUT -s'], ['?']],
    ['no name', ['-A INPUT -m'], ['?']],
    ['a negation of nothing', ['-A INPUT -j DROP !'], ['?']],
    ['two targets', ['-A INPUT -j ACCEPT -j DROP'], ['?']],
    ['an open quote', ['-A INPUT -m comment --comment "a -j DROP'], ['?']],
    ['an unknown command, for every chain that the kernel calls', ['-A INPUT -j ACCEPT', '-I INPUT -j DROP'], ['ACCEPT', '?']],
    ['no line of iptables at all', ['frobnicate'], ['?']],
    ['a policy that is none', [':INPUT QUEUE [0:0]', '-A INPUT -j ACCEPT'], ['?', 'ACCEPT']],
    ['a chain twice', [':INPUT ACCEPT [0:0]', ':INPUT DROP [0:0]'], ['?']],
  ])('%s', (_why, lines, rules) => {
    const { table, gaps } = tableOf(lines);
    expect(table.chains.get('INPUT')?.rules.map((rule) => rule.target?.name)).toEqual(rules);
    expect(gaps).toEqual([
      expect.objectContaining({ topic: 'iptables-nft', kind: 'malformed', source: expect.objectContaining({ text: expect.any(String) }) }),
    ]);
  });

  test('a rule of a chain that is not declared', () => {
    const { table, gaps } = tableOf(['-A X -j DROP', '-A INPUT -j X']);
    expect(table.chains.get('X')?.rules.map((rule) => rule.target?.name)).toEqual(['DROP']);
    expect(table.chains.get('INPUT')?.rules.map((rule) => rule.target?.name)).toEqual(['JUMP']);
    expect(gaps).toHaveLength(1);
  });

  test('lines outside of a table, tables that nobody knows, tables twice: the artifact is not to be trusted', () => {
    for (const text of ['-A INPUT -j DROP\n', '*broute\nCOMMIT\n', '*filter\nCOMMIT\n*filter\nCOMMIT\n']) {
      const { gaps } = read(text);
      expect(gaps).toHaveLength(1);
      expect(gaps[0]?.source).toBeUndefined();
    }
  });
});

describe('a save that breaks off', () => {
  const lines = [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    '-A INPUT -j DROP',
    '-A FORWARD -j DROP',
    '-A OUTPUT -j DROP',
    'COMMIT',
  ];

  test('is unknown from the chain on in which it breaks off', () => {
    const reading = read(lines.slice(0, 6).join('\n'));
    expect(shape(reading)).toEqual({ filter: { INPUT: ['DROP'], FORWARD: ['DROP', '?'], OUTPUT: ['?'] } });
    expect(reading.gaps).toMatchObject([{ topic: 'iptables-legacy', kind: 'truncated' }]);
  });

  test('is unknown altogether where no rule arrived', () => {
    expect(shape(read(lines.slice(0, 4).join('\n')))).toEqual({ filter: { INPUT: ['?'], FORWARD: ['?'], OUTPUT: ['?'] } });
  });

  test('lacks the chains that were not declared yet, and says so', () => {
    expect(read(lines.slice(0, 2).join('\n')).gaps[0]?.source).toBeUndefined();
  });
});

test.each([
  ['that names no chain', ': ACCEPT [0:0]'],
  ['that stands twice', ':X - [0:0]'],
])('a declaration %s may be a rule of every chain that the kernel calls, before what follows it, and is one gap', (_why, line) => {
  const reading = read(`*filter\n:X - [0:0]\n${line}\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n`);
  expect(shape(reading)).toEqual({ filter: { X: [], INPUT: ['?', 'ACCEPT'] } });
  expect(reading.gaps).toMatchObject([{ kind: 'malformed', source: { line: 3 }, why: expect.stringContaining('unreadable chain') }]);
});
