import { type Ip, familyOf } from '../../../address/ip.ts';
import { bitsOf, maskOf } from '../../../address/prefix.ts';
import type { MatchContext, NatRequest, TargetResult } from '../../model.ts';
import { type Fields, fieldsOf, textOf, textsOf } from '../../parse/json.ts';
import { type DataType, TYPES } from '../data-type.ts';
import { readLookup } from '../lookup.ts';
import { type Pattern, readPattern } from '../pattern.ts';
import { readExpression } from '../read-expression.ts';
import type { Scope } from '../scope.ts';
import type { Statement, StatementReader } from '../statement.ts';

/** Where to: a constant, or what a map has for the packet. Several of them are a fork. */
type Destination = (context: MatchContext) => TargetResult;
type Use = (data: readonly Pattern[], context: MatchContext) => TargetResult;

interface Span {
  readonly from: number;
  readonly to: number;
}

export const dnat = toAddress('destination');
export const snat = toAddress('source');

/** `dnat ip to …`: of an inet table it is for packets of that family, others go on. */
function toAddress(manip: 'source' | 'destination'): StatementReader {
  return (content, scope) => {
    const fields = fieldsOf(content);
    if (fields === undefined || !FAMILIES.has(fields['family'])) return undefined;
    const family = familyFor(fields, scope);
    const address = family === 6 ? TYPES.ipv6_addr : TYPES.ipv4_addr;
    const ports = readPorts(fields['port'], scope);
    if (ports === undefined) return undefined;
    const use: Use = ([to, port], context) => {
      const span = port === undefined ? ports(context) : portSpan(port);
      if (span === 'unknown') return { kind: 'unknown', construct: 'nftables port to translate to' };
      const request = to === undefined ? portsOnly(manip, span, fields) : requestFor(manip, to, span, fields);
      return request === undefined ? { kind: 'unknown', construct: `nftables ${manip} to translate to` } : { kind: 'nat', request };
    };
    const destination =
      fields['addr'] === undefined ? (context: MatchContext) => use([], context) : readDestination(fields['addr'], address, scope, use);
    if (destination === undefined) return undefined;
    const apply: Destination = (context) =>
      family !== undefined && familyOf(context.packet.dst) !== family ? { kind: 'continue' } : destination(context);
    return { kind: 'action', apply };
  };
}

/** Of an inet table it is said, elsewhere it is the table's. */
const FAMILIES: ReadonlySet<unknown> = new Set([undefined, 'ip', 'ip6']);

function familyFor(fields: Fields, scope: Scope): 4 | 6 | undefined {
  const named = textOf(fields['family']) ?? scope.family;
  return named === 'ip' ? 4 : named === 'ip6' ? 6 : undefined;
}

/** A constant of that type, or a map to such values, or to `address . port`. */
function readDestination(json: unknown, type: DataType, scope: Scope, use: Use): Destination | undefined {
  const constant = readPattern(json, type);
  if (constant !== undefined) return (context) => use([constant], context);
  const map = fieldsOf(fieldsOf(json)?.['map']);
  const key = readExpression(map?.['key'], scope);
  const lookup = key === undefined ? undefined : readLookup(map?.['data'], key, scope);
  if (key === undefined || lookup?.kind !== 'map') return undefined;
  const resultOf = (fields: Parameters<typeof lookup.elements.find>[0], context: MatchContext): TargetResult => {
    const found = lookup.elements.find(fields);
    if (found.kind === 'miss') return { kind: 'break' };
    if (found.kind === 'unknown') return { kind: 'unknown', construct: `elements of map ${lookup.name} that are not understood` };
    const result = use(found.element.value, context);
    return found.element.source === undefined ? result : { ...result, by: found.element.source() };
  };
  return (context) => {
    const value = key.evaluate(context);
    switch (value.kind) {
      case 'none':
        return { kind: 'break' };
      case 'unknown':
        return { kind: 'unknown', construct: value.construct };
      case 'value':
        return resultOf(value.fields, context);
      case 'one-of':
        return { kind: 'choose', options: value.options.map(({ weight, fields }) => ({ weight, result: resultOf(fields, context) })) };
      default:
        return value satisfies never;
    }
  };
}

