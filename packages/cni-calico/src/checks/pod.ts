import type { Cluster, CniConfig, Pod, Suspicion } from '@skoop/core';
import {
  type PodPort,
  ipCommand,
  linkOf,
  podField,
  podName,
  podPort,
  remakeCommand,
  routesTo,
  seen,
  suspectPod,
  uplinkOf,
} from '@skoop/core/cni';
import { type Family, type Host, type Link, familyOf, formatIp, formatPrefix, hostPrefix, parseIp } from '@skoop/netstack';
import { endOf, readNode } from '../calico-node.ts';
import { vxlanName, wireguardName } from '../expectations.ts';
import { type Pool, allocationsOf, felixOf, poolOf, poolsOf } from '../objects.ts';
import { GATEWAY, workloadDevice } from '../workload.ts';
import { dataplaneOf, restartOf, settingsOf } from './view.ts';

/** How a pod hangs on its node. */
export function checkPod(cluster: Cluster, config: CniConfig, pod: Pod, host: Host): readonly Suspicion[] {
  if (pod.spec.hostNetwork || pod.status.phase !== 'Running' || pod.status.podIPs.length === 0) return [];
  const settings = settingsOf(config);
  const pools = settings.backend === 'none' ? undefined : poolsOf(cluster);
  const port = podPort(cluster, pod, host);
  return [
    ...(pools === undefined || pools.length === 0 ? [] : outside(pod, pools)),
    ...(settings.backend === 'none' ? [] : allocation(cluster, pod)),
    ...(port === undefined ? [] : attached({ cluster, config, pod, host, port, pools: pools ?? [] })),
  ];
}

interface View {
  readonly cluster: Cluster;
  readonly config: CniConfig;
  readonly pod: Pod;
  readonly host: Host;
  readonly port: PodPort;
  readonly pools: readonly Pool[];
}

/** Addresses of no pool are not masqueraded, and nobody has a route to them. */
function outside(pod: Pod, pools: readonly Pool[]): readonly Suspicion[] {
  return addressesOf(pod).flatMap((address) => {
    const alike = pools.filter(({ cidr }) => familyOf(cidr.address) === familyOf(address));
    if (alike.length === 0 || poolOf(alike, address) !== undefined) return [];
    const message = `Pod ${podName(pod)} has ${formatIp(address)}, which is in no pool (${alike.map(({ cidr }) => formatPrefix(cidr)).join(', ')}).`;
    return [suspectPod(pod, 'CALICO_POD_ADDRESS_OUTSIDE', 'WARNING', message, { evidence: [ipsField(pod)], remedy: remakeCommand(pod) })];
  });
}

/** One address, two pods: the one that IPAM knows, and this one. */
function allocation(cluster: Cluster, pod: Pod): readonly Suspicion[] {
  const allocations = allocationsOf(cluster);
  if (allocations === undefined) return [];
  return addressesOf(pod).flatMap((address) => {
    const found = allocations.get(address);
    if (found === undefined || found.pod === '' || `${found.namespace}/${found.pod}` === podName(pod)) return [];
    const message = `Pod ${podName(pod)} has ${formatIp(address)}, which Calico's IPAM has given to pod ${found.namespace}/${found.pod}.`;
    const evidence = [ipsField(pod), found.evidence];
    const remedy = `${remakeCommand(pod)}; calicoctl ipam check shows what else does not fit`;
    return [suspectPod(pod, 'CALICO_IPAM_CONFLICT', 'WARNING', message, { evidence, remedy })];
  });
}

function attached(view: View): readonly Suspicion[] {
  const { cluster, pod, port } = view;
  const { inside, link, root, outer } = port;
  const names = felixOf(cluster, pod.spec.nodeName).interfacePrefixes.map((prefix) => workloadDevice(prefix, pod));
  if (outer === undefined || !names.includes(outer.name)) {
    // The other end is in some namespace that was not dumped.
    if (outer === undefined && names.some((name) => linkOf(root, name) !== undefined)) return [];
    const hangs = outer === undefined ? 'has no other end there' : `hangs on ${outer.name}`;
    const message = `Node ${pod.spec.nodeName} has no device ${names[0] ?? ''} for pod ${podName(pod)}, whose ${link.name} ${hangs}: Calico does not know it.`;
    const evidence = [outer?.source ?? link.source];
    return [suspectPod(pod, 'CALICO_POD_DEVICE_MISSING', 'WARNING', message, { evidence, remedy: remakeCommand(pod) })];
  }
  if (!outer.up) {
    const message = `The device ${outer.name} of pod ${podName(pod)} is down: it has no carrier, and the node no route to it.`;
    const remedy = `ip link set ${outer.name} up on ${pod.spec.nodeName}, or ${remakeCommand(pod)}`;
    return [suspectPod(pod, 'CALICO_POD_DEVICE_DOWN', 'WARNING', message, { evidence: [outer.source], remedy })];
  }
  return [
    ...addressesOf(pod).flatMap((address) => route(view, address, outer)),
    ...sysctls(view, outer),
    ...(seen(inside, 'routes') ? gateway(view) : []),
    ...chains(view, outer),
    ...mtu(view),
  ];
}

