import { formatIp } from '../../address/ip.ts';
import { vethPeer } from '../../namespace/host.ts';
import type { Link } from '../../namespace/link.ts';
import { linkByName } from '../../namespace/lookup.ts';
import { receive } from '../receive.ts';
import { type Place, dropped } from '../walk.ts';
import { carry, unmarked } from '../wire.ts';
import type { DeviceKind } from './device-kind.ts';

/** The other end, where the dump has it. */
function otherEnd({ host, namespace }: Place, link: Link): { readonly place: Place; readonly link: Link } | undefined {
  const peer = vethPeer(host, namespace.id, link.name);
  const other = peer === undefined ? undefined : host.namespaces.get(peer.namespace);
  const end = peer === undefined || other === undefined ? undefined : linkByName(other, peer.device);
  return other === undefined || end === undefined ? undefined : { place: { host, namespace: other }, link: end };
}

export const veth: DeviceKind<'veth'> = {
  transmit: (walk, place, link, frame) => {
    walk.leave(link.name, frame.packet);
    const end = otherEnd(place, link);
    if (end === undefined) return carry(walk, place, link, frame);
    walk.step({ kind: 'transmit', device: link.name, evidence: [] });
    if (frame.packet.length > end.link.mtu + 4)
      return dropped(end.place, 'MTU_EXCEEDED', [end.link.source], {
        device: end.link.name,
        mtu: String(end.link.mtu),
        length: String(frame.packet.length),
        destination: formatIp(frame.packet.dst),
      });
    return receive(walk, end.place, end.link, end.place.namespace === place.namespace ? frame : unmarked(frame));
  },
  reach: (segment, place, link, tag) => {
    const end = otherEnd(place, link);
    if (end === undefined) segment.found.push({ kind: 'edge', place, link });
    else segment.arrive(end.place, end.link, tag);
  },
};
