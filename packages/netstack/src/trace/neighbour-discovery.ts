import type { Ip } from '../address/ip.ts';
import { isLinkLocal } from '../address/ip.ts';
import type { Link } from '../namespace/link.ts';
import type { Hook } from '../netfilter/model.ts';
import { ICMPV6 } from '../packet/protocol.ts';
import type { Packet } from '../packet/packet.ts';
import type { Finding } from './finding.ts';
import { KERNEL } from './refuse.ts';
import { runHook } from './run-hook.ts';
import { type Place, type Skb, Walk } from './walk.ts';

const SOLICITATION = 135;
const ADVERTISEMENT = 136;

/** Why a message of neighbour discovery gets no further. */
export interface Lost {
  readonly kind: 'dropped' | 'unknown';
  readonly finding: Finding;
}

/** An end of the wire: who asks, or who answers. */
export interface End {
  readonly place: Place;
  readonly link: Link;
}

/**
 * The source of a question: the packet's own where the device has it, else the device's link-local one, as soon as nobody else turned out
 * to have it (linux: `ndisc_solicit`).
 */
export function solicitingAddress({ addresses }: Link, { src }: Packet): bigint | undefined {
  const asIs = addresses.find(({ ip, tentative }) => ip === src && !tentative);
  const found = asIs ?? addresses.find(({ ip }) => typeof ip === 'bigint' && isLinkLocal(ip));
  return typeof found?.ip === 'bigint' ? found.ip : undefined;
}

/**
 * A question leaves: unlike ARP it is a packet of IP, and passes ip6tables and nft (linux: `ndisc_send_skb`). `undefined` where nothing
 * stops it.
 */
export function soliciting(walk: Walk, asker: End, source: bigint, target: bigint): Lost | undefined {
  return leaves(walk, asker, message(SOLICITATION, source, solicitedNode(target)));
}

/** It arrives, and is answered. */
export function answering(walk: Walk, station: End, source: bigint, target: bigint): Lost | undefined {
  return (
    arrives(walk, station, message(SOLICITATION, source, solicitedNode(target))) ??
    leaves(walk, station, message(ADVERTISEMENT, target, source))
  );
}

/** The answer arrives. */
export function hearing(walk: Walk, asker: End, source: bigint, target: bigint): Lost | undefined {
  return arrives(walk, asker, message(ADVERTISEMENT, target, source));
}

/** RFC 4291, 2.7.1 */
function solicitedNode(target: bigint): bigint {
  return 0xff0200000000000000000001ff000000n | (target & 0xffffffn);
}

function message(type: number, src: Ip, dst: Ip): Packet {
  return {
    src,
    dst,
    protocol: ICMPV6,
    sport: 0,
    dport: 0,
    icmp: { type, code: 0 },
    tcpFlags: 0,
    ttl: 255,
    length: 72,
    df: false,
    tos: 0,
    mark: 0,
  };
}

function leaves(walk: Walk, { place, link }: End, packet: Packet): Lost | undefined {
  return pass(walk, { ...skbOf(place, packet), socket: KERNEL }, ['output', 'postrouting'], link.name);
}

function arrives(walk: Walk, { place, link }: End, packet: Packet): Lost | undefined {
  return pass(walk, { ...skbOf(place, packet), iif: link.master ?? link.name }, ['prerouting', 'input'], '');
}

function skbOf(place: Place, packet: Packet): Skb {
  return { place, packet, iif: '', bridge: undefined, tracking: undefined, socket: undefined, decision: undefined };
}

/** A walk of its own: what becomes of it is no step of the packet that waits. */
function pass({ world, chooser }: Walk, start: Skb, hooks: readonly Hook[], oif: string): Lost | undefined {
  const aside = new Walk(world, chooser, {});
  let skb = start;
  for (const hook of hooks) {
    const result = runHook(aside, skb, hook, { oif });
    if (result.kind === 'stop') {
      const { outcome } = result;
      if (outcome.kind === 'served' || outcome.kind === 'left') return undefined;
      return { kind: outcome.kind === 'unknown' ? 'unknown' : 'dropped', finding: outcome.finding };
    }
    skb = result.skb;
  }
  return undefined;
}
