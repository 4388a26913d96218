import type { Ip } from '../address/ip.ts';
import type { Prefix } from '../address/prefix.ts';
import type { Source } from '../source.ts';

/** A MAC address in lower case, `02:00:00:00:00:01`. */
export type Mac = string;

export const BROADCAST_MAC: Mac = 'ff:ff:ff:ff:ff:ff';

/** A network device of one namespace. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** Admin state: the flag `UP`. */
  readonly up: boolean;
  /** The flag `LOWER_UP`: the other end is there. */
  readonly carrier: boolean;
  /** The flag `NOARP`: neither asks nor answers. */
  readonly noarp: boolean;
  readonly promiscuous: boolean;
  readonly mtu: number;
  /** As iproute2 prints it: `default`, or a number. */
  readonly group?: string | undefined;
  readonly mac: Mac | undefined;
  /** In the kernel's order of the list, which decides the choice of a source address. */
  readonly addresses: readonly LinkAddress[];
  /** Name of the bridge, bond or VRF that it is enslaved to. */
  readonly master: string | undefined;
  /** Set for a port of a bridge. */
  readonly port: BridgePort | undefined;
  /** The VLANs of a port, or of a bridge itself, where the bridge filters by them; `undefined`: not read. */
  readonly vlans?: readonly PortVlan[] | undefined;
  readonly device: Device;
  /** Programs that may do anything with a packet: their presence makes that direction *unknown*. */
  readonly programs: readonly LinkProgram[];
  readonly source: Source;
}

export interface LinkProgram {
  readonly kind: 'xdp' | 'tc';
  readonly direction: 'ingress' | 'egress';
  readonly source: Source;
}

export interface LinkAddress {
  readonly ip: Ip;
  readonly length: number;
  /** The other end of a point-to-point address (`peer`). */
  readonly peer: Ip | undefined;
  readonly scope: 'global' | 'site' | 'link' | 'host';
  readonly secondary: boolean;
  /** IPv6: not usable (yet): duplicate address detection runs or failed. */
  readonly tentative: boolean;
  readonly deprecated: boolean;
  /** IPv6: one of those that change, for privacy. */
  readonly temporary?: boolean;
  readonly source: Source;
}

/** State of a bridge port (`bridge -j -d link`, `info_slave_data`). */
export interface BridgePort {
  readonly state: 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';
  readonly hairpin: boolean;
  readonly isolated: boolean;
  /** Floods frames to unknown unicast addresses. */
  readonly flood: boolean;
  readonly learning: boolean;
  readonly source: Source;
}

/** VLANs that a port belongs to (`bridge -j -d vlan`). */
export interface PortVlan {
  readonly from: number;
  readonly to: number;
  /** What comes in without a tag belongs to it. */
  readonly pvid: boolean;
  /** It goes out without a tag. */
  readonly untagged: boolean;
  readonly forwards: boolean;
}

/** What a link is, with what only that kind has. `opaque`: the kind is not modelled. */
export type Device =
  | { readonly kind: 'loopback' }
  | { readonly kind: 'physical' }
  | { readonly kind: 'dummy' }
  | {
      readonly kind: 'veth';
      /** Interface index of the other end, in its own namespace. */
      readonly peerIndex: number | undefined;
      /** This namespace's id for the other end's namespace; `undefined` where both ends are here. */
      readonly peerNetnsid: number | undefined;
    }
  | BridgeDevice
  | VxlanDevice
  | BondDevice
  | VlanDevice
  | MacvlanDevice
  | IpvlanDevice
  | TunnelDevice
  | WireguardDevice
  | { readonly kind: 'opaque'; readonly type: string };

/** The device that another one stands on: by name where it is in the same namespace, else by index and this namespace's id for the other. */
export interface LowerDevice {
  readonly name: string | undefined;
  readonly index: number | undefined;
  readonly netnsid: number | undefined;
}

/** Several devices as one. Those that have it as their `master` are its parts. */
interface BondDevice {
  readonly kind: 'bond';
  readonly mode: string;
  /** Mode `active-backup`: the one in use. */
  readonly active: string | undefined;
}

interface VlanDevice {
  readonly kind: 'vlan';
  readonly lower: LowerDevice;
  readonly id: number;
}

interface MacvlanDevice {
  readonly kind: 'macvlan';
  readonly lower: LowerDevice;
  readonly mode: string;
}

interface IpvlanDevice {
  readonly kind: 'ipvlan';
  readonly lower: LowerDevice;
  readonly mode: string;
  /** `bridge`, `private`, `vepa`: whether devices on the same lower one reach each other. */
  readonly isolation: string;
}

/** An IP packet as the payload of another. */
export interface TunnelDevice {
  readonly kind: 'tunnel';
  readonly type: 'ipip' | 'gre' | 'sit';
  /** `undefined`: any. */
  readonly local: Ip | undefined;
  /** `undefined`: any; the next hop is then the far end. */
  readonly remote: Ip | undefined;
  /** The mark that the outer packet's route is asked with; unset: 0. */
  readonly fwmark?: number;
  /** GRE: what goes out with a packet, and what one must come with. */
  readonly outKey: string | undefined;
  readonly inKey: string | undefined;
}

/** Packets, encrypted, in UDP: by which peer follows from their addresses. */
export interface WireguardDevice {
  readonly kind: 'wireguard';
  /** The namespace that it was made in, whose routes the outer packets take; `undefined`: this one. */
  readonly netnsid: number | undefined;
  readonly publicKey: string | undefined;
  readonly port: number;
  /** Mark of the outer packets. */
  readonly fwmark: number;
  readonly peers: readonly WireguardPeer[];
}

export interface WireguardPeer {
  readonly publicKey: string;
  /** Where it was heard last, or was told to be; `undefined`: not known before it speaks. */
  readonly endpoint: { readonly ip: Ip; readonly port: number } | undefined;
  /** What goes to it, and all that it may send. */
  readonly allowed: readonly Prefix[];
  readonly source: Source;
}

export interface BridgeDevice {
  readonly kind: 'bridge';
  readonly stp: boolean;
  readonly vlanFiltering: boolean;
  /** The bridge's own switches; the namespace's sysctl *or* these turn bridge netfilter on. */
  readonly nfCallIptables: boolean;
  readonly nfCallIp6tables: boolean;
}

export interface VxlanDevice {
  readonly kind: 'vxlan';
  readonly vni: number;
  /** Source of the outer packet; by routing where unset. */
  readonly local: Ip | undefined;
  /** `remote` or `group`: where frames go that no FDB entry names. */
  readonly remote: Ip | undefined;
  /** Unset where an old iproute2 does not print it, in external mode. */
  readonly port: number | undefined;
  /** Name (or index, `if7`) of the lower device, where one is set. */
  readonly lower: string | undefined;
  readonly learning: boolean;
  /** `external` (collect metadata): the tunnel key comes from routes or programs. */
  readonly external: boolean;
}