/** The node reaches each of its pods by a route to that one address. */
function route({ pod, port: { root } }: View, address: number | bigint, { name, source }: Link): readonly Suspicion[] {
  if (!seen(root, 'routes')) return [];
  const [found] = routesTo(root.routes, hostPrefix(address));
  if (found?.type === 'unicast' && found.nexthops.some(({ dev }) => dev === name)) return [];
  const family = familyOf(address);
  const remedy = `${ipCommand(family)} route replace ${formatIp(address)} dev ${name}${family === 4 ? ' scope link' : ''} on ${pod.spec.nodeName}, or ${remakeCommand(pod)}`;
  if (found === undefined) {
    const message = `Node ${pod.spec.nodeName} has no route to ${formatIp(address)}, pod ${podName(pod)}: what is for it falls into the block's blackhole, or leaves the node.`;
    return [suspectPod(pod, 'CALICO_POD_ROUTE_MISSING', 'WARNING', message, { evidence: [ipsField(pod), source], remedy })];
  }
  const by = found.nexthops.map(({ dev }) => dev ?? '').join(', ');
  const message = `Node ${pod.spec.nodeName} sends what is for ${formatIp(address)}, pod ${podName(pod)}, ${by === '' ? `nowhere (${found.type})` : `by ${by}`}; its device is ${name}.`;
  return [suspectPod(pod, 'CALICO_POD_ROUTE_WRONG', 'WARNING', message, { evidence: [found.source, source], remedy })];
}

function sysctls({ pod, port: { root } }: View, { name, source }: Link): readonly Suspicion[] {
  if (!seen(root, 'sysctls')) return [];
  const families = new Set(addressesOf(pod).map(familyOf));
  const set = (path: string): string => `sysctl -w ${path.replaceAll('/', '.')}=1 on ${pod.spec.nodeName}`;
  const off = (path: string): boolean => root.sysctls.get(path) === '0';
  const proxy = `net/ipv4/conf/${name}/proxy_arp`;
  const found: Suspicion[] = [];
  if (families.has(4) && off(proxy)) {
    const message = `On ${pod.spec.nodeName} ${name} does not answer for the gateway of pod ${podName(pod)} (proxy_arp is 0): nobody else has ${GATEWAY}, and the pod can't send anything.`;
    found.push(suspectPod(pod, 'CALICO_PROXY_ARP_OFF', 'WARNING', message, { evidence: [source], remedy: set(proxy) }));
  }
  for (const path of [
    ...(families.has(4) ? [`net/ipv4/conf/${name}/forwarding`] : []),
    ...(families.has(6) ? ['net/ipv6/conf/all/forwarding'] : []),
  ])
    if (off(path)) {
      const message = `On ${pod.spec.nodeName} ${path.replaceAll('/', '.')} is 0: what pod ${podName(pod)} sends to others is not forwarded.`;
      found.push(suspectPod(pod, 'CALICO_FORWARDING_OFF', 'WARNING', message, { evidence: [source], remedy: set(path) }));
    }
  return found;
}

/** A pod's only way out. Where another network has its default route (several devices in a pod), that is somebody's wish. */
function gateway({ pod, port: { inside, link } }: View): readonly Suspicion[] {
  if (!addressesOf(pod).some((address) => familyOf(address) === 4)) return [];
  const defaults = inside.routes.filter(({ family, table, destination }) => family === 4 && table === 'main' && destination.length === 0);
  const own = defaults.flatMap(({ nexthops, source }) =>
    nexthops.filter(({ dev }) => dev === link.name).map(({ via }) => ({ via, source })),
  );
  if (own.some(({ via }) => via === parseIp(GATEWAY)) || (defaults.length > 0 && own.length === 0)) return [];
  const [wrong] = own;
  const way = wrong?.via === undefined ? '' : ` via ${formatIp(wrong.via)}`;
  const message =
    wrong === undefined
      ? `Pod ${podName(pod)} has no default route: it can send nothing.`
      : `The default route of pod ${podName(pod)} is${way} by ${link.name}; Calico's is via ${GATEWAY}.`;
  const remedy = `${remakeCommand(pod)}; or, in its network, ip route add ${GATEWAY} dev ${link.name} scope link; ip route replace default via ${GATEWAY} dev ${link.name}`;
  return [suspectPod(pod, 'CALICO_POD_GATEWAY', 'WARNING', message, { evidence: [wrong?.source ?? link.source], remedy })];
}

