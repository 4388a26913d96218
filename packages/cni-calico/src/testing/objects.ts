import type { CustomObject, Node, ObjectMeta, Pod } from '@skoop/core';
import type { Item, Mutable } from '@skoop/testkit';
import { type BuiltNode, type Mode, NODES, encapsulationOf, macOf } from './nodes.ts';

export function meta(namespace: string, name: string, labels: Record<string, string> = {}): Mutable<ObjectMeta> {
  return { name, namespace, uid: `uid-${name}`, labels, annotations: {}, ownerReferences: [] };
}

export function nodeObject({ name, ip, ip6, block, block6 }: BuiltNode, mode: Mode): Mutable<Node> {
  const tunnel: Record<string, string> =
    mode === 'vxlan' || mode === 'vxlan-cross' || mode === 'dual'
      ? { IPv4VXLANTunnelAddr: block, VXLANTunnelMACAddr: macOf(name) }
      : mode.startsWith('ipip')
        ? { IPv4IPIPTunnelAddr: block }
        : mode === 'wireguard'
          ? { WireguardPublicKey: `key-of-${name}=`, IPv4WireguardInterfaceAddr: block }
          : {};
  const v6 = mode === 'dual' ? { IPv6Address: `${ip6}/64`, IPv6VXLANTunnelAddr: block6, VXLANTunnelMACAddrV6: macOf(`${name}-v6`) } : {};
  const annotations = Object.entries({ IPv4Address: `${ip}/24`, ...tunnel, ...v6 }).map(([key, value]) => [
    `projectcalico.org/${key}`,
    value,
  ]);
  return {
    metadata: { ...meta('', name), annotations: Object.fromEntries(annotations) as Record<string, string> },
    spec: { providerID: '', podCIDRs: [], unschedulable: false },
    status: { addresses: [{ type: 'InternalIP', address: ip }], conditions: [], kubeletVersion: '', osImage: '', kernelVersion: '' },
  };
}

export function pod(
  namespace: string,
  name: string,
  nodeName: string,
  podIPs: string[],
  labels: Record<string, string> = {},
  hostNetwork = false,
): Mutable<Pod> {
  return {
    metadata: meta(namespace, name, labels),
    spec: { nodeName, hostNetwork, containers: [] },
    status: { phase: 'Running', podIPs, hostIP: '', conditions: [] },
  };
}

export function customObject(kind: string, name: string, spec: Item): Mutable<CustomObject> {
  return { kind, group: 'crd.projectcalico.org', metadata: meta('', name), fields: { spec } };
}

export function customObjects(mode: Mode): Record<string, Mutable<CustomObject>[]> {
  const encapsulates = encapsulationOf(mode);
  const said = mode.endsWith('-cross') ? 'CrossSubnet' : 'Always';
  const pool = (name: string, cidr: string, natOutgoing: boolean): Mutable<CustomObject> =>
    customObject('IPPool', name, {
      cidr,
      ipipMode: encapsulates === 'ipip' ? said : 'Never',
      vxlanMode: encapsulates === 'vxlan' ? said : 'Never',
      natOutgoing,
      nodeSelector: 'all()',
      allowedUses: ['Workload', 'Tunnel'],
    });
  const blocks = NODES.flatMap(({ name, block, block6 }) => [
    { node: name, cidr: `${block}/26` },
    ...(mode === 'dual' ? [{ node: name, cidr: `${block6}/122` }] : []),
  ]);
  // Of node1's: 5 is web's, 9 was borrowed by node2.
  const allocations = Array.from({ length: 64 }, (_, index) => (index === 5 ? 0 : index === 9 ? 1 : null));
  const attributes = [
    { secondary: { namespace: 'default', pod: 'web', node: 'node1' } },
    { secondary: { namespace: 'default', pod: 'guest', node: 'node2' } },
  ];
  const lists: [string, Mutable<CustomObject>[]][] = [
    [
      'ippools',
      [
        pool('default-ipv4-ippool', '192.168.0.0/16', true),
        ...(mode === 'dual' ? [pool('default-ipv6-ippool', 'fd00:10::/48', false)] : []),
      ],
    ],
    [
      'blockaffinities',
      blocks.map(({ node, cidr }) =>
        customObject('BlockAffinity', `${node}-${cidr.replace(/[./:]+/g, '-')}`, { cidr, node, state: 'confirmed', deleted: 'false' }),
      ),
    ],
    [
      'ipamblocks',
      blocks.map(({ node, cidr }) => {
        const given = cidr === '192.168.1.0/26' ? { allocations, attributes } : { allocations: [null, null], attributes: [] };
        return customObject('IPAMBlock', cidr.replace(/[./:]+/g, '-'), { cidr, affinity: `host:${node}`, deleted: false, ...given });
      }),
    ],
    ['felixconfigurations', [customObject('FelixConfiguration', 'default', { wireguardEnabled: mode === 'wireguard' })]],
    ['bgpconfigurations', []],
    ['hostendpoints', []],
  ];
  return Object.fromEntries(lists.map(([resource, objects]) => [`${resource}.crd.projectcalico.org`, objects]));
}
