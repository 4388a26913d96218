import { type Ip, familyOf } from '../address/ip.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { NatRequest, TrackedConnection, Tracking } from '../netfilter/model.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import { type Range, within } from '../netfilter/parse/values.ts';
import { type Packet, type Tuple } from '../packet/packet.ts';
import { hasPorts } from '../packet/protocol.ts';
import { deviceAddress, sourceAddress6 } from '../routing/source-address.ts';
import { addressByHash } from './address-hash.ts';
import { replyTuple } from './connections.ts';

export type Manip = 'source' | 'destination';

/** Rewrites a packet as its entry says: destination at prerouting and output, source at postrouting and input (linux: `nf_nat_packet`). */
export function translate(packet: Packet, tracking: Tracking, manip: Manip): Packet {
  const entry = tracking.entry;
  if (entry === undefined || (!entry.snat && !entry.dnat)) return packet;
  if (packet.quoted !== undefined) return translateError(packet, packet.quoted, entry, tracking.direction, manip);
  const target = tracking.direction === 'original' ? replyTuple(entry.reply) : replyTuple(entry.original);
  if (manip === 'source')
    return same(packet.src, packet.sport, target.src, target.sport) ? packet : { ...packet, src: target.src, sport: target.sport };
  if (same(packet.dst, packet.dport, target.dst, target.dport)) return packet;
  const restored = { ...packet, dst: target.dst, dport: target.dport };
  if (tracking.direction === 'original' || packet.chosen?.side !== 'dport') return restored;
  return { ...restored, chosen: entry.chosen && { ...entry.chosen, side: 'dport' } };
}

function same(a: Ip, aPort: number, b: Ip, bPort: number): boolean {
  return a === b && aPort === bPort;
}

/** An ICMP error and the packet that it quotes: seen from outside it comes from the original destination (linux: `nf_nat_icmp_reply_translation`). */
function translateError(packet: Packet, quoted: Packet, entry: TrackedConnection, direction: Tracking['direction'], manip: Manip): Packet {
  if (direction === 'original') return packet;
  const inner: Packet = { ...quoted, ...entry.original };
  if (manip === 'destination') return entry.snat ? { ...packet, dst: entry.original.src } : packet;
  return { ...packet, src: entry.dnat ? entry.original.dst : packet.src, quoted: inner };
}

export type Settlement =
  /** `among`: the kernel takes any port of these, `port` is one of them. */
  | { readonly kind: 'to'; readonly ip: Ip; readonly port: number; readonly among?: Range }
  | { readonly kind: 'no-address' }
  | { readonly kind: 'unknown'; readonly construct: string };

export interface NatPlace {
  readonly namespace: NetworkNamespace;
  readonly iif: string;
  readonly oif: string;
  readonly nextHop: Ip | undefined;
  readonly output: boolean;
  readonly zone: number;
  /** Would an answer to this belong to another connection? */
  readonly isTaken: (translated: Tuple) => boolean;
  /** What other connections from this source were translated to. */
  readonly sources: () => readonly Tuple[];
}

/** What a translation may come to, before the table of connections is asked. */
interface Aim {
  readonly addresses: { readonly from: Ip; readonly to: Ip } | undefined;
  readonly ports: (Range & { readonly base?: number }) | undefined;
  readonly random: boolean;
  readonly persistent: boolean;
}

/** The address and port that a request comes to; without a request both stay, where nobody else has them. */
export function settle(request: NatRequest | undefined, manip: Manip, packet: Packet, place: NatPlace, chooser: Chooser): Settlement {
  const aim = aimOf(request, manip, packet, place);
  return aim === undefined ? { kind: 'no-address' } : uniqueTuple(aim, manip, packet, place, chooser);
}

function aimOf(request: NatRequest | undefined, manip: Manip, packet: Packet, place: NatPlace): Aim | undefined {
  const to = (ip: Ip | undefined, more: Pick<Aim, 'ports' | 'random'> = { ports: undefined, random: false }): Aim | undefined =>
    ip === undefined ? undefined : { addresses: { from: ip, to: ip }, persistent: false, ...more };
  const old = manip === 'source' ? packet.src : packet.dst;
  if (request === undefined) return to(old);
  switch (request.kind) {
    case 'range':
      return request;
    case 'masquerade':
      return to(
        typeof packet.dst === 'bigint'
          ? sourceAddress6(place.namespace, place.oif, packet.dst)
          : deviceAddress(place.namespace, place.oif, place.nextHop ?? packet.dst, 'global'),
        request,
      );
    case 'redirect': {
      const own = place.output ? (familyOf(packet.dst) === 4 ? 0x7f000001 : 1n) : firstAddress(place.namespace, place.iif, packet);
      return to(own, request);
    }
    case 'netmap':
      return to(mapped(old, request.network, request.mask));
    default:
      return request satisfies never;
  }
}

