import { formatIp } from '../address/ip.ts';
import type { Link } from '../namespace/link.ts';
import { newPacket } from '../packet/packet.ts';
import type { TunnelPayload } from '../packet/packet.ts';
import type { DeviceOutcome } from './device-model.ts';
import { localOut } from './local-out.ts';
import { receiveHere } from './receive.ts';
import { KERNEL } from './refuse.ts';
import { type Outcome, type Outgoing, type Place, type Skb, type Walk, dropped, finding } from './walk.ts';

/** What a program reads from its device it sends in a datagram, which takes the way of any that this host sends. */
export function throughProgram(
  walk: Walk,
  place: Place,
  link: Link,
  model: string,
  { packet, outer: to, source, overhead, evidence }: Extract<DeviceOutcome, { kind: 'encapsulate' }>,
): Outcome {
  const nothing = { host: place.host.id, namespace: place.namespace.id, evidence: [] };
  const outer = newPacket<Outgoing>({
    ...to,
    src: source,
    tcpFlags: 0,
    ttl: 64,
    length: packet.length + overhead,
    df: false,
    tos: 0,
    mark: 0,
    inner: { tunnel: 'program', key: model, vni: 0, packet: { ...packet, mark: 0 }, mac: '', macFrom: nothing },
  });
  walk.step({
    kind: 'encapsulate',
    device: link.name,
    tunnel: model,
    outer: { ...outer, src: source ?? 0 },
    inner: packet,
    evidence: [link.source, ...evidence],
  });
  return localOut(walk, place, outer, KERNEL);
}

/** A socket has taken the datagram: the program there writes what is in it into its device. */
export function outOfProgram(walk: Walk, skb: Skb, { key = '', packet: inner }: TunnelPayload): Outcome {
  const { place, packet } = skb;
  const models = walk.world.devices?.filter(({ name }) => name === key) ?? [];
  const link = place.namespace.links.find((candidate) => models.some((model) => model.claims(place.namespace, candidate)));
  if (link === undefined)
    return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [], { construct: `where the program of ${key} writes to` }) };
  if (!link.up) return dropped(place, 'LINK_DOWN', [link.source], { device: link.name, destination: formatIp(inner.dst) });
  walk.step({ kind: 'decapsulate', device: link.name, tunnel: key, outer: packet, inner, evidence: [link.source] });
  return receiveHere(walk, place, link, {
    packet: inner,
    nextHop: inner.dst,
    mac: undefined,
    permanent: false,
    macFrom: { host: place.host.id, namespace: place.namespace.id, evidence: [] },
  });
}
