import { formatIp } from '../address/ip.ts';
import type { Ip } from '../address/ip.ts';
import type { Link, Mac } from '../namespace/link.ts';
import { vethPeer } from '../namespace/host.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { Packet, TunnelPayload } from '../packet/packet.ts';
import { bridgeOutput } from './bridge.ts';
import type { DeviceModel } from './device-model.ts';
import type { FabricEdge } from './fabric.ts';
import { encapsulate } from './vxlan.ts';
import { receive } from './receive.ts';
import { netdevChains, passesPrograms } from './programs.ts';
import { type Outcome, type Place, type Walk, dropped, finding } from './walk.ts';

/** An IP packet with a link-layer destination, on its way out of a device or into one. */
export interface Frame {
  readonly packet: Packet;
  /** The address that the link-layer destination was asked for. */
  readonly nextHop: Ip;
  /** `undefined` where the link has no such addresses, or somebody outside of the model answered. */
  readonly mac: Mac | undefined;
  /** From a permanent neighbour entry, which nobody has confirmed. */
  readonly permanent: boolean;
  /** The address of the device that sent it; unset where somebody on the way may have put his own. */
  readonly source?: Mac | undefined;
  readonly macFrom: TunnelPayload['macFrom'];
  /** The edge behind which somebody unknown answered: where bridges send it. */
  readonly edge?: FabricEdge;
}

/** Out of a device (linux: `dev_queue_xmit`). */
export function transmit(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  const details = { device: link.name, destination: formatIp(frame.packet.dst) };
  if (!link.up) return dropped(place, 'LINK_DOWN', [link.source], details);
  if (!link.carrier) return dropped(place, 'LINK_NO_CARRIER', [link.source], details);
  const opaque = netdevChains(walk, place, link, 'egress') ?? passesPrograms(walk, place, link, 'egress');
  if (opaque !== undefined) return opaque;
  const model = walk.world.devices?.find((candidate) => candidate.claims(place.namespace, link));
  if (model !== undefined) return byModel(walk, place, link, frame, model);
  switch (link.device.kind) {
    case 'veth': {
      walk.leave(link.name, frame.packet);
      const peer = vethPeer(place.host, place.namespace.id, link.name);
      const namespace = peer === undefined ? undefined : place.host.namespaces.get(peer.namespace);
      const other = peer === undefined || namespace === undefined ? undefined : linkByName(namespace, peer.device);
      if (namespace === undefined || other === undefined) return carry(walk, place, link, frame);
      walk.step({ kind: 'transmit', device: link.name, evidence: [] });
      if (frame.packet.length > other.mtu + 4)
        return dropped({ host: place.host, namespace }, 'MTU_EXCEEDED', [other.source], {
          device: other.name,
          mtu: String(other.mtu),
          length: String(frame.packet.length),
          destination: details.destination,
        });
      return receive(walk, { host: place.host, namespace }, other, namespace === place.namespace ? frame : unmarked(frame));
    }
    case 'physical':
      walk.leave(link.name, frame.packet);
      return carry(walk, place, link, frame);
    case 'bridge':
      return bridgeOutput(walk, place, link, frame);
    case 'vxlan':
      return encapsulate(walk, place, link, frame);
    case 'dummy':
    case 'loopback':
      return dropped(place, 'LINK_NO_PEER', [link.source], details);
    case 'opaque':
      return {
        kind: 'unknown',
        finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct: `device ${link.name} of type ${link.device.type}` }),
      };
    default:
      return link.device satisfies never;
  }
}

function byModel(walk: Walk, place: Place, link: Link, frame: Frame, model: DeviceModel): Outcome {
  const outcome = model.transmit(frame.packet, link, place.namespace);
  const construct = `device ${link.name}, by the model ${model.name}`;
  switch (outcome.kind) {
    case 'carry': {
      const namespace = place.host.namespaces.get(outcome.namespace);
      const other = namespace === undefined ? undefined : linkByName(namespace, outcome.device);
      walk.leave(link.name, outcome.packet);
      if (namespace === undefined || other === undefined)
        return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source], { construct }) };
      return receive(walk, { host: place.host, namespace }, other, { ...frame, packet: outcome.packet, mac: other.mac });
    }
    case 'drop':
      return dropped(place, 'MODEL_DEVICE_DROP', outcome.evidence, { device: link.name, reason: outcome.reason, model: model.name });
    case 'unknown':
      return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', outcome.evidence, { construct: outcome.construct }) };
    default:
      return outcome satisfies never;
  }
}

function unmarked(frame: Frame): Frame {
  return frame.packet.mark === 0 ? frame : { ...frame, packet: { ...frame.packet, mark: 0 } };
}

/** Over a wire that no dump shows: the fabric knows who is there. */
function carry(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
  walk.step({ kind: 'transmit', device: link.name, evidence: [] });
  const edge: FabricEdge = {
    host: place.host.id,
    namespace: place.namespace.id,
    device: link.name,
    nextHop: frame.nextHop,
    mac: frame.permanent ? frame.mac : undefined,
    packet: frame.packet,
  };
  const answer = walk.world.fabric.carry(edge);
  switch (answer.kind) {
    case 'host': {
      const host = walk.world.hosts.get(answer.host);
      const namespace = host?.namespaces.get(answer.namespace);
      const end = namespace === undefined ? undefined : linkByName(namespace, answer.device);
      walk.cross({ edge, to: answer.host });
      if (host === undefined || namespace === undefined || end === undefined) break;
      if (!end.up)
        return dropped({ host, namespace }, 'LINK_DOWN', [end.source], { device: end.name, destination: formatIp(frame.packet.dst) });
      return receive(walk, { host, namespace }, end, { ...unmarked(frame), source: undefined });
    }
    case 'external':
      walk.cross({ edge, to: undefined });
      return { kind: 'left', edge };
    case 'nobody':
      return frame.permanent
        ? dropped(place, 'NEIGHBOUR_WRONG_MAC', frame.macFrom.evidence, {
            device: link.name,
            address: formatIp(frame.nextHop),
            mac: frame.mac ?? '',
          })
        : dropped(place, 'NEIGHBOUR_UNRESOLVED', [], { device: link.name, address: formatIp(frame.nextHop) });
    case 'need':
      walk.needs.add(answer.host);
      break;
    default:
      answer satisfies never;
  }
  const host = answer.host;
  return {
    kind: 'unknown',
    finding: { code: 'COLLECT_NODE_MISSING', host, namespace: '', evidence: [], details: { node: host, address: formatIp(frame.nextHop) } },
  };
}
