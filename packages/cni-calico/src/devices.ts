import { type DeviceModel, type Host, type Link, type NetworkNamespace, vethPeer } from '@skoop/netstack';

/** A pod's device on the node, by the usual prefix. */
const WORKLOAD = /^cali[0-9a-f]{11}$/;

/**
 * In eBPF mode Calico's programs decide what becomes of a packet of a pod: Services, translation, policies, and past the host's own tables
 * where they can. No table shows them, and newer ones are not even listed (tcx): what a pod sends, and what is sent to it, is *unknown*.
 */
export function devices(host: Host): readonly DeviceModel[] {
  const root = host.namespaces.get(host.root);
  if (root === undefined || !isBpf(root)) return [];
  return [
    {
      name: 'calico eBPF',
      claims: (namespace, link) => workloadOf(host, namespace, link) !== undefined,
      transmit: (_packet, link, namespace) => {
        const device = workloadOf(host, namespace, link) ?? link;
        return { kind: 'unknown', construct: `Calico's eBPF programs on ${device.name}`, evidence: [device.source] };
      },
    },
  ];
}

/** Felix makes this pair in eBPF mode alone. */
function isBpf(root: NetworkNamespace): boolean {
  return root.links.some(({ name }) => name === 'bpfin.cali');
}

/** The node's end of the pair that the packet leaves by, from either side: its programs run on both ways. */
function workloadOf(host: Host, namespace: NetworkNamespace, link: Link): Link | undefined {
  if (namespace.id === host.root) return WORKLOAD.test(link.name) ? link : undefined;
  const peer = vethPeer(host, namespace.id, link.name);
  if (peer?.namespace !== host.root || !WORKLOAD.test(peer.device)) return undefined;
  return host.namespaces.get(host.root)?.links.find(({ name }) => name === peer.device);
}
