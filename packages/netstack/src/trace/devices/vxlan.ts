import type { Ip } from '../../address/ip.ts';
import { floodTargets } from '../segment.ts';
import { encapsulate } from '../vxlan.ts';
import type { Segment } from '../segment.ts';
import type { Place } from '../walk.ts';
import type { DeviceKind, LinkOf } from './device-kind.ts';

/** The far ends of a tunnel that share its network identifier, among the dumped hosts. */
function tunnelTo(segment: Segment, place: Place, link: LinkOf<'vxlan'>, remote: Ip): void {
  for (const host of segment.world.hosts.values())
    for (const namespace of host.namespaces.values()) {
      if (namespace === place.namespace || !namespace.links.some((other) => other.addresses.some((address) => address.ip === remote)))
        continue;
      const end = namespace.links.find((other) => other.device.kind === 'vxlan' && other.device.vni === link.device.vni);
      if (end !== undefined) segment.arrive({ host, namespace }, end, undefined);
    }
}

export const vxlan: DeviceKind<'vxlan'> = {
  transmit: encapsulate,
  reach: (segment, place, link) => {
    for (const remote of floodTargets(place, link)) tunnelTo(segment, place, link, remote);
  },
};
