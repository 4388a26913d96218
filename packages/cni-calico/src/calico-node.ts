import type { Node, ObjectEvidence } from '@skoop/core';
import { annotationField } from '@skoop/core/cni';
import { type Family, type Ip, type Mac, type Prefix, contains, parseIp, parsePrefix } from '@skoop/netstack';
import { createHash } from 'node:crypto';

const PREFIX = 'projectcalico.org/';

/** What a node tells the others of itself, in its annotations, for one address family. */
export interface CalicoEnd {
  readonly family: Family;
  /** Where other nodes send what is for its pods. */
  readonly address: Ip;
  /** Its wire: nodes in it are reached without encapsulation where a pool says CrossSubnet. */
  readonly subnet: Prefix;
  readonly ipipAddress: Ip | undefined;
  readonly vxlanAddress: Ip | undefined;
  /** Of its VXLAN device; from the node's name where no annotation has it. */
  readonly vxlanMac: Mac;
  readonly wireguardKey: string | undefined;
}

export interface CalicoNode {
  readonly name: string;
  readonly node: Node;
  /** One a family that calico-node found an address in; none: it has not registered the node. */
  readonly ends: readonly CalicoEnd[];
  /** It tells routes on to others, and has no part in the mesh. */
  readonly isReflector: boolean;
}

export function readNode(node: Node): CalicoNode {
  const { name, annotations } = node.metadata;
  const isReflector = (annotations[`${PREFIX}RouteReflectorClusterID`] ?? '') !== '';
  return { name, node, ends: ([4, 6] as const).flatMap((family) => readEnd(node, family) ?? []), isReflector };
}

export function endOf({ ends }: CalicoNode, family: Family): CalicoEnd | undefined {
  return ends.find((end) => end.family === family);
}

function readEnd({ metadata }: Node, family: Family): CalicoEnd | undefined {
  const annotation = (key: Annotation): string | undefined => metadata.annotations[annotationName(key, family)];
  const text = annotation('address');
  const address = parseIp(text?.split('/')[0] ?? '');
  const subnet = text === undefined ? undefined : parsePrefix(text.includes('/') ? text : `${text}/${family === 4 ? '32' : '128'}`);
  if (address === undefined || subnet === undefined) return undefined;
  return {
    family,
    address,
    subnet,
    ipipAddress: parseIp(annotation('ipip') ?? ''),
    vxlanAddress: parseIp(annotation('vxlan') ?? ''),
    vxlanMac: annotation('vxlan-mac')?.toLowerCase() ?? derivedMac(metadata.name, family),
    wireguardKey: annotation('wireguard-key'),
  };
}

export function inSubnet(own: CalicoEnd, peer: CalicoEnd): boolean {
  return contains(own.subnet, peer.address);
}

/** Felix' own choice (`hardwareAddrForNode`): always the same for a name. */
function derivedMac(name: string, family: Family): Mac {
  const digest = createHash('sha1')
    .update(family === 4 ? name : `${name}-v6`)
    .digest();
  return ['66', ...[...digest.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

type Annotation = keyof typeof KEYS;

/** For IPv4, for IPv6. */
const KEYS = {
  address: ['IPv4Address', 'IPv6Address'],
  ipip: ['IPv4IPIPTunnelAddr', ''],
  vxlan: ['IPv4VXLANTunnelAddr', 'IPv6VXLANTunnelAddr'],
  'vxlan-mac': ['VXLANTunnelMACAddr', 'VXLANTunnelMACAddrV6'],
  'wireguard-key': ['WireguardPublicKey', 'WireguardPublicKeyV6'],
} as const;

/** Of an annotation of Calico's: the field, whether it is there or not. */
export function annotationEvidence({ node }: CalicoNode, key: Annotation, family: Family = 4): ObjectEvidence {
  return annotationField(node, annotationName(key, family));
}

function annotationName(key: Annotation, family: Family): string {
  return PREFIX + KEYS[key][family === 4 ? 0 : 1];
}
