import type { Evidence } from '@skoop/core';
import { type ExpectedRoute, type RouteForm, type VxlanPeer, uplinkOf } from '@skoop/core/cni';
import { type Family, type Ip, type NetworkNamespace, type Prefix, familyOf, formatPrefix, hostPrefix } from '@skoop/netstack';
import { type CalicoEnd, type CalicoNode, annotationEvidence, endOf, inSubnet } from './calico-node.ts';
import { type Allocation, type Block, type Felix, type Pool, poolOf, specEvidence } from './objects.ts';
import type { Settings } from './settings.ts';

/** What Felix and BIRD promise to set up on a node (Calico 3.29 to 3.32). */
export interface Expectations {
  readonly devices: readonly ExpectedDevice[];
  /** One to every block of another node, and to every address that it has borrowed. */
  readonly routes: readonly CalicoRoute[];
  /** The node's own blocks: what nobody has of them goes nowhere. */
  readonly blackholes: readonly Block[];
  /** VXLAN: how the other nodes' tunnel ends are found. */
  readonly peers: readonly VxlanPeer[];
}

export interface ExpectedDevice {
  readonly family: Family;
  readonly kind: 'ipip' | 'vxlan' | 'wireguard';
  readonly name: string;
  /** Bytes that the tunnel adds to a packet. */
  readonly overhead: number;
  /** Its own address; `undefined`: calico-node has given it none. */
  readonly address: Ip | undefined;
}

export interface CalicoRoute extends ExpectedRoute {
  /** Where it leads into a tunnel: that device. */
  readonly device: string | undefined;
  /** The node that it leads to. */
  readonly to: CalicoNode;
}

export interface Known {
  readonly settings: Settings;
  readonly felix: Felix;
  readonly own: CalicoNode;
  readonly peers: readonly CalicoNode[];
  readonly pools: readonly Pool[];
  readonly blocks: readonly Block[];
  readonly borrowed: readonly Allocation[];
  readonly ns: NetworkNamespace;
}

const NOTHING: Expectations = { devices: [], routes: [], blackholes: [], peers: [] };

export function expectationsOf(known: Known): Expectations {
  const { settings, own, pools, blocks } = known;
  if (settings.backend === 'none') return NOTHING;
  const byName = new Map(known.peers.map((peer) => [peer.name, peer]));
  const routed = pools.filter(({ cidr, disabled }) => endOf(own, familyOf(cidr.address)) !== undefined && !disabled);
  return {
    devices: ([4, 6] as const).flatMap((family) => devicesOf(known, family, routed)),
    routes: [...blocks, ...known.borrowed.map(asBlock)].flatMap((block) => routeOf(known, byName.get(block.node), block)),
    blackholes: blocks.filter(({ node, cidr }) => node === own.name && !isHost(cidr) && poolOf(pools, cidr.address) !== undefined),
    peers: known.peers.flatMap((peer) => ([4, 6] as const).flatMap((family) => peerOf(known, peer, family))),
  };
}

function devicesOf({ own, felix, peers }: Known, family: Family, pools: readonly Pool[]): readonly ExpectedDevice[] {
  const end = endOf(own, family);
  const modes = new Set(pools.filter(({ cidr }) => familyOf(cidr.address) === family).map(({ encapsulation }) => encapsulation));
  if (end === undefined) return [];
  const found: ExpectedDevice[] = [];
  if (modes.has('ipip')) found.push({ family, kind: 'ipip', name: 'tunl0', overhead: 20, address: end.ipipAddress });
  if (modes.has('vxlan'))
    found.push({ family, kind: 'vxlan', name: vxlanName(family), overhead: family === 4 ? 50 : 70, address: end.vxlanAddress });
  const encrypts =
    (family === 4 ? felix.wireguard : felix.wireguardV6) && peers.some((peer) => endOf(peer, family)?.wireguardKey !== undefined);
  if (encrypts)
    found.push({ family, kind: 'wireguard', name: wireguardName(family), overhead: family === 4 ? 60 : 80, address: undefined });
  return found;
}

