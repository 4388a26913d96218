import { type Ip, familyOf, parseIp } from '../address/ip.ts';
import { type Prefix, bitsOf, contains, hostPrefix, parsePrefix, prefix } from '../address/prefix.ts';
import { readProtocol } from '../netfilter/matches/protocol-names.ts';
import { readMasked, readNumber } from '../netfilter/parse/values.ts';
import { ICMP, ICMPV6, TCP } from '../packet/protocol.ts';
import { readIcmp } from './icmp-names.ts';
import type { IpSet, Part, SetElement, SetKey } from './set.ts';

/** One element under its key; a range stands for several. */
export interface Stored {
  readonly lengths: readonly number[];
  readonly values: readonly SetKey[];
  readonly element: SetElement;
}

type Shape = Pick<IpSet, 'parts' | 'mask' | 'markMask' | 'family'>;

/** More elements than that a written range does not stand for. */
const MOST = 65536;

/** Reads what follows `add NAME`; `undefined` where a word of it is not understood. */
export function readElement(text: string, set: Shape): readonly Stored[] | undefined {
  const [first = '', ...words] = text.split(' ');
  const options = readOptions(words);
  const parts = splitParts(first, set.parts);
  if (options === undefined || parts === undefined) return undefined;
  let found: readonly { readonly lengths: readonly number[]; readonly values: readonly SetKey[] }[] = [{ lengths: [], values: [] }];
  let iface: SetElement['iface'];
  let mac: string | undefined;
  for (const [i, part] of set.parts.entries()) {
    const word = parts[i];
    if (word === undefined) {
      // bitmap:ip,mac: the address is there with any MAC address.
      if (part !== 'mac') return undefined;
    } else if (part === 'iface') iface = { ...readInterface(word), wildcard: options.wildcard };
    else if (part === 'mac') {
      mac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.exec(word)?.[0].toLowerCase();
      if (mac === undefined) return undefined;
    } else {
      const values = readPart(part, word, set);
      if (values === undefined || values.length * found.length > MOST) return undefined;
      found = found.flatMap((sofar) =>
        values.map((value) => ({
          lengths: value.length === undefined ? sofar.lengths : [...sofar.lengths, value.length],
          values: [...sofar.values, value.key],
        })),
      );
    }
  }
  const element: SetElement = { nomatch: options.nomatch, iface, mac, skbmark: options.skbmark };
  return found.map((stored) => ({ ...stored, element }));
}

interface ElementOptions {
  readonly nomatch: boolean;
  readonly wildcard: boolean;
  readonly skbmark: SetElement['skbmark'];
}

/** `timeout` is what was left of an element's life at the time of the dump; the packet is as of then, so it is there. */
function readOptions(words: readonly string[]): ElementOptions | undefined {
  let options: ElementOptions = { nomatch: false, wildcard: false, skbmark: undefined };
  for (let i = 0; i < words.length; i++) {
    switch (words[i]) {
      case 'nomatch':
        options = { ...options, nomatch: true };
        break;
      case 'wildcard':
        options = { ...options, wildcard: true };
        break;
      case 'skbmark': {
        const skbmark = readMasked(words[++i]);
        if (skbmark === undefined) return undefined;
        options = { ...options, skbmark };
        break;
      }
      case 'timeout':
      case 'packets':
      case 'bytes':
      case 'skbprio':
      case 'skbqueue':
        if (words[++i] === undefined) return undefined;
        break;
      case 'comment': {
        // The rest up to the closing quote; ipset allows no quote inside.
        const start = ++i;
        while (i < words.length && !(words[i]?.endsWith('"') === true && (i > start || words[i] !== '"'))) i++;
        if (i >= words.length || words[start]?.startsWith('"') !== true) return undefined;
        break;
      }
      default:
        return undefined;
    }
  }
  return options;
}

/** An interface may have commas in its name; it is the last part. */
function splitParts(text: string, parts: readonly Part[]): readonly string[] | undefined {
  const words = text.split(',');
  if (parts.at(-1) === 'iface') return [...words.slice(0, parts.length - 1), words.slice(parts.length - 1).join(',')];
  return words.length <= parts.length ? words : undefined;
}

function readInterface(text: string): { readonly name: string; readonly physdev: boolean } {
  return text.startsWith('physdev:') ? { name: text.slice('physdev:'.length), physdev: true } : { name: text, physdev: false };
}

