import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { recordedWith } from '../../parse/__fixtures__/dump.ts';
import type { Source } from '../../source.ts';
import { artifact } from '../__fixtures__/rules.ts';
import { type Token, lex } from './lexer.ts';
import { parseNft } from './nft.ts';
import { printWords } from './print.ts';
import { type SaveReading, parseSave } from './save.ts';

const FIXTURES = ['node1-iptables-nft-save.txt', 'node1-ip6tables-nft-save.txt', 'every-construct-iptables-nft-save.txt'].map(
  (name) => [name, readFileSync(new URL(`../__fixtures__/${name}`, import.meta.url), 'utf8')] as const,
);
const RELEASES = ['bullseye', 'bookworm', 'trixie'] as const;
const SAVES = [
  ...FIXTURES,
  ...RELEASES.flatMap((release) =>
    [
      ['host', 'iptables-legacy-save'],
      ['host', 'ip6tables-legacy-save'],
      ['xtables', 'iptables-nft-save'],
      ['xtables', 'ip6tables-nft-save'],
      ['kube', 'iptables-nft-save'],
      ['kube', 'ip6tables-nft-save'],
    ].map(
      ([namespace = '', name = '']) =>
        [
          `${release} ${namespace} ${name}`,
          recordedWith(release, namespace).artifacts.get(name as 'iptables-nft-save')?.text ?? '',
        ] as const,
    ),
  ),
];

function read(text: string, family: 'ip' | 'ip6' = 'ip'): SaveReading {
  return parseSave(artifact(text), { backend: 'iptables-nft', family, path: 'save' });
}

function lineOf(source: Source): number {
  return 'line' in source ? source.line : 0;
}

/**
 * What was read, as an iptables-save prints it: table by table, the chains, then chain by chain the rules. Counters and remarks are no
 * part of the model; they are taken from the lines that the model points at, and from those that it does not.
 */
function print(reading: SaveReading, text: string): string {
  const lines = text.split('\n');
  const used = new Set<number>();
  const line = (source: Source): string => {
    const number = lineOf(source);
    expect(used.has(number)).toBe(false);
    used.add(number);
    const raw = lines[number - 1] ?? '';
    expect(
      raw
        .replace(/^\[\d+:\d+\] /, '')
        .replace(/^(:.*) \[\d+:\d+\]$/, '$1')
        .trimEnd(),
    ).toBe(source.text);
    return raw;
  };
  const tables = reading.tables.map((table) => {
    const chains = [...table.chains.values()];
    const body = [...chains.map((chain) => line(chain.source)), ...chains.flatMap((chain) => chain.rules.map((rule) => line(rule.source)))];
    return [`*${table.name}`, ...body, 'COMMIT'].join('\n');
  });
  // What is left are remarks and the frame of each table, which stand around the tables.
  const around = lines.flatMap((raw, i) => (used.has(i + 1) ? [] : [raw]));
  const frames = around.join('\n').split(/^\*\w+\nCOMMIT$/m);
  return frames.flatMap((frame, i) => [frame, tables[i] ?? '']).join('');
}

