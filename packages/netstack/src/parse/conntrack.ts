import { parseIp } from '../address/ip.ts';
import type { ConntrackEntry } from '../namespace/namespace.ts';
import type { Tuple } from '../packet/packet.ts';
import { TCP } from '../packet/protocol.ts';
import type { SourceLine } from '../source.ts';
import type { NamespaceDump } from './artifact.ts';
import { parseInteger } from './fields.ts';
import { type Parsed, lines, read, unreadable } from './read.ts';

/** `conntrack -L -o extended,id`, once for all families and once for IPv6, since versions differ in what the first one prints: an id counts once. */
export function parseConntrack(dump: NamespaceDump): Parsed<readonly ConntrackEntry[]> {
  const source = read(dump, 'conntrack', 'conntrack');
  const value: ConntrackEntry[] = [];
  const seen = new Set<string>();
  const bad: SourceLine[] = [];
  for (const line of lines(source)) {
    // The tool's closing remark; on standard error as a rule.
    if (line.text.startsWith('conntrack v')) continue;
    const id = / id=(\d+)$/.exec(line.text)?.[1];
    if (id !== undefined && seen.has(id)) continue;
    if (id !== undefined) seen.add(id);
    const entry = readEntry(line);
    if (entry === undefined) bad.push(line);
    else value.push(entry);
  }
  return { value, gaps: [...(source.gap === undefined ? [] : [source.gap]), ...unreadable('conntrack', bad)] };
}

/** `ipv4 2 tcp 6 23 ESTABLISHED src= dst= sport= dport= [UNREPLIED] src= dst= sport= dport= [ASSURED] mark= zone= use=`. */
function readEntry(line: SourceLine): ConntrackEntry | undefined {
  const words = line.text.split(/\s+/);
  const at = words[0] === 'ipv4' || words[0] === 'ipv6' ? 2 : 0;
  const protocol = parseInteger(words[at + 1] ?? '');
  if (protocol === undefined || protocol > 255) return undefined;
  const tuples: Map<string, string>[] = [];
  const rest = new Map<string, string>();
  const marks = new Set<string>();
  for (const word of words.slice(at + 2)) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      marks.add(word);
      continue;
    }
    const key = word.slice(0, equals);
    if (key === 'src') tuples.push(new Map());
    const tuple = tuples.at(-1);
    // The identifier of an echo stands in both directions, that of the entry after them.
    const isOfTuple = tuple !== undefined && (TUPLE_KEYS.has(key) || (key === 'id' && tuple.has('type') && !tuple.has('id')));
    (isOfTuple ? tuple : rest).set(key, word.slice(equals + 1));
  }
  const [first, second, third] = tuples;
  const original = first && readTuple(first, protocol);
  const reply = second && readTuple(second, protocol);
  if (original === undefined || reply === undefined || third !== undefined) return undefined;
  const mark = parseInteger(rest.get('mark') ?? '0');
  const zone = readZone(rest);
  if (mark === undefined || zone === undefined) return undefined;
  return {
    original,
    reply,
    mark,
    zone,
    state: protocol === TCP ? words.slice(at + 2).find((word) => /^[A-Z]/.test(word)) : undefined,
    replied: !marks.has('[UNREPLIED]'),
    assured: marks.has('[ASSURED]') || marks.has('[OFFLOAD]') || marks.has('[HW_OFFLOAD]'),
    offloaded: marks.has('[OFFLOAD]') || marks.has('[HW_OFFLOAD]'),
    source: { ...line, text: withoutCounters(line.text) },
  };
}

const TUPLE_KEYS: ReadonlySet<string> = new Set(['src', 'dst', 'sport', 'dport', 'type', 'code']);

/** `zone=` for both directions, `zone-orig=` and `zone-reply=` for one. */
function readZone(fields: ReadonlyMap<string, string>): ConntrackEntry['zone'] | undefined {
  const both = fields.get('zone') ?? '0';
  const original = parseInteger(fields.get('zone-orig') ?? both);
  const reply = parseInteger(fields.get('zone-reply') ?? both);
  return original === undefined || reply === undefined ? undefined : { original, reply };
}

function readTuple(fields: ReadonlyMap<string, string>, protocol: number): Tuple | undefined {
  const src = parseIp(fields.get('src') ?? '');
  const dst = parseIp(fields.get('dst') ?? '');
  const sport = parseInteger(fields.get('sport') ?? fields.get('id') ?? '0');
  const dport = parseInteger(fields.get('dport') ?? '0');
  if (src === undefined || dst === undefined || typeof src !== typeof dst || sport === undefined || dport === undefined) return undefined;
  return { src, dst, protocol, sport, dport };
}

function withoutCounters(text: string): string {
  return text.includes('packets=') ? text.replace(/ (?:packets|bytes)=\d+/g, '') : text;
}
