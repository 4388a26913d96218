import type { ExpectedRoute, VxlanPeer } from '@skoop/core/cni';
import { type Family, type Ip, familyOf, parsePrefix } from '@skoop/netstack';
import { type FlannelNode, annotationEvidence, endOf, podCidrEvidence } from './flannel-node.ts';
import type { Settings } from './settings.ts';

/** What flanneld promises to set up on a node (flannel 0.28, `pkg/backend`). */
export interface Expectations {
  readonly devices: readonly ExpectedDevice[];
  readonly routes: readonly ExpectedRoute[];
  /** VXLAN: how the other nodes' tunnel ends are found. */
  readonly tunnels: readonly VxlanPeer[];
}

export interface ExpectedDevice {
  readonly name: string;
  /** Bytes that the tunnel adds to a packet. */
  readonly overhead: number;
  /** Its own addresses, one for each family whose packets it takes: the network address of the node's pod network, with a full mask. */
  readonly addresses: readonly { readonly family: Family; readonly ip: Ip }[];
}

export function expectationsOf(settings: Settings, own: FlannelNode, peers: readonly FlannelNode[]): Expectations {
  const families = own.ends.map(({ family }) => family);
  // A node passes over those that have another backend.
  const alike = peers.filter((peer) => peer.registered && peer.backend === own.backend);
  return {
    devices: devicesOf(settings, own),
    routes: families.flatMap((family) => routesOf(settings, family, alike)),
    tunnels: settings.backend === 'vxlan' ? families.flatMap((family) => alike.flatMap((peer) => tunnelOf(settings, family, peer))) : [],
  };
}

function devicesOf(settings: Settings, { ends }: FlannelNode): readonly ExpectedDevice[] {
  const found = ends.flatMap(({ family, podCidr }) => {
    const device = deviceOf(settings, family);
    return device === undefined ? [] : [{ ...device, family, ip: podCidr.address }];
  });
  return [...new Set(found.map(({ name }) => name))].map((name) => {
    const parts = found.filter((one) => one.name === name);
    return { name, overhead: parts[0]?.overhead ?? 0, addresses: parts.map(({ family, ip }) => ({ family, ip })) };
  });
}

/** Names and overheads; `undefined` for a backend without a device, or one that this package does not know in this family. */
export function deviceOf(settings: Settings, family: Family): { readonly name: string; readonly overhead: number } | undefined {
  switch (settings.backend) {
    case 'vxlan':
      return family === 4
        ? { name: `flannel.${String(settings.vni)}`, overhead: 50 }
        : { name: `flannel-v6.${String(settings.vni)}`, overhead: 70 };
    case 'ipip':
      return family === 4 ? { name: 'flannel.ipip', overhead: 20 } : undefined;
    case 'wireguard':
      if (settings.wireguardMode === 'separate')
        return family === 4 ? { name: 'flannel-wg', overhead: 60 } : { name: 'flannel-wg-v6', overhead: 80 };
      // One device for both families, by a tunnel of one of them. flanneld itself always leaves room for 80.
      return { name: 'flannel-wg', overhead: settings.wireguardMode === 'ipv6' ? 80 : 60 };
    case 'udp':
      return family === 4 ? { name: 'flannel0', overhead: 28 } : undefined;
    default:
      return undefined;
  }
}

function routesOf(settings: Settings, family: Family, peers: readonly FlannelNode[]): readonly ExpectedRoute[] {
  const device = deviceOf(settings, family)?.name;
  switch (settings.backend) {
    case 'vxlan':
    case 'ipip':
    case 'host-gw':
      return peers.flatMap((peer) => {
        const end = endOf(peer, family);
        if (end === undefined) return [];
        const direct = {
          via: end.publicIp,
          dev: settings.backend === 'host-gw' ? settings.hostInterface : undefined,
          onlink: false,
        };
        const tunnelled = { via: settings.backend === 'vxlan' ? end.podCidr.address : end.publicIp, dev: device, onlink: true };
        const forms = settings.backend === 'host-gw' ? [direct] : settings.directRouting ? [tunnelled, direct] : [tunnelled];
        const evidence = [podCidrEvidence(peer), annotationEvidence(peer, 'public-ip', family)];
        return [{ family, destination: end.podCidr, whose: `the pods of ${peer.name}`, forms, evidence }];
      });
    case 'wireguard':
    case 'udp':
      if (device === undefined || peers.length === 0) return [];
      return settings.networks.flatMap((network) => {
        const destination = parsePrefix(network);
        if (destination === undefined || familyOf(destination.address) !== family) return [];
        const forms = [{ via: undefined, dev: device, onlink: false }];
        return [{ family, destination, whose: 'the pods of other nodes', forms, evidence: [] }];
      });
    // alloc and tencent-vpc leave it to the cloud's routes, ipsec to xfrm, extension to commands of the user's.
    default:
      return [];
  }
}

function tunnelOf(settings: Settings, family: Family, peer: FlannelNode): readonly VxlanPeer[] {
  const end = endOf(peer, family);
  const device = deviceOf(settings, family);
  if (end?.mac === undefined || device === undefined) return [];
  const told = { mac: annotationEvidence(peer, 'backend-data', family), remote: annotationEvidence(peer, 'public-ip', family) };
  return [{ family, to: peer, dev: device.name, gateway: end.podCidr.address, mac: end.mac, remote: end.publicIp, told }];
}
