import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One rule of iptables, in the table and for the IP version that it is made for. */
export interface Sample {
  readonly family: 'ip' | 'ip6';
  readonly table: string;
  /** `-A CHAIN` and what follows, a stretch of quoted text being one word. */
  readonly words: readonly string[];
}

/** A save that was spoilt. */
export interface Mutant {
  readonly family: Sample['family'];
  readonly text: string;
  /** What was done to it, for people. */
  readonly how: string;
}

const RULES = fileURLToPath(new URL('../../versions/rules.txt', import.meta.url));

/** Rules with every match and target. */
export function samples(): readonly Sample[] {
  return readFileSync(RULES, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [families = '', table = '', ...rest] = line.split(' ');
      const words = rest.join(' ').match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
      return [...families].map((family): Sample => ({ family: family === '4' ? 'ip' : 'ip6', table, words }));
    });
}

const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** A whole save around the rule. */
export function saveOf({ table, words }: Pick<Sample, 'table' | 'words'>): string {
  const chains = (CHAINS[table] ?? CHAINS['filter'] ?? []).map((chain) => `:${chain} ACCEPT [0:0]`);
  return [`*${table}`, ...chains, ':OTHER - [0:0]', words.join(' '), 'COMMIT', ''].join('\n');
}

type Change = readonly [
  how: string,
  change: (words: readonly string[], at: number, pool: readonly string[]) => readonly string[] | undefined,
];

function replaced(words: readonly string[], at: number, ...by: readonly string[]): readonly string[] {
  return [...words.slice(0, at), ...by, ...words.slice(at + 1)];
}

/** Another number in a word that has one. */
function renumbered(by: string): Change {
  return [
    `a number becomes ${by === '' ? 'nothing' : by}`,
    (words, at) => {
      const word = words[at] ?? '';
      const numbers = [...word.matchAll(/0x[0-9a-f]+|\d+/gi)];
      const found = numbers[at % Math.max(1, numbers.length)];
      return found === undefined
        ? undefined
        : replaced(words, at, word.slice(0, found.index) + by + word.slice(found.index + found[0].length));
    },
  ];
}

/** What is done to the words of a rule, at one of them. */
const CHANGES: readonly Change[] = [
  ['a word is dropped', (words, at) => replaced(words, at)],
  ['a word stands twice', (words, at) => replaced(words, at, words[at] ?? '', words[at] ?? '')],
  [
    'two words are swapped',
    (words, at) => (at + 1 < words.length ? replaced(replaced(words, at, words[at + 1] ?? ''), at + 1, words[at] ?? '') : undefined),
  ],
  ['another word', (words, at, pool) => replaced(words, at, pool[at % pool.length] ?? '')],
  ['a word more', (words, at, pool) => replaced(words, at, words[at] ?? '', pool[at % pool.length] ?? '')],
  ['a negation more', (words, at) => replaced(words, at, '!', words[at] ?? '')],
  ['an option that nobody knows', (words, at) => replaced(words, at, words[at] ?? '', '--frobnicate')],
  ['an option with a value that nobody knows', (words, at) => replaced(words, at, words[at] ?? '', '--frobnicate', '5')],
  ['the rest is cut', (words, at) => words.slice(0, at)],
  ['the other case', (words, at) => replaced(words, at, swapCase(words[at] ?? ''))],
  ['a letter is dropped', (words, at) => replaced(words, at, (words[at] ?? '').slice(0, -1))],
  ['a letter more', (words, at) => replaced(words, at, `${words[at] ?? ''}x`)],
  ['a comma more', (words, at) => replaced(words, at, `${words[at] ?? ''},`)],
  ['a list with another word', (words, at, pool) => replaced(words, at, `${words[at] ?? ''},${pool[at % pool.length] ?? ''}`)],
  [
    'a range turned round',
    (words, at) =>
      /[:-]/.test(words[at] ?? '') ? replaced(words, at, (words[at] ?? '').replace(/([^:/,-]+)([:-])([^:/,-]+)/, '$3$2$1')) : undefined,
  ],
  ['a mask more', (words, at) => replaced(words, at, `${words[at] ?? ''}/33`)],
  ['a quote more', (words, at) => replaced(words, at, `${words[at] ?? ''}"`)],
  ['nothing in quotes', (words, at) => replaced(words, at, '""')],
  ['a chain that is not there', (words, at) => replaced(words, at, words[at] ?? '', '-j', 'MISSING')],
  ...['-1', '', '0', '1.5', '08', '5x', '33', '129', '256', '300', '65536', '4294967296', '99999999999999999999', '0x1ffffffff'].map(
    renumbered,
  ),
];

