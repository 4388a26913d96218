import type { Device } from '../../namespace/link.ts';
import { bond } from './bond.ts';
import { bridge } from './bridge.ts';
import type { AnyDeviceKind, DeviceKind } from './device-kind.ts';
import { ipvlan } from './ipvlan.ts';
import { macvlan } from './macvlan.ts';
import { dummy, loopback } from './nothing-behind.ts';
import { opaque } from './opaque.ts';
import { physical } from './physical.ts';
import { tunnel } from './tunnel.ts';
import { veth } from './veth.ts';
import { vlan } from './vlan.ts';
import { vxlan } from './vxlan.ts';
import { wireguard } from './wireguard.ts';

/** Every kind of device: one more is a file, a row here, and a reader of its details. */
const KINDS: { readonly [K in Device['kind']]: DeviceKind<K> } = {
  bond,
  bridge,
  dummy,
  ipvlan,
  loopback,
  macvlan,
  opaque,
  physical,
  tunnel,
  veth,
  vlan,
  vxlan,
  wireguard,
};

/** What the device's kind does. Links are only passed to their own kind. */
export function kindOf(device: Device): AnyDeviceKind {
  return KINDS[device.kind];
}