describe('a save that was read prints as it was: every line in its table and chain, in its order, none twice, none lost', () => {
  test.each(SAVES)('%s', (_name, text) => {
    const reading = read(text, _name.includes('ip6') ? 'ip6' : 'ip');
    expect(reading.gaps).toEqual([]);
    expect(text).toContain('COMMIT');
    expect(print(reading, text)).toBe(text);
  });

  test.each(SAVES)('%s: the words of each rule', (_name, text) => {
    for (const line of text.split('\n')) {
      if (!/^(?:\[|-A)/.test(line)) continue;
      // iptables 1.8.7 leaves a blank behind some options.
      const rule = line.replace(/^\[\d+:\d+\] /, '').replace(/ +(?= |$)/g, '');
      expect(printWords(lex(rule) ?? [])).toBe(rule);
    }
  });
});

test('a malformed line is found wherever it stands, and nothing else is told', () => {
  const malformed = fc.constantFrom(
    '-A INPUT -j',
    '-A INPUT -s',
    '-A INPUT -j DROP -j ACCEPT',
    '-A INPUT -m comment --comment "open',
    '-A INPUT --dport 80',
    '-A',
    '-I INPUT -j DROP',
    ': ACCEPT [0:0]',
    'COMMIT now',
    'frobnicate',
    '\u0000',
    '[1:2]',
  );
  fc.assert(
    fc.property(fc.nat(SAVES.length - 1), fc.nat(), malformed, (save, at, line) => {
      const [name = '', text = ''] = SAVES[save] ?? [];
      const lines = text.split('\n');
      const begin = lines.findIndex((it) => it.startsWith('*'));
      const end = lines.lastIndexOf('COMMIT');
      const number = begin + 1 + (at % (end - begin));
      const isInside = lines.slice(0, number).lastIndexOf('COMMIT') < lines.slice(0, number).findLastIndex((it) => it.startsWith('*'));
      const { gaps } = read([...lines.slice(0, number), line, ...lines.slice(number)].join('\n'), name.includes('ip6') ? 'ip6' : 'ip');
      const told = gaps.map(({ source, why }) => (isInside ? source && lineOf(source) : Number(/^line (\d+) of /.exec(why)?.[1])));
      expect(new Set(told)).toEqual(new Set([number + 1]));
    }),
    { numRuns: 300 },
  );
});

describe('a save that was made up is read as it was meant', () => {
  const chain = fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,28}$/).filter((name) => !BUILTIN.includes(name));
  const word: fc.Arbitrary<Token> = fc
    .tuple(fc.stringMatching(/^[ -~]{0,10}$/), fc.boolean())
    .map(([text, quoted]) => ({ text, quoted: quoted || /^$|[ "]/.test(text) || /^[-!]/.test(text) }));
  const comment = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.map(({ text }) => text).join(' '));
  const counters = fc.option(
    fc.tuple(fc.nat(), fc.nat()).map(([packets, bytes]) => `[${String(packets)}:${String(bytes)}] `),
    { nil: '' },
  );
  const rule = fc.record({ counters, comment, target: fc.constantFrom('ACCEPT', 'DROP', 'RETURN', 'X') });
  const save = fc.record({
    table: fc.constantFrom('filter', 'mangle'),
    policies: fc.tuple(fc.constantFrom('ACCEPT', 'DROP'), fc.constantFrom('ACCEPT', 'DROP')),
    chains: fc.uniqueArray(chain, { maxLength: 5 }),
    rules: fc.array(fc.tuple(fc.nat(), rule), { maxLength: 20 }),
  });

  test('tables, policies, chains, and the rules of each in their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(save, { maxLength: 2, selector: ({ table }) => table }), (tables) => {
        const meant = tables.map(({ table, policies, chains, rules }) => {
          const names = ['INPUT', 'OUTPUT', 'X', ...chains];
          return { table, policies, names, rules: rules.map(([at, made]) => ({ ...made, chain: names[at % names.length] ?? '' })) };
        });
        const text = meant
          .map(({ table, policies, names, rules }) =>
            [
              `*${table}`,
              ...names.map((name, i) => `:${name} ${policies[i] ?? '-'} [${String(i)}:0]`),
              ...rules.map(({ chain: name, counters: before, comment: remark, target }) => {
                const words = [
                  ...`-A ${name} -m comment --comment`.split(' ').map((it) => ({ text: it, quoted: false })),
                  { text: remark, quoted: true },
                ];
                return `${before}${printWords(words)} -j ${target}`;
              }),
              'COMMIT',
              '',
            ].join('\n'),
          )
          .join('# between\n');
        const reading = read(text);
        expect(reading.gaps).toEqual([]);
        const found = reading.tables.map((table) => ({
          name: table.name,
          chains: [...table.chains.values()].map(({ name, base, rules }) => ({
            name,
            policy: base?.policy,
            rules: rules.map(({ source, target }) => ({ remark: lex(source.text)?.[5]?.text, target: target?.name.replace('JUMP', 'X') })),
          })),
        }));
        expect(found).toEqual(
          meant.map(({ table, policies, names, rules }) => ({
            name: table,
            chains: names.map((name, i) => ({
              name,
              policy: policies[i]?.toLowerCase(),
              rules: rules.filter((made) => made.chain === name).map(({ comment: remark, target }) => ({ remark, target })),
            })),
          })),
        );
      }),
      { numRuns: 300 },
    );
  });
});

const BUILTIN = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING', 'X'];

describe('a listing of nft that was read names every chain and rule once, in their order', () => {
  const listings = [
    ...['calico', 'cni-plugins', 'firewalld', 'flannel', 'kindnet', 'kube-proxy'].map(
      (name) => [name, readFileSync(new URL(`../nftables/__fixtures__/${name}.json`, import.meta.url), 'utf8')] as const,
    ),
    ...(['bookworm', 'trixie'] as const).flatMap((release) =>
      ['xtables', 'kube', 'words', 'vmaps'].map(
        (namespace) => [`${release} ${namespace}`, recordedWith(release, namespace).artifacts.get('nft')?.text ?? ''] as const,
      ),
    ),
  ];

  test.each(listings)('%s', (_name, text) => {
    const ruleset = parseNft(text, 'nft', []);
    type Item = Readonly<
      Record<string, { readonly family: string; readonly table: string; readonly chain?: string; readonly name?: string }>
    >;
    const { nftables } = JSON.parse(text) as { readonly nftables: readonly Item[] };
    const expected: string[] = [];
    for (const [at, item] of nftables.entries())
      for (const kind of ['chain', 'rule'] as const) {
        const it = item[kind];
        if (it !== undefined) expected.push(`${kind} ${it.family} ${it.table} ${it.chain ?? it.name ?? ''} /nftables/${String(at)}`);
      }
    const found: string[] = [];
    for (const table of ruleset?.tables ?? [])
      for (const chain of table.chains.values()) {
        const where = `${table.family} ${table.name} ${chain.name}`;
        found.push(`chain ${where} ${pointerOf(chain.source)}`);
        for (const rule of chain.rules) found.push(`rule ${where} ${pointerOf(rule.source)}`);
      }
    const number = (entry: string): number => Number(/\d+$/.exec(entry)?.[0]);
    expect(found.length).toBeGreaterThan(0);
    expect(found.sort((a, b) => number(a) - number(b))).toEqual(expected);
  });
});

function pointerOf(source: Source): string {
  return 'pointer' in source ? source.pointer : '';
}
