import type { Link, PortVlan } from '../namespace/link.ts';
import { portsOf } from './segment.ts';
import type { Place } from './walk.ts';

/** The VLAN that a frame belongs to inside of a bridge; without filtering the tag that it has, if any. */
export type BridgeVlan = number | undefined;

function filters(bridge: Link): boolean {
  return bridge.device.kind === 'bridge' && bridge.device.vlanFiltering;
}

function vlanOf(port: Link, id: number): PortVlan | undefined {
  return port.vlans?.find((vlan) => vlan.from <= id && id <= vlan.to && vlan.forwards);
}

/** Does the bridge filter by VLANs that were not read? */
export function lacksVlans(place: Place, bridge: Link): boolean {
  return filters(bridge) && [bridge, ...portsOf(place, bridge)].some((port) => port.vlans === undefined);
}

/** In by a port, or by the bridge's own device: untagged counts as the port's VLAN (linux: `br_allowed_ingress`). */
export function enterBridge(bridge: Link, port: Link, tag: number | undefined): BridgeVlan | 'refused' {
  if (!filters(bridge)) return tag;
  const id = tag ?? port.vlans?.find((vlan) => vlan.pvid)?.from;
  return id !== undefined && vlanOf(port, id) !== undefined ? id : 'refused';
}

/** Out by a port: the tag that the frame then has (linux: `br_allowed_egress`, `br_handle_vlan`). */
export function leaveBridge(bridge: Link, port: Link, id: BridgeVlan): number | undefined | 'refused' {
  if (!filters(bridge) || id === undefined) return id;
  const vlan = vlanOf(port, id);
  if (vlan === undefined) return 'refused';
  return vlan.untagged ? undefined : id;
}
