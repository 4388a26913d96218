import type { Node, ObjectEvidence } from '@skoop/core';
import { annotationField, nodeField } from '@skoop/core/cni';
import { type Family, type Ip, type Mac, type Prefix, familyOf, parseIp, parsePrefix } from '@skoop/netstack';

/** flanneld's default; its flag `--kube-annotation-prefix` may change it, and nothing is then known of the nodes. */
const PREFIX = 'flannel.alpha.coreos.com/';

/** What a node tells the others of itself, in its annotations, for one address family. */
export interface TunnelEnd {
  readonly family: Family;
  readonly podCidr: Prefix;
  /** Where tunnels to it end, or its address as a next hop. */
  readonly publicIp: Ip | undefined;
  /** VXLAN: of its device. */
  readonly mac: Mac | undefined;
  readonly vni: number | undefined;
  /** WireGuard: its public key. */
  readonly wireguardKey: string | undefined;
}

export interface FlannelNode {
  readonly name: string;
  readonly node: Node;
  /** flanneld has written its annotations; the others pass over a node without. */
  readonly registered: boolean;
  /** '' for alloc and udp. */
  readonly backend: string | undefined;
  /** The public address was set by hand (`public-ip-overwrite`): it need not be the device's. */
  readonly overwritten: boolean;
  /** One a family that it has a pod network in. */
  readonly ends: readonly TunnelEnd[];
}

export function readNode(node: Node): FlannelNode {
  const annotation = (key: string): string | undefined => node.metadata.annotations[PREFIX + key];
  const cidrs = node.spec.podCIDRs.map(parsePrefix).filter((prefix) => prefix !== undefined);
  return {
    name: node.metadata.name,
    node,
    registered: annotation('kube-subnet-manager') === 'true',
    backend: annotation('backend-type'),
    overwritten: annotation('public-ip-overwrite') !== undefined || annotation('public-ipv6-overwrite') !== undefined,
    ends: cidrs.map((podCidr) => {
      const family = familyOf(podCidr.address);
      const data = parseBackendData(annotation(keyOf('backend-data', family)));
      return { family, podCidr, publicIp: parseIp(annotation(keyOf('public-ip', family)) ?? ''), ...data };
    }),
  };
}

export function endOf(node: FlannelNode, family: Family): TunnelEnd | undefined {
  return node.ends.find((end) => end.family === family);
}

function keyOf(key: 'backend-data' | 'public-ip', family: Family): string {
  if (family === 4) return key;
  return key === 'public-ip' ? 'public-ipv6' : 'backend-v6-data';
}

function parseBackendData(text: string | undefined): Pick<TunnelEnd, 'mac' | 'vni' | 'wireguardKey'> {
  const { VtepMAC: mac, VNI: vni, PublicKey: key } = objectOf(text);
  return {
    mac: typeof mac === 'string' ? mac.toLowerCase() : undefined,
    vni: typeof vni === 'number' ? vni : undefined,
    wireguardKey: typeof key === 'string' ? key : undefined,
  };
}

/** Empty where it is none. */
function objectOf(json: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(json ?? 'null');
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Of an annotation of flannel's: the field, whether it is there or not. */
export function annotationEvidence(
  { node }: FlannelNode,
  key: 'backend-data' | 'public-ip' | 'backend-type' | 'kube-subnet-manager',
  family: Family = 4,
): ObjectEvidence {
  return annotationField(node, PREFIX + (key === 'backend-data' || key === 'public-ip' ? keyOf(key, family) : key));
}

export function podCidrEvidence({ node }: FlannelNode): ObjectEvidence {
  return nodeField(node, '/spec/podCIDRs', node.spec.podCIDRs);
}
