import { formatIp } from '../address/ip.ts';
import type { Link } from '../namespace/link.ts';
import { uppersOf } from '../namespace/lower.ts';
import { linkByName } from '../namespace/lookup.ts';
import type { FabricEdge } from './fabric.ts';
import { receive } from './receive.ts';
import type { Frame } from './transmit.ts';
import { type Outcome, type Place, type Walk, dropped, finding } from './walk.ts';

/** A mark belongs to one namespace. */
export function unmarked(frame: Frame): Frame {
  return frame.packet.mark === 0 ? frame : { ...frame, packet: { ...frame.packet, mark: 0 } };
}

/** Over a wire that no dump shows: the fabric knows who is there. */
export function carry(walk: Walk, place: Place, link: Link, frame: Frame): Outcome {
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
      const tag = link.device.kind === 'vlan' ? link.device.id : frame.vlan;
      if (tag !== undefined && end.device.kind === 'vlan' && tag !== end.device.id) {
        const construct = `VLAN ${String(tag)} of ${link.name} and VLAN ${String(end.device.id)} of ${end.name} on one wire`;
        return { kind: 'unknown', finding: finding(place, 'MODEL_UNSUPPORTED', [link.source, end.source], { construct }) };
      }
      // Where nothing there is of that VLAN, the switch has taken the tag off.
      const isTagged = uppersOf(host, end).some(({ link: upper }) => upper.device.kind === 'vlan' && upper.device.id === tag);
      if (!end.up)
        return dropped({ host, namespace }, 'LINK_DOWN', [end.source], { device: end.name, destination: formatIp(frame.packet.dst) });
      // A router addresses its own frame to whom it sends it.
      const arriving = answer.routed === true ? { ...frame, mac: undefined, permanent: false } : frame;
      return receive(walk, { host, namespace }, end, { ...unmarked(arriving), source: undefined, vlan: isTagged ? tag : undefined });
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