function swapCase(word: string): string {
  const upper = word.toUpperCase();
  return word === upper ? word.toLowerCase() : upper;
}

/** A rule that something was done to, the table and the chain among it. */
export function spoiltRules(all: readonly Sample[]): fc.Arbitrary<Mutant> {
  const pool = [...new Set(all.flatMap(({ words }) => words))];
  const sample = fc.constantFrom(...all);
  const word = fc.tuple(sample, fc.nat(), fc.nat(), fc.constantFrom(...CHANGES)).map(([it, n, m, [how, change]]): Mutant => {
    // Not the command: that is a matter of lines.
    const at = 1 + (n % Math.max(1, it.words.length - 1));
    const shuffled = [...pool.slice(m % pool.length), ...pool];
    const words = change(it.words, at, shuffled) ?? it.words;
    return { family: it.family, text: saveOf({ table: it.table, words }), how };
  });
  const elsewhere = fc
    .tuple(sample, fc.constantFrom(...Object.keys(CHAINS)), fc.nat(), fc.constantFrom('ip', 'ip6'))
    .map(([it, table, n, family]): Mutant => {
      const chains = CHAINS[table] ?? [];
      const words = replaced(it.words, 1, chains[n % chains.length] ?? '');
      return { family, text: saveOf({ table, words }), how: 'another table, chain or IP version' };
    });
  const twice = fc.tuple(sample, sample).map(([one, two]): Mutant => ({
    family: one.family,
    text: saveOf({ table: one.table, words: [...one.words, ...two.words.slice(2)] }),
    how: 'two rules in one',
  }));
  return fc.oneof({ weight: 6, arbitrary: word }, { weight: 1, arbitrary: elsewhere }, { weight: 1, arbitrary: twice });
}

/** A save that something was done to: to its lines, or anywhere. */
export function spoiltSaves(all: readonly Sample[]): fc.Arbitrary<Mutant> {
  const rules = fc.uniqueArray(fc.constantFrom(...all.filter(({ family, table }) => family === 'ip' && table === 'filter')), {
    minLength: 1,
    maxLength: 4,
  });
  const line = fc.constantFrom(
    '',
    'COMMIT',
    '*nat',
    '*filter',
    '*frobnicate',
    '# a remark',
    ':INPUT ACCEPT [0:0]',
    ':OTHER - [0:0]',
    ':NEW - [0:0]',
    ':NEW ACCEPT [0:0]',
    ':INPUT',
    ':INPUT QUEUE [0:0]',
    ':',
    '-F',
    '-X OTHER',
    '-P INPUT DROP',
    '-N NEW',
    '-I INPUT -j DROP',
    '-A MISSING -j DROP',
    '-A INPUT -j MISSING',
    '-A',
    'frobnicate',
    '[1:2]',
    '[1:2] -A INPUT',
    '[a:b] -A INPUT',
    '[1:2]-A INPUT',
    ' -A INPUT -j DROP',
    '-A INPUT -j DROP ',
    '-D INPUT 1',
  );
  return fc
    .tuple(
      rules,
      fc.nat(),
      fc.nat(),
      line,
      fc.constantFrom(
        'a line more',
        'a line is dropped',
        'a line stands twice',
        'two lines are swapped',
        'it is cut',
        'a byte more',
        'a byte is dropped',
      ),
      fc.constantFrom('\0', '"', '\\', '\n', '\r', '\t', '-', '!', ' ', '\u00e9'),
    )
    .map(([some, n, m, more, how, byte]): Mutant => {
      const lines = saveOf({ table: 'filter', words: some.map(({ words }) => words.join(' ')) })
        .replaceAll(/ (?=-A )/g, '\n')
        .split('\n')
        .slice(0, -1);
      const at = n % lines.length;
      const text = `${lines.join('\n')}\n`;
      const byteAt = m % text.length;
      const changed = {
        'a line more': () => replaced(lines, at, lines[at] ?? '', more).join('\n'),
        'a line is dropped': () => replaced(lines, at).join('\n'),
        'a line stands twice': () => replaced(lines, at, lines[at] ?? '', lines[at] ?? '').join('\n'),
        'two lines are swapped': () =>
          replaced(replaced(lines, at, lines[(at + 1) % lines.length] ?? ''), (at + 1) % lines.length, lines[at] ?? '').join('\n'),
        'it is cut': () => text.slice(0, byteAt),
        'a byte more': () => text.slice(0, byteAt) + byte + text.slice(byteAt),
        'a byte is dropped': () => text.slice(0, byteAt) + text.slice(byteAt + 1),
      }[how]();
      return { family: 'ip', text: changed.endsWith('\n') || how === 'it is cut' ? changed : `${changed}\n`, how };
    });
}
