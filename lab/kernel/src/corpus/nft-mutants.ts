import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

/** One rule of nft, as it lists it, with the table that it needs. */
export interface NftSample {
  /** Table, chains, sets, maps and named objects. */
  readonly declared: readonly Json[];
  readonly rule: Fields;
}

/** A listing that was spoilt. */
export interface NftMutant {
  readonly text: string;
  readonly how: string;
}

const FIXTURES = new URL('../../../../packages/netstack/src/', import.meta.url);

/** What Debian 12's and 13's nft list of all their expressions, and what kube-proxy, kindnet, firewalld and others write. */
function listings(): readonly string[] {
  const folder = new URL('netfilter/nftables/__fixtures__/', FIXTURES);
  const written = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const dump = readFileSync(new URL('parse/__fixtures__/versions/bookworm.dump', FIXTURES), 'utf8');
  return [...written, ...dump.split('\n').filter((line) => line.startsWith('{"nftables"'))];
}

/** Each rule of the listings that iptables did not write, alone in its table. */
export function nftSamples(): readonly NftSample[] {
  return listings().flatMap((text) => {
    const items = (JSON.parse(text) as { readonly nftables: readonly Fields[] }).nftables;
    const tableOf = (item: Fields): string => {
      const [kind = '', it] = Object.entries(item)[0] ?? [];
      const fields = (it ?? {}) as Fields;
      const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
      return `${text('family')} ${text(kind === 'table' ? 'name' : 'table')}`;
    };
    return items
      .filter((item) => 'rule' in item && !JSON.stringify(item).includes('"xt"') && !/^(?:netdev|bridge|arp) /.test(tableOf(item)))
      .map((item): NftSample => ({
        declared: items.filter((it) => !('rule' in it) && tableOf(it) === tableOf(item)),
        rule: item['rule'] as Fields,
      }));
  });
}

export function listingOf({ declared, rule }: NftSample): string {
  return JSON.stringify({ nftables: [...declared, { rule }] });
}

/** The value with each of its parts in turn replaced by what the change makes of it. */
function variants(value: Json, change: (part: Json) => Json | undefined): readonly Json[] {
  const own = change(value);
  const inner = Array.isArray(value)
    ? (value as readonly Json[]).flatMap((part, i) =>
        variants(part, change).map((by): Json => (value as readonly Json[]).map((it, at) => (at === i ? by : it))),
      )
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => variants(part, change).map((by): Json => ({ ...(value as Fields), [key]: by })))
      : [];
  return own === undefined ? inner : [own, ...inner];
}

const isText = (part: Json): part is string => typeof part === 'string';
const isFields = (part: Json): part is Fields => typeof part === 'object' && part !== null && !Array.isArray(part);

/** What is done to one part of a rule's statements. */
const CHANGES: readonly (readonly [how: string, change: (part: Json) => Json | undefined])[] = [
  ...[-1, 0, 33, 256, 65536, 4294967296, 1e30, 1.5].map(
    (by) => [`a number becomes ${String(by)}`, (part: Json) => (typeof part === 'number' ? by : undefined)] as const,
  ),
  ...['', 'frobnicate', '@missing', '10.0.0.1', '5', 'tcp'].map(
    (by) => [`a text becomes "${by}"`, (part: Json) => (isText(part) ? by : undefined)] as const,
  ),
  ['a text becomes a number', (part) => (isText(part) ? 5 : undefined)],
  ['a number becomes a text', (part) => (typeof part === 'number' ? String(part) : undefined)],
  ['a part becomes null', () => null],
  ['a part becomes a list of it', (part) => [part]],
  ['a part becomes a set of it', (part) => ({ set: [part] })],
  ['a part becomes a range', (part) => ({ range: [part, part] })],
  ['a part becomes a mask', (part) => ({ '&': [part, 1] })],
  ['a list loses its first', (part) => (Array.isArray(part) ? (part as readonly Json[]).slice(1) : undefined)],
  ['a list is turned round', (part) => (Array.isArray(part) && part.length > 1 ? [...(part as readonly Json[])].reverse() : undefined)],
  [
    'a list has its first twice',
    (part) =>
      Array.isArray(part) && part.length > 0 ? [...(part as readonly Json[]).slice(0, 1), ...(part as readonly Json[])] : undefined,
  ],
  ['an object loses a field', (part) => (isFields(part) ? Object.fromEntries(Object.entries(part).slice(1)) : undefined)],
  ['an object has a field more', (part) => (isFields(part) ? { ...part, frobnicate: 1 } : undefined)],
  [
    'a field has another name',
    (part) =>
      isFields(part) && Object.keys(part).length > 0
        ? Object.fromEntries(Object.entries(part).map(([key, it], i) => [i === 0 ? `${key}x` : key, it]))
        : undefined,
  ],
];

/** A rule that something was done to. */
export function spoiltListings(all: readonly NftSample[]): fc.Arbitrary<NftMutant> {
  const one = fc.tuple(fc.constantFrom(...all), fc.nat(), fc.constantFrom(...CHANGES)).map(([sample, n, [how, change]]): NftMutant => {
    const found = variants(sample.rule['expr'] ?? [], change);
    const expr = found[n % Math.max(1, found.length)] ?? sample.rule['expr'] ?? [];
    return { how, text: listingOf({ ...sample, rule: { ...sample.rule, expr } }) };
  });
  const two = fc.tuple(fc.constantFrom(...all), fc.constantFrom(...all), fc.boolean()).map(([sample, other, first]): NftMutant => {
    const [own, more] = [sample.rule['expr'] as readonly Json[], other.rule['expr'] as readonly Json[]];
    return {
      how: 'two rules in one',
      text: listingOf({ ...sample, rule: { ...sample.rule, expr: first ? [...own, ...more] : [...more, ...own] } }),
    };
  });
  return fc.oneof({ weight: 7, arbitrary: one }, { weight: 1, arbitrary: two });
}
