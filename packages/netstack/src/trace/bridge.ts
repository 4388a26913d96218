import { familyOf, formatIp } from '../address/ip.ts';
import { BROADCAST_MAC, type Link, type Mac } from '../namespace/link.ts';
import { conf, sysctl, sysctlSource } from '../namespace/lookup.ts';
import type { BridgeInfo } from '../netfilter/model.ts';
import { lookup } from '../routing/lookup.ts';
import { validateSource } from '../routing/validate-source.ts';
import { bridgeChains } from './frame-chains.ts';
import { ipReceive, routeInput } from './ip-receive.ts';
import { decide, stepRoute } from './local-out.ts';
import { resolve } from './neighbour.ts';
import { enterBridge, lacksVlans, leaveBridge } from './bridge-vlans.ts';
import { arrived, receiveHere, wrongMac } from './receive.ts';
import { refuseByIcmp } from './refuse.ts';
import { runHook } from './run-hook.ts';
import { forwardsFrames, isDeaf, portsOf, stations } from './segment.ts';
import { type Frame, transmit } from './transmit.ts';
import { type Outcome, type Place, type Skb, type Walk, dropped, finding } from './walk.ts';

/** A frame comes in on a port (linux: `br_handle_frame`, with br_netfilter's hooks around it). */
export function bridgeInput(walk: Walk, place: Place, bridge: Link, port: Link, arriving: Frame): Outcome {
  const details = () => ({ bridge: bridge.name, port: port.name, destination: formatIp(arriving.packet.dst) });
  if (!bridge.up) return dropped(place, 'LINK_DOWN', [bridge.source], { device: bridge.name, destination: details().destination });
  if (!forwardsFrames(port))
    return dropped(place, 'BRIDGE_PORT_NOT_FORWARDING', [port.port?.source ?? port.source], {
      ...details(),
      state: port.port?.state ?? '',
    });
  if (lacksVlans(place, bridge)) return vlansNotRead(place, bridge);
  const vlan = enterBridge(bridge, port, arriving.vlan);
  if (vlan === 'refused') return otherVlan(place, bridge, port, arriving.vlan);
  const first = bridgeChains(walk, place, 'prerouting', arriving.packet, { iif: port.name, oif: '' });
  if (first.kind === 'stop') return first.outcome;
  const frame: Frame = { ...arriving, packet: first.packet };
  // bridge-nf-filter-vlan-tagged is off by default: tagged frames pass by.
  const filters = frame.vlan === undefined && callsIptables(place, bridge, frame);
  // Without bridge netfilter nobody notes the port.
  const info: BridgeInfo | undefined = filters ? { inPort: port.name, outPort: undefined, bridged: false } : undefined;
  let skb: Skb = { ...arrived(place, bridge, frame), bridge: info };
  if (filters) {
    const prerouted = runHook(walk, skb, 'prerouting', { oif: '' });
    if (prerouted.kind === 'stop') return prerouted.outcome;
    if (prerouted.skb.packet.dst !== skb.packet.dst) return redirected(walk, prerouted.skb, bridge, port, { ...frame, vlan });
    skb = prerouted.skb;
  }
  if (frame.mac === undefined || isLocal(place, bridge, frame.mac)) {
    const tag = leaveBridge(bridge, bridge, vlan);
    if (tag === 'refused') return otherVlan(place, bridge, bridge, vlan);
    const up = bridgeChains(walk, place, 'input', skb.packet, { iif: port.name, oif: '' });
    if (up.kind === 'stop') return up.outcome;
    if (tag !== undefined) return receiveHere(walk, place, bridge, { ...frame, packet: up.packet, vlan: tag });
    skb = { ...skb, packet: up.packet };
    return filters ? routeInput(walk, skb) : ipReceive(walk, skb);
  }
  return switchTo(walk, skb, bridge, port, { ...frame, packet: skb.packet, vlan }, filters);
}

/**
 * PREROUTING gave the frame another destination. Where the route leaves by the same bridge it is switched to the new neighbour,
 * where not it is handed up (linux: `br_nf_pre_routing_finish`).
 */