export function vxlanName(family: Family): string {
  return family === 4 ? 'vxlan.calico' : 'vxlan-v6.calico';
}

export function wireguardName(family: Family): string {
  return family === 4 ? 'wireguard.cali' : 'wg-v6.cali';
}

/** A route by which a node may be reached that has borrowed an address is like one to a block. */
export function asBlock({ address, node, evidence }: Allocation): Block {
  return { cidr: hostPrefix(address), node, evidence };
}

function routeOf(known: Known, peer: CalicoNode | undefined, { cidr, evidence }: Block): readonly CalicoRoute[] {
  const family = familyOf(cidr.address);
  const [here, there] = [endOf(known.own, family), peer && endOf(peer, family)];
  const pool = poolOf(known.pools, cidr.address);
  if (peer === undefined || here === undefined || there === undefined || pool === undefined) return [];
  const way = wayOf(known, pool, here, there);
  if (way === undefined) return [];
  const because: readonly Evidence[] = [evidence, specEvidence(pool.object, modeField(pool)), ...way.because(peer, family)];
  return [
    {
      family,
      destination: cidr,
      whose: isHost(cidr) ? `an address that ${peer.name} uses` : `a block of ${peer.name}`,
      forms: [way.form],
      evidence: because,
      device: way.device,
      to: peer,
    },
  ];
}

interface Way {
  readonly form: RouteForm;
  readonly device: string | undefined;
  readonly because: (peer: CalicoNode, family: Family) => readonly Evidence[];
}

/** `undefined`: nothing is promised. */
function wayOf({ settings, ns }: Known, pool: Pool, here: CalicoEnd, there: CalicoEnd): Way | undefined {
  const { family } = here;
  const dev = settings.hostInterface ?? uplinkOf(ns, undefined, here.address)?.name;
  const direct = inSubnet(here, there);
  const onWire = (onlink: boolean): Way => ({
    form: { via: there.address, dev, onlink },
    device: undefined,
    because: (peer) => [annotationEvidence(peer, 'address', family)],
  });
  // Without a mesh somebody else tells the routes, or a router has them.
  const isTold = settings.mesh && !pool.unexported;
  switch (pool.encapsulation) {
    case 'none':
      if (!isTold) return undefined;
      // BIRD looks up the next hop: to another wire it is a router's address.
      return direct ? onWire(false) : { ...onWire(false), form: { via: undefined, dev, onlink: false } };
    case 'ipip':
      if (pool.crossSubnet && direct) return isTold ? onWire(false) : undefined;
      return family === 4 && !pool.unexported
        ? { ...onWire(true), form: { via: there.address, dev: 'tunl0', onlink: true }, device: 'tunl0' }
        : undefined;
    case 'vxlan':
      if (pool.crossSubnet && direct) return onWire(true);
      if (there.vxlanAddress === undefined) return undefined;
      return {
        form: { via: there.vxlanAddress, dev: vxlanName(family), onlink: true },
        device: vxlanName(family),
        because: (peer) => [annotationEvidence(peer, 'vxlan', family)],
      };
  }
}

export function modeField({ encapsulation }: Pool): string {
  return encapsulation === 'vxlan' ? 'vxlanMode' : 'ipipMode';
}

function isHost(cidr: Prefix): boolean {
  return formatPrefix(hostPrefix(cidr.address)) === formatPrefix(cidr);
}

/** Felix enters every other node with an address on the VXLAN, whatever pool it has blocks of. */
function peerOf({ own, pools }: Known, peer: CalicoNode, family: Family): readonly VxlanPeer[] {
  const end = endOf(peer, family);
  const isVxlan = pools.some(({ cidr, encapsulation }) => encapsulation === 'vxlan' && familyOf(cidr.address) === family);
  if (!isVxlan || end?.vxlanAddress === undefined || endOf(own, family) === undefined) return [];
  const told = { mac: annotationEvidence(peer, 'vxlan-mac', family), remote: annotationEvidence(peer, 'address', family) };
  return [{ family, to: peer, dev: vxlanName(family), gateway: end.vxlanAddress, mac: end.vxlanMac, remote: end.address, told }];
}
