import type { Cluster, CniConfig, Pod, Suspicion } from '@skoop/core';
import { checkHostPorts, linkOf, podField, podName, remakeCommand, seen, suspectPod } from '@skoop/core/cni';
import {
  type Family,
  type Host,
  type Ip,
  type NetworkNamespace,
  contains,
  familyOf,
  formatIp,
  parseIp,
  parsePrefix,
} from '@skoop/netstack';
import { type Attached, attachedPods, commonBridge } from '../attachment.ts';
import { settingsOf } from '../settings.ts';

/** How a pod hangs on its node: as its fellows do, by a route or a bridge, to a gateway that is there. */
export function checkPod(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  if (pod.spec.hostNetwork) return [];
  const { network } = settingsOf(config);
  const fellows = attachedPods(cluster, pod.spec.nodeName, host);
  const own = fellows.find((one) => one.pod === pod);
  return [
    ...(own === undefined ? [] : [...attachment(own, fellows), ...gateways(own), ...sizes(own)]),
    ...(network === 'foreign' ? [] : [...outsideOfNetwork(cluster, pod), ...checkHostPorts(pod, host, 'BRIDGE_HOSTPORT_MISSING')]),
  ];
}

/** As most of its fellows: a port of their bridge, or a device of its own with a route. */
function attachment(own: Attached, fellows: readonly Attached[]): readonly Suspicion[] {
  // A network may have several bridges.
  if (own.outer.master !== undefined) return [];
  const bridge = commonBridge(fellows);
  return bridge === undefined ? addressesOf(own.pod).flatMap((address) => routeTo(own, address)) : detached(own, bridge);
}

function detached({ pod, outer }: Attached, bridge: string): readonly Suspicion[] {
  return [
    suspectPod(
      pod,
      'BRIDGE_PORT_DETACHED',
      'WARNING',
      `The device ${outer.name} of pod ${podName(pod)} is no port of ${bridge}, as those of the other pods of ${pod.spec.nodeName} are.`,
      { evidence: [outer.source], remedy: `ip link set ${outer.name} master ${bridge} on ${pod.spec.nodeName}, or ${remakeCommand(pod)}` },
    ),
  ];
}

/** A pod that hangs on a pair of its own is reached by a route to its address alone. */
function routeTo({ pod, outer, root }: Attached, address: Ip): readonly Suspicion[] {
  if (!seen(root, 'routes')) return [];
  const bits = familyOf(address) === 4 ? 32 : 128;
  const routes = root.routes.filter(
    ({ destination, type }) => type === 'unicast' && destination.address === address && destination.length === bits,
  );
  const right = `ip ${bits === 32 ? '' : '-6 '}route replace ${formatIp(address)} dev ${outer.name} on ${pod.spec.nodeName}`;
  const remedy = `${right}, or ${remakeCommand(pod)}`;
  const evidence = [outer.source, podField(pod, '/status/podIPs', pod.status.podIPs)];
  const [found] = routes;
  if (found === undefined) {
    const message = `Node ${pod.spec.nodeName} has no route to pod ${podName(pod)} (${formatIp(address)}), which hangs on ${outer.name}.`;
    return [suspectPod(pod, 'BRIDGE_POD_ROUTE_MISSING', 'WARNING', message, { evidence, remedy })];
  }
  if (routes.some(({ nexthops }) => nexthops.some(({ dev }) => dev === outer.name))) return [];
  const message = `Node ${pod.spec.nodeName} sends what is for pod ${podName(pod)} (${formatIp(address)}) by ${found.nexthops[0]?.dev ?? 'no device'}; it hangs on ${outer.name}.`;
  return [suspectPod(pod, 'BRIDGE_POD_ROUTE_WRONG', 'WARNING', message, { evidence: [found.source, ...evidence], remedy })];
}

function addressesOf({ status }: Pod): readonly Ip[] {
  return status.podIPs.flatMap((text) => parseIp(text) ?? []);
}