function redirected(walk: Walk, start: Skb, bridge: Link, port: Link, frame: Frame): Outcome {
  const { place, packet } = start;
  const found = lookup(
    place.namespace,
    {
      dst: packet.dst,
      src: packet.src,
      iif: bridge.name,
      mark: packet.mark,
      tos: packet.tos,
      protocol: packet.protocol,
      sport: packet.sport,
      dport: packet.dport,
      uid: 0,
    },
    walk.chooser,
  );
  if (found.kind === 'refused') return routeInput(walk, start);
  const decision = decide(found);
  if (decision.kind !== 'unicast' || decision.device !== bridge.name) return routeInput(walk, start);
  const skb: Skb = { ...start, decision };
  const details = () => ({ device: bridge.name, destination: formatIp(packet.dst), source: formatIp(packet.src) });
  if (familyOf(packet.dst) === 4 && conf.own(place.namespace, bridge.name, 'forwarding') === 0) {
    const path = `net/ipv4/conf/${bridge.name}/forwarding`;
    return dropped(place, 'SYSCTL_FORWARDING_OFF', [sysctlSource(place.namespace, path)], { ...details(), sysctl: path });
  }
  const valid = validateSource(place.namespace, packet, bridge.name, bridge.name, walk.chooser);
  if (valid.kind === 'refused') return dropped(place, valid.code, valid.evidence, details());
  stepRoute(walk, skb);
  const resolution = resolve(walk, skb, bridge, decision.via ?? packet.dst);
  switch (resolution.kind) {
    case 'mac':
      return switchTo(
        walk,
        { ...skb, decision: undefined },
        bridge,
        port,
        {
          ...frame,
          packet,
          nextHop: decision.via ?? packet.dst,
          mac: resolution.mac,
          permanent: resolution.permanent,
          macFrom: resolution.from,
        },
        true,
      );
    // Whose frame was for this host is told, as of any route; of one for another host no error is sent (linux: `__icmp_send`, PACKET_HOST).
    case 'unanswered':
      return frame.mac === undefined || isLocal(place, bridge, frame.mac)
        ? refuseByIcmp(walk, skb, 'host-unreachable', resolution.finding)
        : { kind: 'dropped', finding: resolution.finding };
    case 'unknown':
      return { kind: 'unknown', finding: resolution.finding };
    case 'external':
      return switchTo(
        walk,
        { ...skb, decision: undefined },
        bridge,
        port,
        { ...frame, packet, mac: undefined, permanent: false, edge: resolution.edge },
        true,
      );
    default:
      return resolution satisfies never;
  }
}

/** From port to port: FORWARD and POSTROUTING with the bridge as both devices, no route, TTL as it is. */
function switchTo(walk: Walk, start: Skb, bridge: Link, from: Link, frame: Frame, filters: boolean): Outcome {
  const { place } = start;
  const chosen = choosePort(walk, place, bridge, from, frame);
  if (chosen.kind === 'end') return chosen.outcome;
  const to = chosen.port;
  walk.step({ kind: 'bridge', bridge: bridge.name, from: from.name, to: to.name, evidence: [] });
  const across = bridgeChains(walk, place, 'forward', frame.packet, { iif: from.name, oif: to.name });
  if (across.kind === 'stop') return across.outcome;
  const outgoing: Frame = { ...frame, packet: across.packet, vlan: chosen.tag };
  if (!filters) return outOf(walk, place, to, outgoing);
  const skb: Skb = { ...start, packet: across.packet, bridge: { inPort: from.name, outPort: to.name, bridged: true } };
  const options = { oif: bridge.name, nextHop: frame.nextHop };
  const forwarded = runHook(walk, skb, 'forward', options);
  if (forwarded.kind === 'stop') return forwarded.outcome;
  const leaving = runHook(walk, forwarded.skb, 'postrouting', options);
  if (leaving.kind === 'stop') return leaving.outcome;
  return outOf(walk, place, to, { ...outgoing, packet: leaving.skb.packet });
}

/** The last of the bridge's own hooks. */
function outOf(walk: Walk, place: Place, port: Link, frame: Frame): Outcome {
  const last = bridgeChains(walk, place, 'postrouting', frame.packet, { iif: '', oif: port.name });
  return last.kind === 'stop' ? last.outcome : transmit(walk, place, port, { ...frame, packet: last.packet });
}

/** Out of the bridge device itself: what this host sends. Every port may take it. */
export function bridgeOutput(walk: Walk, place: Place, bridge: Link, frame: Frame): Outcome {
  if (lacksVlans(place, bridge)) return vlansNotRead(place, bridge);
  const vlan = enterBridge(bridge, bridge, frame.vlan);
  if (vlan === 'refused') return otherVlan(place, bridge, bridge, frame.vlan);
  const chosen = choosePort(walk, place, bridge, undefined, { ...frame, vlan });
  if (chosen.kind === 'end') return chosen.outcome;
  walk.step({ kind: 'bridge', bridge: bridge.name, from: bridge.name, to: chosen.port.name, evidence: [] });
  const own = bridgeChains(walk, place, 'output', frame.packet, { iif: '', oif: chosen.port.name });
  return own.kind === 'stop' ? own.outcome : outOf(walk, place, chosen.port, { ...frame, packet: own.packet, vlan: chosen.tag });
}

