import type { Family, Ip } from '../address/ip.ts';
import { parseIp } from '../address/ip.ts';
import { bitsOf, maskOf } from '../address/prefix.ts';
import { readNumber } from '../netfilter/parse/values.ts';
import type { NamespaceDump } from '../parse/artifact.ts';
import { type Parsed, clip, lines, read } from '../parse/read.ts';
import type { Gap, SourceLine } from '../source.ts';
import { type Stored, readElement } from './element.ts';
import { FAMILYLESS, type IpSet, type Level, SET_TYPES, type SetElement, type SetKey, keyOf } from './set.ts';

interface OpenSet extends Omit<IpSet, 'levels' | 'members' | 'unreadable'> {
  readonly stored: Map<string, { readonly lengths: readonly number[]; readonly elements: Map<SetKey, SetElement[]> }>;
  readonly members: string[];
  unreadable: string | undefined;
}

/** `ipset save`: the sets of a namespace by their name. An element that can't be read makes what its set holds unknown. */
export function parseIpsets(dump: NamespaceDump): Parsed<ReadonlyMap<string, IpSet>> {
  const source = read(dump, 'ipset-save', 'ipset');
  const gaps: Gap[] = source.gap === undefined ? [] : [source.gap];
  const open = new Map<string, OpenSet>();
  let current: OpenSet | undefined;
  for (const line of lines(source)) {
    const what = problemOf(line, open, current);
    if (typeof what === 'object') current = what;
    else gaps.push({ topic: 'ipset', kind: 'malformed', why: `${what}: ${clip(line.text)}`, source: line });
  }
  return { value: new Map([...open].map(([name, set]) => [name, close(set)])), gaps };
}

/** Takes a line in. The set that it is about, or what is wrong with it. */
function problemOf(line: SourceLine, open: Map<string, OpenSet>, current: OpenSet | undefined): OpenSet | string {
  const { text } = line;
  if (text.startsWith('create ')) {
    const set = create(line);
    if (set === undefined) return 'a set whose type is not known';
    if (open.has(set.name)) return 'a set that stands twice';
    open.set(set.name, set);
    return set;
  }
  if (!text.startsWith('add ')) return 'a line that is neither a set nor an element';
  const set = ownerOf(text, open, current);
  if (set === undefined) return 'an element of a set that is not in the dump';
  const rest = text.slice(`add ${set.name} `.length);
  if (set.type === 'list:set') {
    const member = nameIn(rest, open, true);
    if (member !== undefined) set.members.push(member);
    else return spoil(set, 'a member that is not in the dump', line);
    return set;
  }
  const stored = readElement(rest, set);
  if (stored === undefined) return spoil(set, "an element that can't be read", line);
  for (const each of stored) store(set, each);
  return set;
}

function spoil(set: OpenSet, why: string, line: SourceLine): string {
  set.unreadable ??= `${why}: ${clip(line.text)}`;
  return why;
}

/** Names are printed without quotes even where they have blanks in them, so the type tells where the name ends. */
function create(source: SourceLine): OpenSet | undefined {
  const parts = /^create (.+?) ((?:hash|bitmap|list):[a-z,]+)(?: (.*))?$/.exec(source.text);
  const name = parts?.[1];
  const type = parts?.[2];
  if (name === undefined || type === undefined) return undefined;
  const words = (parts?.[3] ?? '').split(' ');
  const value = (key: string): string | undefined => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined);
  const family: Family | undefined = FAMILYLESS.has(type) ? undefined : value('family') === 'inet6' ? 6 : 4;
  const known = SET_TYPES.get(type);
  const mask = readMask(value('netmask'), value('bitmask'), family);
  const markMask = readNumber(value('markmask') ?? '0xffffffff');
  return {
    name,
    type,
    family,
    parts: known ?? [],
    mask: mask === 'bad' ? undefined : mask,
    markMask: markMask ?? 0xffffffff,
    counters: words.includes('counters'),
    stored: new Map(),
    members: [],
    unreadable: known === undefined ? `type ${type}` : mask === 'bad' || markMask === undefined ? 'its mask' : undefined,
    source,
  };
}

function readMask(netmask: string | undefined, bitmask: string | undefined, family: Family | undefined): Ip | undefined | 'bad' {
  if (bitmask !== undefined) return parseIp(bitmask) ?? 'bad';
  if (netmask === undefined || family === undefined) return undefined;
  const length = readNumber(netmask, bitsOf(family));
  return length === undefined ? 'bad' : maskOf(family, length);
}

/** Elements follow their set; in a file that was written by hand they may stand anywhere after it. */
function ownerOf(text: string, open: ReadonlyMap<string, OpenSet>, current: OpenSet | undefined): OpenSet | undefined {
  if (current !== undefined && text.startsWith(`add ${current.name} `)) return current;
  return open.get(nameIn(text.slice('add '.length), open, false) ?? '');
}

/** The longest name of a set that the text begins with; it may have blanks, and the text may be no more than the name. */
function nameIn(text: string, open: ReadonlyMap<string, OpenSet>, whole: boolean): string | undefined {
  if (whole && open.has(text)) return text;
  for (let end = text.lastIndexOf(' ', LONGEST_NAME); end > 0; end = text.lastIndexOf(' ', end - 1)) {
    const name = text.slice(0, end);
    if (open.has(name)) return name;
  }
  return undefined;
}

/** IPSET_MAXNAMELEN less the zero behind it. */
const LONGEST_NAME = 31;

function store(set: OpenSet, { lengths, values, element }: Stored): void {
  const at = lengths.join(' ');
  let level = set.stored.get(at);
  if (level === undefined) set.stored.set(at, (level = { lengths, elements: new Map() }));
  const key = keyOf(values);
  const others = level.elements.get(key);
  if (others === undefined) level.elements.set(key, [element]);
  else others.push(element);
}

function close({ stored, ...set }: OpenSet): IpSet {
  return { ...set, levels: [...stored.values()].sort(longestFirst) };
}

/** The first net decides, then the second (linux: `mtype_test_cidrs`). */
function longestFirst(a: Level, b: Level): number {
  return (b.lengths[0] ?? 0) - (a.lengths[0] ?? 0) || (b.lengths[1] ?? 0) - (a.lengths[1] ?? 0);
}
