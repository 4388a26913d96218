import type { Cluster, CniConfig, Node } from '@skoop/core';
import { type AgentSetup, otherNodes, restartCommand, rootOf } from '@skoop/core/cni';
import type { Host, NetworkNamespace } from '@skoop/netstack';
import { type CalicoNode, readNode } from '../calico-node.ts';
import { type Expectations, expectationsOf } from '../expectations.ts';
import { type Allocation, type Block, type Felix, type Pool, blocksOf, borrowedOf, felixOf, poolsOf } from '../objects.ts';
import type { Settings } from '../settings.ts';

/** All that the checks of one node look at. */
export interface NodeView {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** As it runs on this node. */
  readonly felix: Felix;
  readonly dataplane: Settings['dataplane'];
  readonly own: CalicoNode;
  readonly peers: readonly CalicoNode[];
  /** Empty where they are not known. */
  readonly pools: readonly Pool[];
  /** `undefined`: not known. */
  readonly blocks: readonly Block[] | undefined;
  readonly borrowed: readonly Allocation[];
  readonly expected: Expectations;
  /** The node's own namespace. */
  readonly ns: NetworkNamespace;
  /** Felix and BIRD set everything up again when they start. */
  readonly agent: AgentSetup;
}

/** `undefined` where the machine's own namespace is not in the dump. */
export function viewOf(cluster: Cluster, config: CniConfig, node: Node, host: Host): NodeView | undefined {
  const ns = rootOf(host);
  if (ns === undefined) return undefined;
  const settings = settingsOf(config);
  const own = readNode(node);
  const peers = otherNodes(cluster, own.name).map(readNode);
  const felix = felixOf(cluster, own.name);
  const pools = (settings.backend === 'none' ? undefined : poolsOf(cluster)) ?? [];
  const blocks = blocksOf(cluster);
  const borrowed = borrowedOf(cluster);
  const expected = expectationsOf({ settings, felix, own, peers, pools, blocks: blocks ?? [], borrowed, ns });
  const dataplane = dataplaneOf(settings, felix, ns);
  const agent = { network: 'Calico', restart: restartOf(cluster, own.name) };
  return { cluster, settings, felix, dataplane, own, peers, pools, blocks, borrowed, expected, ns, agent };
}

export function restartOf(cluster: Cluster, node: string): string {
  const labels = ['calico-node', 'canal'];
  return restartCommand(cluster, node, 'calico-node', ({ metadata }) => labels.includes(metadata.labels['k8s-app'] ?? ''));
}

/** `details` is what `configure` of this package made. */
export function settingsOf(config: CniConfig): Settings {
  return config.details as Settings;
}

/** A node may be switched over before, or after, the others: its own tables and devices say. */
export function dataplaneOf(settings: Settings, felix: Felix, ns: NetworkNamespace): Settings['dataplane'] {
  if (felix.bpf || settings.dataplane === 'ebpf' || ns.links.some(({ name }) => name === 'bpfin.cali')) return 'ebpf';
  if (felix.nftables === 'Enabled') return 'nftables';
  const isNative = ns.netfilter.tables.some(({ backend, name, chains }) => backend === 'nftables' && name === 'calico' && chains.size > 0);
  const isIptables = ns.netfilter.tables.some(({ backend, chains }) => backend !== 'nftables' && chains.has('cali-FORWARD'));
  return isNative && !isIptables ? 'nftables' : 'iptables';
}

/** Has calico-node registered anybody? Where not, there are no annotations to go by. */
export function isRegistering({ own, peers }: NodeView): boolean {
  return [own, ...peers].some(({ ends }) => ends.length > 0);
}