/** linux: `get_unique_tuple`. */
function uniqueTuple(aim: Aim, manip: Manip, packet: Packet, place: NatPlace, chooser: Chooser): Settlement {
  const { addresses, ports, random } = aim;
  const old = manip === 'source' ? { ip: packet.src, port: packet.sport } : { ip: packet.dst, port: packet.dport };
  const hasRange = ports !== undefined && hasPorts(packet.protocol);
  const isFree = (ip: Ip, port: number): boolean =>
    !place.isTaken(
      manip === 'source'
        ? { src: ip, dst: packet.dst, protocol: packet.protocol, sport: port, dport: packet.dport }
        : { src: packet.src, dst: ip, protocol: packet.protocol, sport: packet.sport, dport: port },
    );
  const fits = (ip: Ip, port: number): boolean =>
    (addresses === undefined || (ip >= addresses.from && ip <= addresses.to)) && (!hasRange || within(ports, port));
  if (manip === 'source' && !random) {
    if (fits(old.ip, old.port)) {
      if (isFree(old.ip, old.port)) return { kind: 'to', ip: old.ip, port: old.port };
    } else {
      // One source is the same to everybody, where that can be.
      const [same] = place.sources().filter(({ src, sport }) => fits(src, sport));
      if (same !== undefined && isFree(same.src, same.sport)) return { kind: 'to', ip: same.src, port: same.sport };
    }
  }
  const ip = addresses === undefined ? old.ip : addressOf(addresses, packet, aim.persistent, place.zone);
  const keeps = hasRange
    ? ports.base === undefined && within(ports, old.port) && (ports.from === ports.to || isFree(ip, old.port))
    : isFree(ip, old.port);
  if (!random && keeps) return { kind: 'to', ip, port: old.port };
  const port = portOf(aim, manip, packet, old.port, (candidate) => isFree(ip, candidate), chooser);
  return port === undefined ? { kind: 'unknown', construct: 'a destination port taken at random' } : { kind: 'to', ip, ...port };
}

function addressOf(addresses: NonNullable<Aim['addresses']>, packet: Packet, persistent: boolean, zone: number): Ip {
  return addresses.from === addresses.to ? addresses.from : addressByHash(addresses, packet.src, packet.dst, persistent, zone);
}

/**
 * linux: `nf_nat_l4proto_unique_tuple`. A destination's port is only changed where a rule says so; `undefined` where it may be one of too
 * many to walk with each.
 */
function portOf(
  { ports, random }: Aim,
  manip: Manip,
  packet: Packet,
  old: number,
  isFree: (port: number) => boolean,
  chooser: Chooser,
): { readonly port: number; readonly among?: Range } | undefined {
  if (!hasPorts(packet.protocol))
    return packet.icmp === undefined || manip === 'destination' ? { port: old } : { port: old, among: { from: 0, to: 0xffff } };
  if (ports === undefined && manip === 'destination') return { port: old };
  const range = ports ?? classOf(old);
  const { from, to } = range;
  const size = to - from + 1;
  if (size === 1) return { port: from };
  if (ports?.base !== undefined) return { port: from + (((old - ports.base) & 0xffff) % size) };
  if (manip === 'destination') {
    if (!random) return { port: firstFree(range, isFree) };
    return size > MOST_PORTS ? undefined : { port: chooser.pick([...portsFrom(range)], () => 1) };
  }
  return { port: within(range, old) && isFree(old) ? old : firstFree(range, isFree), among: { from, to } };
}

/** Where each port that a destination may get is a way of its own. */
const MOST_PORTS = 64;

/** A source port stays among its like. */
function classOf(port: number): Range {
  return port < 512 ? { from: 1, to: 511 } : port < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 0xffff };
}

function firstFree(range: Range, isFree: (port: number) => boolean): number {
  for (const port of portsFrom(range)) if (isFree(port)) return port;
  return range.from;
}

function* portsFrom({ from, to }: Range): Generator<number> {
  for (let port = from; port <= to; port++) yield port;
}

function firstAddress(ns: NetworkNamespace, device: string, packet: Packet): Ip | undefined {
  const family = familyOf(packet.dst);
  return linkByName(ns, device)?.addresses.find((address) => familyOf(address.ip) === family && address.scope !== 'host')?.ip;
}

function mapped(ip: Ip, network: Ip, mask: Ip): Ip {
  if (typeof ip === 'number') return ((ip & ~Number(mask)) | Number(network)) >>> 0;
  return (ip & ~BigInt(mask)) | BigInt(network);
}