function readPorts(json: unknown, scope: Scope): ((context: MatchContext) => Span | undefined | 'unknown') | undefined {
  if (json === undefined) return () => undefined;
  const constant = readPattern(json, TYPES.inet_service);
  if (constant !== undefined) {
    const span = portSpan(constant);
    return () => span;
  }
  const expression = readExpression(json, scope);
  if (expression === undefined) return undefined;
  return (context) => {
    const value = expression.evaluate(context);
    const port = value.kind === 'value' ? value.fields[0] : undefined;
    return typeof port === 'number' ? { from: port, to: port } : 'unknown';
  };
}

function portSpan(pattern: Pattern): Span | 'unknown' {
  const ends = endsOf(pattern);
  return typeof ends?.from === 'number' && typeof ends.to === 'number' ? { from: ends.from, to: ends.to } : 'unknown';
}

function endsOf(pattern: Pattern): { readonly from: Ip; readonly to: Ip } | undefined {
  const [from, to] =
    pattern.kind === 'exact'
      ? [pattern.value, pattern.value]
      : pattern.kind === 'range'
        ? [pattern.from, pattern.to]
        : [undefined, undefined];
  if (from === undefined || to === undefined || typeof from === 'string' || typeof to === 'string') return undefined;
  return { from, to };
}

function flagsOf(fields: Fields | undefined): { readonly random: boolean; readonly persistent: boolean; readonly netmap: boolean } {
  const flags = textsOf(fields?.['flags']);
  return {
    random: flags.includes('random') || flags.includes('fully-random'),
    persistent: flags.includes('persistent'),
    netmap: flags.includes('netmap'),
  };
}

function portsOnly(manip: 'source' | 'destination', ports: Span | undefined, fields: Fields): NatRequest {
  const { random, persistent } = flagsOf(fields);
  return { manip, kind: 'range', addresses: undefined, ports, random, persistent };
}

function requestFor(manip: 'source' | 'destination', to: Pattern, ports: Span | undefined, fields: Fields): NatRequest | undefined {
  const addresses = endsOf(to);
  const { random, persistent, netmap } = flagsOf(fields);
  if (addresses === undefined) return undefined;
  if (!netmap) return { manip, kind: 'range', addresses, ports, random, persistent };
  const mask = maskBetween(addresses.from, addresses.to);
  return mask === undefined || ports !== undefined ? undefined : { manip, kind: 'netmap', network: addresses.from, mask };
}

/** The mask of the network that begins and ends there. */
function maskBetween(from: Ip, to: Ip): Ip | undefined {
  const family = familyOf(from);
  const size = BigInt(to) - BigInt(from) + 1n;
  const isNetwork = (size & (size - 1n)) === 0n && BigInt(from) % size === 0n;
  return isNetwork ? maskOf(family, bitsOf(family) - (size.toString(2).length - 1)) : undefined;
}

/** To the address of the out-device. */
export const masquerade: StatementReader = (content, scope) =>
  toOwnAddress(content, scope, (ports, random) => ({ manip: 'source', kind: 'masquerade', ports, random }));

/** To the in-device's address, or loopback in output. */
export const redirect: StatementReader = (content, scope) =>
  toOwnAddress(content, scope, (ports, random) => ({ manip: 'destination', kind: 'redirect', ports, random }));

function toOwnAddress(
  content: unknown,
  scope: Scope,
  requestOf: (ports: Span | undefined, random: boolean) => NatRequest,
): Statement | undefined {
  const fields = fieldsOf(content);
  if (content !== null && fields === undefined) return undefined;
  const ports = readPorts(fields?.['port'], scope);
  if (ports === undefined) return undefined;
  const { random } = flagsOf(fields);
  return {
    kind: 'action',
    apply: (context) => {
      const span = ports(context);
      return span === 'unknown'
        ? { kind: 'unknown', construct: 'nftables port to translate to' }
        : { kind: 'nat', request: requestOf(span, random) };
    },
  };
}