interface PartValue {
  readonly key: SetKey;
  /** Set for a net. */
  readonly length: number | undefined;
}

function readPart(part: Exclude<Part, 'iface' | 'mac'>, text: string, set: Shape): readonly PartValue[] | undefined {
  switch (part) {
    case 'net':
      return readNets(text, set)?.map((net) => ({ key: masked(net.address, set.mask), length: net.length }));
    case 'ip':
      return readHosts(text, set)?.map((ip) => ({ key: masked(ip, set.mask), length: undefined }));
    case 'port':
      return readPorts(text)?.map((key) => ({ key, length: undefined }));
    case 'bare-port':
      return readPortRange(text.replace(/^(?:tcp|udp):/, ''))?.map((key) => ({ key, length: undefined }));
    case 'mark': {
      const mark = readNumber(text);
      return mark === undefined ? undefined : [{ key: (mark & set.markMask) >>> 0, length: undefined }];
    }
    default:
      return part satisfies never;
  }
}

export function masked(ip: Ip, mask: Ip | undefined): Ip {
  if (mask === undefined) return ip;
  return typeof ip === 'number' ? (ip & Number(mask)) >>> 0 : ip & BigInt(mask);
}

function readNets(text: string, set: Shape): readonly Prefix[] | undefined {
  if (text.includes('-')) {
    const range = readIpRange(text, set);
    return range === undefined ? undefined : prefixesOf(range.from, range.to);
  }
  const net = parsePrefix(text);
  return net === undefined || familyOf(net.address) !== set.family || net.length === undefined ? undefined : [net];
}

function readHosts(text: string, set: Shape): readonly Ip[] | undefined {
  const single = parseIp(text);
  if (single !== undefined) return familyOf(single) === set.family ? [single] : undefined;
  const range = text.includes('-') ? readIpRange(text, set) : rangeOf(parsePrefix(text), set);
  if (range === undefined || range.to - range.from >= MOST) return undefined;
  return Array.from({ length: range.to - range.from + 1 }, (_, i) => range.from + i);
}

interface IpRange {
  readonly from: number;
  readonly to: number;
}

/** ipset knows ranges for IPv4 alone. */
function readIpRange(text: string, set: Shape): IpRange | undefined {
  const [from, to, ...more] = text.split('-').map(parseIp);
  if (typeof from !== 'number' || typeof to !== 'number' || more.length > 0 || from > to || set.family !== 4) return undefined;
  return { from, to };
}

function rangeOf(net: Prefix | undefined, set: Shape): IpRange | undefined {
  if (typeof net?.address !== 'number' || net.length === undefined || set.family !== 4) return undefined;
  return { from: net.address, to: net.address + 2 ** (32 - net.length) - 1 };
}

/** The largest prefixes that make up a range. */
function prefixesOf(from: number, to: number): readonly Prefix[] {
  const result: Prefix[] = [];
  for (let next = from; next <= to;) {
    let best = hostPrefix(next);
    for (let length = bitsOf(4) - 1; length >= 0; length--) {
      const wider = prefix(next, length);
      const last = next + 2 ** (32 - length) - 1;
      if (wider.address !== next || last > to || !contains(wider, next)) break;
      best = wider;
    }
    result.push(best);
    next += 2 ** (32 - (best.length ?? 32));
  }
  return result;
}

/** `tcp:80`, `udp:53-54`, `icmp:echo-request`, `gre:0`; TCP where no protocol is named. */
function readPorts(text: string): readonly string[] | undefined {
  const colon = text.indexOf(':');
  const protocol = colon < 0 ? TCP : readProtocol(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  if (protocol === undefined) return undefined;
  if (protocol === ICMP || protocol === ICMPV6) {
    const icmp = readIcmp(rest, protocol === ICMP ? 4 : 6);
    return icmp === undefined ? undefined : [portKey(protocol, icmp)];
  }
  return readPortRange(rest)?.map((port) => portKey(protocol, port));
}

export function portKey(protocol: number, port: number): string {
  return `${String(protocol)}:${String(port)}`;
}

function readPortRange(text: string): readonly number[] | undefined {
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const from = readNumber(parts?.[1], 0xffff);
  const to = parts?.[2] === undefined ? from : readNumber(parts[2], 0xffff);
  if (from === undefined || to === undefined || from > to) return undefined;
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