function vlansNotRead(place: Place, bridge: Link): Outcome {
  const construct = `VLAN filtering on bridge ${bridge.name}, whose VLANs were not read`;
  return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [bridge.source], { construct }) };
}

function otherVlan(place: Place, bridge: Link, port: Link, vlan: number | undefined): Outcome {
  const details = { bridge: bridge.name, port: port.name, vlan: vlan === undefined ? '' : String(vlan) };
  return dropped(place, 'BRIDGE_VLAN_REFUSED', [port.port?.source ?? port.source], details);
}

/** `tag`: what the frame has behind that port. */
type Chosen =
  { readonly kind: 'port'; readonly port: Link; readonly tag: number | undefined } | { readonly kind: 'end'; readonly outcome: Outcome };

/**
 * The port behind which the address is: by a static entry, else by who is there, which is what the bridge would learn; a port that neither
 * learns nor is flooded hears nothing. The frame's `vlan` is the bridge's own.
 */
function choosePort(walk: Walk, place: Place, bridge: Link, from: Link | undefined, frame: Frame): Chosen {
  const ports = portsOf(place, bridge);
  const port = staticPort(place, bridge, ports, frame.mac) ?? ports.find((candidate) => isBehind(walk, place, bridge, candidate, frame));
  const details = () => ({ bridge: bridge.name, mac: frame.mac ?? '', port: port?.name ?? '', destination: formatIp(frame.packet.dst) });
  if (port === undefined) {
    const outcome = frame.permanent ? wrongMac(place, bridge, frame) : dropped(place, 'BRIDGE_NO_PORT', [bridge.source], details());
    return { kind: 'end', outcome };
  }
  const evidence = [port.port?.source ?? port.source];
  if (port === from && port.port?.hairpin !== true)
    return { kind: 'end', outcome: dropped(place, 'BRIDGE_HAIRPIN_OFF', evidence, details()) };
  if (port.port?.isolated === true && from?.port?.isolated === true)
    return { kind: 'end', outcome: dropped(place, 'BRIDGE_PORT_ISOLATED', evidence, details()) };
  if (!forwardsFrames(port))
    return {
      kind: 'end',
      outcome: dropped(place, 'BRIDGE_PORT_NOT_FORWARDING', evidence, { ...details(), state: port.port?.state ?? '' }),
    };
  if (isDeaf(place, port, frame.mac)) return { kind: 'end', outcome: dropped(place, 'BRIDGE_NO_PORT', evidence, details()) };
  const tag = leaveBridge(bridge, port, frame.vlan);
  if (tag === 'refused') return { kind: 'end', outcome: otherVlan(place, bridge, port, frame.vlan) };
  return { kind: 'port', port, tag };
}

function staticPort(place: Place, bridge: Link, ports: readonly Link[], mac: Mac | undefined): Link | undefined {
  const entry = place.namespace.fdb.find((e) => e.master === bridge.name && e.mac === mac && e.state === 'static');
  return entry === undefined ? undefined : ports.find((port) => port.name === entry.dev);
}

function isBehind(walk: Walk, place: Place, bridge: Link, port: Link, frame: Frame): boolean {
  const { edge } = frame;
  const tag = leaveBridge(bridge, port, frame.vlan);
  return stations(walk.world, place, port, tag === 'refused' ? frame.vlan : tag).some((station) =>
    station.kind === 'station'
      ? frame.mac !== undefined && station.link.mac === frame.mac
      : station.kind === 'edge' &&
        (edge === undefined
          ? frame.mac !== undefined && !frame.permanent && isElsewhere(walk, frame.mac)
          : station.link.name === edge.device && station.place.namespace.id === edge.namespace),
  );
}

/** Has another dumped host that address? Then it is behind the wire. */
function isElsewhere(walk: Walk, mac: Mac): boolean {
  for (const host of walk.world.hosts.values())
    for (const namespace of host.namespaces.values()) if (namespace.links.some((link) => link.mac === mac)) return true;
  return false;
}

/** The bridge's own address, or that of any of its ports, is the host's. */
function isLocal(place: Place, bridge: Link, mac: Mac): boolean {
  if (mac === bridge.mac || mac === BROADCAST_MAC) return true;
  return portsOf(place, bridge).some((port) => port.mac === mac);
}

/** The namespace's sysctl or the bridge's own switch; without the module there is neither. */
function callsIptables(place: Place, bridge: Link, frame: Frame): boolean {
  const isV4 = familyOf(frame.packet.dst) === 4;
  const own = bridge.device.kind === 'bridge' && (isV4 ? bridge.device.nfCallIptables : bridge.device.nfCallIp6tables);
  return own || sysctl(place.namespace, `net/bridge/bridge-nf-call-${isV4 ? 'ip' : 'ip6'}tables`, 0) !== 0;
}
