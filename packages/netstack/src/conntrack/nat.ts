import { type Ip, familyOf } from '../address/ip.ts';
import type { NetworkNamespace } from '../namespace/namespace.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { NatRequest, TrackedConnection, Tracking } from '../netfilter/model.ts';
import type { Chooser } from '../netfilter/walk.types.ts';
import type { Packet } from '../packet/packet.ts';
import { hasPorts } from '../packet/protocol.ts';
import { deviceAddress } from '../routing/source-address.ts';
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
  return same(packet.dst, packet.dport, target.dst, target.dport) ? packet : { ...packet, dst: target.dst, dport: target.dport };
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

export type Settlement = { readonly kind: 'to'; readonly ip: Ip; readonly port: number } | { readonly kind: 'no-address' };

export interface NatPlace {
  readonly namespace: NetworkNamespace;
  readonly iif: string;
  readonly oif: string;
  readonly nextHop: Ip | undefined;
  readonly output: boolean;
}

/** The address and port that a request comes to. A port that the kernel chooses at random stays as it is here. */
export function settle(request: NatRequest, packet: Packet, place: NatPlace, chooser: Chooser): Settlement {
  const oldIp = request.manip === 'source' ? packet.src : packet.dst;
  const oldPort = request.manip === 'source' ? packet.sport : packet.dport;
  switch (request.kind) {
    case 'range': {
      const ip = request.addresses === undefined ? oldIp : fromRange(request.addresses, chooser);
      return { kind: 'to', ip, port: portIn(request.ports, oldPort, packet) };
    }
    case 'masquerade': {
      const ip = deviceAddress(place.namespace, place.oif, place.nextHop ?? packet.dst, 'global');
      return ip === undefined ? { kind: 'no-address' } : { kind: 'to', ip, port: portIn(request.ports, oldPort, packet) };
    }
    case 'redirect': {
      const ip = place.output ? (familyOf(packet.dst) === 4 ? 0x7f000001 : 1n) : firstAddress(place.namespace, place.iif, packet);
      return ip === undefined ? { kind: 'no-address' } : { kind: 'to', ip, port: portIn(request.ports, oldPort, packet) };
    }
    case 'netmap':
      return { kind: 'to', ip: mapped(oldIp, request.network, request.mask), port: oldPort };
    default:
      return request satisfies never;
  }
}

/** The kernel picks by a hash of the addresses, which is not in a dump: every address may be the one. */
function fromRange(range: { readonly from: Ip; readonly to: Ip }, chooser: Chooser): Ip {
  if (range.from === range.to) return range.from;
  const addresses: Ip[] = [];
  if (typeof range.from === 'number') for (let ip = range.from; ip <= Number(range.to) && addresses.length < 64; ip++) addresses.push(ip);
  else for (let ip = range.from; ip <= BigInt(range.to) && addresses.length < 64; ip++) addresses.push(ip);
  return chooser.pick(addresses, () => 1);
}

function portIn(
  ports: { readonly from: number; readonly to: number; readonly base?: number } | undefined,
  old: number,
  packet: Packet,
): number {
  if (ports === undefined || !hasPorts(packet.protocol)) return old;
  if (ports.base !== undefined) return ports.from + (old - ports.base);
  return old >= ports.from && old <= ports.to ? old : ports.from;
}

function firstAddress(ns: NetworkNamespace, device: string, packet: Packet): Ip | undefined {
  const family = familyOf(packet.dst);
  return linkByName(ns, device)?.addresses.find((address) => familyOf(address.ip) === family && address.scope !== 'host')?.ip;
}

function mapped(ip: Ip, network: Ip, mask: Ip): Ip {
  if (typeof ip === 'number') return ((ip & ~Number(mask)) | Number(network)) >>> 0;
  return (ip & ~BigInt(mask)) | BigInt(network);
}
