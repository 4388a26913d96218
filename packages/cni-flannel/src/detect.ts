import type { Cluster, Confidence } from '@skoop/core';
import { confidenceOf, rootOf } from '@skoop/core/cni';
import { readNode } from './flannel-node.ts';
import { flannelConfigMap } from './net-conf.ts';

/** Devices that only flanneld makes. */
const DEVICE = /^(?:flannel\.(?:\d+|ipip)|flannel-v6\.\d+|flannel-wg(?:-v6)?|flannel0)$/;

export function isFlannelDevice(name: string): boolean {
  return DEVICE.test(name);
}

/** How surely this cluster's pods are networked by flannel. Canal (flannel's routes under Calico's policies and devices) is Calico's. */
export function detect(cluster: Cluster): Confidence {
  const configMap = flannelConfigMap(cluster);
  const registered = cluster.nodes.map(readNode).filter((node) => node.registered);
  const daemonSet = cluster.workloads.find(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name.startsWith('kube-flannel'));
  const device = flannelDevice(cluster);
  const { score, because } = confidenceOf([
    configMap && [40, `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`],
    registered.length === 0
      ? undefined
      : [40, `annotation flannel.alpha.coreos.com/kube-subnet-manager on ${count(registered.length, 'node')}`],
    daemonSet && [20, `DaemonSet ${daemonSet.metadata.namespace}/${daemonSet.metadata.name}`],
    device === undefined ? undefined : [20, device],
  ]);
  const rival = cluster.workloads.find(({ kind, metadata }) => kind === 'DaemonSet' && /^(?:canal|calico-node)/.test(metadata.name));
  if (rival === undefined || score === 0) return { score, because };
  return {
    score: Math.min(score, 30),
    because: [...because, `but DaemonSet ${rival.metadata.namespace}/${rival.metadata.name} owns the pods' devices`],
  };
}

function flannelDevice(cluster: Cluster): string | undefined {
  for (const [node, state] of cluster.hosts) {
    if (state.kind === 'missing') continue;
    const link = rootOf(state.host)?.links.find(({ name }) => isFlannelDevice(name));
    if (link !== undefined) return `device ${link.name} on node ${node}`;
  }
  return undefined;
}

function count(number: number, noun: string): string {
  return `${String(number)} ${noun}${number === 1 ? '' : 's'}`;
}