/** Felix drops what comes from, or goes to, a device that it has no chains for. */
function chains({ cluster, config, pod, port: { root } }: View, { name, source }: Link): readonly Suspicion[] {
  const dataplane = dataplaneOf(settingsOf(config), felixOf(cluster, pod.spec.nodeName), root);
  if (dataplane === 'ebpf' || !seen(root, 'iptables-nft', 'iptables-legacy', 'nftables')) return [];
  const families = new Set<string>(addressesOf(pod).map((address) => (familyOf(address) === 4 ? 'ip' : 'ip6')));
  const [prefix, forward] = dataplane === 'nftables' ? ['filter-cali-', 'filter-FORWARD'] : ['cali-', 'cali-FORWARD'];
  const table = root.netfilter.tables.find(
    ({ family, chains: has }) =>
      families.has(family) && has.has(forward) && !(has.has(`${prefix}tw-${name}`) && has.has(`${prefix}fw-${name}`)),
  );
  if (table === undefined) return [];
  const dispatch = table.chains.get(`${prefix}to-wl-dispatch`) ?? table.chains.get(forward);
  const message = `Felix on ${pod.spec.nodeName} has no chains for pod ${podName(pod)} (${prefix}tw-${name}): it drops whatever the pod sends and gets ("Unknown interface").`;
  const remedy = `${restartOf(cluster, pod.spec.nodeName)}; its log says why Felix is not in step`;
  return [
    suspectPod(pod, 'CALICO_POD_CHAINS_MISSING', 'WARNING', message, {
      evidence: [source, ...(dispatch === undefined ? [] : [dispatch.source])],
      remedy,
    }),
  ];
}

/** What the pod sends must fit the way to other nodes: the smallest of what its pools and WireGuard make it go through. */
function mtu({ cluster, config, pod, port: { link, root }, pools }: View): readonly Suspicion[] {
  const { podMtu, ipipPodMtu, hostInterface } = settingsOf(config);
  const own = cluster.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  const used = addressesOf(pod).flatMap((address) => poolOf(pools, address) ?? []);
  const isIpip = used.some(({ encapsulation }) => encapsulation === 'ipip');
  const devices = used.flatMap(({ cidr, encapsulation }) => {
    const family = familyOf(cidr.address);
    const address = own === undefined ? undefined : endOf(readNode(own), family)?.address;
    return [deviceOf(encapsulation, family), wireguardName(family)].flatMap((name) =>
      name === undefined ? (uplinkOf(root, hostInterface, address) ?? []) : (linkOf(root, name) ?? []),
    );
  });
  const [narrow] = devices.sort((a, b) => a.mtu - b.mtu);
  if (narrow !== undefined && link.mtu > narrow.mtu) {
    const message = `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and ${narrow.name} of its node only ${String(narrow.mtu)}: its large packets to other nodes must be refused by ICMP.`;
    return [suspectPod(pod, 'CALICO_MTU', 'WARNING', message, { evidence: [link.source, narrow.source], remedy: remakeCommand(pod) })];
  }
  const [flag, wanted] = isIpip ? ['--calico-ipip-pod-mtu', ipipPodMtu] : ['--calico-pod-mtu', podMtu];
  if (wanted === undefined || link.mtu === wanted) return [];
  const message = `Pod ${podName(pod)} has MTU ${String(link.mtu)}, and ${flag ?? ''} says ${String(wanted)}.`;
  return [suspectPod(pod, 'CALICO_MTU', 'INFO', message, { evidence: [link.source], remedy: '' })];
}

/** `undefined`: the node's own device. */
function deviceOf(encapsulation: Pool['encapsulation'], family: Family): string | undefined {
  switch (encapsulation) {
    case 'ipip':
      return 'tunl0';
    case 'vxlan':
      return vxlanName(family);
    case 'none':
      return undefined;
  }
}

function addressesOf(pod: Pod): readonly (number | bigint)[] {
  return pod.status.podIPs.map(parseIp).filter((address) => address !== undefined);
}

function ipsField(pod: Pod): ReturnType<typeof podField> {
  return podField(pod, '/status/podIPs', pod.status.podIPs);
}
