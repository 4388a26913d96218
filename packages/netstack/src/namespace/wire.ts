import { vethPeer } from './host.ts';
import type { Link } from './link.ts';
import { lowerOf } from './lower.ts';
import type { Host, NetworkNamespace } from './namespace.ts';

/** Leads a device to a wire that no dump shows? A VLAN of such a wire is one of its own; a bond is one if all of its parts lead there. */
export function isWire(host: Host, namespace: NetworkNamespace, link: Link): boolean {
  switch (link.device.kind) {
    case 'physical':
      return true;
    case 'veth':
      return vethPeer(host, namespace.id, link.name) === undefined;
    case 'bond': {
      const parts = namespace.links.filter((part) => part.master === link.name);
      return parts.length > 0 && parts.every((part) => isWire(host, namespace, part));
    }
    case 'vlan': {
      const lower = lowerOf(host, namespace, link);
      return lower !== undefined && lower.link !== link && isWire(host, lower.namespace, lower.link);
    }
    default:
      return false;
  }
}
