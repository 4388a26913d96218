import type { Cluster, CniConfig } from '@skoop/core';
import { rootOf } from '@skoop/core/cni';
import { formatPrefix } from '@skoop/netstack';
import { type Pool, felixOf, objectsOf, poolsOf, specOf, textField } from './objects.ts';
import type { CalicoFlags } from './schema.ts';

/** How Calico is set up here: what the user says, else what the cluster does. Plain JSON, since it is part of a report. */
export type Settings = {
  /**
   * Who writes routes to other nodes. `bird`: BGP, IPIP and unencapsulated; `vxlan`: Felix alone. `none`: neither, Calico has policies and
   * pods' devices only (Canal: flannel routes). `undefined`: nothing tells.
   */
  readonly backend: 'bird' | 'vxlan' | 'none' | undefined;
  /** Routes and addresses are flannel's. */
  readonly canal: boolean;
  /** What evaluates policies. A node may differ: its own FelixConfiguration, its own tables. */
  readonly dataplane: 'iptables' | 'nftables' | 'ebpf';
  /** Every node tells all others its blocks by BGP; else route reflectors or routers do, and routes may look otherwise. */
  readonly mesh: boolean;
  /** Name, network and mode of each pool; empty where they are not known. */
  readonly pools: readonly { readonly name: string; readonly cidr: string; readonly mode: string }[];
  readonly hostInterface: string | undefined;
  readonly hostMtu: number | undefined;
  readonly podMtu: number | undefined;
  readonly ipipPodMtu: number | undefined;
};

export function configure(cluster: Cluster, flags: CalicoFlags): CniConfig & { readonly details: Settings } {
  const pools = (poolsOf(cluster) ?? []).map((pool) => ({ name: pool.name, cidr: formatPrefix(pool.cidr), mode: modeOf(pool) }));
  const canal = isCanal(cluster);
  const details: Settings = {
    backend: canal ? 'none' : backendOf(cluster),
    canal,
    dataplane: dataplaneOf(cluster),
    mesh: meshOf(cluster),
    pools: canal ? [] : pools,
    hostInterface: flags.hostInterface,
    hostMtu: flags.hostMtu,
    podMtu: flags.podMtu,
    ipipPodMtu: flags.ipipPodMtu,
  };
  const modes = canal ? ['canal'] : [...new Set(pools.map(({ mode }) => mode))];
  const mode = [...modes, ...(details.dataplane === 'iptables' ? [] : [details.dataplane])].join(', ');
  return {
    podCidrs: details.pools.length > 0 ? details.pools.map(({ cidr }) => cidr) : cluster.nodes.flatMap(({ spec }) => spec.podCIDRs),
    ...(flags.podMtu === undefined ? {} : { mtu: flags.podMtu }),
    ...(mode === '' ? {} : { mode }),
    details,
  };
}

/** `bgp`, `ipip`, `ipip-crosssubnet`, `vxlan`, `vxlan-crosssubnet`. */
function modeOf({ encapsulation, crossSubnet }: Pool): string {
  return encapsulation === 'none' ? 'bgp' : `${encapsulation}${crossSubnet ? '-crosssubnet' : ''}`;
}

/** Calico's policies and devices beside flannel's routes. */
export function isCanal(cluster: Cluster): boolean {
  return (
    cluster.workloads.some(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === 'canal') ||
    cluster.configMaps.some(({ metadata }) => metadata.name === 'canal-config')
  );
}

/** The operator's Installation, if there is one; it has no part in clusters that were set up by manifests. */
function installation(cluster: Cluster): {
  readonly bgp: string | undefined;
  readonly dataplane: string | undefined;
  readonly cni: string;
} {
  const spec = objectsOf(cluster, 'installations')?.map(specOf)[0] ?? {};
  const record = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
  const network = record(spec['calicoNetwork']);
  return {
    bgp: textField(network, 'bgp'),
    dataplane: textField(network, 'linuxDataplane'),
    cni: textField(record(spec['cni']), 'type') ?? 'Calico',
  };
}

function backendOf(cluster: Cluster): Settings['backend'] {
  const said = cluster.configMaps.find(({ metadata }) => metadata.name === 'calico-config')?.data['calico_backend'];
  if (said === 'bird' || said === 'vxlan' || said === 'none') return said;
  const { bgp, cni } = installation(cluster);
  if (cni !== 'Calico') return 'none';
  if (bgp === 'Enabled') return 'bird';
  return bgp === 'Disabled' ? 'vxlan' : undefined;
}

function dataplaneOf(cluster: Cluster): Settings['dataplane'] {
  const { bpf, nftables } = felixOf(cluster, undefined);
  const { dataplane } = installation(cluster);
  if (bpf || dataplane === 'BPF') return 'ebpf';
  if (nftables === 'Enabled' || dataplane === 'Nftables') return 'nftables';
  const roots = [...cluster.hosts.values()].map((state) => (state.kind === 'dumped' ? rootOf(state.host) : undefined));
  const hasNftables = roots.some((ns) => ns?.netfilter.tables.some(({ backend, name }) => backend === 'nftables' && name === 'calico'));
  return nftables !== 'Disabled' && hasNftables ? 'nftables' : 'iptables';
}

function meshOf(cluster: Cluster): boolean {
  const configuration = objectsOf(cluster, 'bgpconfigurations')?.find(({ metadata }) => metadata.name === 'default');
  return configuration === undefined || specOf(configuration)['nodeToNodeMeshEnabled'] !== false;
}
