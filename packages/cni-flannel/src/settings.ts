import type { Cluster, CniConfig } from '@skoop/core';
import type { Family } from '@skoop/netstack';
import { readNode } from './flannel-node.ts';
import { readK3s } from './k3s.ts';
import { mostFrequent } from './most-frequent.ts';
import { type WireguardMode, readNetConf } from './net-conf.ts';
import type { FlannelFlags } from './schema.ts';

/** flanneld's own, where its configuration names none (flannel 0.28, `pkg/backend/udp`). */
export const UDP_PORT = 8285;

/** How flannel is set up here: what the user says, else what the cluster does. Plain JSON, since it is part of a report. */
export type Settings = {
  /** `undefined`: nothing tells. */
  readonly backend: string | undefined;
  /** The whole cluster's pod networks as text prefixes; empty where nothing tells. */
  readonly networks: readonly string[];
  readonly vni: number;
  /** Of the VXLAN device, or of the datagrams of backend udp; `undefined` where nothing tells. */
  readonly port: number | undefined;
  readonly directRouting: boolean;
  /** flanneld writes nftables rules instead of iptables'. */
  readonly nftables: boolean;
  readonly bridge: string;
  readonly podMtu: number | undefined;
  readonly hostInterface: string | undefined;
  /** Ports of the bridge send frames back where they came from. */
  readonly hairpin: boolean;
  readonly wireguardMode: WireguardMode;
  /** The families whose pods flanneld hides behind the node's address. */
  readonly masquerades: readonly Family[];
};

export function configure(cluster: Cluster, flags: FlannelFlags): CniConfig & { readonly details: Settings } {
  const conf = readNetConf(cluster) ?? readK3s(cluster);
  const nodes = cluster.nodes.map(readNode).filter((node) => node.registered);
  const backend =
    flags.backendType ??
    conf?.backend ??
    mostFrequent(nodes.map((node) => node.backend).filter((type) => type !== undefined && type !== ''));
  const networks = conf?.networks ?? [];
  const details: Settings = {
    backend,
    networks,
    vni: conf?.vni ?? mostFrequent(nodes.flatMap((node) => node.ends.flatMap((end) => end.vni ?? []))) ?? 1,
    port: conf?.port === 0 ? (backend === 'udp' ? UDP_PORT : 8472) : conf?.port,
    directRouting: conf?.directRouting ?? false,
    nftables: conf?.nftables ?? false,
    bridge: flags.bridge,
    podMtu: flags.podMtu,
    hostInterface: flags.hostInterface,
    hairpin: conf?.hairpin ?? false,
    wireguardMode: conf?.wireguardMode ?? 'separate',
    masquerades: flags.ipMasq ? (conf?.masquerades ?? [4, 6]) : [],
  };
  return {
    podCidrs: networks.length > 0 ? networks : cluster.nodes.flatMap(({ spec }) => spec.podCIDRs),
    ...(flags.podMtu === undefined ? {} : { mtu: flags.podMtu }),
    ...(backend === undefined ? {} : { mode: backend }),
    details,
  };
}
