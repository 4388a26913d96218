import { formatIp } from '../address/ip.ts';
import { BROADCAST_MAC, type Link } from '../namespace/link.ts';
import { linkByName } from '../namespace/lookup.ts';
import { type Located, uppersOf } from '../namespace/lower.ts';
import { bridgeInput } from './bridge.ts';
import { type Packet, innermost } from '../packet/packet.ts';
import { deviceChains } from './frame-chains.ts';
import { ipReceive } from './ip-receive.ts';
import { passesPrograms } from './programs.ts';
import type { Frame } from './transmit.ts';
import { unmarked } from './wire.ts';
import { type Outcome, type Place, type Skb, type Walk, dropped, finding } from './walk.ts';

/** A frame comes in on a device of another namespace, or of another host (linux: `__netif_receive_skb_core`). */
export function receive(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  walk.enter(place, 'forward', { device: link.name, packet: frame.packet });
  return receiveHere(walk, place, link, frame);
}

/** The same within a namespace: out of a tunnel. */
export function receiveHere(walk: Walk, place: Place, link: Link, arriving: Frame): Outcome {
  const details = () => ({ device: link.name, destination: formatIp(arriving.packet.dst) });
  if (!link.up) return dropped(place, 'LINK_DOWN', [link.source], details());
  const packet = lastRound(walk, place, link, arriving.packet);
  if (packet === undefined) return dropped(place, 'ROUTE_LOOP', [], details());
  walk.step({ kind: 'receive', device: link.name, evidence: [] });
  const opaque = passesPrograms(walk, place, link, 'ingress');
  if (opaque !== undefined) return opaque;
  const filtered = deviceChains(walk, place, link, 'ingress', packet);
  if (filtered.kind === 'stop') return filtered.outcome;
  const frame: Frame = { ...arriving, packet: filtered.packet };
  const master = link.master === undefined ? undefined : linkByName(place.namespace, link.master);
  if (master?.device.kind === 'bridge') return bridgeInput(walk, place, master, link, frame);
  if (master?.device.kind === 'bond') return receiveHere(walk, place, master, frame);
  if (master !== undefined || (link.device.kind === 'opaque' && !isModelled(walk, place, link))) {
    const construct = `device ${(master ?? link).name} of type ${master?.device.kind === 'opaque' ? master.device.type : link.device.kind}`;
    return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [(master ?? link).source], { construct }) };
  }
  const upper = upperFor(place, link, frame);
  if (upper !== undefined) {
    const above = { host: place.host, namespace: upper.namespace };
    const inside: Frame = { ...frame, vlan: undefined };
    return upper.namespace === place.namespace
      ? receiveHere(walk, place, upper.link, inside)
      : receive(walk, above, upper.link, unmarked(inside));
  }
  if (frame.vlan !== undefined)
    return dropped(place, 'MODEL_DEVICE_DROP', [link.source], {
      device: link.name,
      reason: `no device of VLAN ${String(frame.vlan)} stands on it`,
      model: 'VLANs',
    });
  return isForUs(link, frame) ? ipReceive(walk, arrived(place, link, frame)) : wrongMac(place, link, frame);
}

/** Does a plugin know what becomes of its packets? */
function isModelled({ world }: Walk, { namespace }: Place, link: Link): boolean {
  return world.devices?.some((model) => model.claims(namespace, link)) === true;
}

/**
 * The device on top that takes the frame away from this one: that of its VLAN; a macvlan with that link-layer address; an ipvlan with
 * that IP address (linux: `vlan_do_receive`, `macvlan_handle_frame`, `ipvlan_handle_frame`).
 */
function upperFor(place: Place, link: Link, frame: Frame): Located | undefined {
  const { vlan, mac, packet } = frame;
  return uppersOf(place.host, link).find(({ link: { device, up, mac: own, addresses } }) => {
    if (device.kind === 'vlan') return device.id === vlan;
    if (vlan !== undefined || !up) return false;
    const isOwner = addresses.some(({ ip }) => ip === packet.dst);
    return device.kind === 'macvlan' ? (mac === undefined ? isOwner : mac === own) : device.kind === 'ipvlan' && isOwner;
  });
}

/** Going in circles, each round is like the one before it but for the TTL: only the last is walked. `undefined` where it never ends. */
function lastRound(walk: Walk, place: Place, link: Link, packet: Packet): Packet | undefined {
  const lost = walk.revisits(place, link.name, packet);
  if (lost === undefined) return packet;
  return lost <= 0 ? undefined : aged(packet, ((innermost(packet).ttl - 1) % lost) + 1);
}

/** With another TTL; of a tunnel's packet it is the innermost that ages on its way round. */
function aged(packet: Packet, ttl: number): Packet {
  const { inner } = packet;
  return inner === undefined ? { ...packet, ttl } : { ...packet, inner: { ...inner, packet: aged(inner.packet, ttl) } };
}

function isForUs(link: Link, frame: Frame): boolean {
  return frame.mac === undefined || frame.mac === link.mac || frame.mac === BROADCAST_MAC || link.device.kind === 'loopback';
}

export function arrived(place: Place, link: Link, frame: Frame): Skb {
  return {
    place,
    packet: frame.packet,
    iif: link.name,
    bridge: undefined,
    frame: { source: frame.source, destination: frame.mac },
    zone: undefined,
    tracking: undefined,
    socket: undefined,
    balanced: undefined,
    decision: undefined,
  };
}

/** Nobody here has that address: the entry that it was taken from is wrong, where one was. */
export function wrongMac(place: Place, link: Link, frame: Frame): Outcome {
  const { macFrom } = frame;
  const details = { device: link.name, mac: frame.mac ?? '', address: formatIp(frame.nextHop), actual: link.mac ?? '' };
  if (macFrom.evidence.length === 0) return dropped(place, 'NEIGHBOUR_WRONG_MAC', [link.source], details);
  return {
    kind: 'dropped',
    finding: { code: 'NEIGHBOUR_WRONG_MAC', host: macFrom.host, namespace: macFrom.namespace, evidence: macFrom.evidence, details },
  };
}
