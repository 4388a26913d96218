import type { Cluster, Confidence } from '@skoop/core';
import { confidenceOf, rootOf } from '@skoop/core/cni';
import { readNode } from './calico-node.ts';
import { objectsOf } from './objects.ts';
import { isCanal } from './settings.ts';

/** Devices that only Calico makes. A pod's `cali…` may be Terway's. */
const DEVICE = /^(?:vxlan(?:-v6)?\.calico|wireguard\.cali|wg-v6\.cali|bpf(?:in|out)\.cali)$/;

/** How surely this cluster's pods are networked by Calico, Canal included. Where it has the policies alone, the pods' network is another's. */
export function detect(cluster: Cluster): Confidence {
  const daemonSets = cluster.workloads.filter(({ kind }) => kind === 'DaemonSet');
  const own = daemonSets.find(({ metadata }) => metadata.name === 'calico-node' || metadata.name === 'canal');
  const configMap = cluster.configMaps.find(({ metadata }) => metadata.name === 'calico-config' || metadata.name === 'canal-config');
  const registered = cluster.nodes.filter((node) => readNode(node).ends.length > 0).length;
  const pools = objectsOf(cluster, 'ippools')?.length ?? 0;
  const device = calicoDevice(cluster);
  const { score, because } = confidenceOf([
    own && [own.metadata.name === 'canal' ? 60 : 30, `DaemonSet ${own.metadata.namespace}/${own.metadata.name}`],
    configMap && [20, `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`],
    registered === 0 ? undefined : [40, `annotation projectcalico.org/IPv4Address or IPv6Address on ${count(registered, 'node')}`],
    pools === 0 ? undefined : [20, `${count(pools, 'IPPool')}`],
    device === undefined ? undefined : [20, device],
  ]);
  const rival = daemonSets.find(({ metadata }) =>
    /^(?:aws-node|terway|terway-eniip|terway-eni|cilium|anetd|azure-cns)$/.test(metadata.name),
  );
  if (rival === undefined || score === 0 || isCanal(cluster)) return { score, because };
  return {
    score: Math.min(score, 30),
    because: [...because, `but DaemonSet ${rival.metadata.namespace}/${rival.metadata.name} owns the pods' devices`],
  };
}

function calicoDevice(cluster: Cluster): string | undefined {
  for (const [node, state] of cluster.hosts) {
    const link = state.kind === 'missing' ? undefined : rootOf(state.host)?.links.find(({ name }) => DEVICE.test(name));
    if (link !== undefined) return `device ${link.name} on node ${node}`;
  }
  return undefined;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