/** The pod's default route: its next hop must be an address of the node, or the node must answer for it. */
function gateways({ pod, inside, link, root, outer }: Attached): readonly Suspicion[] {
  if (!seen(inside, 'routes') || !seen(root, 'addresses', 'sysctls')) return [];
  return ([4, 6] as const).flatMap((family) => {
    const route = inside.routes.find(
      (one) => one.family === family && one.type === 'unicast' && one.table === 'main' && one.destination.length === 0,
    );
    const via = route?.nexthops.find(({ dev }) => dev === link.name)?.via;
    if (route === undefined || via === undefined || isAnswered(root, outer.name, outer.master, via, family)) return [];
    return [
      suspectPod(
        pod,
        'BRIDGE_GATEWAY_MISSING',
        'WARNING',
        `The gateway of pod ${podName(pod)}, ${formatIp(via)}, is no address of node ${pod.spec.nodeName}: the pod reaches nothing beyond its own network.`,
        {
          evidence: [route.source, outer.source],
          remedy:
            outer.master === undefined
              ? remakeCommand(pod)
              : `ip addr add ${formatIp(via)}/LENGTH dev ${outer.master} on ${pod.spec.nodeName}, LENGTH as in the pod's own address; or ${remakeCommand(pod)}`,
        },
      ),
    ];
  });
}

function isAnswered(root: NetworkNamespace, outer: string, bridge: string | undefined, via: Ip, family: Family): boolean {
  // A link-local gateway, or a proxy's: whatever the node's device answers for.
  if (root.sysctls.get(`net/ipv${String(family)}/conf/${outer}/proxy_${family === 4 ? 'arp' : 'ndp'}`) === '1') return true;
  return root.links.some(
    (one) => one.addresses.some(({ ip }) => ip === via) && (bridge === undefined || one.name === bridge || family === 6),
  );
}

/** The smaller end drops what the larger one sends. */
function sizes({ pod, link, outer, root }: Attached): readonly Suspicion[] {
  const bridge = outer.master === undefined ? undefined : linkOf(root, outer.master);
  const smaller = [outer, ...(bridge === undefined ? [] : [bridge])].find(({ mtu }) => mtu < link.mtu);
  if (smaller === undefined) return [];
  return [
    suspectPod(
      pod,
      'BRIDGE_MTU',
      'WARNING',
      `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and ${smaller.name} of its node only ${String(smaller.mtu)}: its large packets are lost there.`,
      { evidence: [link.source, smaller.source], remedy: remakeCommand(pod) },
    ),
  ];
}

/** Where the node's other pods have addresses of its pod network, one with another address is of an old network, and routed elsewhere. */
function outsideOfNetwork(cluster: Cluster, pod: Pod): readonly Suspicion[] {
  const node = cluster.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  const networks = (node?.spec.podCIDRs ?? []).flatMap((text) => parsePrefix(text) ?? []);
  const isInside = (address: Ip): boolean =>
    networks.some((network) => familyOf(network.address) === familyOf(address) && contains(network, address));
  const others = cluster.pods.filter((one) => one !== pod && one.spec.nodeName === pod.spec.nodeName && !one.spec.hostNetwork);
  const areInside = others.some((one) => addressesOf(one).some(isInside));
  const strangers = addressesOf(pod).filter((address) => !isInside(address));
  if (node === undefined || !areInside || strangers.length === 0) return [];
  return [
    suspectPod(
      pod,
      'BRIDGE_ADDRESS_OUTSIDE',
      'WARNING',
      `Pod ${podName(pod)} has ${strangers.map(formatIp).join(', ')}, which is not of the pod network ${node.spec.podCIDRs.join(', ')} of its node, as the other pods' addresses are.`,
      {
        evidence: [
          podField(pod, '/status/podIPs', pod.status.podIPs),
          { object: { kind: 'Node', name: node.metadata.name }, path: '/spec/podCIDRs', value: node.spec.podCIDRs },
        ],
        remedy: remakeCommand(pod),
      },
    ),
  ];
}
